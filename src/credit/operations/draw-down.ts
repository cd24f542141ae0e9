/**
 * Pays out under a line (出账). The one operation that everybody in a zone contends for: all callers
 * that arrive during a commit share the next transaction, and each is admitted or refused on its
 * own.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, isFailure, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Taken } from '../../limits/index.ts';
import { takeOptimistically } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { NotAsExpected, hotOperation } from '../../platform/operation.ts';
import {
  CurrencyInput,
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
  TextInput,
} from '../../platform/schemas.ts';
import type { Wanted } from '../admission.ts';
import { admit, boundBeside, takeOf } from '../admission.ts';
import { EnrolInput } from '../enrol.ts';
import { consumeExceptions, exceptionsNamed } from '../exception-use.ts';
import { holdReservation, releaseHold } from '../hold.ts';
import type { Drawdown, Line } from '../model.ts';
import { drawdownJournal } from '../postings.ts';
import { creditRefusals as no } from '../refusals.ts';
import { rememberRoot, rootOf } from '../root-hints.ts';
import { refuseDueDay } from '../refuse-due-day.ts';
import { refusePurpose } from '../rules/eligible-purposes.ts';
import type { EligiblePurposes } from '../store-eligible-purposes.ts';
import { eligiblePurposes } from '../store-eligible-purposes.ts';
import { insertDrawdownRows, linesById } from '../store-loans.ts';

const input = z.strictObject({
  lineId: IdInput('line'),
  amount: PositiveAmountInput,
  currency: CurrencyInput,
  valueOn: DayInput,
  dueOn: DayInput,
  purpose: TextInput(200),
  reservationId: IdInput('rsv').optional(),
  /** Take what exceeds the reservation from the headroom instead of refusing. */
  spill: z.boolean().optional(),
  /** Enrol the loan in a risk-compensation pool in the same transaction. */
  enrol: EnrolInput.optional(),
  /** Approved exceptions, by whose amounts this draw may pass limits; it consumes them. */
  exceptionIds: z.array(IdInput('exc')).min(1).max(5).optional(),
});
type Input = z.output<typeof input>;

const output = z.object({
  drawdownId: IdText,
  lineId: IdText,
  amount: MoneyText,
  lineAvailable: MoneyText,
  enrolmentId: IdText.optional(),
});

function refuse(line: Line | undefined, one: Input, today: Day): Failure | undefined {
  if (!line) return new Failure(no['line-missing'], { lineId: one.lineId });
  if (one.valueOn > today) {
    return new Failure(no['value-day-in-future'], { valueOn: one.valueOn, today });
  }
  return refuseDueDay(one.valueOn, one.dueOn);
}

type Decided = Wanted<Input> | Failure;

/** A purpose that is not agreed is told with all that binds beside it, as of any other draw. */
async function refusePurposes(
  context: Context,
  decided: readonly Decided[],
  eligible: EligiblePurposes,
): Promise<Decided[]> {
  const refused = new Map<Decided, Failure>();
  const asked: Wanted<Input>[] = [];
  for (const one of decided) {
    if (isFailure(one)) continue;
    const purposes = eligible.get(one.line.segmentId) ?? [];
    const refusal = refusePurpose(one.item.input.purpose, purposes);
    if (refusal) refused.set(one, refusal);
    if (refusal) asked.push(one);
  }
  // One that is refused is run again in the careful order, and asked then.
  if (refused.size === 0 || context.optimistic)
    return decided.map((one) => refused.get(one) ?? one);
  const bound = await boundBeside(context, asked);
  for (const one of asked) {
    const facts = bound.get(one);
    if (facts) refused.set(one, (refused.get(one) as Failure).with(facts));
  }
  return decided.map((one) => refused.get(one) ?? one);
}

const drawdownOf = (
  { item, line, id }: Wanted<Input>,
  enrolmentId: string | undefined,
): Drawdown => ({
  id,
  zoneId: line.zoneId,
  ownerId: line.ownerId,
  lineId: line.id,
  nodeId: line.nodeId,
  enterpriseId: line.enterpriseId,
  amount: item.input.amount,
  outstanding: item.input.amount,
  valueOn: item.input.valueOn,
  dueOn: item.input.dueOn,
  state: 'DISBURSED',
  purpose: item.input.purpose,
  reservationId: item.hold ?? item.input.reservationId,
  enrolmentId,
  operationId: item.operationId,
  version: 1,
});

type Answer = z.output<typeof output> | Failure;

