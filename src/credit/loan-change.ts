/**
 * What every change of a loan shares: lock it, add the new fact, draw up its stand from all facts,
 * write it over what stood before and post the difference. So a back-dated fact needs no code of
 * its own, and the ledger is only ever appended.
 */
import type { Day } from '../kernel/index.ts';
import { addDays, daysBetween, Failure, Money, newId, problemOfFault } from '../kernel/index.ts';
import { post } from '../ledger/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { recordPrincipalRepaid } from '../risk-pool/index.ts';
import { giveBack } from './give-back.ts';
import { keepRanges } from './keep-ranges.ts';
import { loanRefusals as no } from './loan-refusals.ts';
import { timetableFrom } from './loan-plan.ts';
import { orderOf, scheduleTermsOf } from './loan-terms.ts';
import type { Facts, Loan } from './model-loans.ts';
import type { Drawdown } from './model.ts';
import type { PaidChange, Repaid } from './postings.ts';
import { interestDueJournal, loanPaidJournal } from './postings.ts';
import { creditRefusals } from './refusals.ts';
import type { DividedPayment, LoanFacts, Stand } from './rules/loan-stand.ts';
import { accruedOn, isPaidOff, penaltyOn, standOf } from './rules/loan-stand.ts';
import { faultsOf } from './rules/schedule/faults.ts';
import { insertRepaymentRows, lockDrawdownsById, saveDrawdowns } from './store-loans.ts';
import { lockLoanById } from './store-loan-facts.ts';
import { saveStand } from './store-schedules.ts';
import { refunded } from './store-write-offs.ts';
import { takeBack } from './take-back.ts';

export interface LockedLoan {
  readonly drawdown: Drawdown;
  readonly loan: Loan;
}

/** Throws drawdown-missing and loan-missing, and loan-closed unless it is open. */
export async function lockOpenLoan(
  context: Context,
  item: Item<unknown>,
  drawdownId: string,
): Promise<LockedLoan> {
  const locked = await lockLoan(context, item, drawdownId);
  const { state } = locked.loan;
  if (state !== 'OPEN') throw new Failure(no['loan-closed'], { drawdownId, state });
  return locked;
}

/** The same whatever its state is. */
export async function lockLoan(
  context: Context,
  item: Item<unknown>,
  drawdownId: string,
): Promise<LockedLoan> {
  const drawdown = (await lockDrawdownsById(context.tx, [drawdownId])).get(drawdownId);
  if (!drawdown) throw new Failure(creditRefusals['drawdown-missing'], { drawdownId });
  context.concern(item, drawdown.zoneId);
  const loan = await lockLoanById(context.tx, drawdownId);
  if (!loan) throw new Failure(no['loan-missing'], { drawdownId });
  if (item.expectedVersion !== undefined && item.expectedVersion !== loan.version) {
    const { expectedVersion } = item;
    throw new Failure(creditRefusals['version-stale'], { expectedVersion, version: loan.version });
  }
  return { drawdown, loan };
}

export function factsOf(
  { terms, rates, payments, tranches, reschedules, misuses }: Facts,
  drawdown: Pick<Drawdown, 'amount' | 'valueOn' | 'dueOn'>,
): LoanFacts {
  // The first timetable knows nothing of later due days.
  const dueOn = reschedules[0]?.dueOnBefore ?? drawdown.dueOn;
  return {
    terms: scheduleTermsOf(terms, { ...drawdown, dueOn }, rates, tranches),
    reschedules: reschedules.map(({ kind, on, dueOnAfter, plan }) =>
      timetableFrom(plan, terms, {
        on,
        dueOn: dueOnAfter,
        carriesOverdue: kind === 'RESTRUCTURING',
      }),
    ),
    misuses,
    overdueMarkup: terms.overdueMarkup,
    misuseMarkup: terms.misuseMarkup,
    order: orderOf(terms),
    payments,
  };
}

/** The lists of facts that a change leaves otherwise than they were, and the day it happened on. */
export interface Change {
  readonly on: Day;
  readonly sourceId: string;
  readonly facts: Partial<Facts>;
  /**
   * Principal may be owed again: the source is a payment that never was, or a rate (that of misuse
   * too), by which payments had to pay more interest. Otherwise it is refused.
   */
  readonly owesAgain?: 'payment' | 'rate';
}

export interface Changed {
  readonly stand: Stand;
  readonly outstanding: Money;
  readonly change: PaidChange;
}

const totalOf = (payments: readonly DividedPayment[]): PaidChange => ({
  penalty: Money.sum(payments.map((one) => one.penalty.plus(one.compound))),
  interest: Money.sum(payments.map((one) => one.interest)),
  principal: Money.sum(payments.map((one) => one.principal)),
  overPaid: Money.sum(payments.map((one) => one.overPaid)),
});

/** The first day on which a payment repays other principal than before; else that of the fact. */
function movedOn(
  before: readonly DividedPayment[],
  after: readonly DividedPayment[],
  on: Day,
): Day {
  const repaid = new Map(before.map((one) => [one.id, one.principal]));
  const moved = after.filter((one) => !one.principal.equals(repaid.get(one.id) ?? Money.zero));
  const days = moved.map((one) => one.on);
  return days.reduce<Day | undefined>((a, b) => (a && a < b ? a : b), undefined) ?? on;
}

const changeOf = (after: PaidChange, before: PaidChange): PaidChange => ({
  penalty: after.penalty.minus(before.penalty),
  interest: after.interest.minus(before.interest),
  principal: after.principal.minus(before.principal),
  overPaid: after.overPaid.minus(before.overPaid),
});

const earliest = (a: Day, b: Day): Day => (a < b ? a : b);
const latest = (...days: readonly Day[]): Day => days.reduce((a, b) => (a > b ? a : b));

