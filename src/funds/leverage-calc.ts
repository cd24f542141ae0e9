/**
 * The trial calculation `leverage`: two amounts, or a whole ownership graph. Nothing is guessed:
 * the same numerator may be worded 社会资本 or 总规模, so both readings are given, and a figure without
 * one of its halves has no multiple but a reason.
 */
import { z } from 'zod';
import { sentence } from '../kernel/index.ts';
import { Fraction } from './rules/fraction.ts';
import type { GraphAmounts, LeverageGraph } from './rules/leverage.ts';
import { graphAmounts, multipleOf, multiplePlaces, sharePlaces } from './rules/leverage.ts';
import { sourceClasses } from './rules/look-through.ts';
import type { CalculationStep } from './rules/steps.ts';
import { halfUp, notRounded } from './rules/steps.ts';
import { StepOutput } from './step-output.ts';

const DecimalText = z
  .string()
  .regex(
    /^\d{1,18}(\.\d{1,8})?$/,
    sentence('十进制文本，不小于零', 'a decimal as text, zero or more'),
  )
  .meta({ description: '十进制文本；同一计算内单位一致', examples: ['172', '36.5'] });
const CountText = z.string().regex(/^\d{1,9}$/, sentence('整数文本', 'a whole number as text'));
const Name = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ·._()（）-]{0,79}$/u,
    sentence('名称由文字、数字和 .·_-() 组成', 'a name of letters, digits and .·_-()'),
  );
const AmountsByName = z.record(Name, DecimalText);

const figureInput = z.strictObject({
  numerator: DecimalText.optional(),
  denominator: DecimalText.optional(),
  unit: z.string().max(40).optional(),
  reinvested: DecimalText.optional(),
  smeInvested: DecimalText.optional(),
  invested: DecimalText.optional(),
  smeProjects: CountText.optional(),
  projects: CountText.optional(),
});

/**
 * A trial answers at once; a whole city's graph is computed by the job, which has no such bound.
 */
const largest = { holdings: 5000, sources: 40 } as const;
const holdingsIn = (funds: Readonly<Record<string, object>> = {}): number =>
  Object.values(funds).reduce((count, amounts) => count + Object.keys(amounts).length, 0);

const graphInput = z
  .strictObject({
    mother: AmountsByName,
    subFunds: z.record(Name, AmountsByName),
    classOfSource: z.record(Name, z.enum(sourceClasses)),
    rounds: z.record(Name, AmountsByName).optional(),
    note: z.string().max(500).optional(),
  })
  .refine((graph) => Object.keys(graph.classOfSource).length <= largest.sources, {
    message: sentence(`资金来源至多 ${largest.sources} 个`, `at most ${largest.sources} sources`),
  })
  .refine(({ subFunds, rounds }) => holdingsIn(subFunds) + holdingsIn(rounds) <= largest.holdings, {
    message: sentence(`金额至多 ${largest.holdings} 个`, `at most ${largest.holdings} amounts`),
  });

export const leverageInput = z.union([figureInput, graphInput]);
export type LeverageInput = z.output<typeof leverageInput>;

const Answered = z.union([z.string(), z.record(z.string(), z.string())]);
/** Decimal texts by the name of the figure (`multiple`, `L1`, `externalByClass`, …) and `steps`. */
export const leverageOutput = z
  .object({
    multiple: z.string().optional(),
    reason: z.string().optional(),
    /** By figure of a graph, why it has no value. */
    reasons: z.record(z.string(), z.string()).optional(),
    steps: z.array(StepOutput),
  })
  .catchall(z.union([Answered, z.array(StepOutput)]));
export type LeverageAnswer = z.output<typeof leverageOutput>;

/** A ratio still to be taken: its name, what it means and its two halves by name. */
interface Ratio {
  readonly name: string;
  readonly clause: string;
  readonly numerator: readonly [name: string, value: Fraction | undefined];
  readonly denominator: readonly [name: string, value: Fraction | undefined];
}

interface Taken {
  readonly name: string;
  readonly value: string | undefined;
  readonly reason: string | undefined;
  readonly step: CalculationStep;
}

