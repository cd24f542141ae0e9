/**
 * What a loan bears beyond its interest: the penalty rate on what is overdue, and on principal that
 * was put to another use. Money that is both bears the heavier rate alone. Misused money that is
 * not due yet bears its contract interest in the schedule, so here only what the penalty adds.
 */
import type { Day, Money, Rate } from '../../kernel/index.ts';
import { addDays, daysCounted, Exact, Money as Yuan, Rate as Rates } from '../../kernel/index.ts';
import type { DatedBalance, Penalty } from './penalty.ts';
import { penaltyOf, penaltyRate } from './penalty.ts';
import { yearFraction } from './schedule/day-count.ts';
import type { ScheduleRow } from './schedule/draw-up.ts';
import { rateOn, rateStepsOf } from './schedule/interest.ts';
import type { ScheduleTerms } from './schedule/terms.ts';

/** Principal that was put to another use than agreed, from a day until it is cleared. */
export interface Misuse {
  readonly from: Day;
  readonly to: Day | null;
  readonly amount: Money;
}

export interface PaidOn {
  readonly on: Day;
  readonly no: number;
  readonly interest: Money;
  readonly principal: Money;
}

/** What the penalty of a loan follows from. */
export interface Owing {
  readonly terms: ScheduleTerms;
  readonly overdueMarkup: Rate;
  readonly misuseMarkup: Rate;
  readonly misuses: readonly Misuse[];
  readonly rows: readonly ScheduleRow[];
  readonly paid: readonly PaidOn[];
  /** Overdue principal that a restructuring took along on its day. */
  readonly moved: readonly { readonly on: Day; readonly no: number; readonly amount: Money }[];
  /** Principal of whole payments, early or not. */
  readonly repaid: readonly { readonly on: Day; readonly principal: Money }[];
}

export interface Charge {
  readonly balance: Money;
  readonly rate: Rate;
}

/** What bears penalty in the night after the day, since when, and what came before. */
export interface Penal {
  readonly penalPrincipal: Money;
  readonly penalInterest: Money;
  readonly penaltyRate: Rate;
  readonly charges: readonly Charge[];
  readonly compoundRate: Rate;
  readonly stretchFrom: Day;
  /** Rounded, of the stretches before the present one, whether paid or not. */
  readonly penaltyClosed: Money;
  readonly compoundClosed: Money;
}

const zero = Yuan.zero;
const sumOf = <T>(list: readonly T[], amount: (one: T) => Money): Money =>
  Yuan.sum(list.map(amount));
const later = (a: Day, b: Day): Day => (a > b ? a : b);
const on = (list: readonly DatedBalance[], day: Day): Money =>
  list.findLast(({ from }) => from <= day)?.amount ?? zero;

function dated(days: readonly Day[], through: Day, amountOn: (day: Day) => Money): DatedBalance[] {
  const list: DatedBalance[] = [];
  for (const from of [...new Set(days)].filter((day) => day <= through).sort()) {
    const amount = amountOn(from);
    if (!(list.at(-1)?.amount ?? zero).equals(amount)) list.push({ from, amount });
  }
  return list;
}

interface Balances {
  readonly principal: readonly DatedBalance[];
  readonly interest: readonly DatedBalance[];
  /** Misused and overdue; misused and not due yet. */
  readonly both: readonly DatedBalance[];
  readonly beyond: readonly DatedBalance[];
}

/** What is overdue, and what is misused, in the nights from each day on at which it changes. */
function balancesOf(owing: Owing, through: Day): Balances {
  const { moved } = owing;
  const rows = owing.rows.filter((row) => row.to <= through);
  const days = [...rows.map(({ to }) => to), ...[...owing.paid, ...moved].map((one) => one.on)];
  const ended = (day: Day) => rows.filter(({ to }) => to <= day);
  const paidOf = (day: Day, numbers: ReadonlySet<number>) =>
    owing.paid.filter((one) => one.on <= day && numbers.has(one.no));
  const principal = dated(days, through, (day) => {
    const numbers = new Set(ended(day).map(({ no }) => no));
    const stays = moved.filter((one) => one.on > day && numbers.has(one.no));
    const owed = sumOf(ended(day), (row) => row.principal.minus(row.paidInAdvance));
    const all = owed.plus(sumOf(stays, ({ amount }) => amount));
    return all.minus(sumOf(paidOf(day, numbers), (one) => one.principal));
  });
  const interest = dated(days, through, (day) => {
    const numbers = new Set(ended(day).map(({ no }) => no));
    const due = sumOf(ended(day), (row) => row.interest);
    return due.minus(sumOf(paidOf(day, numbers), (one) => one.interest));
  });
  if (owing.misuses.length === 0) return { principal, interest, both: [], beyond: [] };
  const misused = misusedOf(owing, through);
  const changes = [...principal, ...misused].map(({ from }) => from);
  const both = (day: Day) => Yuan.min(on(principal, day), on(misused, day));
  return {
    principal,
    interest,
    both: dated(changes, through, both),
    beyond: dated(changes, through, (day) => on(misused, day).minus(both(day))),
  };
}

