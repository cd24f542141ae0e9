/**
 * What an extension and a restructuring share: the new timetable is a fact of its day, a rate
 * agreed with it is fixed from then on, and the loan is replayed.
 */
import type { Day, Rate } from '../kernel/index.ts';
import { Failure, newId } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Changed, LockedLoan } from './loan-change.ts';
import { factsOf, replayLoan } from './loan-change.ts';
import type { Plan } from './loan-plan.ts';
import { completePlan } from './loan-plan.ts';
import { loanRefusals as no } from './loan-refusals.ts';
import type { StoredReschedule } from './model-loans.ts';
import { creditRefusals } from './refusals.ts';
import { refuseDueDay } from './refuse-due-day.ts';
import type { Stand } from './rules/loan-stand.ts';
import { standOf } from './rules/loan-stand.ts';
import { withRates } from './rules/repricing.ts';
import { insertRateRows } from './store-loan-facts.ts';
import { insertRescheduleRow, moveDueDay } from './store-reschedules.ts';

export interface Rescheduling {
  readonly kind: StoredReschedule['kind'];
  readonly agreedOn: Day;
  readonly dueOn: Day;
  readonly plan: Plan;
  readonly rateAnnual?: Rate | undefined;
  readonly reason: string;
}

/** The stand at the end of the day of agreement, before anything changes. */
export const standBefore = ({ drawdown, loan }: LockedLoan, on: Day): Stand =>
  standOf(factsOf(loan, drawdown), on);

/** Throws what refuses the days. */
export function demandDays(
  { drawdown, loan }: LockedLoan,
  { agreedOn, dueOn }: Pick<Rescheduling, 'agreedOn' | 'dueOn'>,
  today: Day,
): void {
  if (agreedOn > today) {
    const facts = { valueOn: agreedOn, today };
    throw new Failure(creditRefusals['value-day-in-future'], facts);
  }
  if (agreedOn <= drawdown.valueOn) {
    const facts = { agreedOn, drawnOn: drawdown.valueOn };
    throw new Failure(no['reschedule-before-drawdown'], facts);
  }
  const last = loan.reschedules.at(-1);
  if (last && agreedOn <= last.on) {
    throw new Failure(no['reschedule-out-of-order'], { agreedOn, lastOn: last.on });
  }
  if (dueOn <= agreedOn) {
    throw new Failure(creditRefusals['due-before-value-day'], { valueOn: agreedOn, dueOn });
  }
  const tooFar = refuseDueDay(drawdown.valueOn, dueOn);
  if (tooFar) throw tooFar;
}

const periodMonths = ({ every, settlement }: Plan): number => {
  if (settlement) return settlement.everyMonths;
  return every && 'months' in every ? every.months : 1;
};

export async function rescheduleLoan(
  context: Context,
  item: Item<unknown>,
  locked: LockedLoan,
  asked: Rescheduling,
): Promise<Changed> {
  const { tx, now: at } = context;
  const { operationId } = item;
  const { loan } = locked;
  const { kind, agreedOn: on, dueOn, rateAnnual, reason } = asked;
  const before = standBefore(locked, on);
  const nextDueOn = before.instalments.find((one) => one.dueOn > on)?.dueOn;
  const plan = completePlan(asked.plan, loan.terms, { nextDueOn, dueOn });
  const fact: StoredReschedule = {
    id: newId('rsch'),
    no: loan.reschedules.length + 1,
    kind,
    on,
    dueOnBefore: locked.drawdown.dueOn,
    dueOnAfter: dueOn,
    plan,
    fixesRate: rateAnnual !== undefined,
  };
  const drawdown = { ...locked.drawdown, dueOn };
  const rates = rateAnnual ? [{ from: on, rate: rateAnnual, kind: 'PERSON' as const }] : [];
  if (rates.length > 0) insertRateRows(tx, drawdown, rates, { reason, operationId, at });
  const facts = {
    reschedules: [...loan.reschedules, fact],
    rates: withRates(loan.rates, rates),
  };
  moveDueDay(tx, drawdown.id, {
    dueOn,
    lprTerm: facts.reschedules.some(({ fixesRate }) => fixesRate)
      ? null
      : (loan.terms.pricing?.term ?? null),
    watched: facts.reschedules.some((one) => one.kind === 'RESTRUCTURING'),
  });
  const change = { on, sourceId: drawdown.id, facts };
  const changed = await replayLoan(context, item, { loan, drawdown }, change);
  const after = changed.stand.instalments.filter((one) => one.dueOn > on);
  const lastDueOn = after.at(-1)?.dueOn;
  if (lastDueOn === undefined) throw new Failure(no['nothing-to-reschedule'], { on });
  if (lastDueOn > dueOn) throw new Failure(no['schedule-after-due-day'], { lastDueOn, dueOn });
  insertRescheduleRow(tx, drawdown, {
    ...fact,
    firstRepaymentOn: after[0]?.dueOn ?? dueOn,
    periodMonths: periodMonths(plan),
    reason,
    operationId,
    at,
  });
  return changed;
}
