/**
 * Loan-loss provisions 拨备. Each class is provided for and rounded once on its own, so the rows of
 * the report add up to its total; ratios are compared exactly and rounded only to be shown.
 */
import { Exact, Failure, Money, Rate } from '../../kernel/index.ts';
import type { ProvisionRule } from '../packs/rule-shapes.ts';
import { riskRefusals as no } from '../risk-refusals.ts';
import type { RiskClass } from './risk-class.ts';
import { isNonPerforming, riskClasses } from './risk-class.ts';

export type ByClass<T> = Readonly<Record<RiskClass, T>>;

export interface Provisions {
  readonly specialByClass: ByClass<Money>;
  readonly special: Money;
  /** General provision 一般准备: a share of all loans. */
  readonly general: Money;
  readonly required: Money;
}

/**
 * The ratio of a class: the rule's, or the one chosen within the float. The float is a share of the
 * ratio itself (25 % ± 20 % is 20 % to 30 %), both ends allowed. A Failure outside it.
 */
export function specialRatio(
  one: RiskClass,
  chosen: Rate | undefined,
  { special, float }: ProvisionRule,
): Rate | Failure {
  const standard = special[one];
  if (chosen === undefined) return standard;
  const width = float.classes.includes(one) ? float.share.exact : Exact.zero;
  const lowest = standard.exact.times(Exact.one.minus(width));
  const highest = standard.exact.times(Exact.one.plus(width));
  if (chosen.exact.compare(lowest) >= 0 && chosen.exact.compare(highest) <= 0) return chosen;
  return new Failure(no['provision-ratio-outside-float'], {
    class: one,
    chosen,
    lowest: lowest.toString(),
    highest: highest.toString(),
  });
}

export function provisionsOf(
  balances: ByClass<Money>,
  ratios: ByClass<Rate>,
  { generalShare }: ProvisionRule,
): Provisions {
  const specialByClass = Object.fromEntries(
    riskClasses.map((one) => [one, balances[one].times(ratios[one])]),
  ) as Record<RiskClass, Money>;
  const special = Money.sum(Object.values(specialByClass));
  const general = Money.sum(Object.values(balances)).times(generalShare);
  return { specialByClass, special, general, required: special.plus(general) };
}

/** How a ratio stands against the standard and the band below it that a supervisor may allow. */
export type Standing = 'MET' | 'WITHIN_BAND' | 'BELOW' | 'NOT_APPLICABLE';

export interface RatioFound {
  /** Part ÷ whole with six places; undefined when the whole is zero. */
  readonly ratio: string | undefined;
  readonly standing: Standing;
}

export function ratioAgainst(
  part: Money,
  whole: Money,
  { standard, bandFloor }: { readonly standard: Rate; readonly bandFloor: Rate },
): RatioFound {
  const ratio = part.ratioTo(whole, 6);
  if (ratio === undefined) return { ratio, standing: 'NOT_APPLICABLE' };
  const reaches = (bound: Rate) => part.exact().compare(whole.exact().times(bound.exact)) >= 0;
  if (reaches(standard)) return { ratio, standing: 'MET' };
  return { ratio, standing: reaches(bandFloor) ? 'WITHIN_BAND' : 'BELOW' };
}

export interface Coverage {
  readonly nonPerforming: Money;
  readonly loans: Money;
  /** 拨备覆盖率 = provisions ÷ non-performing loans. */
  readonly coverage: RatioFound;
  /** 贷款拨备率 = provisions ÷ loans. */
  readonly loanProvision: RatioFound;
}

export function coverageOf(
  provisions: Money,
  balances: ByClass<Money>,
  rule: ProvisionRule,
): Coverage {
  const loans = Money.sum(Object.values(balances));
  const bad = riskClasses.filter(isNonPerforming).map((one) => balances[one]);
  const nonPerforming = Money.sum(bad);
  return {
    nonPerforming,
    loans,
    coverage: ratioAgainst(provisions, nonPerforming, rule.coverage),
    loanProvision: ratioAgainst(provisions, loans, rule.loanProvision),
  };
}
