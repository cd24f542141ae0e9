/**
 * The repayment schedule: walks the periods in order and, inside each, the days on which something
 * happened. Everything known is replayed from the first day, so a fact entered late gives the same
 * schedule as one known in time. A late payment leaves the rows as they are (what is overdue bears
 * penalty interest, not more schedule interest); an early one lowers the balance from its day.
 */
import type { Day, Money } from '../../../kernel/index.ts';
import { Money as Yuan } from '../../../kernel/index.ts';
import type { Due } from '../allocation.ts';
import { allocate } from '../allocation.ts';
import { faultsOf } from './faults.ts';
import type { Cut, Outlook } from './instalment.ts';
import { cutInstalment, principalPart, shortenedTo } from './instalment.ts';
import type { InterestPart, Move, RateStep } from './interest.ts';
import { interestParts, interestSum, isRepriced, rateStepsOf } from './interest.ts';
import type { DatedAmount, ExcessUse, Payment, ScheduleTerms } from './terms.ts';
import type { Period, Phase } from './timetable.ts';
import { duePeriods, phasesOf } from './timetable.ts';

export interface ScheduleRow {
  readonly no: number;
  readonly from: Day;
  /** The first day whose interest belongs to the next row. */
  readonly to: Day;
  readonly dueOn: Day;
  /** interest + principal. */
  readonly due: Money;
  /** Falls due with this row: what accrued in it, or was deferred to it. */
  readonly interest: Money;
  readonly principal: Money;
  /** Principal that falls due later. */
  readonly balance: Money;
  /** Interest that accrued in the period: the sum of its parts. */
  readonly accrued: Money;
  readonly parts: readonly InterestPart[];
  readonly paidInterest: Money;
  readonly paidPrincipal: Money;
  /** Of the principal paid, what was paid before the row's period ended. */
  readonly paidInAdvance: Money;
}

/** Principal repaid early outside the rows. */
export interface EarlyRepayment extends DatedAmount {
  readonly use: Exclude<ExcessUse, 'next'>;
}

export interface Schedule {
  readonly rows: readonly ScheduleRow[];
  readonly early: readonly EarlyRepayment[];
  readonly cuts: readonly Cut[];
  /** Over-payment: kept apart from the debt. */
  readonly credit: Money;
  /** The day on which an early payment of all that was owed closed the loan. */
  readonly settledOn: Day | null;
  readonly warnings: readonly string[];
}

type OpenRow = { -readonly [Key in keyof ScheduleRow]: ScheduleRow[Key] };

interface Run {
  /** Those of the phase that the walk is in, and its periods, numbered on from the phase before. */
  terms: ScheduleTerms;
  periods: readonly Period[];
  /** Overdue principal that a reschedule takes into the balance on its day. */
  carried: DatedAmount | undefined;
  readonly steps: readonly RateStep[];
  /** Oldest first; what was paid by the walk is taken off the front. */
  readonly drawdowns: DatedAmount[];
  readonly payments: Payment[];
  readonly rows: OpenRow[];
  readonly early: EarlyRepayment[];
  readonly cuts: Cut[];
  /** Principal that no row has called yet. */
  balance: Money;
  /** Of the balance, what was already paid towards the rows to come. */
  advance: Money;
  /** All that was paid out: what flat interest is counted on. */
  drawn: Money;
  deferred: Money;
  credit: Money;
  instalment: Money | undefined;
  lastNo: number;
  settledOn: Day | null;
}

/** Throws RangeError when the terms have faults; ask `faultsOf` first. */
export function drawUpSchedule(terms: ScheduleTerms): Schedule {
  const [fault] = faultsOf(terms);
  if (fault) throw new RangeError(`${fault.path}: ${fault.message}`);
  const phases = phasesOf(terms);
  const warnings = [...new Set(phases.flatMap((phase) => phase.warnings))];
  const run = begin(terms, phases[0]?.periods ?? []);
  for (const phase of phases) {
    if (phase.by) enter(run, phase);
    const first = run.rows.length;
    for (const period of run.periods.slice(first, first + duePeriods(phase).length)) {
      if (isOver(run)) break;
      runPeriod(run, period);
    }
  }
  for (const payment of run.payments) run.credit = run.credit.plus(payRows(run, payment));
  const { rows, early, cuts, credit, settledOn } = run;
  return { rows, early, cuts, credit, settledOn, warnings };
}

