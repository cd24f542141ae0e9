/**
 * A floating contract rate: the loan prime rate (LPR) plus or minus basis points, read again on the
 * days that the contract names. Which LPR held on a day is dated data of the caller, never code.
 */
import type { Day } from '../../kernel/index.ts';
import { addDays, addMonths, Day as Days, dayParts, Exact, Rate } from '../../kernel/index.ts';

export interface Fixing {
  /** The day of publication: the 20th of the month, later when that is a day off. */
  readonly on: Day;
  readonly rate: Rate;
  /** What was recorded for the day before it was corrected. */
  readonly mistaken?: readonly Rate[];
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

/** The latest publication on or before the day. */
function fixingOn(lpr: readonly Fixing[], day: Day): Fixing | undefined {
  const [first, ...others] = lpr.filter(({ on }) => on <= day);
  if (first === undefined) return undefined;
  return others.reduce((best, one) => (one.on >= best.on ? one : best), first);
}

function withSpread(lpr: Rate, spreadBp: number): Rate | undefined {
  const rate = lpr.exact.plus(Exact.of(spreadBp).dividedBy(10_000));
  return rate.isNegative() ? undefined : Rate.of(rate.toFixed(12));
}

/** The latest LPR published on or before the day, with the spread; undefined when there is none. */
export function pricedOn({ lpr, spreadBp }: Pricing, day: Day): Rate | undefined {
  const latest = fixingOn(lpr, day);
  return latest && withSpread(latest.rate, spreadBp);
}

/** The first day has what the LPR of that day gave; a mistaken one is corrected, nothing else. */
function firstCorrected(
  pricing: Pricing,
  recorded: readonly RecordedRate[],
  from: Day,
): DatedRate[] {
  const first = recorded.find((one) => one.from === from);
  const mistaken = fixingOn(pricing.lpr, from)?.mistaken ?? [];
  const rate = pricedOn(pricing, from);
  const is = (other: Rate | undefined): boolean =>
    first !== undefined && other !== undefined && first.rate.compare(other) === 0;
  const isMistaken = mistaken.some((one) => is(withSpread(one, pricing.spreadBp)));
  return rate && first?.kind !== 'PERSON' && isMistaken && !is(rate) ? [{ from, rate }] : [];
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

/** A rate in the book: agreed with the terms, set by a person, or read from the LPR. */
export interface RecordedRate extends DatedRate {
  readonly kind: 'AGREED' | 'PERSON' | 'REPRICED';
}

/** The rates with new ones among them; a later record of a day supersedes the earlier. */
export function withRates(
  rates: readonly RecordedRate[],
  more: readonly RecordedRate[],
): RecordedRate[] {
  const kept = rates.filter((one) => !more.some(({ from }) => from === one.from));
  return [...kept, ...more].sort((a, b) => (a.from < b.from ? -1 : 1));
}

/**
 * What the repricing days after the first and up to `until` still have to record: the priced rate,
 * where another one is in force; before them the first day, when its LPR was corrected. A rate that
 * a person set on the very day stays; one of an earlier day holds until the next repricing day. A
 * day whose price is unknown or negative is left alone.
 */
export function ratesToRecord(
  pricing: Pricing,
  recorded: readonly RecordedRate[],
  { from, to, until }: { readonly from: Day; readonly to: Day; readonly until: Day },
): DatedRate[] {
  const found: DatedRate[] = firstCorrected(pricing, recorded, from);
  const end = to <= until ? to : addDays(until, 1);
  for (const day of repricingDays(pricing, from, end)) {
    if (recorded.some((one) => one.from === day && one.kind === 'PERSON')) continue;
    const rate = pricedOn(pricing, day);
    const known = [...recorded, ...found].filter((one) => one.from <= day);
    const inForce = known.reduce<DatedRate | undefined>(
      (last, one) => (last === undefined || one.from >= last.from ? one : last),
      undefined,
    );
    if (rate && inForce?.rate.compare(rate) !== 0) found.push({ from: day, rate });
  }
  return found;
}

/** The first repricing day after `after` and before the loan ends; null when there is none. */
export function nextRepricing(
  pricing: Pick<Pricing, 'repricing'>,
  { from, to, after }: { readonly from: Day; readonly to: Day; readonly after: Day },
): Day | null {
  return repricingDays(pricing, from, to).find((day) => day > after) ?? null;
}

function repricingDays({ repricing }: Pick<Pricing, 'repricing'>, from: Day, to: Day): Day[] {
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
