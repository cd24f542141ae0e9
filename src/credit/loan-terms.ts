/**
 * The terms of a loan as they are agreed and stored: text in, text out, read by one schema both
 * times. A loan hangs on one drawdown, which gives it principal, first day and last day.
 */
import { z } from 'zod';
import type { InputFault } from '../kernel/index.ts';
import { Money, Rate, sentence } from '../kernel/index.ts';
import { DayInput, PositiveAmountInput, RateInput, TextInput } from '../platform/schemas.ts';
import type { Drawdown } from './model.ts';
import type { AllocationOrder } from './rules/allocation.ts';
import { namedSequences } from './rules/allocation.ts';
import type { DatedRate } from './rules/repricing.ts';
import type { DatedAmount, ScheduleTerms } from './rules/schedule/terms.ts';
import {
  LoanRateInput,
  countingOf,
  dayTwice,
  hasDayTwice,
  pricingShape,
  scheduleShape,
  timetableOf,
} from './schedule-input.ts';

/** What a loan is sold as: a product of the dated list. */
export const ProductInput = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,59}$/,
    sentence(
      '产品代码：小写字母、数字和连字符',
      'a product: lower-case letters, digits and hyphens',
    ),
  );

/** To whom what is drawn is paid; needed above the threshold of entrusted payment. */
export const PaymentsInput = z
  .array(
    z.strictObject({
      payee: TextInput(200),
      amount: PositiveAmountInput,
      /** ENTRUSTED 受托支付: the bank pays the payee; SELF 自主支付: the borrower does. */
      by: z.enum(['ENTRUSTED', 'SELF']),
    }),
  )
  .max(200)
  .default([]);

const DaysOff = z.array(DayInput).max(2000).default([]);

export const LoanTermsInput = z.strictObject({
  product: ProductInput,
  /** Without a timetable: one instalment on the drawdown's due day. */
  ...scheduleShape,
  holidays: DaysOff,
  workingDays: DaysOff,
  rate: LoanRateInput.optional(),
  pricing: z
    .strictObject({
      term: z.enum(['1Y', '5Y']),
      ...pricingShape,
    })
    .optional(),
  /** What is overdue bears the contract rate × (1 + markup). */
  overdueMarkup: RateInput.default(Rate.of('0.5')),
  /** What is misused bears the contract rate × (1 + markup); the heavier of the two alone. */
  misuseMarkup: RateInput.default(Rate.of('1')),
  repaymentOrder: z.enum(['costs-first', 'principal-first']).default('costs-first'),
  processing: z.enum(['by-part', 'by-instalment']).default('by-part'),
  /** Of the first tranche. */
  payments: PaymentsInput,
  /** What may be drawn in all tranches together, and until when; without it there is one. */
  commitment: z.strictObject({ amount: PositiveAmountInput, until: DayInput }).optional(),
});
export type LoanTerms = z.output<typeof LoanTermsInput>;

/** Members that exclude or need each other; the faults of the schedule itself come after these. */
export function contradictionsOf(terms: LoanTerms): InputFault[] {
  const faults: InputFault[] = [];
  const say = (path: string, zh: string, en: string) =>
    faults.push({ path, message: sentence(zh, en) });
  if ((terms.rate === undefined) === (terms.pricing === undefined)) {
    say('rate', '填写利率或定价，二者取一', 'either a rate or a pricing');
  }
  if ((terms.instalments === undefined) !== (terms.every === undefined)) {
    say('instalments', '期数与间隔须一并填写', 'instalments and every go together');
  }
  if (terms.settlement !== undefined && terms.instalments !== undefined) {
    say('settlement', '期数与结息日，二者取一', 'either instalments or settlement days');
  }
  if (terms.firstDueOn !== undefined && terms.instalments === undefined) {
    say('firstDueOn', '只与期数并用', 'only with instalments');
  }
  if (hasDayTwice(terms)) say('holidays', ...dayTwice);
  return faults;
}

/**
 * The terms of the schedule; `rates` oldest first, the first is that of the first day. The amount
 * of the drawdown is that of all its tranches; those after the first are given.
 */
export function scheduleTermsOf(
  terms: LoanTerms,
  drawdown: Pick<Drawdown, 'amount' | 'valueOn' | 'dueOn'>,
  [first, ...rateChanges]: readonly DatedRate[],
  tranches: readonly DatedAmount[] = [],
): ScheduleTerms {
  const { amount, valueOn, dueOn } = drawdown;
  const later = tranches.map((one) => ({ on: one.on, amount: one.amount }));
  const firstAmount = amount.minus(Money.sum(later.map((one) => one.amount)));
  return {
    ...countingOf(terms),
    principal: amount,
    rate: first?.rate ?? Rate.zero,
    from: valueOn,
    timetable: timetableOf(terms, dueOn),
    drawdowns: [{ on: valueOn, amount: firstAmount }, ...later],
    rateChanges,
    newRateCounts: 'its-day',
    payments: [],
  };
}

export const orderOf = ({ repaymentOrder, processing }: LoanTerms): AllocationOrder => ({
  sequence: namedSequences[repaymentOrder].sequence,
  processing,
  future: 'next',
});