function take({ name, clause, numerator, denominator }: Ratio): Taken {
  const { multiple, reason } = multipleOf(numerator[1], denominator[1]);
  const value = multiple?.toText(multiplePlaces);
  const inputs = [numerator, denominator].flatMap(([key, half]) =>
    half ? [[key, half.toText(sharePlaces)]] : [],
  );
  const step = {
    rule: `leverage.${name}`,
    clause: reason ? `${clause}；${reason}` : clause,
    inputs: Object.fromEntries(inputs) as Record<string, string>,
    formula: `${numerator[0]} ÷ ${denominator[0]}`,
    result: value ?? null,
    rounding: halfUp(multiplePlaces),
  };
  return { name, value, reason, step };
}

const valuesOf = (taken: readonly Taken[]): Record<string, string> =>
  Object.fromEntries(taken.flatMap(({ name, value }) => (value ? [[name, value]] : [])));

function figureAnswer(input: z.output<typeof figureInput>): LeverageAnswer {
  const read = (text: string | undefined) => (text === undefined ? undefined : Fraction.of(text));
  const numerator = read(input.numerator);
  const denominator = read(input.denominator);
  const both = numerator && denominator;
  const total = both && numerator.plus(denominator);
  const social = both && numerator.minus(denominator);
  const base = ['denominator', denominator] as const;
  const multiple = take({
    name: 'multiple',
    clause: '放大倍数＝分子÷出资额，口径随数字一并保存',
    numerator: ['numerator', numerator],
    denominator: base,
  });
  const extra: readonly (Ratio & { readonly given: boolean })[] = [
    {
      name: 'totalSizeMultiple',
      clause: '分子若为社会资本，总规模倍数＝（分子＋出资额）÷出资额',
      numerator: ['numerator + denominator', total],
      denominator: base,
      given: both !== undefined,
    },
    {
      name: 'socialMultipleIfNumeratorIsTotalSize',
      clause: '分子若为总规模，社会资本倍数＝（分子－出资额）÷出资额；仅当母基金为唯一政府出资',
      numerator: ['numerator - denominator', social],
      denominator: base,
      given: social !== undefined && !social.isNegative(),
    },
    {
      name: 'reinvestmentRatio',
      clause: '返投比＝返投额÷母基金出资额',
      numerator: ['reinvested', read(input.reinvested)],
      denominator: base,
      given: input.reinvested !== undefined,
    },
    {
      name: 'smeShareOfMoney',
      clause: '中小企业占已投金额之比',
      numerator: ['smeInvested', read(input.smeInvested)],
      denominator: ['invested', read(input.invested)],
      given: input.smeInvested !== undefined,
    },
    {
      name: 'smeShareOfProjects',
      clause: '中小企业占项目数之比',
      numerator: ['smeProjects', read(input.smeProjects)],
      denominator: ['projects', read(input.projects)],
      given: input.smeProjects !== undefined,
    },
    {
      name: 'deployed',
      clause: '投资进度＝已投÷总规模，分子读作社会资本',
      numerator: ['invested', read(input.invested)],
      denominator: ['numerator + denominator', total],
      given: input.invested !== undefined && both !== undefined,
    },
  ];
  const taken = [multiple, ...extra.filter(({ given }) => given).map(take)];
  return {
    ...valuesOf(taken),
    ...(multiple.reason ? { reason: multiple.reason } : {}),
    steps: taken.map(({ step }) => step),
  };
}

