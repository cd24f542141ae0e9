/**
 * The bill of a line's commitment fee: every night since its first stands in one bill, and a bill
 * is never edited. What became known later of a billed period (a back-dated draw, a reversal,
 * another rate) is the difference to what was billed, carried by the next bill as its adjustment.
 */
import type { Day } from '../../kernel/index.ts';
import { Money, addDays, addMonths, dayParts } from '../../kernel/index.ts';
import type { CommitmentFeeRule } from '../packs/commitment-fee.ts';
import type { FeePart, FeeRate, Standing } from './commitment-fee.ts';
import { commitmentFee, feeParts } from './commitment-fee.ts';
import { settledIn } from './schedule/timetable.ts';

/** The first end of a settlement period after `from`: the day after the settlement day. */
export function feePeriodEnd(from: Day, { settlement }: CommitmentFeeRule): Day {
  const firstOfMonth = addDays(from, 1 - dayParts(from).day);
  for (let step = 0; ; step += 1) {
    const settled = settledIn(addMonths(firstOfMonth, step), settlement);
    if (settled !== undefined && settled >= from) return addDays(settled, 1);
  }
}

/** A period that was billed, with all that was billed for it since. */
export interface BilledPeriod {
  readonly id: string;
  readonly from: Day;
  readonly to: Day;
  readonly billed: Money;
}

/** What is known of a line today. */
export interface FeeLine {
  readonly steps: readonly Standing[];
  readonly rates: readonly FeeRate[];
  /** The first night that no bill has. */
  readonly billedTo: Day;
  readonly billed: readonly BilledPeriod[];
}

/** What a billed period turns out to be now. */
export interface FeeAdjustment {
  readonly billId: string;
  readonly was: Money;
  readonly now: Money;
  readonly parts: readonly FeePart[];
}

export interface FeeBill {
  readonly from: Day;
  /** Not counted itself; as `from` when the bill is of adjustments alone. */
  readonly to: Day;
  /** The last day of the period. */
  readonly settledOn: Day;
  readonly parts: readonly FeePart[];
  readonly amount: Money;
  readonly adjustments: readonly FeeAdjustment[];
  readonly adjustment: Money;
  /** amount + adjustment; below zero it is a credit. */
  readonly total: Money;
}

/** The end of the last night before `upTo` on which something could be drawn. */
function lastOpenEnd(steps: readonly Standing[], upTo: Day): Day | undefined {
  const before = steps.filter((step) => step.from < upTo);
  const last = before.findLastIndex(({ drawable }) => drawable === 'open');
  return last < 0 ? undefined : (before[last + 1]?.from ?? upTo);
}

/** Nights without a rate are in the period and not in the fee. */
const ratedParts = ({ steps, rates }: FeeLine, from: Day, to: Day): FeePart[] =>
  feeParts(steps, rates, from, to).filter(({ rateAnnual }) => !rateAnnual.isZero());

function adjustmentsOf(line: FeeLine): FeeAdjustment[] {
  return line.billed.flatMap(({ id: billId, from, to, billed: was }) => {
    if (from === to) return [];
    const parts = ratedParts(line, from, to);
    const now = commitmentFee(parts);
    return now.equals(was) ? [] : [{ billId, was, now, parts }];
  });
}

/**
 * The bill of the nights before `upTo` that no bill has yet. A line that is over gets its last bill
 * for the broken period. No bill when nothing could be drawn, or no rate was agreed, and nothing is
 * to be adjusted; those nights stay open.
 * @param upTo the end of a settlement period, or a day by which the line is over.
 */
export function feeBill(
  line: FeeLine,
  upTo: Day,
): { readonly bill: FeeBill | undefined; readonly over: boolean } {
  const { steps, billedTo } = line;
  const over = steps.findLast((step) => step.from <= upTo)?.drawable === 'over';
  const openEnd = lastOpenEnd(steps, upTo);
  const to = over && openEnd !== undefined && openEnd < upTo ? openEnd : upTo;
  const parts = to > billedTo ? ratedParts(line, billedTo, to) : [];
  const owes = parts.length > 0;
  const adjustments = adjustmentsOf(line);
  if (!owes && adjustments.length === 0) return { bill: undefined, over };
  const amount = commitmentFee(parts);
  const adjustment = Money.sum(adjustments.map(({ now, was }) => now.minus(was)));
  const bill: FeeBill = {
    from: billedTo,
    to: owes ? to : billedTo,
    settledOn: addDays(owes ? to : upTo, -1),
    parts,
    amount,
    adjustments,
    adjustment,
    total: amount.plus(adjustment),
  };
  return { bill, over };
}

/** What is left of a bill: owed when positive, to be given back when negative. */
export interface OpenBill {
  readonly id: string;
  readonly left: Money;
}

export interface Offset {
  readonly billId: string;
  /** Positive on a bill that it pays, negative on the credit that it uses. */
  readonly amount: Money;
}

/** By how much a bill carries more for the period of an earlier one. */
export interface FeeRaise {
  readonly billId: string;
  readonly ofBillId: string;
  readonly amount: Money;
}

/**
 * What of waivers lapses because what they forgave is not owed after all: a period that costs less
 * takes it off the waivers of its bill, and of bills that had raised it, before it is a credit. So
 * a credit is never more than what was paid.
 * @param waived what stands of the waivers of each bill.
 * @returns amounts below zero.
 */
export function lapsesOf(
  adjustments: readonly FeeAdjustment[],
  waived: readonly OpenBill[],
  raises: readonly FeeRaise[],
): Offset[] {
  const standing = new Map(waived.map(({ id, left }) => [id, left]));
  return adjustments.flatMap(({ billId: ofBillId, was, now }) => {
    let fall = was.minus(now);
    const raised = raises.filter((one) => one.ofBillId === ofBillId);
    const sources = [{ billId: ofBillId, amount: fall }, ...raised];
    return sources.flatMap(({ billId, amount: most }): Offset[] => {
      const left = standing.get(billId) ?? Money.zero;
      const amount = Money.min(Money.min(fall, most), left);
      if (!amount.isPositive()) return [];
      fall = fall.minus(amount);
      standing.set(billId, left.minus(amount));
      return [{ billId, amount: amount.negated() }];
    });
  });
}

/** Credits pay what is owed on other bills of the line, the oldest of both first. */
export function offsetsOf(bills: readonly OpenBill[]): Offset[] {
  const credits = bills.filter(({ left }) => left.isNegative()).map((one) => ({ ...one }));
  const offsets: Offset[] = [];
  for (const { id: billId, left } of bills) {
    let owed = left;
    for (const credit of credits) {
      const amount = Money.min(owed, credit.left.negated());
      if (!amount.isPositive()) continue;
      offsets.push({ billId, amount }, { billId: credit.id, amount: amount.negated() });
      owed = owed.minus(amount);
      credit.left = credit.left.plus(amount);
    }
  }
  return offsets;
}
