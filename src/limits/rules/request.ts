/**
 * What a path answers to a request before anybody makes it: what it would admit, what would be
 * refused and why. By the same rules as the decision itself, so that the two never differ.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import type { Binding, LimitNode } from '../model.ts';
import type { Headroom, LimitBook } from './headroom.ts';
import {
  headroomOf,
  participants,
  refuseAll,
  refuseAmount,
  refuseClosed,
  roomsOf,
} from './headroom.ts';
import { leftForTenor, refuseTenor } from './tenor.ts';

export interface Request {
  /** Without it what binds is what the next fen would meet. */
  readonly amount?: Money | undefined;
  /** Days until it is due. Without it headroom is told without regard to tenor buckets. */
  readonly tenorDays?: number | undefined;
  readonly day: Day;
}

export interface Answer extends Headroom {
  /** What the amount would meet; of a request without one, only a state or a date. */
  readonly refusal: Failure | undefined;
}

const oneFen = Money.of('0.01');

const leastOf = (a: Money | undefined, b: Money | undefined): Money | undefined =>
  a && b ? Money.min(a, b) : (a ?? b);

/** @param leaf where it would be drawn. */
export function answerTo(
  book: LimitBook,
  leaf: LimitNode,
  { amount, tenorDays, day }: Request,
): Answer {
  const nodes = participants(book, leaf);
  const room = roomsOf(book, leaf);
  const found = headroomOf(nodes, undefined, day, room);
  const left = tenorDays === undefined ? undefined : leftForTenor(nodes, tenorDays);
  const smallestAdmissible = leastOf(found.smallestAdmissible, left);
  const asked = amount ?? smallestAdmissible?.plus(oneFen) ?? oneFen;
  const closed = refuseClosed(nodes, day, asked);
  const refusal = refuseAll(
    closed,
    amount || tenorDays !== undefined ? refuseTenor(nodes, asked, tenorDays) : undefined,
    refuseAmount(nodes, asked, Money.zero, room),
  );
  return {
    headroom: leastOf(found.headroom, left),
    smallestAdmissible,
    binding: (refusal?.facts['binding'] ?? []) as readonly Binding[],
    refusal: amount ? refusal : closed,
  };
}
