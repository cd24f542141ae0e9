/** Nouns of loans with terms: what is kept of a loan beside its drawdown. */
import type { Day, Money } from '../kernel/index.ts';
import type { LoanTerms } from './loan-terms.ts';
import type { DividedPayment } from './rules/loan-stand.ts';
import type { DatedRate } from './rules/repricing.ts';

export type LoanState = 'OPEN' | 'SETTLED' | 'REVERSED';

/** An instalment as it was stored: what of it was posted, and what of it was paid. */
export interface StoredInstalment {
  readonly no: number;
  readonly dueOn: Day;
  readonly interest: Money;
  readonly billed: boolean;
}

export interface StoredPayment extends DividedPayment {
  readonly no: number;
}

/** A loan as it stands in the book. */
export interface Loan {
  readonly id: string;
  readonly state: LoanState;
  /** The last business day whose day-end is in it. */
  readonly closedOn: Day;
  readonly version: number;
  readonly terms: LoanTerms;
  /** Oldest first; the first of them is the rate of the first day. */
  readonly rates: readonly DatedRate[];
  readonly payments: readonly StoredPayment[];
  readonly instalments: readonly StoredInstalment[];
}
