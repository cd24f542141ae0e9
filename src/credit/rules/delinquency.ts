/**
 * Days past due 逾期天数 and the ranges they fall in, for a loan and for each instalment. The day
 * after the due day is day 1. A pause is dated and stops the ageing for its days, both ends
 * included; it cures nothing, and the regulatory classes count calendar days without it.
 */
import type { Day } from '../../kernel/index.ts';
import { Money, addDays, daysBetween } from '../../kernel/index.ts';
import type { DelinquencyRule } from '../packs/rule-shapes.ts';

/** Ageing stands still from `from` to `to`, both included; without `to` until it is resumed. */
export interface Pause {
  readonly from: Day;
  readonly to?: Day | undefined;
}

/** What fell or falls due on a day: an instalment, or a fee on a due day of its own. */
export interface Due {
  readonly dueOn: Day;
  readonly amount: Money;
}

export interface Payment {
  readonly on: Day;
  readonly amount: Money;
}

/** Days from `from` (not counted) to `to` (counted) that lie in a pause, overlaps counted once. */
function pausedDays(from: Day, to: Day, pauses: readonly Pause[]): number {
  let counted = 0;
  let after = from;
  for (const pause of [...pauses].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const end = pause.to === undefined || pause.to > to ? to : pause.to;
    const begin = pause.from > after ? addDays(pause.from, -1) : after;
    if (end <= begin) continue;
    counted += daysBetween(begin, end);
    after = end;
  }
  return counted;
}

/** 0 up to and on the due day, 1 on the day after; days of a pause are not counted. */
export function daysPastDue(dueOn: Day, on: Day, pauses: readonly Pause[] = []): number {
  if (on <= dueOn) return 0;
  return daysBetween(dueOn, on) - pausedDays(dueOn, on, pauses);
}

/**
 * What is left of the dues after the payments made until `on`, the oldest due first; a payment
 * beyond what is owed leaves nothing negative behind.
 */
export function unpaidAfter(
  dues: readonly Due[],
  payments: readonly Payment[],
  on: Day,
): readonly Due[] {
  const made = payments.filter((payment) => payment.on <= on);
  let left = Money.sum(made.map(({ amount }) => amount));
  const unpaid: Due[] = [];
  for (const due of [...dues].sort((a, b) => (a.dueOn < b.dueOn ? -1 : 1))) {
    const paid = Money.min(left, due.amount);
    left = left.minus(paid);
    const amount = due.amount.minus(paid);
    if (amount.isPositive()) unpaid.push({ dueOn: due.dueOn, amount });
  }
  return unpaid;
}

/** The code of the range; undefined for day 0 and for days beyond the last range. */
export const rangeOf = (days: number, { ranges }: DelinquencyRule): string | undefined =>
  ranges.find(({ from, to }) => days >= from && (to === null || days <= to))?.code;

export interface Delinquency {
  /** Of the oldest unpaid due: the loan's own days past due. */
  readonly daysPastDue: number;
  /** The loan's range; undefined when nothing is overdue. */
  readonly range: string | undefined;
  readonly overdue: Money;
  readonly oldestUnpaidOn: Day | undefined;
  /** Instalment level: overdue amount by range code; ranges without an amount are left out. */
  readonly byRange: ReadonlyMap<string, Money>;
}

/** Loan and instalment level at once; `unpaid` as `unpaidAfter` gives it. */
export function delinquencyOf(
  unpaid: readonly Due[],
  on: Day,
  rule: DelinquencyRule,
  pauses: readonly Pause[] = [],
): Delinquency {
  const byRange = new Map<string, Money>();
  let overdue = Money.zero;
  let oldest: Day | undefined;
  let worst = 0;
  for (const { dueOn, amount } of unpaid) {
    if (dueOn >= on || !amount.isPositive()) continue;
    const days = daysPastDue(dueOn, on, pauses);
    overdue = overdue.plus(amount);
    if (oldest === undefined || dueOn < oldest) oldest = dueOn;
    worst = Math.max(worst, days);
    const range = rangeOf(days, rule);
    if (range !== undefined) byRange.set(range, (byRange.get(range) ?? Money.zero).plus(amount));
  }
  return {
    daysPastDue: worst,
    range: rangeOf(worst, rule),
    overdue,
    oldestUnpaidOn: oldest,
    byRange,
  };
}
