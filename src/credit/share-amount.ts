/**
 * A renewed line and its predecessor share one grant: the predecessor's limit is what it still
 * owes, the successor's is the rest. Whatever is repaid below moves up, so the two never lend more
 * than was granted, and never hold headroom that neither can use.
 */
import type { Money } from '../kernel/index.ts';
import { Failure } from '../kernel/index.ts';
import type { LimitNode } from '../limits/index.ts';
import { changeTerms, lockNode, staleFacts, termCause } from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { renewalRefusals as no } from './demand-refusals.ts';
import { creditRefusals } from './refusals.ts';
import type { RenewedLine } from './store-renewals.ts';
import { roomOf } from './rules/renewal.ts';

/** The node of a line under its lock. */
export async function lockedNode({ tx }: Context, { id, nodeId }: { id: string; nodeId: string }) {
  const node = await lockNode(tx, nodeId);
  if (!node) throw new Error(`${id} has lost its limit.`);
  return node;
}

/** Throws `version-stale` with what was changed since; a line's version is that of its limit. */
export async function expectLineVersion(
  { tx }: Context,
  { expectedVersion }: Item<unknown>,
  lineId: string,
  node: LimitNode,
): Promise<void> {
  if (expectedVersion === undefined || expectedVersion === node.version) return;
  const facts = await staleFacts(tx, node, expectedVersion);
  throw new Failure(creditRefusals['version-stale'], { lineId, state: node.state, ...facts });
}

/**
 * Shares the grant once `leaving` more of the predecessor's debt is gone; both nodes are locked by
 * id, as everywhere. Answers what the successor may lend.
 */
export async function shareAmount(
  context: Context,
  item: Item<unknown>,
  lines: {
    readonly predecessor: Pick<RenewedLine, 'id' | 'nodeId'>;
    readonly successor: Pick<RenewedLine, 'id' | 'nodeId'>;
    readonly granted: Money;
    readonly leaving: Money;
  },
): Promise<Money> {
  const { predecessor, successor, granted, leaving } = lines;
  const nodes = new Map<string, LimitNode>();
  for (const line of [predecessor, successor].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1))) {
    nodes.set(line.id, await lockedNode(context, line));
  }
  const [old, next] = [nodes.get(predecessor.id), nodes.get(successor.id)];
  if (!old || !next) throw new Error('A lock was lost.');
  if (next.state === 'CLOSED') throw new Failure(no['renewal-closed'], { lineId: successor.id });
  const owed = old.outstanding.minus(leaving);
  const room = roomOf(granted, owed);
  const why = termCause(context, item, `续授信：${successor.id} 接续 ${predecessor.id}`);
  // What a line that does not revolve once lent stays used up, so its own limit says nothing more;
  // a predecessor that was given up owes nothing, and stays closed.
  if (old.state !== 'CLOSED' && old.revolving === 'R' && !old.granted.equals(owed)) {
    // What is leaving no longer stands against the limit: it is repaid in this transaction.
    const left = { ...old, outstanding: owed, consumed: old.consumed.minus(leaving) };
    await changeTerms(context.tx, left, { limit: owed, state: 'FROZEN' }, why);
  } else if (old.state === 'ACTIVE') {
    await changeTerms(context.tx, old, { state: 'FROZEN' }, why);
  }
  if (!next.granted.equals(room)) await changeTerms(context.tx, next, { limit: room }, why);
  return room;
}