/**
 * Replays the loan with its facts as they are after the change and books what became different.
 * The drawdown is given as the change leaves it.
 */
export async function replayLoan(
  context: Context,
  item: Item<unknown>,
  { drawdown, loan }: LockedLoan,
  fact: Change,
): Promise<Changed> {
  const { tx } = context;
  const now = { ...loan, ...fact.facts };
  const all = factsOf(now, drawdown);
  const reschedules = all.reschedules?.map((one) => ({ ...one, carried: [] })) ?? [];
  const faults = faultsOf({ ...all.terms, reschedules });
  if (faults.length > 0)
    throw new Failure(no['terms-contradict'], { faults: faults.map(problemOfFault) });
  // Facts of a day that is not closed yet are in the stand; the nights before them are closed now.
  const dated = [...now.payments, ...now.tranches, ...now.reschedules];
  const lastFact = latest(fact.on, ...dated.map(({ on }) => on));
  const closedOn = latest(loan.closedOn, addDays(lastFact, -1));
  const through = latest(closedOn, lastFact);
  const stand = standOf(all, through);
  const change = changeOf(totalOf(stand.payments), totalOf(loan.payments));
  if (change.principal.isNegative() && fact.owesAgain === undefined) {
    throw new Failure(no['replay-raises-debt'], { shortBy: change.principal.negated() });
  }
  if (change.overPaid.isNegative()) await demandNotRefunded(context, drawdown, stand);
  const outstanding = drawdown.outstanding.minus(change.principal);
  const isSettled = outstanding.isZero() && isPaidOff(stand, through);
  saveStand(tx, {
    owned: drawdown,
    stand,
    state: isSettled ? 'SETTLED' : 'OPEN',
    through,
    closedOn,
    ...accruals(stand, all, closedOn),
  });
  const from = earliest(fact.on, addDays(loan.closedOn, 1));
  await keepRanges(context, drawdown, all, { from, closedOn });
  await book(context, item, { drawdown, loan }, { fact, stand, through, change });
  return { stand, outstanding, change };
}

/** What was given back cannot pay anything any more. */
async function demandNotRefunded({ tx }: Context, { id }: Drawdown, stand: Stand): Promise<void> {
  const left = totalOf(stand.payments).overPaid.minus(await refunded(tx, id));
  if (left.isNegative()) throw new Failure(no['replay-needs-refund'], { shortBy: left.negated() });
}

/** The unrounded figures after the night that follows the day. */
export function accruals(stand: Stand, { terms }: LoanFacts, day: Day) {
  const { penalty, compound } = penaltyOn(
    stand,
    terms,
    latest(day, addDays(stand.stretchFrom, -1)),
  );
  const since = stand.overdueSince;
  return {
    accrued: accruedOn(stand, day).toFixed(14),
    penalty: penalty.toFixed(14),
    compound: compound.toFixed(14),
    daysPastDue: since === null || since >= day ? 0 : daysBetween(since, day),
  };
}

interface Booking {
  readonly fact: Change;
  readonly stand: Stand;
  readonly through: Day;
  readonly change: PaidChange;
}

async function book(
  context: Context,
  item: Item<unknown>,
  { drawdown, loan }: LockedLoan,
  { fact, stand, through, change }: Booking,
): Promise<void> {
  const { tx, now } = context;
  const { operationId } = item;
  const { principal } = change;
  // A rate is of its day, what it makes of payments is of theirs.
  const ofRate = fact.owesAgain === 'rate';
  const valueOn = ofRate ? movedOn(loan.payments, stand.payments, fact.on) : fact.on;
  if (principal.isNegative()) {
    const interest = Money.min(change.interest.plus(change.penalty), Money.zero).negated();
    const reverses = ofRate ? undefined : fact.sourceId;
    const back = { drawdown, principal: principal.negated(), interest, valueOn, reverses };
    await takeBack(context, item, back);
  }
  if (principal.isPositive()) {
    const outstanding = drawdown.outstanding.minus(principal);
    const owing = drawdown.state === 'NPL' ? 'NPL' : 'PARTLY_REPAID';
    saveDrawdowns(tx, [
      { ...drawdown, outstanding, state: outstanding.isZero() ? 'REPAID' : owing },
    ]);
    const earned = change.interest.plus(change.penalty);
    const interest = Money.max(earned, Money.zero);
    const id = newId('rep');
    const repaid: Repaid = { id, drawdown, principal, interest, valueOn, operationId };
    insertRepaymentRows(tx, [repaid], now);
    if (drawdown.enrolmentId !== undefined) {
      const { enrolmentId } = drawdown;
      await recordPrincipalRepaid(context, [{ item, enrolmentId, amount: principal, valueOn }]);
    }
    await giveBack(context, [repaid]);
  }
  const cause = { sourceId: fact.sourceId, operationId };
  const journals = [...billedChanges(loan, stand, through)].map(([dueOn, interest]) =>
    interestDueJournal(drawdown, { ...cause, sourceId: drawdown.id }, dueOn, interest),
  );
  const paid = loanPaidJournal(drawdown, cause, fact.on, change);
  await post(tx, [...journals, paid], now);
}

/** By due day: interest that falls due more (or less) than was posted. */
export function billedChanges(
  loan: Pick<Loan, 'instalments'>,
  { instalments }: Stand,
  through: Day,
): Map<Day, Money> {
  const changes = new Map<Day, Money>();
  const add = (day: Day, amount: Money) =>
    changes.set(day, (changes.get(day) ?? Money.zero).plus(amount));
  for (const one of instalments) if (one.dueOn <= through) add(one.dueOn, one.interest);
  for (const one of loan.instalments) if (one.billed) add(one.dueOn, one.interest.negated());
  return new Map([...changes].filter(([, amount]) => !amount.isZero()));
}