function begin(terms: ScheduleTerms, periods: readonly Period[]): Run {
  const oldestFirst = (a: DatedAmount, b: DatedAmount) =>
    a.on === b.on ? 0 : a.on < b.on ? -1 : 1;
  const steps = rateStepsOf(terms);
  return {
    terms,
    periods,
    carried: undefined,
    steps,
    drawdowns: [...terms.drawdowns].sort(oldestFirst),
    payments: [...terms.payments].sort(oldestFirst),
    rows: [],
    early: [],
    cuts: [],
    balance: Yuan.zero,
    advance: Yuan.zero,
    drawn: Yuan.zero,
    deferred: Yuan.zero,
    credit: Yuan.zero,
    instalment: undefined,
    lastNo: periods.length,
    settledOn: null,
  };
}

/** Goes on with another timetable: its periods follow the rows that fell due before. */
function enter(run: Run, { by, terms, periods }: Phase): void {
  const before = run.rows.length;
  const numbered = periods.map((period, i) => ({ ...period, no: before + i + 1 }));
  run.periods = [...run.periods.slice(0, before), ...numbered];
  run.terms = { ...terms, principalGrace: before + terms.principalGrace };
  run.lastNo = run.periods.length;
  run.instalment = undefined;
  for (const { no, amount } of by?.carried ?? []) {
    const row = run.rows.find((one) => one.no === no);
    if (!row) throw new RangeError(`reschedule.carried: there is no instalment ${no}`);
    row.principal = row.principal.minus(amount);
    row.due = row.due.minus(amount);
  }
  const carried = Yuan.sum((by?.carried ?? []).map(({ amount }) => amount));
  run.carried = by && carried.isPositive() ? { on: by.on, amount: carried } : undefined;
}

const isOver = (run: Run): boolean =>
  run.settledOn !== null ||
  run.rows.length >= run.lastNo ||
  (run.rows.length > 0 &&
    run.balance.isZero() &&
    run.carried === undefined &&
    run.drawdowns.length === 0 &&
    run.deferred.isZero());

/** What happened inside one period. */
interface Happened {
  /** The principal that bears interest, at the period's start. */
  readonly opening: Money;
  readonly moves: Move[];
  /** Whether the instalment has to be cut anew, and whether the loan gets shorter. */
  cut: boolean;
  shorten: boolean;
  /** What the closing payment has left for the last row. */
  closing: Money | undefined;
}

function runPeriod(run: Run, period: Period): void {
  const { terms, steps } = run;
  const isFlat = terms.method === 'flat';
  const opening = isFlat ? run.drawn : run.balance.minus(run.advance);
  const happened: Happened = { opening, moves: [], cut: false, shorten: false, closing: undefined };
  if (run.carried) {
    const { on, amount } = run.carried;
    run.balance = run.balance.plus(amount);
    if (!isFlat) happened.moves.push({ on, change: amount });
    run.carried = undefined;
  }
  takeEvents(run, period, happened);
  const until = run.settledOn ?? period.to;
  const parts = interestParts(terms, steps, period, opening, happened.moves, until);
  const accrued = interestSum(parts);
  recut(run, period, happened, accrued);
  const row = closeRow(run, period, parts, accrued);
  if (happened.closing !== undefined) {
    row.paidInterest = row.interest;
    row.paidPrincipal = row.principal;
  }
}

/** Drawdowns and payments of the period, by day; of one day, drawdowns first. */
function takeEvents(run: Run, period: Period, happened: Happened): void {
  for (;;) {
    const drawdown = run.drawdowns[0];
    const payment = run.payments[0];
    const draws = drawdown !== undefined && drawdown.on < period.to;
    const pays = payment !== undefined && payment.on < period.dueOn;
    if (draws && (!pays || drawdown.on <= payment.on)) {
      run.drawdowns.shift();
      run.balance = run.balance.plus(drawdown.amount);
      run.drawn = run.drawn.plus(drawdown.amount);
      happened.moves.push({ on: drawdown.on, change: drawdown.amount });
      happened.cut = true;
    } else if (pays) {
      run.payments.shift();
      takePayment(run, period, happened, payment);
      if (run.settledOn !== null) return;
    } else return;
  }
}

