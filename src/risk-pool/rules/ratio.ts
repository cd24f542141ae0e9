/**
 * The share of a loss that a pool compensates. Kept as a fraction of exact decimals until the one
 * rounding, because a ratio fixed by two amounts (7 ÷ 12) has no decimal.
 */
import { Exact, Money } from '../../kernel/index.ts';
import type { PoolRule } from '../../rulebook/index.ts';

export interface Fraction {
  readonly numerator: Exact;
  readonly denominator: Exact;
}

/** A ratio that was fixed when the loan was enrolled: guaranteed amount over approved amount. */
export interface LoanRatio {
  readonly numerator: Money;
  readonly denominator: Money;
}

type Addon = PoolRule['addons'][number];
type Tiered = Extract<PoolRule['ratio'], { readonly by: 'tiers' }>;

const whole = (numerator: Exact): Fraction => ({ numerator, denominator: Exact.one });

/** Six places, for reading; amounts are computed from the fraction. */
export const ratioText = ({ numerator, denominator }: Fraction): string =>
  numerator.dividedBy(denominator).toFixed(6);

/** Amount × fraction, rounded half-up to the fen; multiplied first, so that a half stays a half. */
export const shareOf = (amount: Money, { numerator, denominator }: Fraction): Money =>
  Money.round(amount.exact().times(numerator).dividedBy(denominator));

/** The tier that a loan amount falls into; the upper bound belongs to it. */
export const tierOf = ({ tiers }: Tiered, loan: Money) =>
  tiers.find(({ upTo }) => upTo === null || loan.atMost(upTo));

/** Each slab of the loan at its own ratio, over the loan. */
function slabs({ tiers }: Tiered, loan: Money): Fraction {
  let from = Money.zero;
  let weighted = Exact.zero;
  for (const { upTo, ratio } of tiers) {
    const to = upTo === null ? loan : Money.min(loan, upTo);
    if (to.moreThan(from)) {
      weighted = weighted.plus(to.minus(from).exact().times(ratio.exact));
      from = to;
    }
  }
  return { numerator: weighted, denominator: loan.exact() };
}

/**
 * The ratio before add-ons; undefined when the loan fits no tier or carries no ratio of its own.
 */
export function baseRatio(
  rule: PoolRule,
  loan: Money,
  own: LoanRatio | undefined,
): Fraction | undefined {
  if (rule.ratio.by === 'loan') {
    if (own === undefined || !own.denominator.isPositive()) return undefined;
    return { numerator: own.numerator.exact(), denominator: own.denominator.exact() };
  }
  const tier = tierOf(rule.ratio, loan);
  if (tier === undefined) return undefined;
  return rule.ratio.mode === 'slab' ? slabs(rule.ratio, loan) : whole(tier.ratio.exact);
}

/** The add-ons that count: of each group the largest, ties to the earlier. */
export function addonsFor(rule: PoolRule, flags: readonly string[]): Addon[] {
  const chosen = new Map<string, Addon>();
  for (const [place, addon] of rule.addons.entries()) {
    if (!flags.includes(addon.flag)) continue;
    const slot = addon.group ?? `${place}`;
    const before = chosen.get(slot);
    if (!before || addon.points.compare(before.points) > 0) chosen.set(slot, addon);
  }
  return rule.addons.filter((addon) => [...chosen.values()].includes(addon));
}

/** The fraction with points on top. */
export const raised = ({ numerator, denominator }: Fraction, points: Exact): Fraction => ({
  numerator: numerator.plus(points.times(denominator)),
  denominator,
});

/** The fraction, or the cap when the fraction is above it. */
export function capped(ratio: Fraction, cap: Exact): { ratio: Fraction; bound: boolean } {
  const bound = ratio.numerator.compare(cap.times(ratio.denominator)) > 0;
  return { ratio: bound ? whole(cap) : ratio, bound };
}
