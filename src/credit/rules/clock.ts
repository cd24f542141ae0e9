/** When a bank must have decided, and the last day of an enterprise's tag. */
import type { Calendar, CountedDay } from '../../kernel/index.ts';
import { Day, Failure, addDays, addMonths, addWorkingDays, dayParts } from '../../kernel/index.ts';
import type { ClockRule } from '../packs/rule-shapes.ts';
import { riskRefusals as no } from '../risk-refusals.ts';

/**
 * The last day on which the decision is in time: the day after the file is complete is day 1. Years
 * without a calendar are warned of, and only when working days are counted.
 */
export function decisionDueOn(
  completeOn: Day,
  { days, unit }: ClockRule['decision'],
  calendar: Calendar,
): CountedDay {
  if (unit === 'working-days') return addWorkingDays(calendar, completeOn, days);
  return { day: addDays(completeOn, days), warnings: [] };
}

/**
 * The last day on which the tag holds. A number of months ends on the corresponding day; a yearly
 * register ends on its day of the year after the grant.
 */
export function tagHoldsUntil(tag: string, grantedOn: Day, { tags }: ClockRule): Day | Failure {
  const term = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
  if (!term) return new Failure(no['tag-not-in-pack'], { tag, known: Object.keys(tags) });
  if (term.by === 'months') return addMonths(grantedOn, term.months);
  const { month, day } = term;
  const until = Day.fromParts({ year: dayParts(grantedOn).year + 1, month, day });
  if (until === undefined) throw new Error(`the pack names a day that is not: ${month}-${day}`);
  return until;
}
