/**
 * The short way for a batch of drawings that will most likely all fit, which is the common case and
 * the hot one: the journal is written before the locks and the counters are moved without waiting
 * for the answer, so the root is held for as short as can be. The same rules then decide every step
 * on the locked rows, and whatever they decide otherwise than was written undoes the transaction.
 */
import { Money, isFailure } from '../kernel/index.ts';
import { NotAsExpected } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import type { LimitNode, Movement } from './model.ts';
import { apply, decide } from './rules/engine.ts';
import type { LimitBook } from './rules/headroom.ts';
import type { Leaf } from './shapes.ts';
import { guessLeaf, guessTouched, rootsOf, stillSo } from './shapes.ts';
import type { JournalledMovement } from './store.ts';
import {
  addDrawnTo,
  journalMovements,
  lockHardNodes,
  lockReservationsOf,
  readNodes,
} from './store.ts';
import type { Take, Taken } from './take.ts';

interface Expected {
  readonly takes: readonly Take[];
  readonly journal: readonly JournalledMovement[];
  /** What each HARD node will have drawn more. */
  readonly drawn: ReadonlyMap<string, Money>;
}

function leavesOf(takes: readonly Take[]): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  for (const { step } of takes) {
    if (step.kind !== 'draw' || step.of !== undefined) throw new NotAsExpected('not a plain draw');
    if (leaves.has(step.nodeId)) continue;
    const leaf = guessLeaf(step.nodeId);
    if (!leaf) throw new NotAsExpected('a node not seen before');
    leaves.set(step.nodeId, leaf);
  }
  return leaves;
}

/** What the steps write when every one is admitted: a drawing consumes its amount everywhere. */
function expect(takes: readonly Take[]): Expected {
  const leaves = leavesOf(takes);
  const drawn = new Map<string, Money>();
  const journal = takes.map(({ step, sourceId, operationId }): JournalledMovement => {
    if (step.kind !== 'draw') throw new NotAsExpected('not a plain draw');
    const { amount, valueOn, nodeId } = step;
    const leaf = leaves.get(nodeId) as Leaf;
    for (const id of leaf.hardIds) drawn.set(id, (drawn.get(id) ?? Money.zero).plus(amount));
    const movement: Movement = {
      kind: 'draw',
      nodeId,
      amount,
      reserved: Money.zero,
      outstanding: amount,
      drawn: amount,
      consumed: new Map(leaf.hardIds.map((id) => [id, amount])),
      valueOn,
      reservationId: undefined,
    };
    return { movement, leaf, hardIds: leaf.hardIds, sourceId, operationId };
  });
  return { takes, journal, drawn };
}

const sameMovement = (a: Movement, b: Movement, hardIds: readonly string[]): boolean =>
  a.reserved.equals(b.reserved) &&
  a.outstanding.equals(b.outstanding) &&
  a.drawn.equals(b.drawn) &&
  hardIds.every((id) => a.consumed.get(id)?.equals(b.consumed.get(id) ?? Money.zero));

/** Decides on the locked nodes and holds every decision against what was already written. */
function confirm({ takes, journal, drawn }: Expected, nodes: Map<string, LimitNode>): Taken[] {
  const book: LimitBook = { nodes, reservations: new Map() };
  const before = new Map(nodes);
  const taken = takes.map(({ step }, i): Taken => {
    const decision = decide(book, step);
    const written = journal[i] as JournalledMovement;
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
  at: { readonly now: Date },
): Promise<Taken[]> {
  const expected = expect(takes);
  const leaves = takes.flatMap(({ step }) => ('nodeId' in step ? step.nodeId : []));
  const guess = guessTouched([...new Set(leaves)]);
  if (!guess) throw new NotAsExpected('a node not seen before');
  const [, soft, runOut, nodes] = await Promise.all([
    journalMovements(tx, expected.journal, at.now),
    guess.soft.length > 0 ? readNodes(tx, guess.soft) : new Map<string, LimitNode>(),
    lockReservationsOf(tx, [], rootsOf(leaves), at.now),
    lockHardNodes(tx, guess.hard),
    addDrawnTo(tx, expected.drawn),
  ]);
  if (runOut.size > 0) throw new NotAsExpected('a reservation has run out');
  for (const [id, node] of soft) nodes.set(id, node);
  if (nodes.size < guess.hard.length + guess.soft.length || !stillSo(nodes.values())) {
    throw new NotAsExpected('the tree has changed');
  }
  return confirm(expected, nodes);
}
