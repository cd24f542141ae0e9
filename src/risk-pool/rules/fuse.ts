/**
 * The fuse (熔断) of a bank in a pool: a figure against a bound, with the operator that the rule
 * names. Compared as part against bound × whole, so that exactly 3 % is exactly 3 %.
 */
import { Money } from '../../kernel/index.ts';
import type { FuseMetric, FuseRule } from '../../rulebook/index.ts';

export interface FuseFigure {
  readonly part: Money;
  readonly whole: Money;
}

/** The figures of one bank; a metric that is not measured cannot trip. */
export type FuseFigures = Readonly<Partial<Record<FuseMetric, FuseFigure>>>;

export interface FuseReading {
  readonly metric: FuseMetric;
  readonly operator: FuseRule['operator'];
  readonly bound: string;
  readonly action: FuseRule['action'];
  readonly part: Money;
  readonly whole: Money;
  /** part ÷ whole to six places; null when the whole is zero. */
  readonly figure: string | null;
  readonly tripped: boolean;
  /** What the part may still grow before it reaches the bound; negative beyond it. */
  readonly room: Money;
}

const nothing: FuseFigure = { part: Money.zero, whole: Money.zero };

export function readFuse(fuse: FuseRule, figures: FuseFigures): FuseReading {
  const { metric, operator, value, action } = fuse;
  const { part, whole } = figures[metric] ?? nothing;
  const against = part.exact().compare(whole.exact().times(value.exact));
  // Nothing lost of nothing entered is no loss, although 0 >= 3 % of 0.
  const measured = part.isPositive() || whole.isPositive();
  return {
    metric,
    operator,
    bound: value.toString(),
    action,
    part,
    whole,
    figure: part.ratioTo(whole, 6) ?? null,
    tripped: measured && (operator === '>' ? against > 0 : against >= 0),
    room: whole.times(value, 'down').minus(part),
  };
}

export const readFuses = (fuses: readonly FuseRule[], figures: FuseFigures): FuseReading[] =>
  fuses.map((fuse) => readFuse(fuse, figures));

/** Whether compensation is suspended (暂缓), which is not a rejection. */
export const suspends = (readings: readonly FuseReading[]): boolean =>
  readings.some((reading) => reading.tripped && reading.action === 'SUSPEND_CLAIMS');
