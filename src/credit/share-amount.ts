/**
 * A renewed line and its predecessor share one grant: the predecessor's limit is what it still
 * owes, the successor's is the rest. Whatever is repaid below moves up, so the two never lend more
 * than was granted, and never hold headroom that neither can use.
 */
import type { Day } from '../kernel/index.ts';
import { Failure, Money } from '../kernel/index.ts';
import type { LimitNode, TermCause } from '../limits/index.ts';
import { changeTerms, lockNode, staleFacts, termCause, usedOverTime } from '../limits/index.ts';
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

interface Nodes {
  readonly old: LimitNode;
  readonly next: LimitNode;
}

/** The most that a limit had used on a day since, today included. */
async function peakSince({ tx }: Context, nodeId: string, since: Day): Promise<Money> {
  const steps = (await usedOverTime(tx, [nodeId])).get(nodeId) ?? [];
  const reached = steps.filter(({ from }) => from > since);
  const before = steps.findLast(({ from }) => from <= since);
  return [before, ...reached].reduce(
    (most, step) => Money.max(most, step?.used ?? Money.zero),
    Money.zero,
  );
}

/** Of the grant, the predecessor keeps what is owed and the successor has room for the rest. */
async function divide(
  { tx }: Context,
  { old, next }: Nodes,
  { owed, room }: { readonly owed: Money; readonly room: Money },
  why: TermCause,
): Promise<Nodes> {
  const frozen = { state: 'FROZEN' } as const;
  let kept = old;
  // What a line that does not revolve once lent stays used up, so its own limit says nothing more;
  // a predecessor that was given up owes nothing, and stays closed.
  if (old.state !== 'CLOSED' && old.revolving === 'R' && !old.granted.equals(owed)) {
    kept = await changeTerms(tx, old, { limit: owed, ...frozen }, why);
  } else if (old.state === 'ACTIVE') {
    kept = await changeTerms(tx, old, frozen, why);
  }
  const given = next.granted.equals(room)
    ? next
    : await changeTerms(tx, next, { limit: room }, why);
  return { old: kept, next: given };
}

/**
 * Shares the grant once `leaving` more of the predecessor's debt is gone; both nodes are locked by
 * id, as everywhere. Answers what the successor may lend.
 * @param since of a renewal: when that lies in the past, the two are divided from that day on by
 *   the most that the predecessor owed since, so that neither lends what the other had lent.
 */
export async function shareAmount(
  context: Context,
  item: Item<unknown>,
  lines: {
    readonly predecessor: Pick<RenewedLine, 'id' | 'nodeId'>;
    readonly successor: Pick<RenewedLine, 'id' | 'nodeId'>;
    readonly granted: Money;
    readonly leaving: Money;
    readonly since?: Day;
  },
): Promise<Money> {
  const { predecessor, successor, granted, leaving, since = context.today } = lines;
  const locked = new Map<string, LimitNode>();
  for (const line of [predecessor, successor].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1))) {
    locked.set(line.id, await lockedNode(context, line));
  }
  const [old, next] = [locked.get(predecessor.id), locked.get(successor.id)];
  if (!old || !next) throw new Error('A lock was lost.');
  if (next.state === 'CLOSED') throw new Failure(no['renewal-closed'], { lineId: successor.id });
  const why = termCause(context, item, `续授信：${successor.id} 接续 ${predecessor.id}`);
  let nodes: Nodes = { old, next };
  if (since < context.today) {
    const most = await peakSince(context, old.id, since);
    const then = { owed: most, room: roomOf(granted, most) };
    nodes = await divide(context, nodes, then, { ...why, valueOn: since });
  }
  const owed = old.outstanding.minus(leaving);
  const room = roomOf(granted, owed);
  // What is leaving no longer stands against the limit: it is repaid in this transaction.
  const left = { outstanding: owed, consumed: old.consumed.minus(leaving) };
  await divide(context, { ...nodes, old: { ...nodes.old, ...left } }, { owed, room }, why);
  return room;
}
