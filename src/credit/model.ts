/** Nouns of whole-park credit (整园授信): line, drawdown. Whitelists: `model-whitelist.ts`. */
import type { Day, Money } from '../kernel/index.ts';

export interface Line {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly agreementId: string;
  readonly segmentId: string;
  readonly enterpriseId: string;
  readonly nodeId: string;
  readonly product: string;
  readonly rateAnnual: string;
}

/**
 * DISBURSED → PARTLY_REPAID → REPAID; NPL after a default; REVERSED undoes a wrong booking.
 * Whether it may be drawn is not here: the node in the limit tree decides.
 */
export type DrawdownState =
  | 'DISBURSED'
  | 'PARTLY_REPAID'
  | 'REPAID'
  | 'NPL'
  | 'WRITTEN_OFF'
  | 'REVERSED';

export interface Drawdown {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly lineId: string;
  readonly nodeId: string;
  readonly enterpriseId: string;
  readonly amount: Money;
  readonly outstanding: Money;
  readonly valueOn: Day;
  readonly dueOn: Day;
  /** Once extended: the first due day, by which the limit counts its tenor still. */
  readonly limitDueOn?: Day | null;
  readonly state: DrawdownState;
  readonly purpose: string;
  readonly reservationId: string | undefined;
  readonly enrolmentId: string | undefined;
  readonly operationId: string;
  /** It has loan terms, and `credit_loans` a row of the same id. */
  readonly scheduled?: boolean;
  readonly version: number;
}
