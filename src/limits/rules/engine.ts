/**
 * The limit engine: pure decisions over a book of nodes and reservations. The database path and the
 * trial calculation `limit-scenario` decide with this same code. A step is decided against every
 * node that takes part, then applied, so that the next step of a batch sees its effect.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import type { LimitNode, Movement, Reservation } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import type { Allowance } from './allowance.ts';
import { allowancesUsed } from './allowance.ts';
import type { LimitBook } from './headroom.ts';
import {
  allowedRoom,
  participants,
  refuseAll,
  refuseAmount,
  refuseClosed,
  roomsOf,
} from './headroom.ts';
import { refuseClosedThen, refusePast } from './past-days.ts';
import type { Step } from './step.ts';
import { bucketsAfter, leftInBucket, refuseTenor } from './tenor.ts';
import { refuseUseAfter } from './use-after.ts';

export type { Step } from './step.ts';

/** Why a reservation cannot be drawn on or given back (any more). */
export function refuseReservation(
  reservation: Reservation | undefined,
  nodeId?: string,
): Failure | undefined {
  if (!reservation) return new Failure(no['reservation-missing']);
  const facts = { reservationId: reservation.id };
  if (nodeId !== undefined && reservation.nodeId !== nodeId) {
    return new Failure(no['reservation-other-node'], facts);
  }
  if (reservation.state === 'POSTED') return new Failure(no['reservation-posted'], facts);
  if (reservation.state === 'RELEASED') return new Failure(no['reservation-released'], facts);
  if (reservation.state === 'EXPIRED') return new Failure(no['reservation-expired'], facts);
  return undefined;
}

interface Change {
  readonly reserved: Money;
  readonly outstanding: Money;
  readonly drawn: Money;
}

interface Undoing {
  /** A draw is undone. */
  readonly reversal?: boolean;
  /** A repayment is undone, and this is what it gave back where limits revolve within the day. */
  readonly restored?: ReadonlyMap<string, Money> | undefined;
}

const nothing = Money.zero;

/** What a node consumes more (or less) for the change, given what its child contributes. */
function consumedBy(
  node: LimitNode,
  change: Change,
  contributed: Money,
  day: Day,
  { reversal = false, restored }: Undoing,
): Money {
  if (node.revolving === 'R') return contributed;
  // Nothing is drawn anew; within the day it counts again what the repayment had given back.
  if (restored) return node.revolving === 'NR' ? nothing : (restored.get(node.id) ?? nothing);
  if (node.revolving === 'NR' || reversal || !change.drawn.isZero()) return change.drawn;
  if (node.sameDayOn !== day) return Money.zero;
  return Money.min(change.outstanding.negated(), node.sameDayRestorable).negated();
}

/**
 * The change of `consumed` on every node of a path, on the caps carried there and above those. A
 * parent's consumption is the sum of what its children contribute; a non-revolving node counts what
 * was ever drawn, whatever came back.
 * @param contributed to the first node of the path.
 */
export function consumedAbove(
  book: LimitBook,
  path: readonly string[],
  contributed: Money,
  change: Change,
  day: Day,
  undoing: Undoing = {},
): Map<string, Money> {
  const result = new Map<string, Money>();
  const climb = (up: readonly string[], first: Money): void => {
    let reaching = first;
    for (const id of up) {
      const node = book.nodes.get(id);
      // A node above both the leaf and one of its caps counts the movement once.
      if (!node || result.has(id)) return;
      const own = consumedBy(node, change, reaching, day, undoing);
      result.set(id, own);
      reaching = node.contribution === 'outstanding' ? change.outstanding : own;
    }
  };
  climb(path, contributed);
  for (const id of path) {
    for (const cap of book.nodes.get(id)?.caps ?? []) {
      const below = book.nodes.get(id);
      const own = result.get(id) ?? Money.zero;
      climb(
        book.nodes.get(cap)?.path ?? [],
        below?.contribution === 'outstanding' ? change.outstanding : own,
      );
    }
  }
  return result;
}

