/**
 * Whether a book as it would be leaves every limit with room: the test of what nodes count by
 * different parts, such as a move or a repayment taken back, where no one amount can be held
 * against all of them.
 */
import { Failure, Money } from '../../kernel/index.ts';
import type { Binding, LimitNode } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import { freeOf } from './borrowing.ts';
import type { LimitBook } from './headroom.ts';
import { availableOf, bindingOf, toleranceOf } from './headroom.ts';

/**
 * How far each HARD node may still be used: what is free, borrowed and tolerated. Nothing is
 * borrowed anew, so no limit is asked whom it lends to.
 */
function roomIn(book: LimitBook, id: string): Money {
  const node = book.nodes.get(id) as LimitNode;
  const siblings = {
    ringFenced: (parent: string) =>
      (book.fenced?.get(parent) ?? []).flatMap((child) => book.nodes.get(child) ?? []),
  };
  const beyond = (node.terms.borrow ?? Money.zero).plus(toleranceOf(node));
  return freeOf(siblings, node).plus(beyond);
}

/**
 * The refusal of what would leave a node short.
 * @param joined the nodes that are asked: whoever is not more burdened than before may stay short.
 * @param requested told as asked for; nothing smaller would be admitted.
 */
export function refuseUseAfter(
  before: LimitBook,
  after: LimitBook,
  joined: readonly LimitNode[],
  requested: Money,
): Failure | undefined {
  const binding = joined.flatMap((node): Binding[] => {
    if (node.enforcement === 'SOFT') return [];
    const then = after.nodes.get(node.id) as LimitNode;
    const room = roomIn(after, node.id);
    // What is short already may stay so, but nothing is put on top of it.
    const unburdened =
      room.atLeast(roomIn(before, node.id)) && availableOf(then).atLeast(availableOf(node));
    if (!room.isNegative() || unburdened) return [];
    const held = !room.plus(then.reserved).isNegative();
    return [bindingOf(node, held ? 'held' : 'used-up', room.negated())];
  });
  if (binding.length === 0) return undefined;
  return new Failure(no['limit-exceeded'], {
    requested,
    smallestAdmissible: Money.zero,
    heldByReservations: binding.every((one) => one.cause === 'held'),
    binding,
  });
}
