/**
 * Working-capital need 营运资金量测算: sales × (1 − margin) × (1 + growth) ÷ turns. It is computed as
 * × cycle days ÷ 360, the same figure without the detour over rounded turns, and rounds once. A
 * cycle of zero days or less means that suppliers and advances carry the business: the need is 0.
 */
import { Exact, Money } from '../../kernel/index.ts';
import type { WorkingCapitalRule } from '../packs/rule-shapes.ts';

/** Turnover days by what turns over; exact. */
export interface TurnoverDays {
  readonly inventory: Exact;
  readonly receivable: Exact;
  readonly payable: Exact;
  readonly prepaid: Exact;
  readonly advanceReceived: Exact;
}

export interface NeedFacts {
  /** Of the last year. */
  readonly sales: Money;
  /** Profit ÷ sales of the last year; negative in a year of losses. */
  readonly margin: Exact;
  readonly growth: Exact;
  readonly days: TurnoverDays;
  readonly ownFunds: Money;
  readonly existingLoans: Money;
  readonly otherFinancing: Money;
}

export interface Need {
  readonly cycleDays: Exact;
  /** 360 ÷ cycle; undefined when the cycle is zero days or less. */
  readonly turns: Exact | undefined;
  readonly need: Money;
  /** The largest new loan, never below zero. */
  readonly newLoan: Money;
  readonly bound: 'cycle-not-positive' | 'financed-already' | undefined;
}

export const cycleOf = (days: TurnoverDays): Exact =>
  days.inventory
    .plus(days.receivable)
    .minus(days.payable)
    .plus(days.prepaid)
    .minus(days.advanceReceived);

export function needOf(facts: NeedFacts, { yearDays }: WorkingCapitalRule): Need {
  const cycleDays = cycleOf(facts.days);
  const turning = cycleDays.compare(0) > 0;
  const cost = facts.sales.exact().times(Exact.one.minus(facts.margin));
  const yearly = cost.times(Exact.one.plus(facts.growth));
  const need = turning
    ? Money.max(Money.round(yearly.times(cycleDays).dividedBy(yearDays)), Money.zero)
    : Money.zero;
  const left = need.minus(facts.ownFunds).minus(facts.existingLoans).minus(facts.otherFinancing);
  const financed = left.isPositive() ? undefined : ('financed-already' as const);
  return {
    cycleDays,
    turns: turning ? Exact.of(yearDays).dividedBy(cycleDays) : undefined,
    need,
    newLoan: Money.max(left, Money.zero),
    bound: turning ? financed : 'cycle-not-positive',
  };
}

export type LoanKind = keyof WorkingCapitalRule['tenor'];

export interface TenorFound {
  readonly outcome: 'ALLOWED' | 'NEEDS_EXCEPTION' | 'TOO_LONG';
  readonly maximumMonths: number;
}

/** Whether a loan of that kind may run so long; exactly the maximum is allowed. */
export function tenorOf(
  { kind, months, longCycle }: { kind: LoanKind; months: number; longCycle: boolean },
  { tenor }: WorkingCapitalRule,
): TenorFound {
  const { normalMonths, longCycleMonths, beyond } = tenor[kind];
  const maximumMonths = longCycle ? (longCycleMonths ?? normalMonths) : normalMonths;
  if (months <= maximumMonths) return { outcome: 'ALLOWED', maximumMonths };
  return { outcome: beyond === 'REFUSE' ? 'TOO_LONG' : 'NEEDS_EXCEPTION', maximumMonths };
}

/** 受托支付: more than the amount to one payee in one payment. */
export const needsEntrustedPayment = (
  payment: Money,
  { entrustedPaymentMoreThan }: WorkingCapitalRule,
): boolean => payment.moreThan(entrustedPaymentMoreThan);