/** Never more than is owed. */
function misusedOf({ misuses, terms, repaid }: Owing, through: Day): DatedBalance[] {
  const days = misuses.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  const moves = [...terms.drawdowns, ...repaid].map((one) => one.on);
  return dated([...days, ...moves], through, (day) => {
    const active = misuses.filter(({ from, to }) => from <= day && (to === null || day < to));
    const drawn = terms.drawdowns.filter((one) => one.on <= day);
    const back = repaid.filter((one) => one.on <= day);
    const owed = sumOf(drawn, ({ amount }) => amount).minus(sumOf(back, (one) => one.principal));
    return Yuan.min(
      sumOf(active, ({ amount }) => amount),
      owed,
    );
  });
}

const timesMarkup = (rate: Rate, markup: Rate): Rate =>
  Rates.of(rate.exact.times(markup.exact).toFixed(12));

/** Penalty and compound interest of the nights before `to`, each stretch rounded once. */
export function penaltyUpTo(owing: Owing, to: Day, balances = balancesOf(owing, to)): Penalty {
  const { terms, overdueMarkup, misuseMarkup } = owing;
  // A "change" to the rate in force would cut a stretch in two, and round twice.
  const rateChanges = rateStepsOf(terms).slice(1);
  const common = { settleOn: [], to, dayCount: terms.dayCount, rounding: terms.rounding };
  const whole = penaltyOf({
    ...common,
    rate: terms.rate,
    rateChanges,
    markups: { overdue: overdueMarkup, misuse: misuseMarkup },
    overdue: balances.principal,
    misused: balances.both,
    unpaidInterest: balances.interest,
  });
  if (balances.beyond.length === 0) return whole;
  const added = penaltyOf({
    ...common,
    rate: timesMarkup(terms.rate, misuseMarkup),
    rateChanges: rateChanges.map(({ from, rate }) => ({
      from,
      rate: timesMarkup(rate, misuseMarkup),
    })),
    markups: { overdue: Rates.zero, misuse: Rates.zero },
    overdue: [],
    misused: balances.beyond,
    unpaidInterest: [],
  });
  return { ...whole, penalty: whole.penalty.plus(added.penalty) };
}

export function penalOf(owing: Owing, through: Day): Penal {
  const { terms, overdueMarkup, misuseMarkup } = owing;
  const steps = rateStepsOf(terms);
  const balances = balancesOf(owing, through);
  const { principal, interest, both, beyond } = balances;
  const starts = [...principal, ...interest, ...both, ...beyond, ...steps].map(({ from }) => from);
  const stretchFrom = starts.filter((day) => day <= through).reduce(later, terms.from);
  const { penalty, compound } = penaltyUpTo(owing, stretchFrom);
  const contract = rateOn(steps, through);
  const overdueRate = penaltyRate(contract, overdueMarkup);
  const misuseRate = penaltyRate(contract, misuseMarkup);
  const misused = on(both, through);
  const isHeavier = misused.isPositive() && misuseRate.compare(overdueRate) >= 0;
  const charges = [
    { balance: on(principal, through).minus(misused), rate: overdueRate },
    { balance: misused, rate: isHeavier ? misuseRate : overdueRate },
    { balance: on(beyond, through), rate: timesMarkup(contract, misuseMarkup) },
  ];
  return {
    penalPrincipal: on(principal, through),
    penalInterest: on(interest, through),
    penaltyRate: overdueRate,
    charges: charges.filter(({ balance }) => balance.isPositive()),
    compoundRate: isHeavier ? misuseRate : overdueRate,
    stretchFrom,
    penaltyClosed: penalty,
    compoundClosed: compound,
  };
}

/** Penalty and compound interest after the night of the day, the last stretch unrounded. */
export function penaltyOn(penal: Penal, { dayCount }: Pick<ScheduleTerms, 'dayCount'>, day: Day) {
  const from = penal.stretchFrom;
  const to = addDays(day, 1);
  const days30 = daysCounted(from, to, '30/360');
  const { over, under } = yearFraction(dayCount, { from, to, days30 });
  const running = ({ balance, rate }: Charge) =>
    balance.exact().times(rate.exact).times(over).dividedBy(under);
  const charged = penal.charges.reduce((sum, one) => sum.plus(running(one)), Exact.zero);
  const interest = { balance: penal.penalInterest, rate: penal.compoundRate };
  return {
    penalty: penal.penaltyClosed.exact().plus(charged),
    compound: penal.compoundClosed.exact().plus(running(interest)),
  };
}
