/**
 * How a loan is repaid and its interest counted, as an input says it: the members that the terms of
 * a loan, the plan of an extension and the trial calculation share, and their one reading.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { makeCalendar, Money, Rate, sentence } from '../kernel/index.ts';
import { DayInput, PositiveAmountInput, RateInput } from '../platform/schemas.ts';
import { dayCounts } from './rules/schedule/day-count.ts';
import { mostInstalments } from './rules/schedule/faults.ts';
import type { ScheduleTerms, Timetable } from './rules/schedule/terms.ts';
import { methods } from './rules/schedule/terms.ts';

/** A rate of a loan. 4.35 for 4.35 % is the likeliest slip, so more than 100 % is refused. */
export const LoanRateInput = RateInput.refine((rate) => rate.compare(Rate.of('1')) <= 0, {
  message: sentence('利率不得大于 1："0.0435" 即 4.35%', 'a rate of at most 1: "0.0435" is 4.35 %'),
});

/** Above an LPR, and when a new one counts. */
export const pricingShape = {
  spreadBp: z.number().int().min(-5000).max(5000),
  repricing: z
    .union([
      z.literal(['fixed', 'new-year']),
      z.strictObject({ months: z.number().int().min(1).max(120) }),
    ])
    .default('new-year'),
};

/** `instalments` with `every`; or `settlement`; or neither: one instalment. */
export const timetableShape = {
  instalments: z.number().int().min(1).max(mostInstalments).optional(),
  every: z
    .union([
      z.strictObject({ months: z.number().int().min(1).max(120) }),
      z.strictObject({ weeks: z.number().int().min(1).max(520) }),
      z.strictObject({ days: z.number().int().min(1).max(3660) }),
    ])
    .optional(),
  firstDueOn: DayInput.optional(),
  settlement: z
    .strictObject({
      everyMonths: z.literal([1, 2, 3, 4, 6, 12]),
      day: z.number().int().min(1).max(31).default(20),
    })
    .optional(),
};

/** A number of instalments that are treated otherwise. */
export const instalmentCount = z.number().int().min(0).max(mostInstalments).default(0);

export const scheduleShape = {
  method: z.enum(methods).default('equal-instalment'),
  ...timetableShape,
  monthEnd: z.enum(['clamp', 'roll']).default('clamp'),
  dueOnDayOff: z.enum(['keep', 'next-working-day']).default('keep'),
  dayCount: z.enum(dayCounts).default('ACT/360'),
  rounding: z.enum(['half-up', 'half-even']).default('half-up'),
  /** "100.00": instalments of whole hundreds. */
  instalmentUnit: PositiveAmountInput.default(Money.of('0.01')),
  smoothing: z.boolean().default(false),
  principalGrace: instalmentCount,
  interestDeferral: instalmentCount,
  interestFree: instalmentCount,
};
type ScheduleInput = z.output<z.ZodObject<typeof scheduleShape>>;

interface DaysOff {
  readonly holidays: readonly Day[];
  readonly workingDays: readonly Day[];
}

export const hasDayTwice = ({ holidays, workingDays }: DaysOff): boolean =>
  holidays.some((day) => workingDays.includes(day));

export const dayTwice = [
  '同一日既列为休息日又列为工作日',
  'a day is listed both as a holiday and as a working day',
] as const;

type TimetableInput = Pick<ScheduleInput, keyof typeof timetableShape | 'monthEnd'>;

/** @param to the last day, for a loan that is not repaid in equal steps. */
export function timetableOf(terms: TimetableInput, to: Day): Timetable {
  const { instalments, every, firstDueOn, monthEnd, settlement } = terms;
  if (instalments !== undefined && every !== undefined) {
    const first = firstDueOn === undefined ? {} : { firstDueOn };
    return { kind: 'regular', instalments, every, monthEnd, ...first };
  }
  return settlement ? { kind: 'settlement', to, ...settlement } : { kind: 'one', to };
}

/** What of a schedule's terms is no event and no timetable. */
export const countingOf = (input: ScheduleInput & DaysOff) =>
  ({
    method: input.method,
    dueOnDayOff: input.dueOnDayOff,
    calendar: makeCalendar(input),
    dayCount: input.dayCount,
    rounding: input.rounding,
    instalmentUnit: input.instalmentUnit,
    smoothing: input.smoothing,
    principalGrace: input.principalGrace,
    interestDeferral: input.interestDeferral,
    interestFree: input.interestFree,
  }) satisfies Partial<ScheduleTerms>;
