/**
 * The trial calculations of a desk: what a line is as an exposure, when a bank must have decided,
 * which rate a floating loan has, what a line's undrawn part costs, how old arrears are, when a bad
 * loan may be lifted, and how an agreement keeps pace. All by the rules that the books decide with.
 */
import { z } from 'zod';
import { Failure, Money, Rate, makeCalendar, sentence } from '../kernel/index.ts';
import type { Calculation } from '../platform/calculation.ts';
import { calculation } from '../platform/calculation.ts';
import {
  AmountInput,
  DayInput,
  PositiveAmountInput,
  RateInput,
  ShareInput,
  TextInput,
} from '../platform/schemas.ts';
import { collateralKinds } from './model-demands.ts';
import { classification2023 as classPack } from './packs/classification-2023.ts';
import { clocks } from './packs/clocks.ts';
import { conversion2023 as conversionPack } from './packs/conversion-2023.ts';
import { delinquencyRanges } from './packs/delinquency-ranges.ts';
import { cite } from './packs/pack.ts';
import { ClockRuleInput } from './packs/rule-shapes.ts';
import { upgradeDecision } from './rules/class-upgrade.ts';
import { decisionDueOn, tagHoldsUntil } from './rules/clock.ts';
import { commitmentFee, feeParts } from './rules/commitment-fee.ts';
import { exposureOf } from './rules/conversion.ts';
import { delinquencyOf, unpaidAfter } from './rules/delinquency.ts';
import { paceOf } from './rules/pace.ts';
import { countedValue } from './rules/pricing.ts';
import { pricedRates } from './rules/repricing.ts';

const Basis = z.number().int().min(-5000).max(5000);
const Fixings = z
  .array(z.strictObject({ on: DayInput, rate: RateInput }))
  .min(1)
  .max(1000);

export const creditConversionCalc = calculation({
  name: 'credit-conversion',
  title: { zh: '信用转换系数', en: 'Exposure of an undrawn commitment' },
  input: z.strictObject({ limit: AmountInput, drawn: AmountInput, kind: TextInput(60) }),
  run(asked) {
    const found = exposureOf(asked, conversionPack.parameters);
    if (found instanceof Failure) throw found;
    const { undrawn, factor, exposure } = found;
    const step = {
      rule: 'credit-conversion',
      inputs: { ...asked, undrawn, factor },
      formula: 'drawn + max(limit − drawn, 0) × factor',
      result: exposure,
      rounding: 'half-up to the fen',
      ...cite(conversionPack, `factors.${asked.kind}`),
    };
    return { undrawn, factor, exposure, steps: [step] };
  },
});

export const decisionClockCalc = calculation({
  name: 'decision-clock',
  title: { zh: '银行决定时限与资质有效期', en: 'Decision clock of a bank, term of a tag' },
  input: z.strictObject({
    completeOn: DayInput,
    /** The rule's own when left out. */
    clock: ClockRuleInput.shape.decision.optional(),
    /** A tag that was granted on that day. */
    tag: TextInput(60).optional(),
    holidays: z.array(DayInput).max(5000).default([]),
    workingDays: z.array(DayInput).max(5000).default([]),
  }),
  run({ completeOn, clock = clocks.parameters.decision, tag, holidays, workingDays }) {
    const due = decisionDueOn(completeOn, clock, makeCalendar({ holidays, workingDays }));
    const until = tag === undefined ? null : tagHoldsUntil(tag, completeOn, clocks.parameters);
    if (until instanceof Failure) throw until;
    const step = {
      rule: 'decision-clock',
      inputs: { completeOn, ...clock },
      formula: 'the day after the file is complete is day 1',
      result: due.day,
      ...cite(clocks, 'decision'),
    };
    return { dueOn: due.day, tagUntil: until, warnings: due.warnings, steps: [step] };
  },
});

