/**
 * What a book asks for, as inputs of real operations in the order of value days per bank. Pure:
 * the same book and day give the same plan, and each entry's key is derived from the book, so that
 * a run that was killed continues and a second one finds everything done.
 */
import { Day, Money, addMonths } from '../../kernel/index.ts';
import type { Book } from './file.ts';
import type { Loan } from './loans.ts';
import { compensationOf, repaidOn } from './loans.ts';

/** One call: the input of an operation and its idempotency key. */
export interface Entry {
  readonly raw: unknown;
  readonly key: string;
}

export interface Frame {
  /** Days on which the book begins and on which its agreements end. */
  readonly firstDay: Day;
  readonly lastDay: Day;
  /** By exact name, in the order of the name. */
  readonly banks: readonly { readonly name: string; readonly total: Money }[];
  readonly total: Money;
  readonly compensation: Money;
  /** By bank, then value day, then number: the order in which everything is booked. */
  readonly loans: readonly Loan[];
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function frameOf(book: Book): Frame {
  // A loan of nothing was accepted as a row, but there is nothing to lend.
  const loans = book.loans
    .filter((loan) => loan.disbursed.isPositive())
    .toSorted(
      (a, b) =>
        order(a.bank, b.bank) || order(a.disbursedOn, b.disbursedOn) || order(a.number, b.number),
    );
  const totals = new Map<string, Money>();
  for (const loan of loans) {
    totals.set(loan.bank, (totals.get(loan.bank) ?? Money.zero).plus(loan.disbursed));
  }
  const days = loans.map((loan) => loan.disbursedOn).toSorted();
  const latest = loans
    .map((loan) => repaidOn(loan))
    .toSorted()
    .at(-1);
  // A book without loans has no days; nothing is booked of it, so any day will do.
  return {
    firstDay: days[0] ?? Day.of('1970-01-01'),
    lastDay: addMonths(latest ?? Day.of('1970-01-01'), 12),
    banks: [...totals].map(([name, total]) => ({ name, total })),
    total: Money.sum(loans.map((loan) => loan.disbursed)),
    compensation: Money.sum(loans.map(compensationOf)),
    loans,
  };
}

/** The loans of a book that come back in full, on a day that has come. */
export const repaidBy = (loans: readonly Loan[], today: Day): Loan[] =>
  loans
    .filter((loan) => loan.defaulted === undefined && repaidOn(loan) <= today)
    .toSorted((a, b) => order(a.bank, b.bank) || order(repaidOn(a), repaidOn(b)));

/** The loans that were charged off, each with its day and loss. */
export const defaultedOf = (
  loans: readonly Loan[],
): (Loan & { defaulted: NonNullable<Loan['defaulted']> })[] =>
  loans
    .flatMap((loan) => (loan.defaulted ? [{ ...loan, defaulted: loan.defaulted }] : []))
    .toSorted((a, b) => order(a.bank, b.bank) || order(a.defaulted.on, b.defaulted.on));
