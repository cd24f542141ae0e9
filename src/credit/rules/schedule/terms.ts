/**
 * What a repayment schedule is drawn up from: the terms of a loan and the facts that happened to
 * it since. A fact entered late (a rate change, a payment) is simply in the list: the schedule is
 * drawn up again from the first day, so every change is a replay and none is a patch.
 */
import type { Calendar, Day, Money, Rate, Rounding } from '../../../kernel/index.ts';
import type { DayCount } from './day-count.ts';

/**
 * equal-instalment 等额本息, equal-principal 等额本金, interest-first 先息后本 (按期付息、到期还本),
 * bullet 到期一次还本付息, flat: equal principal with interest on all that was paid out.
 */
export const methods = [
  'equal-instalment',
  'equal-principal',
  'interest-first',
  'bullet',
  'flat',
] as const;
export type Method = (typeof methods)[number];

export type Every =
  | { readonly months: number }
  | { readonly weeks: number }
  | { readonly days: number };

/** Equal steps from the first day, or from the first due day when that is given. */
export interface RegularTimetable {
  readonly kind: 'regular';
  readonly instalments: number;
  readonly every: Every;
  /** Makes the first period shorter or longer; later due days are counted from it. */
  readonly firstDueOn?: Day;
  /** A due day that its month lacks: the month's last day, or the first of the next month. */
  readonly monthEnd: 'clamp' | 'roll';
}

/**
 * Settlement days of the calendar (结息日): the months that `everyMonths` divides (3: March, June,
 * September, December). The settlement day itself belongs to the closing period.
 */
export interface SettlementTimetable {
  readonly kind: 'settlement';
  readonly to: Day;
  readonly everyMonths: 1 | 2 | 3 | 4 | 6 | 12;
  /** 1–31; a month without the day settles on its last. */
  readonly day: number;
}

export interface OneTimetable {
  readonly kind: 'one';
  readonly to: Day;
}

export type Timetable = RegularTimetable | SettlementTimetable | OneTimetable;

export interface DatedAmount {
  readonly on: Day;
  readonly amount: Money;
}

/**
 * What is done with a payment beyond what is due: `next` pays the principal of the next
 * instalments in advance, `fewer` shortens the loan and keeps the instalment, `smaller` keeps the
 * last day and cuts the instalment anew.
 */
export const excessUses = ['next', 'fewer', 'smaller'] as const;
export type ExcessUse = (typeof excessUses)[number];

export interface Payment extends DatedAmount {
  readonly excess: ExcessUse;
}

/**
 * From the day on, what was not due by then is repaid by another timetable (展期、重组). It is
 * counted from the end of the last row that was due; `carried` is overdue principal that leaves its
 * row on the day and is repaid with the rest.
 */
export interface Reschedule {
  readonly on: Day;
  readonly method: Method;
  readonly timetable: Timetable;
  readonly principalGrace: number;
  readonly carried: readonly { readonly no: number; readonly amount: Money }[];
}

export interface ScheduleTerms {
  /** All that is paid out: the drawdowns add up to it. */
  readonly principal: Money;
  readonly rate: Rate;
  readonly from: Day;
  readonly method: Method;
  readonly timetable: Timetable;
  /** 'next-working-day' moves the due day; interest runs on to the day it moved to. */
  readonly dueOnDayOff: 'keep' | 'next-working-day';
  readonly calendar: Calendar;
  readonly dayCount: DayCount;
  readonly rounding: Exclude<Rounding, 'down'>;
  /** The instalment (equal principal: its principal part) is a multiple of it; 0.01 by default. */
  readonly instalmentUnit: Money;
  readonly smoothing: boolean;
  /** So many first instalments pay interest alone (宽限期). */
  readonly principalGrace: number;
  /** Interest of so many first periods falls due with the instalment after them; no compounding. */
  readonly interestDeferral: number;
  /** So many first periods bear no interest at all. */
  readonly interestFree: number;
  readonly drawdowns: readonly DatedAmount[];
  readonly rateChanges: readonly { readonly from: Day; readonly rate: Rate }[];
  /**
   * 'its-day': the night after the day bears the new rate (算头不算尾). 'night-before': the night
   * that ends on the day does, as systems count that close a day at its end.
   */
  readonly newRateCounts: 'its-day' | 'night-before';
  readonly payments: readonly Payment[];
  readonly reschedules?: readonly Reschedule[];
}