export const floatingRateCalc = calculation({
  name: 'floating-rate',
  title: { zh: 'LPR 加点与重定价', en: 'Prime rate with spread, and its repricing' },
  input: z
    .strictObject({
      lpr: Fixings,
      spreadBp: Basis,
      repricing: z
        .union([
          z.literal(['fixed', 'new-year']),
          z.strictObject({ months: z.number().int().min(1).max(120) }),
        ])
        .default('new-year'),
      from: DayInput,
      to: DayInput,
    })
    .refine(({ from, to }) => from < to, {
      message: sentence('贷款止日早于起日', 'the loan ends before it starts'),
    }),
  run({ from, to, ...pricing }) {
    const rates = pricedRates(pricing, from, to) ?? null;
    const step = {
      rule: 'floating-rate',
      clause: 'LPR published by the day, plus or minus basis points; contract 重定价日',
      inputs: { spreadBp: pricing.spreadBp, repricing: pricing.repricing, from, to },
      formula: 'LPR + bp ÷ 10,000 on the first day and on each day of repricing',
      result: rates,
    };
    return { rates, steps: [step] };
  },
});

const Standing = z.strictObject({
  from: DayInput,
  limit: AmountInput,
  outstanding: AmountInput,
  /** Not `open`: nothing can be drawn, and no night earns a fee. */
  drawable: z.enum(['open', 'shut', 'over']).default('open'),
});

/** By day; of one day in the order in which they were given. */
const inOrder = <S extends { readonly from: string }>(list: readonly S[]): S[] =>
  list.toSorted((a, b) => a.from.localeCompare(b.from));

export const commitmentFeeCalc = calculation({
  name: 'commitment-fee',
  title: { zh: '承诺费', en: 'Commitment fee on the undrawn part' },
  input: z
    .strictObject({
      standings: z.array(Standing).min(1).max(2000),
      from: DayInput,
      /** Not counted itself (算头不算尾). */
      to: DayInput,
      /** Of the first night. */
      rateAnnual: RateInput,
      /** Agreed later, each from its day on. */
      laterRates: z
        .array(z.strictObject({ from: DayInput, rateAnnual: RateInput }))
        .max(100)
        .default([]),
    })
    .refine(({ from, to }) => from <= to, {
      message: sentence('期间止日早于起日', 'the period ends before it starts'),
    }),
  run({ standings, from, to, rateAnnual, laterRates }) {
    const steps = inOrder(standings);
    const rates = inOrder([{ from, rateAnnual }, ...laterRates]);
    const parts = feeParts(steps, rates, from, to);
    const fee = commitmentFee(parts);
    const step = {
      rule: 'commitment-fee',
      clause: 'ACT/360; 银发〔2005〕129号; the fee itself is by contract',
      inputs: { parts },
      formula: 'Σ undrawn × days × rate ÷ 360',
      result: fee,
      rounding: 'half-up to the fen, once',
    };
    return { fee, parts, steps: [step] };
  },
});

const Dated = z.strictObject({ on: DayInput, amount: PositiveAmountInput });

export const delinquencyCalc = calculation({
  name: 'delinquency',
  title: { zh: '逾期天数与区间', en: 'Days past due and delinquency ranges' },
  input: z.strictObject({
    on: DayInput,
    /** Instalments and fees by the day on which they fall due. */
    dues: z.array(Dated).max(2000),
    payments: z.array(Dated).max(2000).default([]),
    /** Ageing stands still in them, both ends included; without `to` until resumed. */
    pauses: z
      .array(z.strictObject({ from: DayInput, to: DayInput.optional() }))
      .max(200)
      .default([]),
  }),
  run({ on, dues, payments, pauses }) {
    const owed = dues.map((due) => ({ dueOn: due.on, amount: due.amount }));
    const unpaid = unpaidAfter(owed, payments, on);
    const found = delinquencyOf(unpaid, on, delinquencyRanges.parameters, pauses);
    const { daysPastDue, overdue, oldestUnpaidOn = null, range = null } = found;
    const byRange = Object.fromEntries(found.byRange);
    const step = {
      rule: 'delinquency',
      inputs: { on, unpaid, pauses },
      formula: 'the day after the due day is day 1; days of a pause are not counted',
      result: { daysPastDue, range },
      ...cite(delinquencyRanges, 'ranges'),
    };
    return { daysPastDue, range, overdue, oldestUnpaidOn, byRange, steps: [step] };
  },
});

