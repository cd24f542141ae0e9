/** Nouns of loans with terms: what is kept of a loan beside its drawdown. */
import type { Day, Money } from '../kernel/index.ts';
import type { Plan } from './loan-plan.ts';
import type { LoanTerms } from './loan-terms.ts';
import type { DividedPayment, LoanPayment, Misuse } from './rules/loan-stand.ts';
import type { RecordedRate } from './rules/repricing.ts';

export type LoanState = 'OPEN' | 'SETTLED' | 'WRITTEN_OFF' | 'REVERSED';

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

/** What was paid out after the first tranche, which the drawdown itself is. */
export interface Tranche {
  readonly no: number;
  readonly on: Day;
  readonly amount: Money;
  readonly reservationId: string | null;
}

/** An extension or a restructuring; those taken back are not among the facts. */
export interface StoredReschedule {
  readonly id: string;
  readonly no: number;
  readonly kind: 'EXTENSION' | 'RESTRUCTURING';
  readonly on: Day;
  readonly dueOnBefore: Day;
  readonly dueOnAfter: Day;
  readonly plan: Plan;
  /** A rate was agreed with it: the loan is priced by no LPR any more. */
  readonly fixesRate: boolean;
}

export interface StoredMisuse extends Misuse {
  readonly id: string;
}

/** What a stand is drawn up from: whoever changes a loan adds to one of these lists. */
export interface Facts {
  readonly terms: LoanTerms;
  /** Oldest first; the first of them is the rate of the first day. */
  readonly rates: readonly RecordedRate[];
  readonly payments: readonly LoanPayment[];
  readonly tranches: readonly Tranche[];
  readonly reschedules: readonly StoredReschedule[];
  readonly misuses: readonly StoredMisuse[];
}

/** A loan as it stands in the book. */
export interface Loan extends Facts {
  readonly id: string;
  readonly state: LoanState;
  /** The last business day whose day-end is in it. */
  readonly closedOn: Day;
  readonly version: number;
  readonly payments: readonly StoredPayment[];
  readonly instalments: readonly StoredInstalment[];
}
