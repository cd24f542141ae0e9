/**
 * Puts a node below another one while it is used (移挂): what its movements had put on the limits
 * above leaves them, and what it counts for joins the new ones, which must admit it like a draw.
 * Both are movements of the journal, so past days stay as they were.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import type { LimitNode, Movement, Reservation } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import { sharesHeadroom } from './dated-terms.ts';
import { apply, consumedAbove } from './engine.ts';
import type { LimitBook } from './headroom.ts';
import { fencedIn, participants, refuseClosed } from './headroom.ts';
import { bucketFor, bucketsAfter, refuseTenor } from './tenor.ts';
import { refuseUseAfter } from './use-after.ts';

/** What the journal says of one node of the subtree by itself, without what is below it. */
export interface MovingLeaf {
  readonly nodeId: string;
  readonly drawn: Money;
  /** Something was drawn, also when it came back. */
  readonly everDrawn: boolean;
  /** What its movements had each node consume; SOFT ones may be left out. */
  readonly consumed: ReadonlyMap<string, Money>;
  /** What is outstanding, by tenor. */
  readonly principal: readonly {
    readonly tenorDays: number | undefined;
    readonly amount: Money;
  }[];
  /** Open reservations. */
  readonly held: readonly Pick<Reservation, 'id' | 'amount' | 'tenorDays'>[];
}

export interface Moving {
  readonly node: LimitNode;
  readonly parent: LimitNode;
  /** The node and all below it; the book has them too, and whatever their movements touch. */
  readonly subtree: readonly LimitNode[];
  readonly leaves: readonly MovingLeaf[];
  readonly day: Day;
}

export interface Moved {
  /** What leaves, then what joins. */
  readonly movements: readonly Movement[];
  /** The subtree with its new paths. */
  readonly subtree: readonly LimitNode[];
}

type Cause = 'root' | 'same' | 'below' | 'cap' | 'same-day';

/**
 * A limit that something else says the place of too is moved with that: a line is in a segment of
 * credit, a segment in an agreement. Only limits that stand for themselves are moved alone.
 */
export function refuseOwnMove({ id: nodeId, kind, subjectId }: LimitNode): Failure | undefined {
  if (subjectId === undefined) return undefined;
  if (kind === 'ENTERPRISE_LINE' || kind === 'PRODUCT_SUBLINE') {
    return new Failure(no['move-with-line'], { nodeId, subjectId, operation: 'credit.move-line' });
  }
  if (kind !== 'SEGMENT') return undefined;
  return new Failure(no['move-impossible'], { nodeId, subjectId, cause: 'agreement' });
}

/** What reaches a node through its parents: all that a movement on it touches but itself. */
const above = (book: LimitBook, parentId: string | undefined): LimitNode[] => {
  const parent = book.nodes.get(parentId ?? '');
  return parent ? participants(book, parent) : [];
};

/**
 * A cap that the subtree carries itself, on a path that is left or joined, would count the same
 * use by another way than before; and what is drawn and repaid within one day of a limit that
 * revolves within the day cannot be told for another place.
 */
function impossible(
  book: LimitBook,
  moving: Moving,
  before: readonly LimitNode[],
  after: readonly LimitNode[],
): Cause | undefined {
  const { node, parent, subtree, leaves } = moving;
  if (node.kind === 'ZONE') return 'root';
  if (node.parentId === parent.id) return 'same';
  if (parent.path.includes(node.id)) return 'below';
  const common = new Set(parent.path.filter((id) => node.path.includes(id)));
  const changed = [...before, ...after].filter((one) => !common.has(one.id));
  const carried = new Set(
    subtree.flatMap((one) => one.caps.flatMap((cap) => book.nodes.get(cap)?.path ?? [])),
  );
  if (changed.some((one) => carried.has(one.id))) return 'cap';
  if (!leaves.some((leaf) => leaf.everDrawn)) return undefined;
  return [...before, ...after].some((one) => one.revolving === 'NRS') ? 'same-day' : undefined;
}

/** Every bucket that is joined must be long enough and have room for all that comes. */
export function refuseBuckets(
  joined: readonly LimitNode[],
  leaves: readonly MovingLeaf[],
): Failure | undefined {
  const principal = leaves.flatMap((leaf) => leaf.principal);
  const held = leaves.flatMap((leaf) => leaf.held);
  const parts = [...principal, ...held].filter((one) => one.amount.isPositive());
  const bucketed = joined.filter(
    (one) => one.enforcement === 'HARD' && one.terms.buckets.length > 0,
  );
  const untold = principal.find((one) => one.tenorDays === undefined && one.amount.isPositive());
  const tooLong = parts.find(({ tenorDays }) =>
    bucketed.some((one) => tenorDays !== undefined && !bucketFor(one.terms.buckets, tenorDays)),
  );
  const first = untold ?? tooLong;
  if (first) return refuseTenor(bucketed, first.amount, first.tenorDays);
  let nodes: readonly LimitNode[] = bucketed;
  for (const { amount, tenorDays } of parts) {
    if (tenorDays === undefined) continue;
    const full = refuseTenor(nodes, amount, tenorDays);
    if (full) return full;
    nodes = nodes.map((one) => ({ ...one, bucketUse: bucketsAfter(one, tenorDays, amount) }));
  }
  return undefined;
}