export const classUpgradeCalc = calculation({
  name: 'class-upgrade',
  title: { zh: '不良贷款上调', en: 'When a non-performing loan may be lifted' },
  input: z.strictObject({
    on: DayInput,
    /** When arrears and costs were fully paid; left out: they are not. */
    curedOn: DayInput.optional(),
    periodMonths: z.number().int().min(1).max(120),
    paidNormallySince: z.boolean().default(false),
    abilityAssessed: z.boolean().default(false),
    impairedLeft: z.boolean().default(false),
  }),
  run({ on, curedOn, impairedLeft, ...paid }) {
    const rule = classPack.parameters.upgrade;
    const cure = curedOn === undefined ? undefined : { curedOn, ...paid };
    const found = upgradeDecision(cure, { on, impairedLeft }, rule);
    const { allowed, earliestOn = null, missing } = found;
    const step = {
      rule: 'class-upgrade',
      inputs: { on, curedOn: curedOn ?? null, impairedLeft, ...paid },
      formula: `the longer of ${rule.months} months and ${rule.periods} periods since the cure`,
      result: allowed,
      ...(missing.length > 0 ? { bound: missing.join(', ') } : {}),
      ...cite(classPack, 'upgrade'),
    };
    return { allowed, earliestOn, missing, steps: [step] };
  },
});

export const collateralValueCalc = calculation({
  name: 'collateral-value',
  title: { zh: '押品折后价值', en: 'Collateral after haircut' },
  input: z.strictObject({
    collaterals: z
      .array(
        z.strictObject({
          kind: z.enum(collateralKinds),
          name: TextInput(200),
          value: AmountInput,
          haircut: ShareInput,
        }),
      )
      .max(50),
  }),
  run({ collaterals }) {
    const each = collaterals.map((one) => ({ ...one, counted: countedValue(one) }));
    const counted = Money.sum(each.map((one) => one.counted));
    const steps = each.map((one) => ({
      rule: 'collateral-value',
      clause: 'collateral counts for its value after the haircut; unsecured credit for nothing',
      inputs: { kind: one.kind, value: one.value, haircut: one.haircut },
      formula: 'value × (1 − haircut)',
      result: one.counted,
      rounding: 'down to the fen',
    }));
    return { counted, collaterals: each, steps };
  },
});

export const agreementPaceCalc = calculation({
  name: 'agreement-pace',
  title: { zh: '整园授信进度', en: 'Pace of a park agreement' },
  input: z
    .strictObject({
      intentAmount: PositiveAmountInput,
      sense: z.enum(['AT_LEAST', 'AT_MOST']),
      startsOn: DayInput,
      endsOn: DayInput,
      /** The measure that the agreement names. */
      counted: AmountInput,
      on: DayInput,
      paceBehindBelow: RateInput.default(Rate.of('0.9')),
      paceAheadAbove: RateInput.default(Rate.of('1.1')),
    })
    .refine(({ startsOn, endsOn }) => startsOn < endsOn, {
      message: sentence('期限止日须晚于起日', 'the term is reversed'),
    }),
  run({ counted, on, ...terms }) {
    const pace = paceOf(terms, counted, on);
    const step = {
      rule: 'agreement-pace',
      clause: 'share of the intent reached against the elapsed share of the term',
      inputs: { counted, on, ...terms },
      formula: 'counted ÷ intent, days of the term up to and with the day ÷ days of the term',
      result: pace.pace,
      rounding: 'shown with 4 decimals, compared exactly',
      ...(pace.alert === null ? {} : { bound: pace.alert }),
    };
    return { ...pace, steps: [step] };
  },
});

export const deskCalcs: readonly Calculation[] = [
  creditConversionCalc,
  decisionClockCalc,
  floatingRateCalc,
  commitmentFeeCalc,
  delinquencyCalc,
  classUpgradeCalc,
  collateralValueCalc,
  agreementPaceCalc,
];
