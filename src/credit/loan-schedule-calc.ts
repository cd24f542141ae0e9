/**
 * The trial calculation `loan-schedule`: terms of a loan and what happened to it in, every
 * instalment out, with the parts that its interest was counted in.
 */
import { z } from 'zod';
import type { InputFault, Money } from '../kernel/index.ts';
import { Money as Yuan, Rate, sentence } from '../kernel/index.ts';
import type { ExplainedStep } from '../platform/calculation.ts';
import { calculation } from '../platform/calculation.ts';
import { DayInput, PositiveAmountInput } from '../platform/schemas.ts';
import { comparePrepayment, withPayment } from './rules/prepayment.ts';
import type { DatedRate, Pricing } from './rules/repricing.ts';
import { pricedRates } from './rules/repricing.ts';
import type { Schedule, ScheduleRow } from './rules/schedule/draw-up.ts';
import { drawUpSchedule } from './rules/schedule/draw-up.ts';
import { faultsOf, mostEvents } from './rules/schedule/faults.ts';
import type { Cut } from './rules/schedule/instalment.ts';
import type { InterestPart } from './rules/schedule/interest.ts';
import type { ScheduleTerms, Timetable } from './rules/schedule/terms.ts';
import { excessUses } from './rules/schedule/terms.ts';
import { periodsOf } from './rules/schedule/timetable.ts';
import {
  LoanRateInput,
  countingOf,
  dayTwice,
  hasDayTwice,
  pricingShape,
  scheduleShape,
  timetableOf,
} from './schedule-input.ts';

const DaysOff = z.array(DayInput).max(5000).default([]);
const DatedAmountInput = z.strictObject({ on: DayInput, amount: PositiveAmountInput });

export const loanScheduleInput = z
  .strictObject({
    /** All that is paid out; without `drawdowns` on the first day. */
    principal: PositiveAmountInput,
    /** The contract rate, with `rateChanges`; or `pricing` instead of both. */
    rate: LoanRateInput.optional(),
    pricing: z
      .strictObject({
        lpr: z
          .array(z.strictObject({ on: DayInput, rate: LoanRateInput }))
          .min(1)
          .max(120),
        ...pricingShape,
      })
      .optional(),
    from: DayInput,
    /** `instalments` with `every`; or `to` instead of both, with or without `settlement`. */
    ...scheduleShape,
    to: DayInput.optional(),
    holidays: DaysOff,
    workingDays: DaysOff,
    drawdowns: z.array(DatedAmountInput).min(1).max(mostEvents.drawdowns).optional(),
    rateChanges: z
      .array(z.strictObject({ from: DayInput, rate: LoanRateInput }))
      .max(mostEvents.rateChanges)
      .default([]),
    newRateCounts: z.enum(['its-day', 'night-before']).default('its-day'),
    payments: z
      .array(DatedAmountInput.extend({ excess: z.enum(excessUses).default('next') }))
      .max(mostEvents.payments)
      .default([]),
    /** What an early repayment would do, each way; nothing of it is in the rows. */
    prepayment: DatedAmountInput.optional(),
  })
  .superRefine((input, context) => {
    for (const { path, message } of problemsOf(input)) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
  });
export type LoanScheduleInput = z.output<typeof loanScheduleInput>;

type Fields = Omit<LoanScheduleInput, 'prepayment'>;

