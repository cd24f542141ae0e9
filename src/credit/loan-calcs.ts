/**
 * The trial calculations of loans: the schedule, what a payment pays, penalty and compound
 * interest.
 */
import { z } from 'zod';
import { Money, Rate, sentence } from '../kernel/index.ts';
import type { ExplainedStep } from '../platform/calculation.ts';
import { calculation } from '../platform/calculation.ts';
import {
  AmountInput,
  DayInput,
  PositiveAmountInput,
  RateInput,
  TextInput,
} from '../platform/schemas.ts';
import { loanScheduleCalc } from './loan-schedule-calc.ts';
import type { Allocated, AllocationOrder, Amounts, Due } from './rules/allocation.ts';
import { allocate, namedSequences, parts, stages } from './rules/allocation.ts';
import type { Breach, Charge, PenaltyRow } from './rules/penalty.ts';
import { breaches, isInBand, penaltyOf, publishedBands } from './rules/penalty.ts';
import { dayCounts } from './rules/schedule/day-count.ts';
import { LoanRateInput } from './schedule-input.ts';

const Owed = AmountInput.default(Money.zero);

const allocationInput = z
  .strictObject({
    on: DayInput,
    amount: PositiveAmountInput,
    /** What is unpaid of each instalment; a part left out is zero. */
    dues: z
      .array(
        z.strictObject({
          no: z.number().int().min(1).max(100_000),
          dueOn: DayInput,
          costs: Owed,
          penalty: Owed,
          compound: Owed,
          interest: Owed,
          principal: Owed,
        }),
      )
      .max(1200),
    /** A usual order by name, or the sequence itself; a part that is not in it is not paid. */
    order: z
      .union([
        z.enum(['costs-first', 'principal-first']),
        z
          .array(z.strictObject({ stage: z.enum(stages), part: z.enum(parts) }))
          .min(1)
          .max(stages.length * parts.length),
      ])
      .default('costs-first'),
    processing: z.enum(['by-part', 'by-instalment']).default('by-part'),
    future: z.enum(['next', 'last', 'spread']).default('next'),
  })
  .superRefine(({ dues, order }, context) => {
    const say = (path: string, zh: string, en: string) =>
      context.addIssue({ code: 'custom', path: [path], message: sentence(zh, en) });
    if (new Set(dues.map(({ no }) => no)).size < dues.length)
      say('dues', '期号重复', 'a number given twice');
    if (typeof order === 'string') return;
    const entries = new Set(order.map(({ stage, part }) => `${stage} ${part}`));
    if (entries.size < order.length) say('order', '次序中的一项重复', 'an entry given twice');
  });

const totalOf = (amounts: Amounts): Money => Money.sum(parts.map((part) => amounts[part]));

function remainingOf(dues: readonly Due[], paid: Amounts) {
  const left = parts.map((part) => {
    const owed = Money.sum(dues.map((due) => due[part]));
    return [part, owed.minus(paid[part])] as const;
  });
  const amounts = Object.fromEntries(left) as Readonly<Record<(typeof parts)[number], Money>>;
  return { ...amounts, total: totalOf(amounts) };
}

/** One step for each entry of the sequence that paid something. */
function allocationSteps(
  order: AllocationOrder,
  clause: string,
  rows: readonly Allocated[],
): ExplainedStep[] {
  return order.sequence.flatMap(({ stage, part }) => {
    const paid = rows.filter((row) => row.stage === stage && row[part].isPositive());
    if (paid.length === 0) return [];
    const step: ExplainedStep = {
      rule: `repayment-allocation.${stage}.${part}`,
      clause,
      inputs: { processing: order.processing, future: order.future },
      formula: paid.map((row) => `no ${row.no}: ${row[part].toString()}`).join('; '),
      result: Money.sum(paid.map((row) => row[part])),
      rounding:
        stage === 'in-advance' && order.future === 'spread'
          ? 'equal shares, cut to the fen; odd fen to those that owe most'
          : 'none: exact',
    };
    return [step];
  });
}

export const repaymentAllocationCalc = calculation({
  name: 'repayment-allocation',
  title: { zh: '还款分配试算', en: 'Allocation of a repayment' },
  input: allocationInput,
  run({ on, amount, dues, order: chosen, processing, future }) {
    const { sequence, clause } =
      typeof chosen === 'string'
        ? namedSequences[chosen]
        : { sequence: chosen, clause: '合同约定的还款顺序' };
    const order: AllocationOrder = { sequence, processing, future };
    const { rows, totals, credit } = allocate(dues, amount, on, order);
    const creditStep: ExplainedStep = {
      rule: 'repayment-allocation.credit',
      clause: '溢缴款单独列示，不冲减额度',
      inputs: { amount, allocated: totalOf(totals) },
      formula: 'amount − allocated',
      result: credit,
      rounding: 'none: exact',
    };
    return {
      rows: rows.map((row) => ({ ...row, total: totalOf(row) })),
      totals: { ...totals, total: totalOf(totals) },
      credit,
      remaining: remainingOf(dues, totals),
      steps: [...allocationSteps(order, clause, rows), creditStep],
    };
  },
});

