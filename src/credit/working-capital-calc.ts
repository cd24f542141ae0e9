/**
 * The trial calculation `working-capital-need`: from turnover days, or from two balance sheets and
 * an income statement, which then give the days, the margin and the ratios as well.
 */
import { z } from 'zod';
import { Exact, Failure, sentence } from '../kernel/index.ts';
import { calculation } from '../platform/calculation.ts';
import { AmountInput } from '../platform/schemas.ts';
import type { CitedStep } from './packs/pack.ts';
import { cite } from './packs/pack.ts';
import { loanKinds } from './packs/rule-shapes.ts';
import { workingCapital2024 as pack } from './packs/working-capital-2024.ts';
import type { Ratios } from './rules/statement-ratios.ts';
import { marginOf, ratiosOf, refuseBalanceSheet, turnoverDays } from './rules/statement-ratios.ts';
import type { Need, NeedFacts, TurnoverDays } from './rules/working-capital.ts';
import { needOf, needsEntrustedPayment, tenorOf } from './rules/working-capital.ts';
import { GrowthInput, SignedAmountInput, SignedRatioInput } from './signed-input.ts';

const MarginInput = SignedRatioInput.refine((margin) => margin.compare(1) < 0, {
  message: sentence('利润率须小于 1', 'a margin is below 1'),
});
const DaysInput = z
  .union([
    z.number().int().min(0).max(36_500),
    z.string().regex(/^\d{1,5}(\.\d{1,6})?$/, sentence('天数，不小于零', 'days, zero or more')),
  ])
  .transform((days) => Exact.of(days));

const DaysByWhat = z.strictObject({
  inventory: DaysInput,
  receivable: DaysInput,
  payable: DaysInput,
  prepaid: DaysInput,
  advanceReceived: DaysInput,
});

const SheetInput = z.strictObject({
  inventory: AmountInput,
  receivables: AmountInput,
  prepaid: AmountInput,
  payables: AmountInput,
  advancesReceived: AmountInput,
  currentAssets: AmountInput,
  currentLiabilities: AmountInput,
  totalAssets: AmountInput,
  totalLiabilities: AmountInput,
});

const StatementsInput = z.strictObject({
  opening: SheetInput,
  closing: SheetInput,
  income: z.strictObject({
    sales: AmountInput,
    priorSales: AmountInput.optional(),
    costOfSales: AmountInput,
    totalProfit: SignedAmountInput,
    interestExpense: AmountInput,
  }),
});

const LoanInput = z.strictObject({
  kind: z.enum(loanKinds).default('working-capital'),
  months: z.number().int().min(1).max(600),
  longCycle: z.boolean().default(false),
  /** The largest single payment to one payee. */
  largestPayment: AmountInput.optional(),
});

export const workingCapitalInput = z
  .strictObject({
    /** Of the last year; together with margin and days, or statements instead of the three. */
    sales: AmountInput.optional(),
    margin: MarginInput.optional(),
    days: DaysByWhat.optional(),
    statements: StatementsInput.optional(),
    /** Expected growth of sales: "0.2" is 20 %. */
    growth: GrowthInput,
    ownFunds: AmountInput,
    existingLoans: AmountInput,
    otherFinancing: AmountInput,
    loan: LoanInput.optional(),
  })
  .refine(
    ({ sales, margin, days, statements }) =>
      [sales, margin, days].every((one) => (one === undefined) === (statements !== undefined)),
    {
      message: sentence(
        '填写销售收入、利润率与天数，或填写报表，二者取一',
        'either sales, margin and days, or statements',
      ),
    },
  );
export type WorkingCapitalInput = z.output<typeof workingCapitalInput>;

/** Throws the Failure: a calculation's answer is an answer, not a choice. */
function must<T>(value: T | Failure): T {
  if (value instanceof Failure) throw value;
  return value;
}

interface Read {
  readonly facts: NeedFacts;
  readonly ratios: Ratios | undefined;
}

function readStatements(
  input: WorkingCapitalInput,
  { opening, closing, income: asked }: z.output<typeof StatementsInput>,
): Read {
  const income = { ...asked, priorSales: asked.priorSales };
  for (const sheet of [opening, closing]) {
    const refusal = refuseBalanceSheet(sheet);
    if (refusal) throw refusal;
  }
  const days = must(turnoverDays({ opening, closing, income }, pack.parameters.yearDays));
  const facts = { ...input, sales: income.sales, margin: must(marginOf(income)), days };
  return { facts, ratios: ratiosOf({ closing, income }) };
}

