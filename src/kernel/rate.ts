// A rate per year or a ratio, as decimal text: "0.0345" is 3.45 %. And simple interest, which
// accrues unrounded and rounds once. The text is kept, without zeros that say nothing, and is
// what is stored.
import type { Day } from './day.ts';
import { dayParts, daysBetween } from './day.ts';
import type { Rounding } from './money.ts';
import { Exact, Money } from './money.ts';

const RATE_TEXT = /^-?\d{1,6}(\.\d{1,12})?$/;

export class Rate {
  static readonly zero: Rate = new Rate(Exact.zero);

  readonly exact: Exact;

  private constructor(exact: Exact) {
    this.exact = exact;
  }

  /** At most six digits before the point and twelve after; anything else throws TypeError. */
  static of(text: string): Rate {
    if (!isRateText(text)) throw new TypeError(`not a rate: '${text}'`);
    return new Rate(Exact.of(text));
  }

  compare(other: Rate): number {
    return this.exact.compare(other.exact);
  }

  isZero(): boolean {
    return this.exact.isZero();
  }

  isNegative(): boolean {
    return this.exact.isNegative();
  }

  /** "3.45%": at least two decimals, and as many as the rate has. */
  percentText(): string {
    const percent = this.exact.times(100).toString();
    const point = percent.indexOf('.');
    const decimals = point < 0 ? 0 : percent.length - point - 1;
    return `${decimals < 2 ? this.exact.times(100).toFixed(2) : percent}%`;
  }

  /** Decimal text without trailing zeros: "0.0345". */
  toString(): string {
    return this.exact.toString();
  }

  toJSON(): string {
    return this.exact.toString();
  }
}

export function isRateText(text: unknown): boolean {
  return typeof text === 'string' && RATE_TEXT.test(text);
}

/** How days are counted and by what the yearly rate is divided; '30/360' is the 30E/360 form. */
export type DayCount = 'ACT/360' | 'ACT/365' | '30/360';

const YEAR_DAYS: Readonly<Record<DayCount, number>> = {
  'ACT/360': 360,
  'ACT/365': 365,
  '30/360': 360,
};

export interface InterestTerms {
  readonly principal: Money;
  readonly rate: Rate;
  readonly from: Day;
  readonly to: Day;
  readonly dayCount: DayCount;
}

export interface Interest {
  readonly days: number;
  /** Rounded to the fen, for posting. */
  readonly interest: Money;
  /** Unrounded yuan, for adding up periods before the one rounding. */
  readonly exact: Exact;
}

/**
 * Simple interest: principal × yearly rate × days ÷ days of the year. The first day counts, the
 * last does not (算头不算尾, 银发〔2005〕129号). Throws RangeError when `to` is before `from`.
 */
export function interest(terms: InterestTerms, mode: Rounding = 'half-up'): Interest {
  const { principal, rate, from, to, dayCount } = terms;
  if (to < from) throw new RangeError(`interest runs from ${from} back to ${to}`);
  const days = daysCounted(from, to, dayCount);
  const yearly = principal.exact().times(rate.exact);
  const exact = yearly.times(days).dividedBy(YEAR_DAYS[dayCount]);
  return { days, interest: Money.round(exact, mode), exact };
}

/** Days from `from` to `to` as the convention counts them. */
export function daysCounted(from: Day, to: Day, dayCount: DayCount): number {
  if (dayCount !== '30/360') return daysBetween(from, to);
  const a = dayParts(from);
  const b = dayParts(to);
  const wholeMonths = (b.year - a.year) * 12 + (b.month - a.month);
  return wholeMonths * 30 + Math.min(b.day, 30) - Math.min(a.day, 30);
}
