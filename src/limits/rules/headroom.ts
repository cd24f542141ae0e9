/**
 * What may still be drawn: every constraint of a path is evaluated, every binding one is named, and
 * what is merely held by reservations is told apart from what is used up.
 */
import type { Day } from '../../kernel/index.ts';
import type { Refusal } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import type { Binding, BindingCause, ClosedCause, LimitNode, Reservation } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import type { Allowance } from './allowance.ts';
import { withAllowances } from './allowance.ts';
import type { Siblings } from './borrowing.ts';
import { roomsAlong } from './borrowing.ts';
import { ringFences, toleranceOn } from './dated-terms.ts';

/** What a batch has loaded. Values are immutable; applying a movement replaces them. */
export interface LimitBook {
  readonly nodes: Map<string, LimitNode>;
  readonly reservations: Map<string, Reservation>;
  /** By parent: the children that keep something from their siblings. Absent: there are none. */
  readonly fenced?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** By parent: ids of the children that keep something from their siblings, or whose children do. */
export function fencedIn(nodes: Iterable<LimitNode>): Map<string, string[]> {
  const byId = new Map([...nodes].map((node) => [node.id, node]));
  const fenced = new Map<string, string[]>();
  for (const { id, terms, path } of byId.values()) {
    if (!ringFences(terms)) continue;
    for (const [i, child] of [id, ...path.slice(1)].entries()) {
      const parent = path[i + 1];
      if (parent === undefined) break;
      const known = fenced.get(parent) ?? [];
      if (known.includes(child)) break;
      fenced.set(parent, [...known, child]);
    }
  }
  return fenced;
}

/** What a node lets through; where nobody lends or borrows, what is available and tolerated. */
export type Room = (node: LimitNode) => Money;

/** How much each node that a movement on `leaf` touches lets through. */
export function roomsOf(book: LimitBook, leaf: LimitNode): Room {
  const nodesOf = (path: readonly string[]) => path.flatMap((id) => book.nodes.get(id) ?? []);
  const caps = leaf.path.flatMap((id) => book.nodes.get(id)?.caps ?? []);
  const paths = [leaf.path, ...caps.map((cap) => book.nodes.get(cap)?.path ?? [])];
  const shares = paths.some((path) =>
    path.some(
      (id) => book.fenced?.has(id) === true || book.nodes.get(id)?.terms.borrow !== undefined,
    ),
  );
  if (!shares) return toleratedOf;
  const siblings: Siblings = {
    ringFenced: (nodeId) => nodesOf(book.fenced?.get(nodeId) ?? []),
  };
  const rooms = new Map<string, Money>();
  for (const path of paths) {
    for (const [id, room] of roomsAlong(siblings, nodesOf(path))) {
      if (!rooms.has(id)) rooms.set(id, room);
    }
  }
  return (node) => rooms.get(node.id) ?? toleratedOf(node);
}

/** The rooms with what approved exceptions add to them. */
export const allowedRoom = (room: Room, allowances: readonly Allowance[] | undefined): Room =>
  allowances ? (node) => withAllowances(room(node), node, allowances) : room;

/** limit − consumed − reserved. One function on every path; negative after a cut below use. */
export const availableOf = (node: LimitNode): Money =>
  node.limit.minus(node.consumed).minus(node.reserved);

/** Headroom if all that was repaid were given back (可恢复口径): limit − outstanding − reserved. */
export const reinstatableOf = (node: LimitNode): Money =>
  node.limit.minus(node.outstanding).minus(node.reserved);

/** Headroom that repayments did not give back (沉淀额度): reinstatable − available. */
export const strandedOf = (node: LimitNode): Money => node.consumed.minus(node.outstanding);

/** How far use may stand above the limit of the day for which the node was read. */
export const toleranceOf = ({ limit, terms }: LimitNode): Money => toleranceOn(limit, terms);

/** What is available and what is tolerated above: the total use counts, never one draw alone. */
export const toleratedOf = (node: LimitNode): Money => availableOf(node).plus(toleranceOf(node));

/** Why the node takes no new request on that day; the order is that of the refusals. */
export function closedCause(node: LimitNode, day: Day): ClosedCause | undefined {
  if (node.state === 'CLOSED') return 'closed';
  if (node.state === 'FROZEN') return 'frozen';
  if (day < node.startsOn) return 'not-open';
  return node.expiresOn !== undefined && day > node.expiresOn ? 'expired' : undefined;
}

/** The nodes that a movement on `leaf` touches: its path, then its caps with their paths. */
export function participants(book: LimitBook, leaf: LimitNode): LimitNode[] {
  const ids = [...leaf.path];
  for (const id of leaf.path) {
    for (const cap of book.nodes.get(id)?.caps ?? []) {
      for (const above of book.nodes.get(cap)?.path ?? []) {
        if (!ids.includes(above)) ids.push(above);
      }
    }
  }
  return ids.flatMap((id) => book.nodes.get(id) ?? []);
}

/** The HARD nodes that a movement on a leaf touches, leaf first; looked up once per leaf. */
export function hardIdsIn(book: LimitBook): (leaf: LimitNode) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (leaf) => {
    const before = known.get(leaf.id);
    if (before) return before;
    const ids = participants(book, leaf)
      .filter((node) => node.enforcement === 'HARD')
      .map((node) => node.id);
    known.set(leaf.id, ids);
    return ids;
  };
}

