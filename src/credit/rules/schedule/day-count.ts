/**
 * The part of a year that a period is, as a fraction of whole numbers, so that nothing is rounded
 * before the interest is. ACT/ACT: a day counts in its own year, so 31 December (the night to
 * 1 January) belongs to the year that ends. 30/360: a period of whole months has 30 days a month
 * whatever its dates; a part of it has its share by days of the calendar.
 */
import type { Day } from '../../../kernel/index.ts';
import { Day as Days, dayParts, daysBetween } from '../../../kernel/index.ts';

export const dayCounts = ['30/360', 'ACT/360', 'ACT/364', 'ACT/365', 'ACT/ACT'] as const;
export type DayCount = (typeof dayCounts)[number];

const yearDays = { 'ACT/360': 360, 'ACT/364': 364, 'ACT/365': 365 } as const;

/** `over` ÷ `under` years. */
export interface YearFraction {
  readonly over: number;
  readonly under: number;
}

/** The days that interest of one instalment is counted over: `to` no longer counts. */
export interface CountedPeriod {
  readonly from: Day;
  readonly to: Day;
  /** The days it has under 30/360. */
  readonly days30: number;
}

/** The fraction of a year from `from` to `to`, both inside the period. */
export function yearFraction(
  dayCount: DayCount,
  period: CountedPeriod,
  from: Day = period.from,
  to: Day = period.to,
): YearFraction {
  if (dayCount === '30/360') {
    if (from === period.from && to === period.to) return { over: period.days30, under: 360 };
    const whole = daysBetween(period.from, period.to);
    return { over: period.days30 * daysBetween(from, to), under: 360 * whole };
  }
  if (dayCount !== 'ACT/ACT') return { over: daysBetween(from, to), under: yearDays[dayCount] };
  const leap = leapDaysBetween(from, to);
  const other = daysBetween(from, to) - leap;
  if (leap === 0) return { over: other, under: 365 };
  if (other === 0) return { over: leap, under: 366 };
  return { over: other * 366 + leap * 365, under: 365 * 366 };
}

/** How many of the days from `from` up to and without `to` lie in leap years. */
function leapDaysBetween(from: Day, to: Day): number {
  let count = 0;
  for (let year = dayParts(from).year; year <= dayParts(to).year; year += 1) {
    const first = Days.of(`${String(year).padStart(4, '0')}-01-01`);
    if (Days.fromParts({ year, month: 2, day: 29 }) === undefined) continue;
    const next = Days.fromParts({ year: year + 1, month: 1, day: 1 }) as Day;
    const begins = from > first ? from : first;
    const ends = to < next ? to : next;
    if (begins < ends) count += daysBetween(begins, ends);
  }
  return count;
}
