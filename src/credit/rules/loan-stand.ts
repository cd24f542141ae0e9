/**
 * The stand of a loan at the end of a day, from all facts known of it: terms, rates and payments in
 * the order of their value days. A fact entered late is simply in the list, so a back-dated payment
 * or rate replays whatever followed. The day-end moves the same figures on in SQL, night by night.
 */
import type { Day, Money, Rate } from '../../kernel/index.ts';
import { addDays, daysBetween, Exact, Money as Yuan } from '../../kernel/index.ts';
import type { AllocationOrder, Amounts, Due } from './allocation.ts';
import { allocate } from './allocation.ts';
import type { Misuse, Owing, PaidOn, Penal } from './loan-penalty.ts';
import { penalOf, penaltyUpTo } from './loan-penalty.ts';
import type { Schedule, ScheduleRow } from './schedule/draw-up.ts';
import { drawUpSchedule } from './schedule/draw-up.ts';
import type { ExcessUse, Payment, Reschedule, ScheduleTerms } from './schedule/terms.ts';

export type { Misuse } from './loan-penalty.ts';
export { penaltyOn } from './loan-penalty.ts';

export interface LoanPayment {
  readonly id: string;
  readonly on: Day;
  readonly amount: Money;
  readonly excess: ExcessUse;
}

/** A new timetable; overdue principal goes into it, or stays overdue. */
export interface NewTimetable extends Omit<Reschedule, 'carried'> {
  readonly carriesOverdue: boolean;
}

export interface LoanFacts {
  /** Without payments and reschedules: those are here. */
  readonly terms: ScheduleTerms;
  readonly reschedules?: readonly NewTimetable[];
  readonly misuses?: readonly Misuse[];
  /** "0.5" adds half of the contract rate to what is overdue. */
  readonly overdueMarkup: Rate;
  /** The same for what is misused; that for overdue when left out. */
  readonly misuseMarkup?: Rate;
  readonly order: AllocationOrder;
  /** In the order of their recording. */
  readonly payments: readonly LoanPayment[];
}

/** How a payment was divided; the parts and the over-payment add up to its amount. */
export interface DividedPayment extends LoanPayment {
  readonly penalty: Money;
  readonly compound: Money;
  readonly interest: Money;
  readonly principal: Money;
  readonly overPaid: Money;
}

export interface Instalment {
  readonly no: number;
  readonly from: Day;
  readonly to: Day;
  readonly dueOn: Day;
  readonly interest: Money;
  readonly principal: Money;
  readonly balance: Money;
  readonly paidAhead: Money;
  readonly paidInterest: Money;
  readonly paidPrincipal: Money;
}

/** A stretch of days with one balance and one rate; `before`: what accrued earlier, not due yet. */
export interface Part {
  readonly from: Day;
  readonly to: Day;
  readonly dueOn: Day;
  readonly before: Money;
  readonly balance: Money;
  readonly rate: Rate;
  readonly over: number;
  readonly under: number;
}

export interface Stand extends Penal {
  readonly instalments: readonly Instalment[];
  readonly parts: readonly Part[];
  readonly payments: readonly DividedPayment[];
  /** Principal repaid outside the instalments. */
  readonly early: Money;
  readonly settledOn: Day | null;
  /** Of the oldest instalment due by the day that is not fully paid. */
  readonly overdueSince: Day | null;
}

interface Run {
  readonly facts: LoanFacts;
  readonly scheduled: Payment[];
  readonly reschedules: Reschedule[];
  readonly paid: PaidOn[];
  readonly divided: DividedPayment[];
  schedule: Schedule;
}

const zero = Yuan.zero;
const sumOf = <T>(list: readonly T[], amount: (one: T) => Money): Money =>
  Yuan.sum(list.map(amount));