/** What no single member shows: members that contradict each other, or ask for too much. */
function problemsOf(input: LoanScheduleInput): InputFault[] {
  const problem = (path: string, zh: string, en: string): InputFault[] => [
    { path, message: sentence(zh, en) },
  ];
  const { pricing, prepayment } = input;
  if (hasDayTwice(input)) return problem('holidays', ...dayTwice);
  const timetable = timetableIn(input);
  if (timetable === undefined) {
    return problem(
      'instalments',
      '填写期数与间隔，或填写止日（可带结息日）',
      'instalments and every, or to (with or without settlement)',
    );
  }
  if ((input.rate === undefined) === (pricing === undefined)) {
    return problem('rate', '填写利率或定价，二者取一', 'either a rate or a pricing');
  }
  if (pricing !== undefined && input.rateChanges.length > 0) {
    return problem('rateChanges', '利率变动由定价得出', 'they follow from the pricing');
  }
  const plain = termsOf(input, timetable);
  const faults = faultsOf(plain);
  if (faults.length > 0) return faults;
  if (pricing !== undefined && pricedOver(pricing, plain) === undefined) {
    return problem(
      'pricing',
      '首日之前没有 LPR，或利率为负',
      'no LPR by the first day, or a negative rate',
    );
  }
  const terms = pricedTerms(input, plain);
  const late = faultsOf(terms);
  if (late.length > 0 || prepayment === undefined) return late;
  return faultsOf(withPayment(terms, prepayment, 'smaller')).map(({ message }) => ({
    path: 'prepayment',
    message,
  }));
}

/** Undefined when the members for it are too few or contradict each other. */
function timetableIn(input: Fields): Timetable | undefined {
  const { instalments, every, firstDueOn, to, settlement } = input;
  const wrong =
    instalments !== undefined && every !== undefined
      ? to !== undefined || settlement !== undefined
      : to === undefined || (instalments ?? every ?? firstDueOn) !== undefined;
  return wrong ? undefined : timetableOf(input, to ?? input.from);
}

/** Without a rate it is zero until the pricing says it. */
const termsOf = (input: Fields, timetable: Timetable): ScheduleTerms => ({
  ...countingOf(input),
  principal: input.principal,
  rate: input.rate ?? Rate.zero,
  from: input.from,
  timetable,
  drawdowns: input.drawdowns ?? [{ on: input.from, amount: input.principal }],
  rateChanges: input.rateChanges,
  newRateCounts: input.newRateCounts,
  payments: input.payments,
});

/** The rate and its changes over the life of the loan. */
function pricedOver(pricing: Pricing, terms: ScheduleTerms): DatedRate[] | undefined {
  const last = periodsOf(terms).periods.at(-1);
  return pricedRates(pricing, terms.from, last?.to ?? terms.from);
}

function pricedTerms({ pricing }: Fields, terms: ScheduleTerms): ScheduleTerms {
  if (pricing === undefined) return terms;
  const [first, ...rateChanges] = pricedOver(pricing, terms) ?? [];
  if (first === undefined) throw new TypeError('the input was not validated');
  return { ...terms, rate: first.rate, rateChanges };
}

const sumOf = (rows: readonly ScheduleRow[], amount: (row: ScheduleRow) => Money): Money =>
  Yuan.sum(rows.map(amount));

function totalsOf({ rows, early, credit }: Schedule) {
  const due = sumOf(rows, (row) => row.due);
  const paid = sumOf(rows, (row) => row.paidInterest.plus(row.paidPrincipal));
  return {
    interest: sumOf(rows, (row) => row.interest),
    principal: sumOf(rows, (row) => row.principal),
    due,
    repaidEarly: Yuan.sum(early.map(({ amount }) => amount)),
    paid,
    /** due − paid: what the rows still ask for. */
    outstanding: due.minus(paid),
    credit,
  };
}

const fractionText = ({ fraction: { over, under } }: InterestPart): string => `${over}/${under}`;

const partShown = (part: InterestPart) => ({
  from: part.from,
  to: part.to,
  days: part.days,
  balance: part.balance,
  rate: part.rate,
  yearFraction: fractionText(part),
  interest: part.interest,
});

const rowShown = (row: ScheduleRow) => ({ ...row, parts: row.parts.map(partShown) });

const clauses: Readonly<Record<ScheduleTerms['method'], string>> = {
  'equal-instalment': '等额本息：A = P·Π(1+rᵢ) ÷ fₙ，f₁ = 1，fᵢ = 1 + fᵢ₋₁(1+rᵢ)；末期吸收尾差',
  'equal-principal': '等额本金：每期本金 = 余额 ÷ 剩余期数；末期吸收尾差',
  'interest-first': '先息后本：按期付息，到期还本',
  bullet: '到期一次还本付息：P(1 + r·d/基数)',
  flat: '等本等息：每期本金 = 余额 ÷ 剩余期数，利息按已发放本金全额计',
};