export const bindingOf = (node: LimitNode, cause: BindingCause, shortBy: Money): Binding => ({
  nodeId: node.id,
  name: node.name,
  kind: node.kind,
  limit: node.limit,
  used: node.consumed,
  reserved: node.reserved,
  available: availableOf(node),
  shortBy,
  cause,
});

/** The HARD nodes on which `amount` does not fit; what fits without the reservations is `held`. */
function tooSmall(nodes: readonly LimitNode[], amount: Money, room: Room): Binding[] {
  return nodes.flatMap((node) => {
    const available = room(node);
    if (node.enforcement === 'SOFT' || amount.atMost(available)) return [];
    const held = amount.atMost(available.plus(node.reserved));
    return bindingOf(node, held ? 'held' : 'used-up', amount.minus(available));
  });
}

/** The nodes that take nothing on that day; nothing is admitted, so each is short by all of it. */
function closedNodes(nodes: readonly LimitNode[], day: Day, amount: Money): Binding[] {
  return nodes.flatMap((node) => {
    const cause = closedCause(node, day);
    return cause === undefined ? [] : bindingOf(node, cause, amount);
  });
}

export interface Headroom {
  /** The least over all HARD nodes, without tolerance; undefined when none limits. */
  readonly headroom: Money | undefined;
  readonly binding: readonly Binding[];
  /** The largest amount that would be admitted now, tolerance included. */
  readonly smallestAdmissible: Money | undefined;
}

const oneFen = Money.of('0.01');

/**
 * Evaluates every constraint and names all that bind.
 * @param amount asked for; without it the binding nodes are those with the least headroom.
 * @param day of the request: a node that takes nothing on it leaves no headroom at all.
 * @param room of each node, where siblings lend and borrow.
 */
export function headroomOf(
  nodes: readonly LimitNode[],
  amount?: Money,
  day?: Day,
  room: Room = toleratedOf,
): Headroom {
  const closed = day === undefined ? [] : closedNodes(nodes, day, amount ?? oneFen);
  if (closed.length > 0) {
    return { headroom: Money.zero, binding: closed, smallestAdmissible: Money.zero };
  }
  const hard = nodes.filter((node) => node.enforcement === 'HARD');
  if (hard.length === 0) {
    return { headroom: undefined, binding: [], smallestAdmissible: undefined };
  }
  const least = (amounts: readonly Money[]): Money => amounts.reduce((a, b) => Money.min(a, b));
  const admissible = least(hard.map(room));
  return {
    headroom: least(hard.map((node) => room(node).minus(toleranceOf(node)))),
    binding: tooSmall(hard, amount ?? admissible.plus(oneFen), room),
    smallestAdmissible: Money.max(admissible, Money.zero),
  };
}

/**
 * The refusal of an amount, with every node that binds.
 * @param held already set aside for this request, so that it need not fit again.
 */
export function refuseAmount(
  nodes: readonly LimitNode[],
  amount: Money,
  held: Money = Money.zero,
  room: Room = toleratedOf,
): Failure | undefined {
  const { binding, headroom, smallestAdmissible } = headroomOf(nodes, amount, undefined, room);
  if (binding.length === 0) return undefined;
  return new Failure(no['limit-exceeded'], {
    requested: amount.plus(held),
    headroom,
    smallestAdmissible: smallestAdmissible?.plus(held),
    heldByReservations: binding.every((b) => b.cause === 'held'),
    binding,
  });
}

const closedRefusals: readonly [ClosedCause, Refusal][] = [
  ['closed', no['limit-closed']],
  ['frozen', no['limit-frozen']],
  ['not-open', no['limit-not-open']],
  ['expired', no['limit-expired']],
];

/** The refusal by a state or a date: the strongest gives the code, all are named. */
export function refuseClosed(
  nodes: readonly LimitNode[],
  day: Day,
  amount: Money,
): Failure | undefined {
  if (!nodes.some((node) => closedCause(node, day) !== undefined)) return undefined;
  const binding = closedNodes(nodes, day, amount);
  for (const [cause, refusal] of closedRefusals) {
    const first = binding.find((one) => one.cause === cause);
    const node = first && nodes.find((one) => one.id === first.nodeId);
    if (!node) continue;
    const { id: nodeId, name, kind: nodeKind, startsOn, expiresOn } = node;
    const facts = { nodeId, name, nodeKind, startsOn, expiresOn };
    return new Failure(refusal, { ...facts, smallestAdmissible: Money.zero, binding });
  }
  return undefined;
}

/**
 * One refusal of all that stands against a request, every reason having been asked: the first gives
 * the code and its facts, all name what binds, and what they admit together is the least of them.
 */
export function refuseAll(...reasons: readonly (Failure | undefined)[]): Failure | undefined {
  const all = reasons.filter((one) => one !== undefined);
  const [first] = all;
  if (!first || all.length === 1) return first;
  const admitted = all.flatMap(({ facts }) =>
    facts['smallestAdmissible'] instanceof Money ? facts['smallestAdmissible'] : [],
  );
  const binding = all.flatMap(({ facts }) => (facts['binding'] ?? []) as readonly Binding[]);
  return first.with({
    ...(admitted.length === 0
      ? {}
      : { smallestAdmissible: admitted.reduce((a, b) => Money.min(a, b)) }),
    binding,
  });
}
