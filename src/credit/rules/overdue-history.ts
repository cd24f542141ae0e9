/** How long a loan was overdue on the days of a past stretch, by the facts that are known now. */
import type { Day } from '../../kernel/index.ts';
import { addDays } from '../../kernel/index.ts';
import { daysPastDue } from './delinquency.ts';
import type { LoanFacts } from './loan-stand.ts';
import { standOf } from './loan-stand.ts';

/**
 * The most calendar days past due on any day from `from` to `upTo`, both included. It can only fall
 * with a payment or a new timetable, so the days before those and the last one are asked.
 */
export function mostDaysPastDue(
  facts: LoanFacts,
  { from, upTo }: { readonly from: Day; readonly upTo: Day },
): number {
  const changes = [...facts.payments, ...(facts.reschedules ?? [])].map(({ on }) => on);
  const before = changes.filter((on) => on > from && on <= upTo).map((on) => addDays(on, -1));
  const days = [...new Set([from, ...before, upTo])].map((day) => {
    const { overdueSince } = standOf(facts, day);
    return overdueSince === null ? 0 : daysPastDue(overdueSince, day);
  });
  return Math.max(...days);
}
