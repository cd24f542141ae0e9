/**
 * Early repayment 提前还款, each way side by side: fewer instalments, smaller ones, or the next
 * ones paid ahead. It asks the schedule itself with one more payment, so what is shown before the
 * payment is what comes of it after.
 */
import type { Money } from '../../kernel/index.ts';
import { Money as Yuan } from '../../kernel/index.ts';
import type { Schedule } from './schedule/draw-up.ts';
import { drawUpSchedule } from './schedule/draw-up.ts';
import type { DatedAmount, ExcessUse, ScheduleTerms } from './schedule/terms.ts';
import { excessUses } from './schedule/terms.ts';

export interface PrepaymentOutcome {
  /** The number of rows of the whole loan. */
  readonly instalments: number;
  /** The instalment in force after it; null when none was ever cut. */
  readonly instalment: Money | null;
  readonly lastDueOn: string;
  /** Interest of the whole loan. */
  readonly interest: Money;
  readonly interestSaved: Money;
  /** What found no place, because it was above all that was owed. */
  readonly credit: Money;
}

export type PrepaymentOutcomes = Readonly<Record<ExcessUse, PrepaymentOutcome>>;

/** The terms with a payment more, its excess used in the given way. */
export const withPayment = (
  terms: ScheduleTerms,
  payment: DatedAmount,
  excess: ExcessUse,
): ScheduleTerms => ({ ...terms, payments: [...terms.payments, { ...payment, excess }] });

const interestOf = ({ rows }: Schedule): Money => Yuan.sum(rows.map((row) => row.interest));

/**
 * What the payment would do to the schedule as it stands. What fell due before it and is unpaid is
 * paid first; only the rest is early. Throws RangeError on terms with faults.
 */
export function comparePrepayment(
  terms: ScheduleTerms,
  before: Schedule,
  payment: DatedAmount,
): PrepaymentOutcomes {
  const outcomes = excessUses.map((use) => {
    const after = drawUpSchedule(withPayment(terms, payment, use));
    const interest = interestOf(after);
    const outcome: PrepaymentOutcome = {
      instalments: after.rows.length,
      instalment: after.cuts.at(-1)?.instalment ?? null,
      lastDueOn: after.rows.at(-1)?.dueOn ?? terms.from,
      interest,
      interestSaved: interestOf(before).minus(interest),
      credit: after.credit,
    };
    return [use, outcome] as const;
  });
  return Object.fromEntries(outcomes) as PrepaymentOutcomes;
}
