/**
 * Reprices floating loans (贷款重定价) on the days that their terms name, up to `asOf`: the rate that
 * the LPR known by then gives is a fact of the repricing day, and the loan is replayed with it. A
 * loan that cannot be replayed so keeps its rate and its bank is told. One call is one portion.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { addDays, Failure, isFailure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput } from '../../platform/schemas.ts';
import type { LockedLoan } from '../loan-change.ts';
import { factsOf, lockLoan, replayLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { paidOffOn } from '../rules/loan-stand.ts';
import type { DatedRate, Fixing } from '../rules/repricing.ts';
import { nextRepricing, ratesToRecord, withRates } from '../rules/repricing.ts';
import { fixingsOf, insertRateRows } from '../store-loan-facts.ts';
import { loansToReprice, noteRepriced } from '../store-repricing.ts';

/** Loans in one transaction at most. */
const portion = 200;

const input = z.strictObject({
  asOf: DayInput,
  after: z.string().max(80).default('').meta({ description: '上一批返回的 next' }),
});
type Run = Item<z.output<typeof input>>;

type Fixings = Readonly<Record<'1Y' | '5Y', readonly Fixing[]>>;

/**
 * The last day whose night the loan paid for: of one that is settled, the day before the payment
 * that settled it, whenever that was recorded and whatever was paid after it.
 */
function pricedUntil({ drawdown, loan }: LockedLoan, asOf: Day): Day {
  const { state, closedOn } = loan;
  if (state === 'OPEN') return asOf;
  const settledOn = state === 'SETTLED' ? paidOffOn(factsOf(loan, drawdown)) : undefined;
  return settledOn === undefined ? closedOn : addDays(settledOn, -1);
}

/** The rates that are new; throws a Failure when the replay refuses them. */
async function reprice(
  context: Context,
  item: Run,
  locked: LockedLoan,
  fixings: Fixings,
): Promise<DatedRate[]> {
  const { tx, now } = context;
  const { drawdown, loan } = locked;
  const { pricing } = loan.terms;
  if (!pricing || loan.reschedules.some(({ fixesRate }) => fixesRate)) return [];
  const priced = { ...pricing, lpr: fixings[pricing.term] };
  const { id, valueOn: from, dueOn: to, zoneId, ownerId } = drawdown;
  const until = pricedUntil(locked, item.input.asOf);
  if (until < from) return [];
  const found = ratesToRecord(priced, loan.rates, { from, to, until });
  const [first] = found;
  if (!first) return [];
  const { state } = loan;
  if (state !== 'OPEN') throw new Failure(no['loan-closed'], { drawdownId: id, state });
  const rows = found.map((one) => ({ ...one, kind: 'REPRICED' as const }));
  const { operationId } = item;
  insertRateRows(tx, drawdown, rows, { reason: '重定价', operationId, at: now });
  const facts = { rates: withRates(loan.rates, rows) };
  const change = { on: first.from, sourceId: id, facts, owesAgain: 'rate' as const };
  await replayLoan(context, item, locked, change);
  for (const { from: day, rate: rateAnnual } of found) {
    const payload = { from: day, rateAnnual, reason: 'repriced' };
    const name = 'credit.loan-rate-changed';
    context.emit(item, { name, zoneId, ownerId, subjectId: id, payload });
  }
  return found;
}

/** Whether the loan took its new rates; what refused them is told. */
async function attempt(
  context: Context,
  item: Run,
  locked: LockedLoan,
  fixings: Fixings,
): Promise<DatedRate[] | Failure> {
  try {
    return await context.tx.attempt(
      () => reprice(context, item, locked, fixings),
      () => true,
    );
  } catch (problem) {
    if (!isFailure(problem)) throw problem;
    const { id: subjectId, zoneId, ownerId } = locked.drawdown;
    const { code, title, facts } = problem;
    const payload = { asOf: item.input.asOf, code, title: title.zh, facts };
    const name = 'credit.repricing-refused';
    context.emit(item, { name, zoneId, ownerId, subjectId, payload });
    return problem;
  }
}

function nextOf({ drawdown, loan }: LockedLoan, after: Day): Day | null {
  const { valueOn: from, dueOn: to } = drawdown;
  if (loan.reschedules.some(({ fixesRate }) => fixesRate)) return null;
  return loan.terms.pricing ? nextRepricing(loan.terms.pricing, { from, to, after }) : null;
}

export const repriceLoans = operation({
  name: 'credit.reprice-loans',
  title: { zh: '贷款重定价', en: 'Reprice floating loans' },
  permission: 'jobs:run',
  input,
  output: z.object({
    done: z.int(),
    repriced: z.int(),
    refused: z.int(),
    next: z.string().nullable(),
  }),
  async run(context, item) {
    const { tx, today } = context;
    const { asOf, after } = item.input;
    if (asOf > today) throw new Failure(no['day-end-in-future'], { asOf, today });
    const ids = await loansToReprice(tx, asOf, after, portion);
    const fixings = { '1Y': await fixingsOf(tx, '1Y'), '5Y': await fixingsOf(tx, '5Y') };
    const tally = { repriced: 0, refused: 0 };
    for (const id of ids) {
      // Before the attempt, so that the lock outlives one that is undone.
      const locked = await lockLoan(context, item, id);
      const answer = await attempt(context, item, locked, fixings);
      if (isFailure(answer)) tally.refused += 1;
      else if (answer.length > 0) tally.repriced += 1;
      noteRepriced(tx, id, asOf, nextOf(locked, asOf));
    }
    // One entry for rows of many zones.
    context.concern(item, platformChain);
    const next = ids.length === portion ? (ids.at(-1) ?? null) : null;
    return { done: ids.length, ...tally, next };
  },
});
