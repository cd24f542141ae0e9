/** Exposure of a line 风险暴露: what is drawn, and the undrawn part by its conversion factor. */
import { Failure, Money } from '../../kernel/index.ts';
import type { Rate } from '../../kernel/index.ts';
import type { ConversionRule } from '../packs/rule-shapes.ts';
import { riskRefusals as no } from '../risk-refusals.ts';

export interface Commitment {
  readonly limit: Money;
  readonly drawn: Money;
  /** A key of the pack: `unconditionally-cancellable`, `other-commitment`, … */
  readonly kind: string;
}

export interface Exposure {
  readonly undrawn: Money;
  readonly factor: Rate;
  readonly exposure: Money;
}

/** What is drawn above the limit is exposure in full; the undrawn part is then zero. */
export function exposureOf(
  { limit, drawn, kind }: Commitment,
  { factors }: ConversionRule,
): Exposure | Failure {
  const factor = Object.hasOwn(factors, kind) ? factors[kind] : undefined;
  if (!factor) {
    const known = Object.keys(factors);
    return new Failure(no['conversion-kind-not-in-pack'], { kind, known });
  }
  const undrawn = Money.max(limit.minus(drawn), Money.zero);
  return { undrawn, factor, exposure: drawn.plus(undrawn.times(factor)) };
}