function takePayment(run: Run, period: Period, happened: Happened, payment: Payment): void {
  const rest = payRows(run, payment);
  if (rest.isZero()) return;
  // A payment on a settlement day comes after that day's interest, which belongs to the row paid.
  const on = payment.on < period.from ? period.from : payment.on;
  const unpaid = run.balance.minus(run.advance);
  const { terms, steps } = run;
  const parts = interestParts(terms, steps, period, happened.opening, happened.moves, on);
  const toClose = unpaid.plus(interestSum(parts)).plus(run.deferred);
  if (rest.atLeast(toClose) && unpaid.isPositive() && run.drawdowns.length === 0) {
    run.settledOn = on;
    happened.closing = toClose;
    run.credit = run.credit.plus(rest.minus(toClose));
    return;
  }
  const principal = Yuan.min(rest, unpaid);
  run.credit = run.credit.plus(rest.minus(principal));
  if (principal.isZero()) return;
  if (terms.method !== 'flat') happened.moves.push({ on, change: principal.negated() });
  if (payment.excess === 'next') {
    run.advance = run.advance.plus(principal);
    return;
  }
  run.balance = run.balance.minus(principal);
  run.early.push({ on: payment.on, amount: principal, use: payment.excess });
  if (payment.excess === 'smaller') happened.cut = true;
  else happened.shorten = true;
}

/** Pays the rows that fell due and returns what is left of the payment. */
function payRows(run: Run, { on, amount }: Payment): Money {
  const open = run.rows.filter(
    (row) => row.dueOn <= on && row.paidInterest.plus(row.paidPrincipal).lessThan(row.due),
  );
  if (open.length === 0) return amount;
  const { rows, credit } = allocate(open.map(unpaidOf), amount, on);
  for (const { no, interest, principal } of rows) {
    const row = run.rows[no - 1] as OpenRow;
    row.paidInterest = row.paidInterest.plus(interest);
    row.paidPrincipal = row.paidPrincipal.plus(principal);
  }
  return credit;
}

const unpaidOf = (row: OpenRow): Due => ({
  no: row.no,
  dueOn: row.dueOn,
  costs: Yuan.zero,
  penalty: Yuan.zero,
  compound: Yuan.zero,
  interest: row.interest.minus(row.paidInterest),
  principal: row.principal.minus(row.paidPrincipal),
});

/** Cuts the instalment anew, or shortens the loan, when something of the period asks for it. */
function recut(run: Run, period: Period, happened: Happened, interest: Money): void {
  const { terms, steps } = run;
  if (terms.method === 'interest-first' || terms.method === 'bullet') return;
  if (period.no <= terms.principalGrace || run.balance.isZero()) return;
  const outlook = (): Outlook => ({
    terms,
    steps,
    periods: run.periods.slice(period.no - 1, run.lastNo),
    interest,
    balance: run.balance,
  });
  // With drawdowns to come the last row stays where it is: they are repaid over all rows left.
  if (happened.shorten && run.instalment !== undefined && run.drawdowns.length === 0) {
    run.lastNo = shortenedTo(outlook(), run.instalment);
  }
  const hasNewRate = terms.method === 'equal-instalment' && isRepriced(steps, period);
  if (run.instalment === undefined || happened.cut || hasNewRate) {
    const cut = cutInstalment(outlook());
    run.cuts.push(cut);
    run.instalment = cut.instalment;
  }
}

function closeRow(
  run: Run,
  period: Period,
  parts: readonly InterestPart[],
  accrued: Money,
): OpenRow {
  const isLast = run.settledOn !== null || period.no === run.lastNo;
  const principal = isLast ? run.balance : principalOf(run, period, accrued);
  const isFinal = isLast || (principal.equals(run.balance) && run.drawdowns.length === 0);
  const isDeferred = period.no <= run.terms.interestDeferral && !isFinal;
  const interest = isDeferred ? Yuan.zero : accrued.plus(run.deferred);
  run.deferred = isDeferred ? run.deferred.plus(accrued) : Yuan.zero;
  const paidInAdvance = Yuan.min(run.advance, principal);
  run.advance = run.advance.minus(paidInAdvance);
  run.balance = run.balance.minus(principal);
  const row: OpenRow = {
    no: period.no,
    from: period.from,
    to: run.settledOn ?? period.to,
    dueOn: run.settledOn ?? period.dueOn,
    due: interest.plus(principal),
    interest,
    principal,
    balance: run.balance,
    accrued,
    parts,
    paidInterest: Yuan.zero,
    paidPrincipal: paidInAdvance,
    paidInAdvance,
  };
  run.rows.push(row);
  return row;
}

function principalOf({ terms, instalment, balance }: Run, { no }: Period, interest: Money): Money {
  if (instalment === undefined || no <= terms.principalGrace) return Yuan.zero;
  return principalPart(terms, instalment, interest, balance);
}
