/**
 * A renewed line and all that it took over from share one grant: a predecessor's limit is what it
 * still owes, the successor's is the rest. Whatever is repaid below moves up, so together they
 * never lend more than was granted, and never hold headroom that none can use.
 */
import type { Day } from '../kernel/index.ts';
import { Failure, Money } from '../kernel/index.ts';
import type { LimitNode, TermCause, UsedStep } from '../limits/index.ts';
import {
  changeTerms,
  freezeFor,
  keptTerms,
  limitOn,
  lockNode,
  readNodes,
  securingBefore,
  staleFacts,
  termCause,
  usedOverTime,
} from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { renewalRefusals as no } from './demand-refusals.ts';
import type { Drawdown } from './model.ts';
import { creditRefusals } from './refusals.ts';
import type { RenewedLine } from './store-renewals.ts';
import { lockLineById } from './store-renewals.ts';
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

type Placed = Pick<RenewedLine, 'id' | 'nodeId'>;

/** The lines that a line took over from, the nearest first, locked. */
export async function predecessorsOf(
  { tx }: Context,
  { predecessorId }: Pick<RenewedLine, 'predecessorId'>,
): Promise<RenewedLine[]> {
  const chain: RenewedLine[] = [];
  for (let id = predecessorId; id !== null;) {
    const line = await lockLineById(tx, id);
    if (!line) throw new Error(`${id} is gone.`);
    chain.push(line);
    id = line.predecessorId;
  }
  return chain;
}

/** The most that limits had used together on a day since, today included. */
function peakSince(all: readonly (readonly UsedStep[])[], since: Day): Money {
  const days = new Set([since, ...all.flat().flatMap(({ from }) => (from > since ? from : []))]);
  const usedOn = (day: Day): Money =>
    Money.sum(all.map((own) => own.findLast(({ from }) => from <= day)?.used ?? Money.zero));
  return [...days].map(usedOn).reduce((most, used) => Money.max(most, used), Money.zero);
}

/**
 * What a predecessor keeps of its own limit: what it owes; where nothing comes back, what it ever
 * lent. Either way it has room for nothing. One that was given up stays as it was closed.
 */
async function keep(
  { tx }: Context,
  node: LimitNode,
  owed: Money,
  why: TermCause,
): Promise<LimitNode> {
  const limit = node.revolving === 'R' ? owed : node.consumed;
  return freezeFor(tx, node, 'renewal', why, { limit, terms: keptTerms(node.terms) });
}

/** The successor's part of the grant, and of the collateral, while the others owe so much. */
async function giveRoom(
  { tx }: Context,
  node: LimitNode,
  { granted, owed }: { readonly granted: Money; readonly owed: Money },
  why: TermCause,
): Promise<LimitNode> {
  const limit = roomOf(granted, owed);
  const terms = securingBefore(node.terms, owed);
  const before = node.terms.priorClaim ?? Money.zero;
  const isSame = node.granted.equals(limit) && before.equals(terms.priorClaim ?? Money.zero);
  return isSame ? node : changeTerms(tx, node, { limit, terms }, why);
}

export interface Sharing {
  /** All of them, the nearest first. */
  readonly predecessors: readonly Placed[];
  readonly successor: Placed;
  readonly granted: Money;
  /** What leaves the debt of a predecessor in this transaction; negative: what comes back to it. */
  readonly moving?: { readonly lineId: string; readonly amount: Money } | undefined;
  readonly since?: Day;
}

/**
 * Shares the grant; the nodes are locked by id, as everywhere. Answers what the successor may lend.
 * Throws `renewal-closed`, and `renewal-room-lent` when what comes back to a predecessor is lent.
 * @param since when that lies in the past, the grant is divided from that day on by the most that
 *   the predecessors owed since, so that nobody lends what another had lent.
 */
export async function shareAmount(
  context: Context,
  item: Item<unknown>,
  { predecessors, successor, granted, moving, since = context.today }: Sharing,
): Promise<Money> {
  const nodes = new Map<string, LimitNode>();
  const lines = [...predecessors, successor];
  for (const line of lines.sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1))) {
    const node = await lockedNode(context, line);
    // What moves is repaid, or owed again, in this transaction.
    const by = moving?.lineId === line.id ? moving.amount : Money.zero;
    const outstanding = node.outstanding.minus(by);
    const consumed = node.revolving === 'R' ? node.consumed.minus(by) : node.consumed;
    nodes.set(line.id, { ...node, outstanding, consumed });
  }
  const at = ({ id }: Placed): LimitNode => nodes.get(id) as LimitNode;
  const { id: lineId } = successor;
  const next = at(successor);
  if (next.state === 'CLOSED') throw new Failure(no['renewal-closed'], { lineId });
  const [nearest] = predecessors;
  const why = termCause(context, item, `续授信：${lineId} 接续 ${nearest?.id ?? ''}`);
  let given = next;
  if (since < context.today && nearest) {
    const then = { ...why, valueOn: since };
    const nodeIds = predecessors.map(({ nodeId }) => nodeId);
    const used = await usedOverTime(context.tx, nodeIds);
    const most = peakSince([...used.values()], since).minus(moving?.amount ?? Money.zero);
    if (at(nearest).state === 'ACTIVE') {
      const own = peakSince([used.get(nearest.nodeId) ?? []], since);
      nodes.set(nearest.id, await keep(context, at(nearest), own, then));
    }
    given = await giveRoom(context, given, { granted, owed: most }, then);
  }
  const owed = Money.sum(predecessors.map((one) => at(one).outstanding));
  const { today } = context;
  const secured = limitOn(roomOf(granted, owed), securingBefore(next.terms, owed), today);
  const room = Money.min(roomOf(granted, owed), secured);
  const had = Money.min(next.granted, limitOn(next.granted, next.terms, today));
  const lent = next.consumed.plus(next.reserved);
  if (room.lessThan(lent) && room.lessThan(had)) {
    const shortBy = lent.minus(room);
    throw new Failure(no['renewal-room-lent'], { lineId, granted, owed, lent, shortBy });
  }
  for (const one of predecessors) await keep(context, at(one), at(one).outstanding, why);
  await giveRoom(context, given, { granted, owed }, why);
  return room;
}

/**
 * Principal of a line that was renewed is owed again: the line that lends today has so much less.
 * Throws `renewal-room-lent` when it has lent it already.
 */
export async function shareBack(
  context: Context,
  item: Item<unknown>,
  { lineId }: Pick<Drawdown, 'lineId'>,
  principal: Money,
): Promise<void> {
  const { tx } = context;
  const drawnOn = await lockLineById(tx, lineId);
  const line = drawnOn?.parentLineId ? await lockLineById(tx, drawnOn.parentLineId) : drawnOn;
  let last = line;
  while (last && last.successorId !== null) last = await lockLineById(tx, last.successorId);
  if (!line || !last || last.id === line.id || last.renewedAmount === undefined) return;
  // What is closed lends nothing, and has nothing to give back. Read and not locked: locks are
  // taken below, in the order of everybody.
  if ((await readNodes(tx, [last.nodeId])).get(last.nodeId)?.state === 'CLOSED') return;
  const predecessors = await predecessorsOf(context, last);
  const moving = { lineId: line.id, amount: principal.negated() };
  const granted = last.renewedAmount;
  await shareAmount(context, item, { predecessors, successor: last, granted, moving });
}
