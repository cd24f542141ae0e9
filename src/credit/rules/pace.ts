/**
 * Pace of an agreement: how much of the intent is reached against how much of the term has passed.
 * Behind is a risk of an intent "at least", ahead of one "at most"; the other way round is no risk
 * and raises no alert.
 */
import type { Day, Money, Rate } from '../../kernel/index.ts';
import { Exact, daysBetween } from '../../kernel/index.ts';

/** The four measures of a park agreement; they are different things and are never added. */
export const measures = [
  'approved-cumulative',
  'approved-in-force',
  'drawn-cumulative',
  'outstanding',
] as const;
export type Measure = (typeof measures)[number];

export type Sense = 'AT_LEAST' | 'AT_MOST';

export interface PaceTerms {
  readonly intentAmount: Money;
  readonly sense: Sense;
  readonly startsOn: Day;
  readonly endsOn: Day;
  /** Behind below this many times the elapsed share of the term; exactly at it is on pace. */
  readonly paceBehindBelow: Rate;
  /** Ahead above this many times the elapsed share; exactly at it is on pace. */
  readonly paceAheadAbove: Rate;
}

export type PaceAlert = 'behind-pace' | 'ahead-of-pace' | 'above-intent';

export interface Pace {
  /** Counted ÷ intent, four decimals; may pass 1. */
  readonly share: string;
  /** Days of the term up to and with the day ÷ days of the term, four decimals, 0 to 1. */
  readonly elapsedShare: string;
  readonly pace: 'BEHIND' | 'ON_PACE' | 'AHEAD';
  readonly alert: PaceAlert | null;
}

const places = 4;

/** `part` ÷ `whole` with four decimals, half-up; undefined when the whole is zero. */
export const shareOf = (part: Money, whole: Money): string | undefined =>
  whole.isZero() ? undefined : part.exact().dividedBy(whole.exact()).toFixed(places);

/** First and last day count, so a term of one day is over on that day. */
function elapsed({ startsOn, endsOn }: PaceTerms, on: Day): { days: number; of: number } {
  const of = daysBetween(startsOn, endsOn) + 1;
  return { days: Math.min(Math.max(daysBetween(startsOn, on) + 1, 0), of), of };
}

function alertOf(sense: Sense, pace: Pace['pace'], aboveIntent: boolean): PaceAlert | null {
  if (sense === 'AT_LEAST') return pace === 'BEHIND' ? 'behind-pace' : null;
  if (aboveIntent) return 'above-intent';
  return pace === 'AHEAD' ? 'ahead-of-pace' : null;
}

/** @param counted the measure that the agreement names, as of `on`. */
export function paceOf(terms: PaceTerms, counted: Money, on: Day): Pace {
  const { days, of } = elapsed(terms, on);
  // Cross-multiplied, so that a boundary is met exactly and no quotient is rounded.
  const reached = counted.exact().times(of);
  const due = (threshold: Rate) => terms.intentAmount.exact().times(days).times(threshold.exact);
  const ahead = reached.compare(due(terms.paceAheadAbove)) > 0;
  const behind = reached.compare(due(terms.paceBehindBelow)) < 0;
  const pace = behind ? 'BEHIND' : ahead ? 'AHEAD' : 'ON_PACE';
  return {
    share: shareOf(counted, terms.intentAmount) ?? '0.0000',
    elapsedShare: Exact.of(BigInt(days)).dividedBy(of).toFixed(places),
    pace,
    alert: alertOf(terms.sense, pace, counted.moreThan(terms.intentAmount)),
  };
}
