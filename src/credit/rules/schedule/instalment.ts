/**
 * The instalment, and what follows from it for the rows ahead. It is cut when repayment begins and
 * again when a drawdown, a new rate or an early repayment changes what it was cut from; a cut knows
 * what happened up to its own period and takes the rate then in force for all later ones.
 */
import { addDays, Exact, Money, Rate } from '../../../kernel/index.ts';
import type { RateStep } from './interest.ts';
import { interestOf, isInterestFree, periodFactor, rateOn } from './interest.ts';
import type { ScheduleTerms } from './terms.ts';
import type { Period } from './timetable.ts';

/** What a cut looks at: the periods from the present one to the last, and the facts of this one. */
export interface Outlook {
  readonly terms: ScheduleTerms;
  readonly steps: readonly RateStep[];
  /** The present period first; only those that repay principal. */
  readonly periods: readonly Period[];
  /** The interest of the present period as it is, broken or not. */
  readonly interest: Money;
  /** Principal outstanding after all that happened in the present period. */
  readonly balance: Money;
}

/** How the instalment came to be. */
export interface Cut {
  /** The first instalment it holds for. */
  readonly no: number;
  readonly balance: Money;
  readonly instalments: number;
  /** Before rounding to the unit. */
  readonly exact: Exact;
  readonly rounded: Money;
  /** What the tail smoothing made of it; the same when that is off or gained nothing. */
  readonly instalment: Money;
}

/** The principal part of one row that is not the last. Never negative, never above the balance. */
export function principalPart(
  { method }: ScheduleTerms,
  instalment: Money,
  interest: Money,
  balance: Money,
): Money {
  if (method === 'interest-first' || method === 'bullet') return Money.zero;
  const part = method === 'equal-instalment' ? instalment.minus(interest) : instalment;
  return Money.min(Money.max(part, Money.zero), balance);
}

export function cutInstalment(outlook: Outlook): Cut {
  const { terms, periods, balance } = outlook;
  const exact = terms.method === 'equal-instalment' ? annuity(outlook) : equalPart(outlook);
  const rounded = toUnit(exact, terms);
  const smooth = terms.smoothing && terms.method === 'equal-instalment';
  return {
    no: (periods[0] as Period).no,
    balance,
    instalments: periods.length,
    exact,
    rounded,
    instalment: smooth ? smoothed(outlook, rounded) : rounded,
  };
}

const equalPart = ({ periods, balance }: Outlook): Exact =>
  balance.exact().dividedBy(periods.length);

/** P·Π(1+rᵢ) ÷ fₙ with f₁ = 1 and fᵢ = 1 + fᵢ₋₁(1+rᵢ). */
function annuity(outlook: Outlook): Exact {
  let product = Exact.one;
  let divisor = Exact.zero;
  for (const [i, factor] of factorsOf(outlook).entries()) {
    const growth = factor.plus(1);
    product = product.times(growth);
    divisor = i === 0 ? Exact.one : divisor.times(growth).plus(1);
  }
  return outlook.balance.exact().times(product).dividedBy(divisor);
}

/** The present period by its own rates, later ones by the rate in force at its end. */
export function factorsOf({ terms, steps, periods }: Outlook): Exact[] {
  const [present, ...later] = periods as [Period, ...Period[]];
  const rate = rateAtEnd(steps, present);
  return [
    periodFactor(terms, steps, present),
    ...later.map((period) => {
      if (isInterestFree(terms, period)) return Exact.zero;
      const { over, under } = period.fraction;
      return rate.exact.times(over).dividedBy(under);
    }),
  ];
}

const rateAtEnd = (steps: readonly RateStep[], { from, to }: Period): Rate =>
  rateOn(steps, from === to ? to : addDays(to, -1));

/** The nearest multiple of the unit, and at least one unit while anything is owed. */
function toUnit(exact: Exact, { instalmentUnit, rounding }: ScheduleTerms): Money {
  const units = exact.dividedBy(instalmentUnit.exact()).toFixed(0, rounding);
  const rounded = instalmentUnit.times(Exact.of(units));
  return rounded.isZero() && !exact.isZero() ? instalmentUnit : rounded;
}

interface RowAhead {
  readonly no: number;
  /** Principal before the row is paid. */
  readonly balance: Money;
  readonly interest: Money;
}

/** The rows to come, if nothing else happened and this were the instalment. */
function* rowsAhead({ terms, steps, periods, interest, balance }: Outlook, instalment: Money) {
  const rate = rateAtEnd(steps, periods[0] as Period);
  let left = balance;
  for (const [i, period] of periods.entries()) {
    const bears = isInterestFree(terms, period) ? Rate.zero : rate;
    const due = i === 0 ? interest : interestOf(left, bears, period.fraction, terms.rounding);
    const row: RowAhead = { no: period.no, balance: left, interest: due };
    yield row;
    left = left.minus(principalPart(terms, instalment, due, left));
  }
}

/** How far the closing instalment lies above (or below) the others. */
function tailGap(outlook: Outlook, instalment: Money): Money {
  let last = Money.zero;
  for (const { balance, interest } of rowsAhead(outlook, instalment)) last = balance.plus(interest);
  return last.minus(instalment);
}

/**
 * Tail smoothing: when the closing instalment differs by more fen than half the number of
 * instalments, each takes its share of the gap, if that makes the gap smaller.
 */
function smoothed(outlook: Outlook, instalment: Money): Money {
  const count = outlook.periods.length;
  const gap = tailGap(outlook, instalment);
  const gapInFen = gap.abs().exact().times(100);
  if (gapInFen.compare(Math.floor(count / 2)) <= 0) return instalment;
  const share = gap.exact().dividedBy(count);
  const adjusted = toUnit(instalment.exact().plus(share), outlook.terms);
  return tailGap(outlook, adjusted).abs().lessThan(gap.abs()) ? adjusted : instalment;
}

/**
 * The number of the last row when the instalment is kept and the loan ends as early as it can. The
 * closing instalment may be larger by the rounding residue, at most one fen for each row.
 */
export function shortenedTo(outlook: Outlook, instalment: Money): number {
  const last = (outlook.periods.at(-1) as Period).no;
  const isAnnuity = outlook.terms.method === 'equal-instalment';
  let residue = Money.zero;
  for (const { no, balance, interest } of rowsAhead(outlook, instalment)) {
    residue = residue.plus(Money.of('0.01'));
    const closing = isAnnuity ? balance.plus(interest) : balance;
    if (closing.atMost(instalment.plus(residue))) return no;
  }
  return last;
}
