/**
 * One row of the guaranteed-loan book as a loan, or the reason why it is refused. Pure. The order
 * of the reasons is part of the outside interface: the first that applies is the one that is
 * counted.
 */
import { Day, Exact, Failure, Money, addMonths } from '../../kernel/index.ts';
import { fromDayMonthYear, fromUsText } from '../../kernel/day-texts.ts';
import { exchangeRefusals as no } from '../refusals.ts';

export const columns = [
  'LoanNr_ChkDgt',
  'Bank',
  'Term',
  'ChgOffDate',
  'DisbursementDate',
  'DisbursementGross',
  'MIS_Status',
  'ChgOffPrinGr',
  'GrAppv',
  'SBA_Appv',
] as const;
export type Row = Readonly<Record<(typeof columns)[number], string>>;

export const reasons = [
  'missing-bank',
  'missing-disbursement-date',
  'missing-status',
  'default-without-loss',
  'default-without-date',
  'loss-exceeds-disbursement',
  'default-before-disbursement',
] as const;
export type Reason = (typeof reasons)[number];

export interface Loan {
  readonly number: string;
  readonly bank: string;
  readonly disbursedOn: Day;
  readonly disbursed: Money;
  readonly approved: Money;
  readonly guaranteed: Money;
  readonly termMonths: number;
  /** Of a loan that was charged off: when, and the principal lost. */
  readonly defaulted: { readonly on: Day; readonly loss: Money } | undefined;
  /** A loss that a repaid loan states: counted, never booked. */
  readonly ignoredLoss: Money;
}

/** Amounts in the book are dollars such as `1,234.00`, `$60000` or `60000`; booked as yuan. */
export function amountIn(cell: string): Money | undefined {
  const text = cell.trim().replace(/^\$/, '').replaceAll(',', '').trim();
  return /^\d{1,16}(\.\d{1,2})?$/.test(text) ? Money.of(text) : undefined;
}

function malformed(line: number, column: string, cell: string): Failure {
  return new Failure(no['cell-malformed'], { line, column, cell: cell.slice(0, 60) });
}

function mustAmount(row: Row, column: keyof Row, line: number): Money {
  const amount = row[column].trim() === '' ? Money.zero : amountIn(row[column]);
  if (!amount) throw malformed(line, column, row[column]);
  return amount;
}

function dayOf(row: Row, column: 'DisbursementDate' | 'ChgOffDate', line: number): Day | undefined {
  const cell = row[column].trim();
  if (cell === '') return undefined;
  const day = column === 'ChgOffDate' ? fromDayMonthYear(cell) : fromUsText(cell);
  if (!day) throw malformed(line, column, row[column]);
  return day;
}

function termOf(row: Row, line: number): number {
  if (!/^\d{1,4}$/.test(row.Term.trim())) throw malformed(line, 'Term', row.Term);
  return parseInt(row.Term, 10);
}

/**
 * The loan of a row, or why it is refused. Throws a Failure when a cell is not what its column
 * holds: then the file is not this book, and nothing of it is taken.
 * @param line the row's place in the file, 1 for the first row after the heading.
 */
export function loanOf(row: Row, line: number): Loan | Reason {
  if (row.Bank.trim() === '') return 'missing-bank';
  const disbursedOn = dayOf(row, 'DisbursementDate', line);
  if (!disbursedOn) return 'missing-disbursement-date';
  const status = row.MIS_Status.trim();
  if (status !== 'P I F' && status !== 'CHGOFF') return 'missing-status';
  const disbursed = mustAmount(row, 'DisbursementGross', line);
  const loss = mustAmount(row, 'ChgOffPrinGr', line);
  const loan = {
    number: row.LoanNr_ChkDgt.trim(),
    bank: row.Bank,
    disbursedOn,
    disbursed,
    approved: mustAmount(row, 'GrAppv', line),
    guaranteed: mustAmount(row, 'SBA_Appv', line),
    termMonths: termOf(row, line),
  };
  if (status === 'P I F') return { ...loan, defaulted: undefined, ignoredLoss: loss };
  if (loss.isZero()) return 'default-without-loss';
  const on = dayOf(row, 'ChgOffDate', line);
  if (!on) return 'default-without-date';
  if (loss.moreThan(disbursed)) return 'loss-exceeds-disbursement';
  if (on < disbursedOn) return 'default-before-disbursement';
  return { ...loan, defaulted: { on, loss }, ignoredLoss: Money.zero };
}

/** When a loan that was paid in full comes back: `Term` months later; 0 is the same day. */
export const repaidOn = (loan: Loan): Day => addMonths(loan.disbursedOn, loan.termMonths);

/** What the pool pays of a loss under the replay's rule: guaranteed ÷ approved of it, half-up. */
export function compensationOf(loan: Loan): Money {
  if (!loan.defaulted || loan.approved.isZero()) return Money.zero;
  const { loss } = loan.defaulted;
  return Money.round(
    Exact.of(loss.toString())
      .times(Exact.of(loan.guaranteed.toString()))
      .dividedBy(Exact.of(loan.approved.toString())),
  );
}
