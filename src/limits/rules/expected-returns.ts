/**
 * What a book would be if principal came back on the days when it falls due. Each return is the
 * repayment that the engine knows, so what does not revolve gets nothing back.
 */
import type { Day } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';
import { apply, consumedAbove } from './engine.ts';
import type { LimitBook } from './headroom.ts';

/** Principal that falls due. */
export interface ExpectedReturn {
  /** The limit on which it was drawn. */
  readonly nodeId: string;
  readonly day: Day;
  readonly amount: Money;
  /** Of the loan, so that the bucket in which it lies is freed. */
  readonly tenorDays: number | undefined;
}

/** Changes the book as if each of these was repaid on its day, in the order given. */
export function giveBack(book: LimitBook, returns: readonly ExpectedReturn[]): void {
  for (const { nodeId, day, amount, tenorDays } of returns) {
    const leaf = book.nodes.get(nodeId);
    if (!leaf) continue;
    const change = {
      reserved: Money.zero,
      outstanding: amount.negated(),
      drawn: Money.zero,
    };
    apply(book, {
      nodeId,
      kind: 'repay',
      amount,
      ...change,
      consumed: consumedAbove(book, leaf.path, change.outstanding, change, day),
      valueOn: day,
      reservationId: undefined,
      tenorDays,
      heldTenorDays: undefined,
    });
  }
}