/** What a leaf contributes at a node above it to what is above that node. */
export function contributionOf(book: LimitBook, node: LimitNode, leaf: MovingLeaf): Money {
  const outstanding = Money.sum(leaf.principal.map((one) => one.amount));
  const path = book.nodes.get(leaf.nodeId)?.path ?? [];
  let reaching = outstanding;
  for (const id of path.slice(0, path.indexOf(node.id) + 1)) {
    const one = book.nodes.get(id) as LimitNode;
    const counted = one.revolving === 'NR' ? leaf.drawn : reaching;
    const own = one.enforcement === 'HARD' ? (leaf.consumed.get(id) ?? Money.zero) : counted;
    reaching = one.contribution === 'outstanding' ? outstanding : own;
  }
  return reaching;
}

/** The movements by which a leaf leaves the nodes above, or joins others. */
export function transfers(
  kind: 'leave' | 'join',
  { nodeId, drawn, principal, held }: MovingLeaf,
  consumed: ReadonlyMap<string, Money>,
  valueOn: Day,
): Movement[] {
  const signed = (amount: Money): Money => (kind === 'leave' ? amount.negated() : amount);
  const none = new Map([...consumed.keys()].map((id) => [id, Money.zero]));
  const nothing = { reserved: Money.zero, outstanding: Money.zero, drawn: Money.zero };
  const plain = { nodeId, kind, valueOn, ...nothing };
  const parts = drawn.isZero() ? [] : principal.length > 0 ? principal : [noPrincipal];
  return [
    ...parts.map(({ amount, tenorDays }, i): Movement => ({
      ...plain,
      amount,
      outstanding: signed(amount),
      // What was drawn and consumed has no tenor; it goes with the first part.
      drawn: i === 0 ? signed(drawn) : Money.zero,
      consumed: i === 0 ? new Map([...consumed].map(([id, sum]) => [id, signed(sum)])) : none,
      reservationId: undefined,
      tenorDays,
      heldTenorDays: undefined,
    })),
    ...held.map(({ id, amount, tenorDays }): Movement => ({
      ...plain,
      amount,
      reserved: signed(amount),
      consumed: none,
      reservationId: id,
      tenorDays: undefined,
      heldTenorDays: tenorDays,
    })),
  ];
}

const noPrincipal = { amount: Money.zero, tenorDays: undefined };

/** The book as it stands after the move; nothing of the given one changes. */
function bookAfter(
  book: LimitBook,
  subtree: readonly LimitNode[],
  movements: readonly Movement[],
): LimitBook {
  const nodes = new Map(book.nodes);
  for (const one of subtree) nodes.set(one.id, one);
  const after: LimitBook = { nodes, reservations: new Map() };
  for (const one of movements) apply(after, one);
  return { ...after, fenced: fencedIn(nodes.values()) };
}

/** The subtree below its new parent. */
function placed({ node, parent, subtree }: Moving): LimitNode[] {
  return subtree.map((one) => ({
    ...one,
    ...(one.id === node.id ? { parentId: parent.id } : {}),
    path: [...one.path.slice(0, one.path.indexOf(node.id) + 1), ...parent.path],
    depth: one.depth - node.depth + parent.depth + 1,
  }));
}

/** Decides a move: every reason against it, or what it moves. */
export function decideMove(book: LimitBook, moving: Moving): Failure | Moved {
  const { node, parent, leaves, day } = moving;
  const before = above(book, node.parentId);
  const after = above(book, parent.id);
  const cause = impossible(book, moving, before, after);
  if (cause) {
    return new Failure(no['move-impossible'], { nodeId: node.id, parentId: parent.id, cause });
  }
  if (sharesHeadroom(node.terms) && parent.enforcement === 'SOFT') {
    return new Failure(no['parent-soft'], { nodeId: node.id, parentId: parent.id });
  }
  const contributions = leaves.map((leaf) => contributionOf(book, node, leaf));
  const held = leaves.flatMap((leaf) => leaf.held.map((one) => one.amount));
  const requested = Money.sum([...contributions, ...held]);
  const fresh = after.filter((one) => !before.includes(one));
  const refusal = refuseClosed(fresh, day, requested) ?? refuseBuckets(fresh, leaves);
  if (refusal) return refusal;
  const left = leaves.flatMap((leaf) => {
    const sums = before.map(({ id }): [string, Money] => [id, leaf.consumed.get(id) ?? Money.zero]);
    return transfers('leave', leaf, new Map(sums), day);
  });
  const joined = leaves.flatMap((leaf, i) => {
    const outstanding = Money.sum(leaf.principal.map((one) => one.amount));
    const change = { outstanding, drawn: leaf.drawn, reserved: Money.zero };
    const contributed = contributions[i] ?? Money.zero;
    const sums = consumedAbove(book, parent.path, contributed, change, day);
    return transfers('join', leaf, sums, day);
  });
  const movements = [...left, ...joined];
  const subtree = placed(moving);
  const then = bookAfter(book, subtree, movements);
  return refuseUseAfter(book, then, after, requested) ?? { movements, subtree };
}
