/**
 * What the parameters of each kind of risk rule look like. Every threshold, ratio and class of the
 * documents is a value here; code knows only how to compare them.
 */
import { z } from 'zod';
import { sentence } from '../../kernel/index.ts';
import { AmountInput, RateInput, ShareInput } from '../../platform/schemas.ts';
import { riskClasses } from '../rules/risk-class.ts';

const RiskClassInput = z.enum(riskClasses);
const Days = z.number().int().min(0).max(36_500);
const Months = z.number().int().min(1).max(1200);
const Periods = z.number().int().min(0).max(100);
const Key = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,59}$/,
    sentence('小写字母、数字和连字符', 'lower-case letters, digits and hyphens'),
  );

/** The events that put a loan in a class at least, whatever else is known of it. */
export const riskEvents = [
  'overdue',
  'use-changed',
  'repaid-by-new-borrowing',
  'bad-debt-at-this-bank',
  'bad-debt-at-another-bank',
  'credit-impaired',
  'sharp-downgrade',
  'overdue-across-banks',
  'contagion',
  'debt-evasion',
  'bankruptcy-liquidation',
] as const;
export type RiskEvent = (typeof riskEvents)[number];

export const ClassificationRuleInput = z.strictObject({
  atLeast: z.record(z.enum(riskEvents), RiskClassInput),
  /** An overdue for an operational or technical reason is excepted up to this many days. */
  technicalOverdueDays: Days,
  /** What repays old debt with new and is no trigger. */
  exemptBorrowings: z.array(Key),
  overdueDays: z.array(z.strictObject({ moreThan: Days, atLeast: RiskClassInput })),
  /** Of a credit-impaired loan: expected loss ÷ book balance. */
  expectedLoss: z.array(z.strictObject({ share: ShareInput, atLeast: RiskClassInput })),
  overdueAcrossBanks: z.strictObject({ daysMoreThan: Days, shareMoreThan: ShareInput }),
  contagionShareMoreThan: ShareInput,
  /** `until` earned, a loan that was non-performing stays in this class at least. */
  upgrade: z.strictObject({ months: Months, periods: Periods, until: RiskClassInput }),
  restructuring: z.strictObject({
    months: Months,
    periods: Periods,
    performing: RiskClassInput,
    nonPerforming: RiskClassInput,
    again: RiskClassInput,
  }),
  firstDayPastDue: z.literal('DAY_AFTER_DUE'),
  oneClassPerLoan: z.literal(true),
  collateralAloneLifts: z.literal(false),
});
export type ClassificationRule = z.output<typeof ClassificationRuleInput>;

export const ProvisionRuleInput = z.strictObject({
  special: z.record(RiskClassInput, ShareInput),
  float: z.strictObject({ classes: z.array(RiskClassInput), share: ShareInput }),
  generalShare: ShareInput,
  coverage: z.strictObject({ standard: RateInput, bandFloor: RateInput }),
  loanProvision: z.strictObject({ standard: ShareInput, bandFloor: ShareInput }),
});
export type ProvisionRule = z.output<typeof ProvisionRuleInput>;

export const loanKinds = ['working-capital', 'fixed-asset'] as const;

export const WorkingCapitalRuleInput = z.strictObject({
  yearDays: z.number().int().min(1).max(366),
  tenor: z.record(
    z.enum(loanKinds),
    z.strictObject({
      normalMonths: Months,
      /** With a long cash cycle; absent when the document knows no such case. */
      longCycleMonths: Months.optional(),
      /** What lies beyond: refused, or an exception that a person approves. */
      beyond: z.enum(['REFUSE', 'EXCEPTION']),
    }),
  ),
  /** No loan of any kind runs longer. */
  drawdownMonthsMost: Months,
  entrustedPaymentMoreThan: AmountInput,
  /** What is added up to one payee: this payment alone, all under its loan, or under its line. */
  entrustedPaymentScope: z.enum(['payment', 'loan', 'line']),
});
export type WorkingCapitalRule = z.output<typeof WorkingCapitalRuleInput>;

const SizeBounds = z.strictObject({ staff: z.number().int().min(0), revenue: AmountInput });

export const SizeClassRuleInput = z.strictObject({
  industries: z.record(
    Key,
    z.strictObject({
      title: z.strictObject({ zh: z.string(), en: z.string() }),
      /** Lower bounds, both to be met; what meets none of them is micro. */
      large: SizeBounds,
      medium: SizeBounds,
      small: SizeBounds,
    }),
  ),
});
export type SizeClassRule = z.output<typeof SizeClassRuleInput>;

export const ConversionRuleInput = z.strictObject({ factors: z.record(Key, ShareInput) });
export type ConversionRule = z.output<typeof ConversionRuleInput>;

export const ClockRuleInput = z.strictObject({
  decision: z.strictObject({
    days: z.number().int().min(1).max(3660),
    unit: z.enum(['calendar-days', 'working-days']),
  }),
  /** How long a tag lasts: months from its grant, or to the next such day of a later year. */
  tags: z.record(
    Key,
    z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('months'), months: Months }),
      z.strictObject({
        by: z.literal('day-of-next-year'),
        month: z.number().int().min(1).max(12),
        day: z.number().int().min(1).max(31),
      }),
    ]),
  ),
});
export type ClockRule = z.output<typeof ClockRuleInput>;

/** Days past due by range, both ends included; null: without end. */
export const DelinquencyRuleInput = z.strictObject({
  ranges: z
    .array(
      z.strictObject({
        code: Key,
        from: z.number().int().min(1),
        to: z.number().int().min(1).nullable(),
      }),
    )
    .min(1)
    .refine(
      (ranges) =>
        ranges.every(({ from, to }, i) => {
          const before = ranges[i - 1];
          const follows = before === undefined ? from === 1 : before.to === from - 1;
          return follows && (to === null ? i === ranges.length - 1 : to >= from);
        }),
      {
        message: sentence(
          '区间自第 1 天起，前后相接，不空不叠',
          'ranges begin at day 1 and follow each other without gap or overlap',
        ),
      },
    ),
});
export type DelinquencyRule = z.output<typeof DelinquencyRuleInput>;