/** Facts later than `through` are not known yet. Throws RangeError when the terms have faults. */
export function standOf(given: LoanFacts, through: Day): Stand {
  const known = given.payments.filter(({ on }) => on <= through);
  const payments = [...known].sort((a, b) => (a.on === b.on ? 0 : a.on < b.on ? -1 : 1));
  const facts = { ...given, payments };
  const run: Run = {
    facts,
    scheduled: [],
    reschedules: [],
    paid: [],
    divided: [],
    schedule: drawUpSchedule({ ...facts.terms, payments: [] }),
  };
  const changes = (given.reschedules ?? []).filter(({ on }) => on <= through);
  const waiting = [...changes].sort((a, b) => (a.on < b.on ? -1 : 1));
  for (const payment of payments) {
    while (waiting[0] && waiting[0].on < payment.on) reschedule(run, waiting.shift()!);
    pay(run, payment);
  }
  for (const change of waiting) reschedule(run, change);
  const { rows, early, settledOn } = run.schedule;
  const instalments = rows.map((row) => instalmentOf(run, row));
  const open = instalments.filter((one) => one.dueOn <= through && unpaidOf(one).isPositive());
  return {
    instalments,
    parts: partsOf(rows),
    payments: given.payments.flatMap(({ id }) => run.divided.find((one) => one.id === id) ?? []),
    early: sumOf(early, ({ amount }) => amount),
    settledOn,
    ...penalOf(owingOf(run), through),
    overdueSince: open[0]?.dueOn ?? null,
  };
}

const drawUp = ({ facts, scheduled, reschedules }: Run): Schedule =>
  drawUpSchedule({ ...facts.terms, payments: scheduled, reschedules });

/** The payments of its day were made before it. A loan that is closed has nothing left for it. */
function reschedule(run: Run, { carriesOverdue, ...change }: NewTimetable): void {
  if (run.schedule.settledOn !== null) return;
  const due = run.schedule.rows.filter(({ dueOn }) => dueOn <= change.on);
  const unpaid = due.map((row) => {
    const { no, principal, paidAhead, paidPrincipal } = instalmentOf(run, row);
    return { no, amount: principal.minus(paidAhead).minus(paidPrincipal) };
  });
  const carried = carriesOverdue ? unpaid.filter(({ amount }) => amount.isPositive()) : [];
  run.reschedules.push({ ...change, carried });
  run.schedule = drawUp(run);
}

/** Nothing is left to pay by the end of the day, and nothing falls due later. */
export const isPaidOff = ({ instalments }: Stand, through: Day): boolean =>
  instalments.every((one) => one.dueOn <= through && unpaidOf(one).isZero());

/** The day of the payment that left nothing to pay; undefined while something is. */
export function paidOffOn(facts: LoanFacts): Day | undefined {
  const days = new Set(facts.payments.map(({ on }) => on));
  return [...days].sort().find((day) => isPaidOff(standOf(facts, day), day));
}

/** What an instalment still asks for. */
export const unpaidOf = (one: Instalment): Money =>
  one.interest
    .plus(one.principal)
    .minus(one.paidAhead)
    .minus(one.paidInterest)
    .minus(one.paidPrincipal);

function instalmentOf({ paid }: Run, row: ScheduleRow): Instalment {
  const own = paid.filter(({ no }) => no === row.no);
  return {
    no: row.no,
    from: row.from,
    to: row.to,
    dueOn: row.dueOn,
    interest: row.interest,
    principal: row.principal,
    balance: row.balance,
    paidAhead: row.paidInAdvance,
    paidInterest: sumOf(own, ({ interest }) => interest),
    paidPrincipal: sumOf(own, ({ principal }) => principal),
  };
}

/** Misuse is charged before anything falls due. */
const nothingDue = (on: Day): Due => ({
  no: 0,
  dueOn: on,
  costs: zero,
  penalty: zero,
  compound: zero,
  interest: zero,
  principal: zero,
});

