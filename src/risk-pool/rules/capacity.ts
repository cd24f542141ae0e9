/**
 * What a pool may back (放大倍数): multiple × (balance − pending claims). One formula for the limit
 * node that refuses, the screen that explains and the trial calculation.
 */
import type { Rate } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';

export interface PoolFunds {
  readonly cash: Money;
  /** Compensation computed for claims that are neither paid nor rejected. */
  readonly pendingClaims: Money;
}

/** Yuan of loans that the pool may back; never negative, because a limit is not. */
export const capacityOf = (multiple: Rate, { cash, pendingClaims }: PoolFunds): Money =>
  Money.max(cash.minus(pendingClaims).times(multiple), Money.zero);

export interface Leverage {
  readonly capacity: Money;
  /** Negative when more is enrolled than the pool may back. */
  readonly headroom: Money;
  readonly overLeveraged: boolean;
}

/** Headroom = multiple × (balance − pending claims) − outstanding principal of enrolled loans. */
export function leverageOf(multiple: Rate, funds: PoolFunds, outstanding: Money): Leverage {
  const capacity = capacityOf(multiple, funds);
  const headroom = capacity.minus(outstanding);
  return { capacity, headroom, overLeveraged: headroom.isNegative() };
}
