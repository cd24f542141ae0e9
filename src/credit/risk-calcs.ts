/**
 * The trial calculations of credit risk: `provision` and `size-class` here, `classify` and
 * `working-capital-need` in files of their own; one list for the catalogue.
 */
import { z } from 'zod';
import type { Rate } from '../kernel/index.ts';
import { Failure, Money } from '../kernel/index.ts';
import type { Calculation } from '../platform/calculation.ts';
import { calculation } from '../platform/calculation.ts';
import { AmountInput, RateInput, TextInput } from '../platform/schemas.ts';
import { classifyCalc } from './classify-calc.ts';
import type { CitedStep } from './packs/pack.ts';
import { cite } from './packs/pack.ts';
import { provisionGuidance as provisionPack } from './packs/provision-guidance.ts';
import { sizeClasses2011 as sizePack } from './packs/size-classes-2011.ts';
import type { ByClass, Coverage, Provisions } from './rules/provision.ts';
import { coverageOf, provisionsOf, specialRatio } from './rules/provision.ts';
import { riskClasses } from './rules/risk-class.ts';
import { sizeClassOf, sizeClassTitles } from './rules/size-class.ts';
import { workingCapitalCalc } from './working-capital-calc.ts';

const byClass = <T extends z.ZodType>(one: T) => ({
  NORMAL: one,
  SPECIAL_MENTION: one,
  SUBSTANDARD: one,
  DOUBTFUL: one,
  LOSS: one,
});

export const provisionInput = z.strictObject({
  /** Balance by class; a class that is left out is zero. */
  balances: z.strictObject(byClass(AmountInput.default(() => Money.zero))),
  /** A ratio chosen within the float, instead of the rule's own. */
  ratios: z.strictObject(byClass(RateInput.optional())).prefault({}),
  /** What the bank holds; without it the ratios are those of the required provisions. */
  held: AmountInput.optional(),
});

function chosenRatios(asked: z.output<typeof provisionInput>['ratios']): ByClass<Rate> {
  const ratios = riskClasses.map((one) => {
    const ratio = specialRatio(one, asked[one], provisionPack.parameters);
    if (ratio instanceof Failure) throw ratio;
    return [one, ratio] as const;
  });
  return Object.fromEntries(ratios) as ByClass<Rate>;
}

const textOf = (amounts: ByClass<Money>, one: (typeof riskClasses)[number]): string =>
  amounts[one].toString();

function provisionSteps(
  balances: ByClass<Money>,
  ratios: ByClass<Rate>,
  { special, specialByClass, general, required }: Provisions,
): CitedStep[] {
  const rounding = 'half-up to the fen, each class once';
  const classes = riskClasses.map((one) => {
    const floated = !ratios[one].exact.minus(provisionPack.parameters.special[one].exact).isZero();
    return {
      rule: `provision.special.${one}`,
      inputs: { balance: textOf(balances, one), ratio: ratios[one].toString() },
      formula: 'balance × ratio',
      result: textOf(specialByClass, one),
      rounding,
      ...cite(provisionPack, floated ? 'float' : 'special'),
    };
  });
  return [
    ...classes,
    {
      rule: 'provision.special',
      inputs: {},
      formula: 'Σ special provisions of the classes',
      result: special.toString(),
      ...cite(provisionPack, 'special'),
    },
    {
      rule: 'provision.general',
      inputs: { loans: Money.sum(Object.values(balances)).toString() },
      formula: `loans × ${provisionPack.parameters.generalShare.toString()}`,
      result: general.toString(),
      rounding: 'half-up to the fen',
      ...cite(provisionPack, 'generalShare'),
    },
    {
      rule: 'provision.required',
      inputs: { special: special.toString(), general: general.toString() },
      formula: 'special + general',
      result: required.toString(),
      ...cite(provisionPack, 'generalShare'),
    },
  ];
}

function coverageSteps(provisions: Money, found: Coverage): CitedStep[] {
  const rounding = 'half-up, 6 decimals; compared exactly';
  const { coverage, loanProvision } = provisionPack.parameters;
  return [
    {
      rule: 'provision.coverage-ratio',
      inputs: { provisions: provisions.toString(), nonPerforming: found.nonPerforming.toString() },
      formula: `provisions ÷ non-performing ≥ ${coverage.standard.toString()}`,
      result: found.coverage.ratio ?? null,
      bound: found.coverage.standing,
      rounding,
      ...cite(provisionPack, 'coverage'),
    },
    {
      rule: 'provision.loan-provision-ratio',
      inputs: { provisions: provisions.toString(), loans: found.loans.toString() },
      formula: `provisions ÷ loans ≥ ${loanProvision.standard.toString()}`,
      result: found.loanProvision.ratio ?? null,
      bound: found.loanProvision.standing,
      rounding,
      ...cite(provisionPack, 'loanProvision.standard'),
    },
  ];
}

export const provisionCalc = calculation({
  name: 'provision',
  title: { zh: '贷款损失准备', en: 'Loan-loss provisions' },
  input: provisionInput,
  run({ balances, ratios: asked, held }) {
    const rule = provisionPack.parameters;
    const ratios = chosenRatios(asked);
    const provisions = provisionsOf(balances, ratios, rule);
    const measured = held ?? provisions.required;
    const found = coverageOf(measured, balances, rule);
    const gap = provisions.required.minus(measured);
    return {
      ...provisions,
      held: held ?? null,
      /** What is still to be provided for. */
      shortfall: gap.isPositive() ? gap : Money.zero,
      nonPerforming: found.nonPerforming,
      loans: found.loans,
      coverageRatio: found.coverage.ratio ?? null,
      coverageStanding: found.coverage.standing,
      loanProvisionRatio: found.loanProvision.ratio ?? null,
      loanProvisionStanding: found.loanProvision.standing,
      steps: [...provisionSteps(balances, ratios, provisions), ...coverageSteps(measured, found)],
    };
  },
});

export const sizeClassInput = z.strictObject({
  /** A key of the pack, or its Chinese title: `industry` or 工业. */
  industry: TextInput(60),
  staff: z.number().int().min(0).max(100_000_000),
  revenue: AmountInput,
});

/** The key of an industry under its key or its Chinese title; else what was asked. */
function industryKey(asked: string): string {
  const { industries } = sizePack.parameters;
  const named = Object.entries(industries).find(([, { title }]) => title.zh === asked);
  return named?.[0] ?? asked;
}

export const sizeClassCalc = calculation({
  name: 'size-class',
  title: { zh: '企业划型', en: 'Size class of an enterprise' },
  input: sizeClassInput,
  run({ industry: asked, staff, revenue }) {
    const industry = industryKey(asked);
    const found = sizeClassOf({ industry, staff, revenue }, sizePack.parameters);
    if (found instanceof Failure) throw found;
    const inputs = { industry, staff, revenue: revenue.toString() };
    const step: CitedStep = {
      rule: 'size-class',
      inputs,
      formula: 'the largest class of which both lower bounds are met',
      result: found.class,
      ...(found.shortOf.length > 0 ? { bound: found.shortOf.join(', ') } : {}),
      ...cite(sizePack, `industries.${industry}`),
    };
    const both = { ...step, rule: 'size-class.both-bounds', ...cite(sizePack, 'industries') };
    return {
      class: found.class,
      title: sizeClassTitles[found.class],
      shortOf: found.shortOf,
      steps: [both, step],
    };
  },
});

export const riskCalcs: readonly Calculation[] = [
  classifyCalc,
  provisionCalc,
  workingCapitalCalc,
  sizeClassCalc,
];
