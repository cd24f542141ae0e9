/**
 * What an approval weighs: the rate as prime rate plus spread on the day of the approval, and
 * collateral at its value after the haircut. Unsecured credit is collateral worth nothing.
 */
import type { Day, Rate } from '../../kernel/index.ts';
import { Exact, Money } from '../../kernel/index.ts';
import type { CollateralKind } from '../model-demands.ts';
import type { Fixing } from './repricing.ts';
import { pricedOn } from './repricing.ts';

/** Eight decimals, as rates are kept; undefined without a fixing or when it would be negative. */
export const contractRate = (
  fixings: readonly Fixing[],
  spreadBp: number,
  on: Day,
): string | undefined =>
  pricedOn({ lpr: fixings, spreadBp, repricing: 'fixed' }, on)?.exact.toFixed(8);

export interface Collateral {
  readonly kind: CollateralKind;
  readonly name: string;
  readonly value: Money;
  /** The share that is not counted, 0 to 1. */
  readonly haircut: Rate;
}

/** What it counts for: value × (1 − haircut), rounded down, since it must never count for more. */
export function countedValue({ kind, value, haircut }: Collateral): Money {
  if (kind === 'credit') return Money.zero;
  return Money.round(value.exact().times(Exact.one.minus(haircut.exact)), 'down');
}