function readInput(input: WorkingCapitalInput): Read {
  const { sales, margin, days, statements } = input;
  if (statements) return readStatements(input, statements);
  if (!sales || !margin || !days) throw new Error('the schema lets only one of two forms pass');
  return { facts: { ...input, sales, margin, days }, ratios: undefined };
}

/** Shown with six places; the computation itself is not rounded before the need. */
const shown = (value: Exact): string => value.toFixed(6);

const daysShown = (days: TurnoverDays): Record<keyof TurnoverDays, string> => ({
  inventory: shown(days.inventory),
  receivable: shown(days.receivable),
  payable: shown(days.payable),
  prepaid: shown(days.prepaid),
  advanceReceived: shown(days.advanceReceived),
});

function needSteps(facts: NeedFacts, found: Need, from: 'days' | 'statements'): CitedStep[] {
  const citation = cite(pack, 'yearDays');
  const { ownFunds, existingLoans, otherFinancing } = facts;
  return [
    {
      rule: 'working-capital.cycle',
      inputs: { from, ...daysShown(facts.days) },
      formula:
        'inventory + receivable − payable + prepaid − advance received; each 360 ÷ own turns',
      result: shown(found.cycleDays),
      rounding: 'shown with 6 decimals, computed exactly',
      ...citation,
    },
    {
      rule: 'working-capital.need',
      inputs: {
        sales: facts.sales.toString(),
        margin: shown(facts.margin),
        growth: shown(facts.growth),
        turns: found.turns === undefined ? null : shown(found.turns),
      },
      formula: 'sales × (1 − margin) × (1 + growth) ÷ turns = … × cycle days ÷ 360',
      result: found.need.toString(),
      rounding: 'half-up to the fen, once',
      ...(found.bound === 'cycle-not-positive' ? { bound: found.bound } : {}),
      ...citation,
    },
    {
      rule: 'working-capital.new-loan',
      inputs: {
        need: found.need.toString(),
        ownFunds: ownFunds.toString(),
        existingLoans: existingLoans.toString(),
        otherFinancing: otherFinancing.toString(),
      },
      formula: 'max(0, need − own funds − existing loans − other financing)',
      result: found.newLoan.toString(),
      rounding: 'none: exact',
      ...(found.bound === undefined ? {} : { bound: found.bound }),
      ...citation,
    },
  ];
}

function loanTerms({ loan }: WorkingCapitalInput) {
  if (!loan) return undefined;
  const { kind, months, longCycle, largestPayment } = loan;
  const tenor = tenorOf({ kind, months, longCycle }, pack.parameters);
  const entrustedPayment =
    largestPayment !== undefined && needsEntrustedPayment(largestPayment, pack.parameters);
  const steps: CitedStep[] = [
    {
      rule: 'working-capital.tenor',
      inputs: { kind, months, longCycle },
      formula: `months ≤ ${tenor.maximumMonths}`,
      result: tenor.outcome,
      ...cite(pack, `tenor.${kind}`),
    },
  ];
  if (largestPayment) {
    steps.push({
      rule: 'working-capital.entrusted-payment',
      inputs: { largestPayment: largestPayment.toString() },
      formula: `payment > ${pack.parameters.entrustedPaymentMoreThan.toString()}`,
      result: entrustedPayment,
      ...cite(pack, 'entrustedPaymentMoreThan'),
    });
  }
  return { answer: { ...tenor, entrustedPayment }, steps };
}

export const workingCapitalCalc = calculation({
  name: 'working-capital-need',
  title: { zh: '营运资金需求测算', en: 'Working-capital need' },
  input: workingCapitalInput,
  run(input) {
    const { facts, ratios } = readInput(input);
    const found = needOf(facts, pack.parameters);
    const terms = loanTerms(input);
    return {
      days: daysShown(facts.days),
      cycleDays: shown(found.cycleDays),
      turns: found.turns === undefined ? null : shown(found.turns),
      need: found.need,
      newLoan: found.newLoan,
      bound: found.bound ?? null,
      ...(ratios ? { ratios } : {}),
      ...(terms ? { tenor: terms.answer } : {}),
      steps: [...needSteps(facts, found, ratios ? 'statements' : 'days'), ...(terms?.steps ?? [])],
    };
  },
});