function pay(run: Run, payment: LoanPayment): void {
  const { on, amount } = payment;
  const due = run.schedule.rows.filter((row) => row.dueOn <= on);
  const dues = due.map((row): Due => {
    const one = instalmentOf(run, row);
    return {
      no: row.no,
      dueOn: row.dueOn,
      costs: zero,
      penalty: zero,
      compound: zero,
      interest: one.interest.minus(one.paidInterest),
      principal: one.principal.minus(one.paidAhead).minus(one.paidPrincipal),
    };
  });
  // Penalty is owed for the loan as a whole; it stands with the oldest instalment.
  const [first = nothingDue(on), ...others] = dues;
  const { rows, totals, credit } = allocate(
    [{ ...first, ...penaltyOwed(run, on) }, ...others],
    amount,
    on,
    run.facts.order,
  );
  for (const { no, interest, principal } of rows) run.paid.push({ on, no, interest, principal });
  const ahead = payAhead(run, payment, totals, credit);
  run.divided.push({
    ...payment,
    penalty: totals.penalty,
    compound: totals.compound,
    interest: totals.interest.plus(ahead.interest),
    principal: totals.principal.plus(ahead.principal),
    overPaid: ahead.overPaid,
  });
}

/** Hands what is not for penalty to the schedule, which knows what an early repayment does. */
function payAhead(run: Run, { on, excess }: LoanPayment, totals: Amounts, rest: Money) {
  const before = run.schedule;
  const amount = totals.interest.plus(totals.principal).plus(rest);
  if (amount.isZero()) return { interest: zero, principal: zero, overPaid: zero };
  run.scheduled.push({ on, amount, excess });
  run.schedule = drawUp(run);
  const overPaid = run.schedule.credit.minus(before.credit);
  const used = rest.minus(overPaid);
  const last = run.schedule.rows.at(-1);
  if (run.schedule.settledOn === null || before.settledOn !== null || !last) {
    return { interest: zero, principal: used, overPaid };
  }
  const { no, interest } = last;
  const principal = used.minus(interest);
  run.paid.push({ on, no, interest, principal });
  return { interest, principal, overPaid };
}

/** Penalty and compound interest up to the day, less what was paid of them. */
function penaltyOwed(run: Run, on: Day): Pick<Amounts, 'penalty' | 'compound'> {
  const { penalty, compound } = penaltyUpTo(owingOf(run), on);
  return {
    penalty: penalty.minus(sumOf(run.divided, (one) => one.penalty)),
    compound: compound.minus(sumOf(run.divided, (one) => one.compound)),
  };
}

/** What the penalty follows from, as the run stands. */
const owingOf = ({ facts, schedule, paid, reschedules, divided }: Run): Owing => ({
  terms: facts.terms,
  overdueMarkup: facts.overdueMarkup,
  misuseMarkup: facts.misuseMarkup ?? facts.overdueMarkup,
  misuses: facts.misuses ?? [],
  rows: schedule.rows,
  paid,
  moved: reschedules.flatMap((one) =>
    one.carried.map(({ no, amount }) => ({ on: one.on, no, amount })),
  ),
  repaid: divided,
});

/** The interest parts in order; deferred interest is carried until the instalment that asks it. */
function partsOf(rows: readonly ScheduleRow[]): Part[] {
  const parts: Part[] = [];
  let carried = zero;
  for (const row of rows) {
    let before = carried;
    for (const { from, to, balance, rate, fraction, interest } of row.parts) {
      parts.push({ from, to, dueOn: row.dueOn, before, balance, rate, ...fraction });
      before = before.plus(interest);
    }
    carried = before.minus(row.interest);
  }
  return parts;
}

/**
 * Interest not due yet after the night that follows the day, unrounded; inside a part it accrues
 * evenly by days.
 */
export function accruedOn({ parts }: Pick<Stand, 'parts'>, day: Day): Exact {
  const part = parts.find(({ from, to, dueOn }) => from <= day && day < to && day < dueOn);
  if (!part) return Exact.zero;
  const { from, to, before, balance, rate, over, under } = part;
  const nights = daysBetween(from, addDays(day, 1));
  const product = balance.exact().times(rate.exact).times(over).times(nights);
  return before.exact().plus(product.dividedBy(Exact.of(under).times(daysBetween(from, to))));
}
