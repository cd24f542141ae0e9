/** Whether a loan was paid as it fell due since a day: what lifting its class asks for. */
import type { Day } from '../kernel/index.ts';
import type { LockedLoan } from './loan-change.ts';
import { standBefore } from './reschedule-loan.ts';

/** Nothing was overdue on the day of the cure, and what fell due since was paid by its day. */
export function paidNormally(locked: LockedLoan, curedOn: Day, today: Day): boolean {
  const { loan } = locked;
  const due = loan.instalments.filter((one) => one.dueOn > curedOn && one.dueOn <= today);
  return [curedOn, ...due.map(({ dueOn }) => dueOn), today].every(
    (day) => standBefore(locked, day).overdueSince === null,
  );
}