/** Decides one step against the book: the movement it makes, or every reason against it. */
export function decide(book: LimitBook, step: Step): Movement | Failure {
  if (!('nodeId' in step)) return decideRelease(book, step);
  const leaf = book.nodes.get(step.nodeId);
  if (!leaf) return new Failure(no['node-missing'], { nodeId: step.nodeId });
  switch (step.kind) {
    case 'reserve':
      return decideReserve(book, leaf, step);
    case 'draw':
      return decideDraw(book, leaf, step);
    case 'repay':
      return decideRepay(book, leaf, step);
    case 'unpay':
      return decideUnpay(book, leaf, step);
    case 'reverse':
      return decideReverse(book, leaf, step);
  }
}

type StepOf<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;
type ReleaseStep = Exclude<Step, { readonly nodeId: string }>;

function movement(
  book: LimitBook,
  leaf: LimitNode,
  step: {
    kind: Step['kind'];
    amount: Money;
    valueOn: Day;
    tenorDays?: number | undefined;
    restored?: Undoing['restored'];
  },
  change: Change,
  reservation: Pick<Reservation, 'id' | 'tenorDays'> | undefined,
): Movement {
  const undoing = { reversal: step.kind === 'reverse', restored: step.restored };
  return {
    nodeId: leaf.id,
    kind: step.kind,
    amount: step.amount,
    ...change,
    consumed: consumedAbove(book, leaf.path, change.outstanding, change, step.valueOn, undoing),
    valueOn: step.valueOn,
    reservationId: reservation?.id,
    tenorDays: step.tenorDays,
    heldTenorDays: reservation?.tenorDays,
  };
}

function decideReserve(
  book: LimitBook,
  leaf: LimitNode,
  step: StepOf<'reserve'>,
): Movement | Failure {
  const nodes = participants(book, leaf);
  const refusal = refuseAll(
    refuseClosed(nodes, step.valueOn, step.amount),
    // Without a tenor the buckets are asked when it is drawn.
    step.tenorDays === undefined ? undefined : refuseTenor(nodes, step.amount, step.tenorDays),
    refuseAmount(nodes, step.amount, Money.zero, roomsOf(book, leaf)),
  );
  if (refusal) return refusal;
  const change = { reserved: step.amount, outstanding: nothing, drawn: nothing };
  const { reservationId: id, tenorDays } = step;
  return movement(book, leaf, step, change, { id, tenorDays });
}

function refuseUnusable(
  reservation: Reservation | undefined,
  leaf: LimitNode,
  { of, amount, spill }: StepOf<'draw'>,
): Failure | undefined {
  if (of === undefined) return undefined;
  const refusal = refuseReservation(reservation, leaf.id);
  if (refusal || !reservation) return refusal ?? new Failure(no['reservation-missing']);
  const { id: reservationId, amount: reserved } = reservation;
  if (amount.atMost(reserved) || spill === true) return undefined;
  return new Failure(no['reservation-exceeded'], {
    reservationId,
    reserved,
    requested: amount,
    shortBy: amount.minus(reserved),
    smallestAdmissible: reserved,
  });
}