/** `city` → `City`, so that a level and a source make one name: `L2City`. */
const capital = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** Every level of the graph, as a table of ratios. */
function graphRatios(graph: LeverageGraph, of: GraphAmounts): Ratio[] {
  const external = ['externalCapital', of.externalCapital] as const;
  const mother = ['motherInSubFunds', of.motherInSubFunds] as const;
  const rounds = ['distinctRounds', of.rounds?.total] as const;
  const { gov, state, private: social } = of.externalByClass;
  const government = ['externalByClass.gov', gov] as const;
  const ratio = (
    name: string,
    clause: string,
    numerator: Ratio['numerator'],
    denominator: Ratio['denominator'],
  ): Ratio => ({ name, clause, numerator, denominator });
  const governments = Object.keys(graph.classOfSource).filter(
    (source) => graph.classOfSource[source] === 'gov',
  );
  const ratios = [
    ...governments.map((source) =>
      ratio(`L2${capital(source)}`, `穿透后外部资本÷${source}出资`, external, [
        `externalBySource.${source}`,
        of.externalBySource.get(source),
      ]),
    ),
    ...governments.map((source) =>
      ratio(`L4${capital(source)}`, `项目融资额÷穿透至项目的${source}出资`, rounds, [
        `cost × share of ${source}`,
        of.rounds?.bySource.get(source),
      ]),
    ),
    ratio(
      'L0',
      '母基金规模÷母基金中的财政出资',
      ['motherSize', of.motherSize],
      ['governmentInMother', of.governmentInMother],
    ),
    ratio('L1', '子基金规模合计÷母基金出资合计', ['sumOfSizes', of.sumOfSizes], mother),
    ratio('L1Consolidated', '剔除子基金之间的出资', external, mother),
    ratio('L1PrivateDirect', '仅社会资本直接出资', ['privateDirect', of.privateDirect], mother),
    ratio('L2AllGovernment', '外部资本÷穿透后各级政府出资', external, government),
    ratio('L2GovernmentAndState', '外部资本÷穿透后政府与国资出资', external, [
      'externalByClass.gov + state',
      gov.plus(state),
    ]),
    ratio(
      'privatePerGovernmentYuan',
      '每一元政府出资对应的社会资本',
      ['externalByClass.private', social],
      government,
    ),
    ratio('L3', '项目融资额÷子基金投资成本，一轮只计一次', rounds, ['cost', of.rounds?.cost]),
    ratio('L4AllGovernment', '项目融资额÷穿透至项目的政府出资', rounds, [
      'governmentMoneyInProjects',
      of.rounds?.government,
    ]),
  ];
  const wanted = (name: string): boolean => of.rounds !== undefined || !/^L[34]/.test(name);
  return ratios.filter(({ name }) => wanted(name));
}

function graphAnswer(graph: LeverageGraph): LeverageAnswer {
  const of = graphAmounts(graph);
  if (of instanceof Error) throw of;
  const taken = graphRatios(graph, of).map(take);
  const text = (value: Fraction): string => value.toText(sharePlaces);
  const texts = (values: Iterable<readonly [string, Fraction]>): Record<string, string> =>
    Object.fromEntries([...values].map(([name, value]) => [name, text(value)]));
  const { gov, state, private: social } = of.externalByClass;
  const externalByClass = { gov: text(gov), state: text(state), private: text(social) };
  const bySource = texts(of.externalBySource);
  const governments = Object.entries(bySource).filter(
    ([source]) => graph.classOfSource[source] === 'gov',
  );
  const reasons = taken.flatMap(({ name, reason }) => (reason ? [[name, reason]] : []));
  return {
    motherInSubFunds: text(of.motherInSubFunds),
    sumOfSizes: text(of.sumOfSizes),
    externalCapital: text(of.externalCapital),
    ...valuesOf(taken),
    /** Beside the three classes each government by its own name. */
    externalByClass: { ...Object.fromEntries(governments), ...externalByClass },
    externalBySource: bySource,
    governmentShareOfFund: texts(of.governmentShareOfFund),
    ...(of.rounds ? { governmentMoneyInProjects: text(of.rounds.government) } : {}),
    ...(reasons.length > 0 ? { reasons: Object.fromEntries(reasons) as Amounts } : {}),
    steps: [...amountSteps(of, externalByClass), ...taken.map(({ step }) => step)],
  };
}

type Amounts = Record<string, string>;

/** How the halves of the ratios came about. */
function amountSteps(of: GraphAmounts, byClass: Amounts): CalculationStep[] {
  const shares = Object.fromEntries(
    [...of.governmentShareOfFund].map(([fund, share]) => [fund, share.toText(sharePlaces)]),
  );
  const internal = of.sumOfSizes.minus(of.externalCapital);
  return [
    {
      rule: 'leverage.look-through',
      clause: '政府份额按出资比例逐层穿透，先上层后下层，每只基金算一次',
      inputs: shares,
      formula: 'g(f) = Σ amount ÷ size × g(source)',
      result: null,
      rounding: notRounded,
    },
    {
      rule: 'leverage.external-capital',
      clause: '政府＋国资＋社会＝外部资本，逐分相等',
      inputs: {
        ...byClass,
        sumOfSizes: of.sumOfSizes.toText(sharePlaces),
        betweenSubFunds: internal.toText(sharePlaces),
      },
      formula: 'sumOfSizes - betweenSubFunds = gov + state + private',
      result: of.externalCapital.toText(sharePlaces),
      rounding: notRounded,
    },
  ];
}

/** Either shape of the input; throws the Failure that refuses a graph which cannot be computed. */
export function leverageCalc(input: LeverageInput): LeverageAnswer {
  return 'mother' in input ? graphAnswer(input) : figureAnswer(input);
}
