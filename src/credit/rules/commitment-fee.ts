/**
 * The commitment fee 承诺费 on what a line could have lent and did not: each night's undrawn amount
 * × rate ÷ 360, unrounded until the end and rounded once. What is above the limit earns no fee.
 */
import type { Day, Rate } from '../../kernel/index.ts';
import { Exact, Money, daysBetween } from '../../kernel/index.ts';

/** What stood from this day on, until the next step. */
export interface Standing {
  readonly from: Day;
  readonly limit: Money;
  readonly outstanding: Money;
}

export interface FeePart {
  readonly from: Day;
  readonly to: Day;
  readonly days: number;
  readonly undrawn: Money;
}

/** @param steps in the order of their days; `to` itself is not counted (算头不算尾). */
export function feeParts(steps: readonly Standing[], from: Day, to: Day): FeePart[] {
  return steps.flatMap((step, i) => {
    const next = steps[i + 1]?.from ?? to;
    const start = step.from > from ? step.from : from;
    const end = next < to ? next : to;
    if (start >= end) return [];
    const undrawn = Money.max(step.limit.minus(step.outstanding), Money.zero);
    return [{ from: start, to: end, days: daysBetween(start, end), undrawn }];
  });
}

export const commitmentFee = (parts: readonly FeePart[], rateAnnual: Rate): Money =>
  Money.round(
    parts
      .reduce((sum, { undrawn, days }) => sum.plus(undrawn.exact().times(days)), Exact.zero)
      .times(rateAnnual.exact)
      .dividedBy(360),
  );
