/**
 * A bank's loans in a zone at the end of a day: provisions, coverage and the ratios of the report.
 * A ratio whose half is missing has a reason and no value. What is required is computed; what is
 * held is only known when the bank has said so, and the one never stands in for the other.
 */
import { Money } from '../../kernel/index.ts';
import type { ProvisionRule } from '../packs/rule-shapes.ts';
import type { ByClass, Provisions, RatioFound, Standing } from './provision.ts';
import { coverageOf, provisionsOf } from './provision.ts';
import type { RiskClass } from './risk-class.ts';
import { riskClasses } from './risk-class.ts';

/** Loans of one class. */
export interface ClassSum {
  readonly riskClass: RiskClass;
  readonly loans: number;
  readonly balance: Money;
}

export interface Ratio {
  readonly numerator: Money | undefined;
  readonly denominator: Money;
  /** Numerator ÷ denominator with six places; undefined exactly when there is a reason. */
  readonly value: string | undefined;
  readonly standing: Standing | undefined;
  readonly reason: 'held-provision-missing' | 'nothing-non-performing' | 'no-loans' | undefined;
}

/** `required…` compare what the rule asks for, the other two what the bank holds. */
export const ratioNames = [
  'nonPerforming',
  'coverage',
  'loanProvision',
  'requiredCoverage',
  'requiredLoanProvision',
] as const;
export type RatioName = (typeof ratioNames)[number];

export interface RiskFigures {
  readonly classes: readonly (ClassSum & { readonly rate: string; readonly provision: Money })[];
  readonly loans: number;
  readonly balance: Money;
  readonly nonPerforming: Money;
  readonly provisions: Provisions;
  readonly ratios: Readonly<Record<RatioName, Ratio>>;
}

type Whole = 'nothing-non-performing' | 'no-loans';

function ratioOf(
  numerator: Money | undefined,
  denominator: Money,
  found: RatioFound | undefined,
  whole: Whole,
): Ratio {
  const known = found?.ratio !== undefined;
  const reason = numerator === undefined ? 'held-provision-missing' : known ? undefined : whole;
  return {
    numerator,
    denominator,
    value: found?.ratio,
    standing: known ? found.standing : undefined,
    reason,
  };
}

/** `held` is undefined when the bank has not said what it holds. */
export function riskFigures(
  sums: readonly ClassSum[],
  held: Money | undefined,
  rule: ProvisionRule,
): RiskFigures {
  const of = (one: RiskClass): ClassSum =>
    sums.find(({ riskClass }) => riskClass === one) ?? {
      riskClass: one,
      loans: 0,
      balance: Money.zero,
    };
  const balances = Object.fromEntries(
    riskClasses.map((one) => [one, of(one).balance]),
  ) as ByClass<Money>;
  const ratios = rule.special as ByClass<(typeof rule.special)[RiskClass]>;
  const provisions = provisionsOf(balances, ratios, rule);
  const asked = coverageOf(provisions.required, balances, rule);
  const has = held && coverageOf(held, balances, rule);
  const { nonPerforming, loans: balance } = asked;
  const share = nonPerforming.ratioTo(balance, 6);
  return {
    classes: riskClasses.map((one) => ({
      ...of(one),
      rate: ratios[one].toString(),
      provision: provisions.specialByClass[one],
    })),
    loans: sums.reduce((sum, { loans }) => sum + loans, 0),
    balance,
    nonPerforming,
    provisions,
    ratios: {
      nonPerforming: {
        numerator: nonPerforming,
        denominator: balance,
        value: share,
        standing: undefined,
        reason: share === undefined ? 'no-loans' : undefined,
      },
      coverage: ratioOf(held, nonPerforming, has?.coverage, 'nothing-non-performing'),
      loanProvision: ratioOf(held, balance, has?.loanProvision, 'no-loans'),
      requiredCoverage: ratioOf(
        provisions.required,
        nonPerforming,
        asked.coverage,
        'nothing-non-performing',
      ),
      requiredLoanProvision: ratioOf(provisions.required, balance, asked.loanProvision, 'no-loans'),
    },
  };
}