function cutStep(terms: ScheduleTerms, cut: Cut): ExplainedStep {
  const { no, balance, instalments, exact, rounded, instalment } = cut;
  const isSmoothed = !rounded.equals(instalment);
  return {
    rule: 'loan-schedule.instalment',
    clause: clauses[terms.method],
    inputs: { fromInstalment: no, balance, instalments },
    formula: terms.method === 'equal-instalment' ? 'balance·Π(1+rᵢ) ÷ fₙ' : 'balance ÷ instalments',
    result: instalment,
    rounding:
      `${exact.toFixed(10)} → ${terms.rounding} to ${terms.instalmentUnit.toString()}: ` +
      rounded.toString(),
    ...(isSmoothed
      ? { bound: 'tail smoothing: |last − A|·100 > ⌊n/2⌋, A + (last − A)/n has a smaller gap' }
      : {}),
  };
}

function interestStep(terms: ScheduleTerms, { no, parts, accrued }: ScheduleRow): ExplainedStep {
  return {
    rule: 'loan-schedule.interest',
    clause: '算头不算尾 银发〔2005〕129号；余额或利率变动处分段，逐段舍入一次',
    inputs: { instalment: no, dayCount: terms.dayCount, parts: parts.length },
    formula: parts
      .map((part) => {
        const factors = [part.balance, part.rate, fractionText(part)].join(' × ');
        return `${factors} = ${part.interest.toString()}`;
      })
      .join('; '),
    result: accrued,
    rounding: `${terms.rounding} to the fen, once for each part`,
  };
}

function pricingSteps({ pricing }: Fields, terms: ScheduleTerms): ExplainedStep[] {
  if (pricing === undefined) return [];
  const { repricing, spreadBp } = pricing;
  return [
    {
      rule: 'loan-schedule.pricing',
      clause: '贷款市场报价利率（LPR）± 基点，重定价日取最近一次公布值（合同参数）',
      inputs: { lpr: pricing.lpr.length, spreadBp, repricing },
      formula: 'latest LPR published by the day + spreadBp ÷ 10000',
      result: [{ from: terms.from, rate: terms.rate }, ...terms.rateChanges],
      rounding: 'none: exact',
    },
  ];
}

/** The first row stands for those of one part; broken ones are explained each, up to 60. */
function stepsOf(terms: ScheduleTerms, { rows, cuts }: Schedule): ExplainedStep[] {
  const broken = rows.filter((row, i) => i === 0 || row.parts.length > 1).slice(0, 60);
  return [
    {
      rule: 'loan-schedule.method',
      clause: clauses[terms.method],
      inputs: { from: terms.from, timetable: terms.timetable, dueOnDayOff: terms.dueOnDayOff },
      formula: 'due days counted from the first day; the settlement day closes its own period',
      result: rows.length,
      rounding: 'none: exact',
    },
    ...cuts.map((cut) => cutStep(terms, cut)),
    ...broken.map((row) => interestStep(terms, row)),
  ];
}

/** The answer: rows, totals, what was repaid outside the rows, and how it was counted. */
export const loanScheduleCalc = calculation({
  name: 'loan-schedule',
  title: { zh: '还款计划试算', en: 'Repayment schedule' },
  input: loanScheduleInput,
  run(input) {
    const timetable = timetableIn(input);
    if (timetable === undefined) throw new TypeError('the input was not validated');
    const terms = pricedTerms(input, termsOf(input, timetable));
    const schedule = drawUpSchedule(terms);
    const { prepayment } = input;
    return {
      rows: schedule.rows.map(rowShown),
      totals: totalsOf(schedule),
      earlyRepayments: schedule.early,
      settledOn: schedule.settledOn,
      warnings: schedule.warnings,
      ...(prepayment ? { prepayment: comparePrepayment(terms, schedule, prepayment) } : {}),
      steps: [...pricingSteps(input, terms), ...stepsOf(terms, schedule)],
    };
  },
});
