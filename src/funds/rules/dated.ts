/**
 * Facts may be recorded late, with a value day in the past. What is free on a day is therefore the
 * least that the running sum shows on that day or on any later one: taking no more than that keeps
 * every day's figure at zero or above, so a report as of any day stays possible.
 */
import type { Day } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';

export interface Change {
  readonly valueOn: Day;
  readonly amount: Money;
}

/** The least running sum of the changes on `day` and after; may be negative only by a fault. */
export function leastFrom(changes: readonly Change[], day: Day): Money {
  const later = changes.filter((change) => change.valueOn > day);
  const byDay = new Map<Day, Money>();
  for (const { valueOn, amount } of later) {
    byDay.set(valueOn, (byDay.get(valueOn) ?? Money.zero).plus(amount));
  }
  let sum = sumOn(changes, day);
  let least = sum;
  for (const valueOn of [...byDay.keys()].sort()) {
    sum = sum.plus(byDay.get(valueOn) as Money);
    least = Money.min(least, sum);
  }
  return least;
}

/** The sum of the changes up to `day`. */
export const sumOn = (changes: readonly Change[], day: Day): Money =>
  Money.sum(changes.filter(({ valueOn }) => valueOn <= day).map(({ amount }) => amount));