function decideDraw(book: LimitBook, leaf: LimitNode, step: StepOf<'draw'>): Movement | Failure {
  const nodes = participants(book, leaf);
  const { allowances } = step;
  const reservation = step.of === undefined ? undefined : book.reservations.get(step.of);
  const usable = reservation && !refuseReservation(reservation, leaf.id) ? reservation : undefined;
  const unusable = refuseUnusable(reservation, leaf, step);
  const held = usable?.amount ?? nothing;
  const beyond = Money.max(step.amount.minus(held), nothing);
  const room = roomsOf(book, leaf);
  const refusal = refuseAll(
    refuseClosed(nodes, step.valueOn, step.amount),
    step.past && refuseClosedThen(book, step.past, step),
    refuseTenor(nodes, step.amount, step.tenorDays, { held: usable, allowances }),
    unusable,
    // What a reservation does not cover is not asked of the headroom where it may not spill.
    unusable || beyond.isZero()
      ? undefined
      : refuseAmount(nodes, beyond, held, allowedRoom(room, allowances)),
    step.past && refusePast(book, step.past, step),
  );
  if (refusal) return refusal;
  const change = { reserved: held.negated(), outstanding: step.amount, drawn: step.amount };
  const drawn = movement(book, leaf, step, change, usable);
  if (!allowances) return drawn;
  const at = (one: Allowance): LimitNode => book.nodes.get(one.nodeId) ?? leaf;
  const exceeded = allowancesUsed(
    allowances,
    ({ bucketDays }) => (bucketDays === undefined ? beyond : step.amount),
    (one) =>
      one.bucketDays === undefined ? room(at(one)) : leftInBucket(at(one), one.bucketDays, usable),
  );
  return { ...drawn, exceeded };
}

function decideRepay(book: LimitBook, leaf: LimitNode, step: StepOf<'repay'>): Movement | Failure {
  if (step.amount.moreThan(leaf.outstanding)) {
    return new Failure(no['repayment-exceeds-outstanding'], {
      nodeId: leaf.id,
      outstanding: leaf.outstanding,
      requested: step.amount,
      shortBy: step.amount.minus(leaf.outstanding),
      smallestAdmissible: leaf.outstanding,
    });
  }
  const change = { reserved: nothing, outstanding: step.amount.negated(), drawn: nothing };
  return movement(book, leaf, step, change, undefined);
}

/** Whatever the state: the debt is there. Only a node that counts more than before needs room. */
function decideUnpay(book: LimitBook, leaf: LimitNode, step: StepOf<'unpay'>): Movement | Failure {
  const nodes = participants(book, leaf);
  const { amount, tenorDays, restored = new Map() } = step;
  const change = { reserved: nothing, outstanding: amount, drawn: nothing };
  const back = movement(book, leaf, { ...step, restored }, change, undefined);
  // Nodes count different parts of it, so what would be is held against the limits.
  const after: LimitBook = { ...book, nodes: new Map(book.nodes) };
  apply(after, back);
  return (
    (tenorDays === undefined ? undefined : refuseTenor(nodes, amount, tenorDays)) ??
    refuseUseAfter(book, after, nodes, amount) ??
    back
  );
}

function decideRelease(book: LimitBook, step: ReleaseStep): Movement | Failure {
  const reservation = book.reservations.get(step.of);
  const refusal = refuseReservation(reservation);
  if (refusal || !reservation) return refusal ?? new Failure(no['reservation-missing']);
  const leaf = book.nodes.get(reservation.nodeId);
  if (!leaf) return new Failure(no['node-missing'], { nodeId: reservation.nodeId });
  const amount = Money.min(step.amount ?? reservation.amount, reservation.amount);
  const change = { reserved: amount.negated(), outstanding: nothing, drawn: nothing };
  return movement(book, leaf, { ...step, amount }, change, reservation);
}

function decideReverse(
  book: LimitBook,
  leaf: LimitNode,
  step: StepOf<'reverse'>,
): Movement | Failure {
  if (step.amount.moreThan(leaf.outstanding)) {
    return new Failure(no['draw-partly-repaid'], {
      nodeId: leaf.id,
      outstanding: leaf.outstanding,
      requested: step.amount,
    });
  }
  const reservation =
    step.restore === true && step.of !== undefined ? book.reservations.get(step.of) : undefined;
  if (reservation && reservation.nodeId !== leaf.id) {
    return new Failure(no['reservation-other-node'], { reservationId: reservation.id });
  }
  // Never more than comes back, or a reversal could take headroom that nobody checked.
  const back = reservation ? Money.min(reservation.used, step.amount) : nothing;
  const change = {
    reserved: back,
    outstanding: step.amount.negated(),
    drawn: step.amount.negated(),
  };
  return movement(book, leaf, step, change, back.isZero() ? undefined : reservation);
}

