// A day of the civil calendar, 'YYYY-MM-DD', without zone; the zone decides only which day "now"
// is. Text, because text sorts, compares (a < b), travels and stores as it is; arithmetic goes
// through the number of days since 1970-01-01 in plain integers, never through Date.
declare const brand: unique symbol;

/** 'YYYY-MM-DD' of a day that exists, years 0001 to 9999. Two days compare with < and >. */
export type Day = string & { readonly [brand]: 'Day' };

export interface DayParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const Day = Object.freeze({
  /** Throws TypeError for text of another shape and for days that do not exist. */
  of(text: string): Day {
    if (!isDay(text)) throw new TypeError(`not a day: '${text}'`);
    return text;
  },
  /** Undefined when there is no such day; month 1–12. */
  fromParts({ year, month, day }: DayParts): Day | undefined {
    return exists(year, month, day) ? textOf(year, month, day) : undefined;
  },
});

export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const { year, month, day } = partsOf(text);
  return exists(year, month, day);
}

export function dayParts(day: Day): DayParts {
  return partsOf(day);
}

/** `days` may be negative. Throws RangeError outside the years 0001 to 9999. */
export function addDays(day: Day, days: number): Day {
  return fromEpochDay(epochDay(day) + days);
}

/** The same day `months` on (or back), clamped to the month's end: 31 Jan + 1 is 28 Feb. */
export function addMonths(day: Day, months: number): Day {
  const from = partsOf(day);
  const index = from.year * 12 + (from.month - 1) + months;
  const year = Math.floor(index / 12);
  const month = index - year * 12 + 1;
  if (!Number.isInteger(months) || year < 1 || year > 9999) {
    throw new RangeError(`not a number of months from ${day} within the calendar: ${months}`);
  }
  return textOf(year, month, Math.min(from.day, daysInMonth(year, month)));
}

/** The first day counts, the last does not; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return epochDay(to) - epochDay(from);
}

/** ISO: Monday 1 to Sunday 7. */
export function weekday(day: Day): number {
  return mod(epochDay(day) + 3, 7) + 1;
}

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/**
 * The day it is in Asia/Shanghai at an instant. +08:00 is taken as fixed, which it is since
 * September 1991; earlier instants of summer time are none of this book's.
 */
export function dayInShanghai(instant: Date = new Date()): Day {
  return fromEpochDay(Math.floor((instant.getTime() + SHANGHAI_OFFSET_MS) / DAY_MS));
}

function partsOf(text: string): DayParts {
  const digit = (at: number) => text.charCodeAt(at) - 48;
  return {
    year: digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3),
    month: digit(5) * 10 + digit(6),
    day: digit(8) * 10 + digit(9),
  };
}

function textOf(year: number, month: number, day: number): Day {
  const two = (n: number) => (n < 10 ? `0${n}` : `${n}`);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}` as Day;
}

function exists(year: number, month: number, day: number): boolean {
  if (!Number.isInteger(year) || !Number.isInteger(month) || !Number.isInteger(day)) return false;
  const inRange = year >= 1 && year <= 9999 && month >= 1 && month <= 12;
  return inRange && day >= 1 && day <= daysInMonth(year, month);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function mod(a: number, b: number): number {
  return ((a % b) + b) % b;
}

/** Days since 1970-01-01. The year begins in March here, so that the leap day is its last. */
function epochDay(day: Day): number {
  const { year, month, day: dayOfMonth } = partsOf(day);
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + dayOfMonth - 1;
  return 365 * marchYear + leapDaysBefore(marchYear) + dayOfYear - 719_468;
}

function leapDaysBefore(marchYear: number): number {
  return Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
}

const FIRST_EPOCH_DAY = -719_162;
const LAST_EPOCH_DAY = 2_932_896;

function fromEpochDay(days: number): Day {
  if (!Number.isInteger(days) || days < FIRST_EPOCH_DAY || days > LAST_EPOCH_DAY) {
    throw new RangeError(`not a day of the years 0001 to 9999: ${days} days from 1970-01-01`);
  }
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + leapDaysBefore(yearOfEra));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return textOf(era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day);
}