async function runMany(context: Context, items: readonly Item<Input>[]): Promise<Answer[]> {
  const { tx } = context;
  const lineIds = items.map((item) => item.input.lineId);
  const [lines, eligible] = await Promise.all([linesById(tx, lineIds), eligiblePurposes(tx)]);
  const named = await exceptionsNamed(context, items);
  const possible = items.map((item): Decided => {
    const line = lines.get(item.input.lineId);
    if (line) context.concern(item, line.zoneId);
    const exceptions = named.get(item);
    if (line && isFailure(exceptions)) return exceptions;
    const refusal = refuse(line, item.input, context.today);
    if (refusal) return refusal;
    const open = isFailure(exceptions) ? undefined : exceptions;
    return { item, line: line as Line, id: newId('draw'), exceptions: open };
  });
  const decided = await refusePurposes(context, possible, eligible);
  const wanted = decided.filter((one): one is Wanted<Input> => !isFailure(one));
  if (context.optimistic) return payOutOptimistically(context, decided, wanted);
  const admitted = await admit(context, wanted);
  const drawdowns: Drawdown[] = [];
  const answers = decided.map((one) => {
    if (isFailure(one)) return one;
    const answer = admitted.get(one);
    if (answer === undefined) throw new Error('A drawdown got no answer.');
    if (isFailure(answer)) return answer;
    const { took, enrolmentId } = answer;
    const drawdown = drawdownOf(one, enrolmentId);
    drawdowns.push(drawdown);
    context.emit(one.item, drawnEvent(drawdown));
    return answerOf(drawdown, took);
  });
  insertDrawdownRows(tx, drawdowns, context.now);
  for (const [one, answer] of admitted) {
    if (isFailure(answer) || !one.exceptions) continue;
    const { amount } = one.item.input;
    const drawn = { drawdownId: one.id, amount, took: answer.took };
    await consumeExceptions(context, one.item, one.exceptions, drawn);
  }
  await post(tx, drawdowns.map(drawdownJournal), context.now);
  return answers;
}

/**
 * The same with every row sent before the limits are locked; only what is plain may go this way,
 * and a batch in which something is refused is run again in the careful order.
 */
async function payOutOptimistically(
  context: Context,
  decided: readonly (Wanted<Input> | Failure)[],
  wanted: readonly Wanted<Input>[],
): Promise<Answer[]> {
  const { tx, now } = context;
  if (wanted.length < decided.length) throw new NotAsExpected('a call that cannot be carried out');
  if (wanted.some(({ item }) => item.input.enrol)) throw new NotAsExpected('a pool is asked first');
  if (wanted.some((one) => one.exceptions)) throw new NotAsExpected('by exception');
  const drawdowns = wanted.map((one) => drawdownOf(one, undefined));
  wanted.forEach(({ item }, i) => context.emit(item, drawnEvent(drawdowns[i] as Drawdown)));
  // The order matters: what needs no lock first, then limits before accounts, as everywhere.
  insertDrawdownRows(tx, drawdowns, now);
  context.sendEvents();
  const taking = takeOptimistically(tx, wanted.map(takeOf), context);
  const posting = post(tx, drawdowns.map(drawdownJournal), now);
  context.lockLog();
  const [taken] = await Promise.all([taking, posting]);
  return drawdowns.map((drawdown, i) => answerOf(drawdown, taken[i] as Taken));
}

function answerOf(drawdown: Drawdown, { leaf }: Taken): z.output<typeof output> {
  rememberRoot(drawdown.lineId, leaf.path.at(-1));
  return {
    drawdownId: drawdown.id,
    lineId: drawdown.lineId,
    amount: drawdown.amount.toString(),
    lineAvailable: leaf.limit.minus(leaf.consumed).minus(leaf.reserved).toString(),
    ...(drawdown.enrolmentId === undefined ? {} : { enrolmentId: drawdown.enrolmentId }),
  };
}

const drawnEvent = (drawdown: Drawdown) => ({
  name: 'credit.line-drawn',
  zoneId: drawdown.zoneId,
  ownerId: drawdown.ownerId,
  subjectId: drawdown.id,
  payload: { lineId: drawdown.lineId, amount: drawdown.amount, valueOn: drawdown.valueOn },
});

export const drawDown = hotOperation({
  name: 'credit.draw-down',
  title: { zh: '放款', en: 'Draw down' },
  permission: 'credit:draw',
  approval: {
    amount: (one: Input) => one.amount,
    permission: 'credit:approve',
    hold: holdReservation,
    letGo: releaseHold,
  },
  input,
  output,
  // Alone in its batch, so that what is refused does not keep an exception from the next call.
  gatherKey: (one: Input) => (one.exceptionIds ? newId('draw') : rootOf(one.lineId)),
  runMany,
});
