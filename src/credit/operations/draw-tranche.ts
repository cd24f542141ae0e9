/**
 * Pays out one more tranche of a loan (分次提款). The tranches together never exceed what the terms
 * commit to, whatever each of them asks; the instalment is cut anew from the tranche's period on.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, isFailure } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Taken } from '../../limits/index.ts';
import { takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
  TextInput,
} from '../../platform/schemas.ts';
import { tenorOf } from '../give-back.ts';
import { keepOwnReservation, notItsOwn, refuseAwaited } from '../hold.ts';
import type { LockedLoan } from '../loan-change.ts';
import { lockOpenLoan, replayLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { PaymentsInput } from '../loan-terms.ts';
import type { Drawdown } from '../model.ts';
import { drawdownJournal } from '../postings.ts';
import { creditRefusals } from '../refusals.ts';
import { entrusted } from '../packs/working-capital-2024.ts';
import type { PaidOut } from '../rules/entrusted-payment.ts';
import { refusePayments } from '../rules/entrusted-payment.ts';
import { refusePurpose } from '../rules/eligible-purposes.ts';
import { eligiblePurposes } from '../store-eligible-purposes.ts';
import { insertTrancheRow, saveDrawnAmount, tranchesEver } from '../store-loan-facts.ts';
import { linesById } from '../store-loans.ts';
import { paidOutBefore } from '../store-payments-out.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  amount: PositiveAmountInput,
  valueOn: DayInput,
  purpose: TextInput(200),
  reservationId: IdInput('rsv').optional(),
  payments: PaymentsInput,
});
type Input = z.output<typeof input>;

const output = z.object({
  drawdownId: IdText,
  tranche: z.int(),
  drawn: MoneyText,
  outstanding: MoneyText,
  lineAvailable: MoneyText,
  /** The next instalment after the tranche, as it is cut anew. */
  nextDueOn: DayText,
  nextInstalment: MoneyText,
});

function refuse(
  { drawdown, loan }: LockedLoan,
  one: Input,
  today: Day,
  before: readonly PaidOut[],
): Failure | undefined {
  const { id: drawdownId, valueOn: drawnOn, state } = drawdown;
  const { valueOn } = one;
  if (valueOn > today) {
    return new Failure(creditRefusals['value-day-in-future'], { valueOn, today });
  }
  if (valueOn < drawnOn) {
    return new Failure(creditRefusals['value-day-before-drawdown'], { valueOn, drawnOn });
  }
  if (state === 'NPL') return new Failure(creditRefusals['drawdown-defaulted'], { drawdownId });
  // A pool took in the loan with the amount that it had.
  if (drawdown.enrolmentId !== undefined) {
    return new Failure(creditRefusals['drawdown-enrolled'], { drawdownId });
  }
  const unpayable = refusePayments(one.payments, one.amount, entrusted, before);
  if (unpayable) return unpayable;
  const { commitment } = loan.terms;
  if (!commitment) return new Failure(no['loan-drawn-once'], { drawdownId });
  const { amount, until } = commitment;
  if (valueOn > until) return new Failure(no['commitment-over'], { valueOn, until });
  const shortBy = drawdown.amount.plus(one.amount).minus(amount);
  if (!shortBy.isPositive()) return undefined;
  const facts = { commitment: amount, drawn: drawdown.amount, requested: one.amount, shortBy };
  return new Failure(no['commitment-exceeded'], facts);
}

async function demandPurpose({ tx }: Context, { lineId }: Drawdown, purpose: string) {
  const line = (await linesById(tx, [lineId])).get(lineId);
  if (!line) throw new Failure(creditRefusals['line-missing'], { lineId });
  const eligible = await eligiblePurposes(tx);
  const refusal = refusePurpose(purpose, eligible.get(line.segmentId) ?? []);
  if (refusal) throw refusal;
}

async function take(context: Context, item: Item<Input>, drawdown: Drawdown): Promise<Taken> {
  const { operationId, input: one } = item;
  const { id, nodeId } = drawdown;
  const { amount, valueOn, reservationId: of } = one;
  const tenorDays = tenorOf(drawdown);
  const step = { kind: 'draw' as const, nodeId, amount, valueOn, of, tenorDays };
  const [awaited] = (await refuseAwaited(context, notItsOwn(item, step) ? [step] : [])).values();
  if (awaited) throw awaited;
  const [taken] = await takeLimits(context.tx, [{ step, sourceId: id, operationId }], context);
  if (taken === undefined) throw new Error('A tranche got no answer.');
  if (isFailure(taken)) throw taken;
  return taken;
}

async function run(context: Context, item: Item<Input>) {
  const { tx, now } = context;
  const { operationId, input: one } = item;
  const { drawdownId, amount, valueOn, purpose } = one;
  const locked = await lockOpenLoan(context, item, drawdownId);
  const before = await paidOutBefore(tx, locked.drawdown, entrusted.scope);
  const refusal = refuse(locked, one, context.today, before);
  if (refusal) throw refusal;
  await demandPurpose(context, locked.drawdown, purpose);
  const tranche = 2 + (await tranchesEver(tx, drawdownId));
  const { leaf } = await take(context, item, locked.drawdown);
  const drawdown: Drawdown = {
    ...locked.drawdown,
    amount: locked.drawdown.amount.plus(amount),
    outstanding: locked.drawdown.outstanding.plus(amount),
    // A loan whose principal had come back is owed again.
    state: locked.drawdown.state === 'REPAID' ? 'PARTLY_REPAID' : locked.drawdown.state,
  };
  const reservationId = one.reservationId ?? null;
  const fact = { no: tranche, on: valueOn, amount, reservationId };
  const { payments } = one;
  insertTrancheRow(tx, drawdown, { ...fact, purpose, payments, operationId, at: now });
  saveDrawnAmount(tx, drawdown);
  await post(tx, [drawdownJournal({ ...drawdown, amount, valueOn, operationId })], now);
  const change = {
    on: valueOn,
    sourceId: drawdownId,
    facts: { tranches: [...locked.loan.tranches, fact] },
  };
  const { stand, outstanding } = await replayLoan(context, item, { ...locked, drawdown }, change);
  const { zoneId, ownerId, lineId } = drawdown;
  const payload = { lineId, amount, valueOn, tranche };
  context.emit(item, {
    name: 'credit.line-drawn',
    zoneId,
    ownerId,
    subjectId: drawdownId,
    payload,
  });
  const next = stand.instalments.find(({ dueOn }) => dueOn > valueOn);
  if (!next) throw new Error('A tranche has no instalment after it.');
  return {
    drawdownId,
    tranche,
    drawn: drawdown.amount.toString(),
    outstanding: outstanding.toString(),
    lineAvailable: leaf.limit.minus(leaf.consumed).minus(leaf.reserved).toString(),
    nextDueOn: next.dueOn,
    nextInstalment: next.interest.plus(next.principal).toString(),
  };
}

export const drawTranche = operation({
  name: 'credit.draw-tranche',
  title: { zh: '分次提款', en: 'Draw a further tranche of a loan' },
  permission: 'credit:draw',
  approval: {
    amount: (one: Input) => one.amount,
    permission: 'credit:approve',
    hold: keepOwnReservation,
  },
  input,
  output,
  run,
});
