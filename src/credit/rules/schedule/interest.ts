/**
 * The interest of one period: split where the balance or the rate changes, unrounded inside each
 * part, rounded once per part. A part without a balance bears nothing and is left out.
 */
import type { Day, Money, Rate } from '../../../kernel/index.ts';
import {
  addDays,
  daysBetween,
  Exact,
  Money as Yuan,
  Rate as Rates,
} from '../../../kernel/index.ts';
import type { YearFraction } from './day-count.ts';
import { yearFraction } from './day-count.ts';
import type { ScheduleTerms } from './terms.ts';
import type { Period } from './timetable.ts';

/** One stretch of days with one balance and one rate. */
export interface InterestPart {
  readonly from: Day;
  readonly to: Day;
  readonly days: number;
  readonly balance: Money;
  readonly rate: Rate;
  readonly fraction: YearFraction;
  readonly interest: Money;
}

/** The balance that bears interest changes by `change` from the day on. */
export interface Move {
  readonly on: Day;
  readonly change: Money;
}

export interface RateStep {
  /** The first night that bears the rate is the one after this day. */
  readonly from: Day;
  readonly rate: Rate;
}

/** The contract rate and its changes, oldest first; a change to the rate in force is none. */
export function rateStepsOf(terms: ScheduleTerms): RateStep[] {
  const { from, rate, rateChanges, newRateCounts } = terms;
  const back = newRateCounts === 'its-day' ? 0 : -1;
  const changes = rateChanges
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
    .map((change) => ({
      from: change.from <= from ? from : addDays(change.from, back),
      rate: change.rate,
    }));
  const steps: RateStep[] = [{ from, rate }, ...changes];
  return steps.filter((step, i) => i === 0 || step.rate.compare(steps[i - 1]!.rate) !== 0);
}

/** Whether a new rate begins in one of the period's nights. */
export const isRepriced = ([, ...changes]: readonly RateStep[], { from, to }: Period): boolean =>
  changes.some((change) => change.from >= from && change.from < to);

/** The rate in force in the night after a day. */
export function rateOn(steps: readonly RateStep[], day: Day): Rate {
  const [first, ...changes] = steps as [RateStep, ...RateStep[]];
  return (changes.findLast((step) => step.from <= day) ?? first).rate;
}

export const isInterestFree = ({ interestFree }: ScheduleTerms, { no }: Period): boolean =>
  no <= interestFree;

/** The stretches of the period with one rate each, over all its days. */
export function rateStretches(
  terms: ScheduleTerms,
  steps: readonly RateStep[],
  period: Period,
  until: Day = period.to,
): { readonly from: Day; readonly to: Day; readonly rate: Rate }[] {
  const cuts = steps.map((step) => step.from).filter((day) => day > period.from && day < until);
  const starts = [...new Set([period.from, ...cuts])];
  return starts.map((from, i) => ({
    from,
    to: starts[i + 1] ?? until,
    rate: isInterestFree(terms, period) ? Rates.zero : rateOn(steps, from),
  }));
}

/** The factor of the whole period, as the instalment is cut by it: Σ rate × fraction, unrounded. */
export function periodFactor(
  terms: ScheduleTerms,
  steps: readonly RateStep[],
  period: Period,
): Exact {
  return rateStretches(terms, steps, period).reduce((sum, { from, to, rate }) => {
    const isWhole = from === period.from && to === period.to;
    const { over, under } = isWhole
      ? period.fraction
      : yearFraction(terms.dayCount, period, from, to);
    return sum.plus(rate.exact.times(over).dividedBy(under));
  }, Exact.zero);
}

/** Balance × rate × fraction of a year, rounded once. */
export function interestOf(
  balance: Money,
  rate: Rate,
  { over, under }: YearFraction,
  rounding: ScheduleTerms['rounding'],
): Money {
  if (balance.isZero() || rate.isZero() || over === 0) return Yuan.zero;
  return Yuan.round(balance.exact().times(rate.exact).times(over).dividedBy(under), rounding);
}

/** The parts from the period's first day up to `until`, which no longer counts. */
export function interestParts(
  terms: ScheduleTerms,
  steps: readonly RateStep[],
  period: Period,
  opening: Money,
  moves: readonly Move[],
  until: Day = period.to,
): InterestPart[] {
  const parts: InterestPart[] = [];
  for (const stretch of rateStretches(terms, steps, period, until)) {
    const inside = moves
      .map(({ on }) => on)
      .filter((day) => day > stretch.from && day < stretch.to)
      .sort();
    const starts = [...new Set([stretch.from, ...inside])];
    for (const [i, from] of starts.entries()) {
      const to = starts[i + 1] ?? stretch.to;
      const balance = balanceOn(opening, moves, from);
      if (balance.isZero() || from === to) continue;
      const fraction = yearFraction(terms.dayCount, period, from, to);
      const interest = interestOf(balance, stretch.rate, fraction, terms.rounding);
      const days = daysBetween(from, to);
      parts.push({ from, to, days, balance, rate: stretch.rate, fraction, interest });
    }
  }
  return parts;
}

const balanceOn = (opening: Money, moves: readonly Move[], day: Day): Money =>
  moves.reduce((sum, { on, change }) => (on <= day ? sum.plus(change) : sum), opening);

export const interestSum = (parts: readonly InterestPart[]): Money =>
  Yuan.sum(parts.map(({ interest }) => interest));
