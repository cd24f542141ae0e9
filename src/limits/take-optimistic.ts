/**
 * The short way for a batch of drawings that will most likely all fit, which is the common case and
 * the hot one: the journal is written before the locks and the counters are moved without waiting
 * for the answer, so the root is held for as short as can be. The same rules then decide every step
 * on the locked rows, and whatever they decide otherwise than was written undoes the transaction.
 */
import type { Day } from '../kernel/index.ts';
import { Money, isFailure } from '../kernel/index.ts';
import { NotAsExpected } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import type { LimitNode, Movement } from './model.ts';
import { lastSeen, rootsOf } from './last-seen.ts';
import { plainTerms } from './rules/dated-terms.ts';
import type { Step } from './rules/engine.ts';
import { apply, decide } from './rules/engine.ts';
import type { LimitBook } from './rules/headroom.ts';
import { hardIdsIn, participants } from './rules/headroom.ts';
import { wasTighter } from './rules/past-days.ts';
import type { JournalledMovement } from './store.ts';
import { addDrawnTo, journalMovements, lockReservationsOf, lockSeen } from './store.ts';
import type { Take, Taken } from './take.ts';

interface Expected {
  readonly takes: readonly Take[];
  readonly journal: readonly JournalledMovement[];
  /** What each HARD node will have drawn more. */
  readonly drawn: ReadonlyMap<string, Money>;
}

type DrawTake = Take & { readonly step: Extract<Step, { readonly kind: 'draw' }> };

function demandPlain(takes: readonly Take[]): asserts takes is readonly DrawTake[] {
  const other = takes.some(
    ({ step }) => step.kind !== 'draw' || step.of !== undefined || step.allowances !== undefined,
  );
  if (other) throw new NotAsExpected('not a drawing from free headroom');
}

/** What the steps write when every one is admitted: a drawing consumes its amount everywhere. */
function expect(takes: readonly DrawTake[], nodes: Map<string, LimitNode>): Expected {
  const hardOf = hardIdsIn({ nodes, reservations: new Map() });
  const drawn = new Map<string, Money>();
  const journal = takes.map(({ step, sourceId, operationId }): JournalledMovement => {
    const { amount, valueOn, nodeId } = step;
    const leaf = nodes.get(nodeId) as LimitNode;
    const hardIds = hardOf(leaf);
    for (const id of hardIds) drawn.set(id, (drawn.get(id) ?? Money.zero).plus(amount));
    const movement: Movement = {
      kind: 'draw',
      nodeId,
      amount,
      reserved: Money.zero,
      outstanding: amount,
      drawn: amount,
      consumed: new Map(hardIds.map((id) => [id, amount])),
      valueOn,
      reservationId: undefined,
      tenorDays: step.tenorDays,
      heldTenorDays: undefined,
    };
    return { movement, leaf, hardIds, sourceId, operationId };
  });
  return { takes, journal, drawn };
}

const sameMovement = (a: Movement, b: Movement, hardIds: readonly string[]): boolean =>
  a.reserved.equals(b.reserved) &&
  a.outstanding.equals(b.outstanding) &&
  a.drawn.equals(b.drawn) &&
  hardIds.every((id) => a.consumed.get(id)?.equals(b.consumed.get(id) ?? Money.zero));

/** Decides on the locked nodes and holds every decision against what was already written. */
function confirm(
  { takes, journal, drawn }: Expected,
  nodes: Map<string, LimitNode>,
  today: Day,
): Taken[] {
  const book: LimitBook = { nodes, reservations: new Map() };
  const before = new Map(nodes);
  const taken = takes.map(({ step }, i): Taken => {
    const written = journal[i] as JournalledMovement;
    const leaf = step.valueOn < today ? book.nodes.get(written.leaf.id) : undefined;
    if (leaf && wasTighter(participants(book, leaf), step.valueOn, today)) {
      throw new NotAsExpected('dated before there was room');
    }
    const decision = decide(book, step);
    if (isFailure(decision)) throw new NotAsExpected(decision.code);
    if (!sameMovement(written.movement, decision, written.hardIds)) {
      throw new NotAsExpected('another movement');
    }
    apply(book, decision);
    return { movement: decision, leaf: book.nodes.get(decision.nodeId) as LimitNode };
  });
  for (const [id, was] of before) {
    const is = book.nodes.get(id) as LimitNode;
    const more = drawn.get(id) ?? Money.zero;
    const asWritten =
      is.enforcement === 'SOFT' ||
      (is.consumed.equals(was.consumed.plus(more)) &&
        is.drawn.equals(was.drawn.plus(more)) &&
        is.outstanding.equals(was.outstanding.plus(more)) &&
        is.reserved.equals(was.reserved) &&
        is.sameDayOn === was.sameDayOn &&
        is.sameDayRestorable.equals(was.sameDayRestorable));
    if (!asWritten) throw new NotAsExpected('other counters');
  }
  return taken;
}

/**
 * Takes limits for drawings without reservations that are expected to be admitted. Everything is
 * sent to the server before the first answer is awaited.
 * @throws NotAsExpected when one is refused or the tree is not as it was last seen.
 */
export async function takeOptimistically(
  tx: Tx,
  takes: readonly Take[],
  at: { readonly now: Date; readonly today: Day },
): Promise<Taken[]> {
  demandPlain(takes);
  const leaves = takes.map(({ step }) => step.nodeId);
  const seen = lastSeen(tx, leaves);
  if (!seen) throw new NotAsExpected('a node not seen before');
  if ([...seen.values()].some(({ terms, fenced }) => terms !== plainTerms || fenced)) {
    throw new NotAsExpected('a limit with terms of its own');
  }
  const expected = expect(takes, seen);
  journalMovements(tx, expected.journal, at.now);
  const lookingForDue = lockReservationsOf(tx, [], rootsOf(tx, leaves), at.now);
  const locking = lockSeen(tx, seen);
  addDrawnTo(tx, expected.drawn);
  const [due, nodes] = await Promise.all([lookingForDue, locking]);
  if (due.size > 0) throw new NotAsExpected('a reservation has run out');
  if (!nodes) throw new NotAsExpected('the tree has changed');
  return confirm(expected, nodes, at.today);
}