const DatedBalances = z
  .array(z.strictObject({ from: DayInput, amount: AmountInput }))
  .max(400)
  .default([]);
const BandInput = z
  .strictObject({ least: RateInput, most: RateInput, clause: TextInput(200) })
  .refine(({ least, most }) => least.compare(most) <= 0 && most.compare(Rate.of('10')) <= 0, {
    message: sentence(
      '幅度由低到高，至多为 10',
      'a band from the least to the most, of at most 10',
    ),
  });

const penaltyInput = z
  .strictObject({
    /** The contract rate. */
    rate: LoanRateInput,
    rateChanges: z
      .array(z.strictObject({ from: DayInput, rate: LoanRateInput }))
      .max(120)
      .default([]),
    /** Shares of the contract rate: "0.5" is +50 %. That of misuse is needed when any is given. */
    markups: z.strictObject({ overdue: RateInput, misuse: RateInput.optional() }),
    /** Another band than the published one, with the document that says it. */
    bands: z
      .strictObject({ overdue: BandInput.optional(), misuse: BandInput.optional() })
      .optional(),
    overdue: DatedBalances,
    misused: DatedBalances,
    unpaidInterest: DatedBalances,
    settleOn: z.array(DayInput).max(400).default([]),
    to: DayInput,
    dayCount: z.enum(dayCounts).default('ACT/360'),
    rounding: z.enum(['half-up', 'half-even']).default('half-up'),
  })
  .superRefine((input, context) => {
    const say = (path: string, zh: string, en: string) =>
      context.addIssue({ code: 'custom', path: [path], message: sentence(zh, en) });
    const lists = { overdue: input.overdue, misused: input.misused };
    const dated = { ...lists, unpaidInterest: input.unpaidInterest };
    if (Object.values(dated).every((list) => list.length === 0)) {
      say('overdue', '须有逾期、挪用或欠息', 'something overdue, misused or unpaid');
    }
    for (const [path, list] of Object.entries({ ...dated, rateChanges: input.rateChanges })) {
      const days = list.map(({ from }) => from);
      if (new Set(days).size < days.length) say(path, '同一日只能有一个值', 'one value for a day');
      if (path !== 'rateChanges' && days.some((day) => day >= input.to)) {
        say(path, '起日须早于止日', 'it begins on or after the last day');
      }
    }
    if (input.misused.length > 0 && input.markups.misuse === undefined) {
      say('markups', '须有挪用加收幅度', 'the markup for misuse');
    }
    for (const breach of breaches) {
      const band = bandOf(input, breach);
      const markup = input.markups[breach];
      if (markup === undefined || isInBand(markup, band)) continue;
      const [least, most] = [band.least.percentText(), band.most.percentText()];
      say(
        `markups.${breach}`,
        `须在 ${least} 至 ${most} 之间：${band.clause}`,
        `outside ${least} to ${most}: ${band.clause}`,
      );
    }
  });
type PenaltyInput = z.output<typeof penaltyInput>;

const bandOf = ({ bands }: Pick<PenaltyInput, 'bands'>, breach: Breach) =>
  bands?.[breach] ?? publishedBands[breach];

function chargeStep(input: PenaltyInput, row: PenaltyRow, charge: Charge): ExplainedStep {
  const { kind, balance, rate, interest } = charge;
  const breach = kind === 'compound' ? 'overdue' : kind;
  const other = kind === 'compound' ? '对不能按时支付的利息按罚息利率计收复利；' : '';
  const isHeavier = charge === row.charges[0] && row.both.isPositive();
  return {
    rule: `penalty.${kind}`,
    clause: other + bandOf(input, breach).clause,
    inputs: {
      from: row.from,
      to: row.to,
      days: row.days,
      contractRate: row.contractRate,
      balance,
      rate,
    },
    formula: `balance × rate × days (${input.dayCount})`,
    result: interest,
    rounding: `${input.rounding} to the fen, once for each row and kind`,
    ...(isHeavier ? { bound: 'the heavier rate alone: overdue and misuse are not added' } : {}),
  };
}

export const penaltyCalc = calculation({
  name: 'penalty',
  title: { zh: '罚息与复利试算', en: 'Penalty and compound interest' },
  input: penaltyInput,
  run(input) {
    const { overdue, misuse = Rate.zero } = input.markups;
    const { rows, penalty, compound } = penaltyOf({ ...input, markups: { overdue, misuse } });
    const rates = rows.at(-1)?.charges.map(({ rate }) => rate) ?? [];
    const [first = Rate.zero, ...others] = rates;
    return {
      /** The heaviest rate in force at the end. */
      rate: others.reduce((most, rate) => (rate.compare(most) > 0 ? rate : most), first),
      penalty,
      compound,
      total: penalty.plus(compound),
      rows,
      steps: rows.flatMap((row) => row.charges.map((charge) => chargeStep(input, row, charge))),
    };
  },
});

export const loanCalcs = [loanScheduleCalc, repaymentAllocationCalc, penaltyCalc] as const;
