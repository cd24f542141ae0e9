/**
 * The commitment fee 承诺费 on what a line could have lent and did not: each night's undrawn amount
 * × rate ÷ 360, unrounded until the end and rounded once. What is above the limit earns no fee, and
 * no night does on which nothing could be drawn: a frozen line promises nothing.
 */
import type { Day } from '../../kernel/index.ts';
import { Exact, Money, Rate, daysBetween } from '../../kernel/index.ts';

/** What stood from this day on, until the next step. */
export interface Standing {
  readonly from: Day;
  readonly limit: Money;
  /** What counts against the limit; of one that does not revolve, all that was ever drawn. */
  readonly outstanding: Money;
  /** `shut` for a time (frozen, not begun), or `over` for good (closed, expired). */
  readonly drawable: 'open' | 'shut' | 'over';
}

/** A rate of the fee from this day on; of several of one day the last holds. */
export interface FeeRate {
  readonly from: Day;
  readonly rateAnnual: Rate;
}

export interface FeePart {
  readonly from: Day;
  /** Not counted itself (算头不算尾). */
  readonly to: Day;
  readonly days: number;
  readonly undrawn: Money;
  readonly rateAnnual: Rate;
}

/** What of a list in the order of days holds on a day. */
const on = <S extends { readonly from: Day }>(steps: readonly S[], day: Day): S | undefined =>
  steps.findLast((step) => step.from <= day);

const isSame = (a: FeePart, b: FeePart): boolean =>
  a.to === b.from && a.undrawn.equals(b.undrawn) && a.rateAnnual.compare(b.rateAnnual) === 0;

/**
 * The nights of `[from, to)` on which something could be drawn, cut where limit, use or rate
 * change.
 * @param steps in the order of their days, as `rates`. A day before the first rate bears none.
 */
export function feeParts(
  steps: readonly Standing[],
  rates: readonly FeeRate[],
  from: Day,
  to: Day,
): FeePart[] {
  const turns = [from, ...[...steps, ...rates].map((one) => one.from), to];
  const days = [...new Set(turns)].filter((day) => day >= from && day <= to).sort();
  const parts: FeePart[] = [];
  for (const [i, start] of days.entries()) {
    const end = days[i + 1];
    const step = on(steps, start);
    if (end === undefined || step?.drawable !== 'open') continue;
    const undrawn = Money.max(step.limit.minus(step.outstanding), Money.zero);
    const rateAnnual = on(rates, start)?.rateAnnual ?? Rate.zero;
    const part = { from: start, to: end, days: daysBetween(start, end), undrawn, rateAnnual };
    const before = parts.at(-1);
    if (!before || !isSame(before, part)) parts.push(part);
    else {
      const { from: first } = before;
      parts[parts.length - 1] = { ...part, from: first, days: daysBetween(first, end) };
    }
  }
  return parts;
}

/** Σ undrawn × days × rate ÷ 360, rounded half-up to the fen, once. */
export const commitmentFee = (parts: readonly FeePart[]): Money =>
  Money.round(
    parts
      .reduce(
        (sum, { undrawn, days, rateAnnual }) =>
          sum.plus(undrawn.exact().times(days).times(rateAnnual.exact)),
        Exact.zero,
      )
      .dividedBy(360),
  );
