/** How the demo's tables write amounts: in 万元, as the trade does. */
import type { Day } from '../kernel/index.ts';
import { Exact, Money, Rate, daysBetween } from '../kernel/index.ts';

/** Whole 万元 as yuan text: 1250 is "12500000.00". */
export const wan = (amount: number): string =>
  Money.round(Exact.of(amount).times(10_000)).toString();

/** Interest of a loan on ACT/360, rounded once. */
export function interestOn(principal: string, rateAnnual: string, from: Day, to: Day): string {
  const { exact } = Rate.of(rateAnnual);
  const days = daysBetween(from, to);
  return Money.round(
    Money.of(principal).exact().times(exact).times(days).dividedBy(360),
  ).toString();
}

/** Splits `total` yuan by weight into whole multiples of `unit` yuan that add up to it exactly. */
export function splitInUnits(total: string, unit: number, weights: readonly number[]): string[] {
  const units = Money.round(Money.of(total).exact().dividedBy(unit).dividedBy(100));
  return units
    .allocate(weights.map((weight) => Exact.of(weight)))
    .map((part) => Money.round(part.exact().times(unit).times(100)).toString());
}

/** Deals amounts out in turn, as cards; what each of the hands has in the end. */
export function dealt(amounts: readonly string[], hands: number): string[] {
  const sums = Array.from({ length: hands }, () => Money.zero);
  for (const [i, amount] of amounts.entries()) {
    const hand = i % hands;
    sums[hand] = (sums[hand] ?? Money.zero).plus(Money.of(amount));
  }
  return sums.map((sum) => sum.toString());
}
