/**
 * A floating contract rate: the loan prime rate (LPR) plus or minus basis points, read again on the
 * days that the contract names. Which LPR held on a day is dated data of the caller, never code.
 */
import type { Day } from '../../kernel/index.ts';
import { addMonths, Day as Days, dayParts, Exact, Rate } from '../../kernel/index.ts';

export interface Fixing {
  /** The day of publication: the 20th of the month, later when that is a day off. */
  readonly on: Day;
  readonly rate: Rate;
}

export interface Pricing {
  readonly lpr: readonly Fixing[];
  /** Basis points, either sign: 45 adds 0.45 percentage points. */
  readonly spreadBp: number;
  /** 'fixed' never, 'new-year' every 1 January, or every so many months from the first day. */
  readonly repricing: 'fixed' | 'new-year' | { readonly months: number };
}

export interface DatedRate {
  readonly from: Day;
  readonly rate: Rate;
}

/** The latest LPR published on or before the day, with the spread; undefined when there is none. */
export function pricedOn({ lpr, spreadBp }: Pricing, day: Day): Rate | undefined {
  const known = lpr.filter(({ on }) => on <= day);
  const [first, ...others] = known;
  if (first === undefined) return undefined;
  const latest = others.reduce((best, one) => (one.on >= best.on ? one : best), first);
  const rate = latest.rate.exact.plus(Exact.of(spreadBp).dividedBy(10_000));
  return rate.isNegative() ? undefined : Rate.of(rate.toFixed(12));
}

/**
 * The rate of the first day, and of every day of repricing before `to` that changes it.
 * Undefined when no LPR was published by the first day or when the spread makes a rate negative.
 */
export function pricedRates(pricing: Pricing, from: Day, to: Day): DatedRate[] | undefined {
  const rates: DatedRate[] = [];
  for (const day of [from, ...repricingDays(pricing, from, to)]) {
    const rate = pricedOn(pricing, day);
    if (rate === undefined) return undefined;
    if (rates.at(-1)?.rate.compare(rate) !== 0) rates.push({ from: day, rate });
  }
  return rates;
}

function repricingDays({ repricing }: Pricing, from: Day, to: Day): Day[] {
  if (repricing === 'fixed') return [];
  const days: Day[] = [];
  for (let step = 1; ; step += 1) {
    const day =
      repricing === 'new-year'
        ? Days.of(`${String(dayParts(from).year + step).padStart(4, '0')}-01-01`)
        : addMonths(from, repricing.months * step);
    if (day >= to) return days;
    days.push(day);
  }
}
