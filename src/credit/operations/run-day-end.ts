/**
 * The day-end of loans (日终批处理): every day up to `asOf` that a loan has not closed yet, one after
 * the other. One call does one portion in one transaction and says where the next begins; without
 * a place it begins where the book stands, so a killed run may as well be started anew.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { addDays, Failure, Money, sentence } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput, MoneyText } from '../../platform/schemas.ts';
import type { Tx } from '../../platform/transaction.ts';
import { classifyPortion } from '../classify-loans.ts';
import { closeByRules } from '../close-by-rules.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { interestDueJournal } from '../postings.ts';
import { reportPortion } from '../report-risk.ts';
import type { DayEndStep, Noticed, Portion } from '../store-day-end.ts';
import {
  billDueInstalments,
  closePortion,
  dayEndSteps,
  finishDay,
  firstUnfinishedDay,
  lastPortion,
  loansLeft,
  lockLoansWithEvents,
  lockTheDayEnd,
  nextPortion,
  noteDone,
} from '../store-day-end.ts';

/**
 * At most in one call: loans closed and classified, drawdowns reported, steps taken; in one step of
 * classification debtors and loans of theirs, and drawdowns in one of the report.
 */
const most = {
  loans: 5_000,
  reported: 100_000,
  classify: { debtors: 500, loans: 2_500, loansOfOne: 5_000 },
  report: 20_000,
  steps: 60,
} as const;

/** Where the work stands: behind which loan, debtor or drawdown of which step of which day. */
interface Place {
  readonly day: Day;
  readonly step: DayEndStep;
  readonly after: string;
}

const textOf = ({ day, step, after }: Place): string => `${day} ${step} ${after}`;

/** Where the work goes on behind a portion. */
function placeBehind({ day, step, upto }: { day: Day; step: DayEndStep; upto: string }): Place {
  if (upto !== '') return { day, step, after: upto };
  const next = dayEndSteps[dayEndSteps.indexOf(step) + 1];
  return next === undefined
    ? { day: addDays(day, 1), step: 'accrue', after: '' }
    : { day, step: next, after: '' };
}

const placePattern = /^(\d{4}-\d{2}-\d{2}) (accrue|classify|report) ([\w-]*(?:\/[\w-]+)?)$/;

const input = z.strictObject({
  asOf: DayInput,
  through: z.enum(dayEndSteps).default('report').meta({ description: '最后一日做到哪一步' }),
  after: z
    .string()
    .max(120)
    .regex(placePattern)
    .refine((place) => DayInput.safeParse(place.slice(0, 10)).success, {
      message: sentence('不是日期', 'not a day'),
    })
    .optional()
    .meta({ description: '上一批返回的 next' }),
});

const output = z.object({
  /** Closed loans, each once for each day. */
  loans: z.int(),
  instalmentsDue: z.int(),
  interestDue: MoneyText,
  classified: z.int(),
  daysFinished: z.array(z.string()),
  done: z.int(),
  left: z.int(),
  next: z.string().nullable(),
});

interface Tally {
  reported: number;
  loans: number;
  instalmentsDue: number;
  interestDue: Money;
  classified: number;
  readonly daysFinished: Day[];
}

/**
 * A place is taken only where the work stands, behind the portion that was done last: behind any
 * other a day would be finished of which something was left out. Throws day-end-elsewhere.
 */
async function startOf(tx: Tx, asOf: Day, after: string | undefined): Promise<Place> {
  if (after === undefined) {
    return { day: (await firstUnfinishedDay(tx)) ?? asOf, step: 'accrue', after: '' };
  }
  const last = await lastPortion(tx);
  const stands = last ? placeBehind(last) : undefined;
  if (stands && textOf(stands) === after) return stands;
  throw new Failure(no['day-end-elsewhere'], { after, stands: stands ? textOf(stands) : null });
}

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, today } = context;
  const { asOf, after, through } = item.input;
  if (asOf > today) throw new Failure(no['day-end-in-future'], { asOf, today });
  context.concern(item, platformChain);
  await lockTheDayEnd(tx);
  let place = await startOf(tx, asOf, after);
  const tally: Tally = {
    reported: 0,
    loans: 0,
    instalmentsDue: 0,
    interestDue: Money.zero,
    classified: 0,
    daysFinished: [],
  };
  const isMeant = ({ day, step }: Place): boolean =>
    day < asOf || (day === asOf && dayEndSteps.indexOf(step) <= dayEndSteps.indexOf(through));
  for (let step = 0; isMeant(place); step += 1) {
    if (step >= most.steps || tally.loans + tally.classified >= most.loans) break;
    if (tally.reported >= most.reported) break;
    place = await work[place.step](context, item, place, tally);
  }
  const next = isMeant(place) ? place : undefined;
  const { reported: _, ...told } = tally;
  return {
    ...told,
    interestDue: tally.interestDue.toString(),
    done: tally.loans,
    left: next?.step === 'accrue' ? await loansLeft(tx, next.day) : 0,
    next: next ? textOf(next) : null,
  };
}