/** What was held comes back before what is drawn takes its place. */
function bucketsMoved(node: LimitNode, m: Movement): LimitNode['bucketUse'] {
  if (node.terms.buckets.length === 0) return node.bucketUse;
  const bucketUse = bucketsAfter(node, m.heldTenorDays, m.reserved);
  return bucketsAfter({ ...node, bucketUse }, m.tenorDays, m.outstanding);
}

/** What may still be restored of a day's draws on a node that revolves within the day. */
function restorableAfter(node: LimitNode, m: Movement): Partial<LimitNode> {
  if (node.revolving !== 'NRS' || m.outstanding.isZero()) return {};
  // What is dated back to an earlier day, as a reversal is, leaves the latest day as it is.
  if (node.sameDayOn !== undefined && m.valueOn < node.sameDayOn) return {};
  const isSameDay = node.sameDayOn === m.valueOn;
  // A repayment taken back draws nothing: only what it had restored may be restored again.
  const owed = m.kind === 'unpay' ? (m.consumed.get(node.id) ?? nothing) : m.outstanding;
  if (m.kind === 'unpay' && !isSameDay) return {};
  const before = isSameDay ? node.sameDayRestorable : nothing;
  return { sameDayOn: m.valueOn, sameDayRestorable: Money.max(before.plus(owed), nothing) };
}

/**
 * What counts less leaves more room. So does a repayment taken back where the limit above does not
 * revolve: that one counts the same as before, and the child keeps less from it than it did.
 */
function easedAfter({ id, easedOn }: LimitNode, { kind, consumed, valueOn }: Movement) {
  const by = consumed.get(id) ?? nothing;
  const eases = by.isNegative() || (kind === 'unpay' && by.isPositive());
  return eases && (easedOn === undefined || valueOn > easedOn) ? valueOn : easedOn;
}

/** The node after the movement. */
function moved(node: LimitNode, m: Movement): LimitNode {
  const consumed = node.consumed.plus(m.consumed.get(node.id) ?? nothing);
  return {
    ...node,
    outstanding: node.outstanding.plus(m.outstanding),
    drawn: node.drawn.plus(m.drawn),
    reserved: node.reserved.plus(m.reserved),
    consumed,
    bucketUse: bucketsMoved(node, m),
    easedOn: easedAfter(node, m),
    ...restorableAfter(node, m),
  };
}

function resolved(reservation: Reservation, m: Movement): Reservation {
  switch (m.kind) {
    case 'draw':
      return {
        ...reservation,
        used: Money.min(m.amount, reservation.amount),
        state: 'POSTED',
      };
    case 'release':
    case 'expire': {
      const rest = reservation.amount.minus(m.amount);
      if (rest.isPositive()) return { ...reservation, amount: rest };
      return { ...reservation, state: m.kind === 'expire' ? 'EXPIRED' : 'RELEASED' };
    }
    case 'reverse':
      return { ...reservation, amount: m.reserved, used: nothing, state: 'PENDING' };
    case 'reserve':
    case 'repay':
    case 'unpay':
    case 'leave':
    case 'join':
      return reservation;
  }
}

/** Applies a decided movement to the book. */
export function apply(book: LimitBook, m: Movement): void {
  for (const id of m.consumed.keys()) {
    const node = book.nodes.get(id);
    if (node) book.nodes.set(id, moved(node, m));
  }
  if (m.reservationId === undefined || m.kind === 'reserve') return;
  const reservation = book.reservations.get(m.reservationId);
  if (reservation) book.reservations.set(reservation.id, resolved(reservation, m));
}

/** The expiry of every open reservation whose instant has come, oldest first. */
export function dueExpiries(book: LimitBook, now: Date, valueOn: Day): Step[] {
  return [...book.reservations.values()]
    .filter((r) => r.state === 'PENDING' && r.expiresAt <= now)
    .sort((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime() || (a.id < b.id ? -1 : 1))
    .map((r) => ({ kind: 'expire', of: r.id, valueOn }));
}
