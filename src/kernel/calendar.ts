// Working days: 法定节假日 and 调休上班日 are dated facts that the State Council announces year by year.
// A year nobody has loaded is counted Monday to Friday, and every answer that did so says it.
import type { Day } from './day.ts';
import { addDays, dayParts, weekday } from './day.ts';

export interface Calendar {
  /** Days off; the weekend days of a holiday may be among them. */
  readonly holidays: ReadonlySet<Day>;
  /** Saturdays and Sundays that are worked 调休. */
  readonly workingDays: ReadonlySet<Day>;
  /** The years whose announcement is loaded. */
  readonly years: ReadonlySet<number>;
}

export interface CalendarLists {
  readonly holidays: readonly Day[];
  readonly workingDays: readonly Day[];
  /** When left out: the years in which any listed day falls. */
  readonly years?: readonly number[];
}

/** A day, and one `no-calendar-YYYY` for each year that was counted without an announcement. */
export interface CountedDay {
  readonly day: Day;
  readonly warnings: string[];
}

/** Throws TypeError when a day is listed both as a holiday and as worked. */
export function makeCalendar({ holidays, workingDays, years }: CalendarLists): Calendar {
  const off = new Set(holidays);
  const both = workingDays.find((day) => off.has(day));
  if (both !== undefined) throw new TypeError(`${both} is both a holiday and a working day`);
  const listed = [...holidays, ...workingDays].map((day) => dayParts(day).year);
  return { holidays: off, workingDays: new Set(workingDays), years: new Set(years ?? listed) };
}

export function isWorkingDay(calendar: Calendar, day: Day): boolean {
  if (calendar.holidays.has(day)) return false;
  return weekday(day) <= 5 || calendar.workingDays.has(day);
}

/**
 * The n-th working day after `from`: the day after `from` is the first that can count, whether or
 * not `from` is worked. n = 0 is `from` itself. Throws RangeError when n is no whole number or
 * negative.
 */
export function addWorkingDays(calendar: Calendar, from: Day, n: number): CountedDay {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`not a count of days: ${n}`);
  const unknown = new Set<number>();
  let day = from;
  for (let left = n; left > 0;) {
    day = addDays(day, 1);
    noteUnknownYear(calendar, day, unknown);
    if (isWorkingDay(calendar, day)) left -= 1;
  }
  return { day, warnings: warningsOf(unknown) };
}

/** The first working day on or after `day`: where a due date that falls on a day off moves to. */
export function nextWorkingDay(calendar: Calendar, day: Day): CountedDay {
  const unknown = new Set<number>();
  let candidate = day;
  for (;;) {
    noteUnknownYear(calendar, candidate, unknown);
    if (isWorkingDay(calendar, candidate)) return { day: candidate, warnings: warningsOf(unknown) };
    candidate = addDays(candidate, 1);
  }
}

function noteUnknownYear(calendar: Calendar, day: Day, unknown: Set<number>): void {
  const { year } = dayParts(day);
  if (!calendar.years.has(year)) unknown.add(year);
}

function warningsOf(unknownYears: ReadonlySet<number>): string[] {
  return [...unknownYears].map((year) => `no-calendar-${year}`);
}