/** Closes the night for the next portion of loans; answers the place behind it. */
async function accrue(
  context: Context,
  item: Item<unknown>,
  place: Place,
  tally: Tally,
): Promise<Place> {
  const { tx, now } = context;
  const { day } = place;
  const portion = await nextPortion(tx, day, place.after, most.loans);
  if (!portion) {
    note(context, item, { day, after: place.after, upto: '', loans: 0, step: 'accrue' });
    return placeBehind({ day, step: 'accrue', upto: '' });
  }
  const hasEvents = await lockLoansWithEvents(tx, portion);
  const due = hasEvents ? await billDueInstalments(tx, portion) : [];
  const noticed = await closePortion(tx, portion, { hasEvents, at: now });
  await closeByRules(context, portion);
  const { operationId } = item;
  const journals = due.map(({ zoneId, ownerId, dueOn, interest }) =>
    interestDueJournal(
      { zoneId, ownerId, lineId: '' },
      { sourceId: `day-end:${day}:${portion.after}`, operationId },
      dueOn,
      interest,
    ),
  );
  await post(tx, journals, now);
  tell(context, item, day, noticed);
  const instalments = due.reduce((sum, one) => sum + one.instalments, 0);
  const interestDue = Money.sum(due.map(({ interest }) => interest));
  noteDone(tx, {
    ...portion,
    step: 'accrue',
    due: instalments,
    interestDue,
    operationId,
    at: now,
  });
  tally.loans += portion.loans;
  tally.instalmentsDue += instalments;
  tally.interestDue = tally.interestDue.plus(interestDue);
  return { day, step: 'accrue', after: portion.upto };
}

/** What a bank should hear of: a loan that ages into a range, or that ends soon. */
function tell(context: Context, item: Item<unknown>, day: Day, noticed: readonly Noticed[]): void {
  for (const { id, zoneId, ownerId, dueOn, daysPastDue, daysLeft } of noticed) {
    const of = { zoneId, ownerId, subjectId: id };
    if (daysPastDue > 0) {
      context.emit(item, { name: 'credit.loan-overdue', ...of, payload: { day, daysPastDue } });
    }
    if (daysLeft === 7 || daysLeft === 30) {
      context.emit(item, { name: 'credit.loan-ending', ...of, payload: { day, dueOn, daysLeft } });
    }
  }
}

/** Classifies the next portion of debtors; behind the last of them comes the report. */
async function classify(
  context: Context,
  item: Item<unknown>,
  place: Place,
  tally: Tally,
): Promise<Place> {
  const { day, after } = place;
  const { next: upto = '', loans } = await classifyPortion(
    context,
    item,
    { day, after },
    most.classify,
  );
  tally.classified += loans;
  note(context, item, { day, after, upto, loans, step: 'classify' });
  return placeBehind({ day, step: 'classify', upto });
}

/** Sums every book up as the day leaves it; with the last portion the day is finished. */
async function report(
  context: Context,
  item: Item<unknown>,
  { day, after }: Place,
  tally: Tally,
): Promise<Place> {
  const { tx, now } = context;
  const place = { day, after };
  const { next: upto = '', drawdowns } = await reportPortion(context, item, place, most.report);
  tally.reported += drawdowns;
  note(context, item, { day, after, upto, loans: drawdowns, step: 'report' });
  if (upto === '') {
    finishDay(tx, day, item.operationId, now);
    tally.daysFinished.push(day);
  }
  return placeBehind({ day, step: 'report', upto });
}

/** A portion in which nothing falls due. */
function note(
  { tx, now }: Context,
  { operationId }: Item<unknown>,
  portion: Portion & { readonly step: DayEndStep },
): void {
  noteDone(tx, { ...portion, due: 0, interestDue: Money.zero, operationId, at: now });
}

const work = { accrue, classify, report } as const;

export const runDayEnd = operation({
  name: 'credit.run-day-end',
  title: { zh: '贷款日终', en: 'Run the day-end of loans' },
  permission: 'jobs:run',
  input,
  output,
  run,
});
