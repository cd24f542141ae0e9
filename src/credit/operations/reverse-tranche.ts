/**
 * Takes back a tranche that was booked by mistake (冲销提款): limit and ledger as before it, and the
 * schedule replayed without it. What was repaid since may stand in the way.
 */
import { z } from 'zod';
import { Failure, isFailure } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import { takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { reversing } from '../give-back.ts';
import { lockOpenLoan, replayLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { drawdownReversedJournal } from '../postings.ts';
import { markTrancheReversed, saveDrawnAmount } from '../store-loan-facts.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  tranche: z.number().int().min(2).max(1000),
  reason: ReasonInput,
});

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, now } = context;
  const { operationId } = item;
  const { drawdownId, tranche, reason } = item.input;
  const locked = await lockOpenLoan(context, item, drawdownId);
  const { loan, drawdown: before } = locked;
  const fact = loan.tranches.find((one) => one.no === tranche);
  if (!fact) throw new Failure(no['tranche-missing'], { drawdownId, tranche });
  const { amount, on: valueOn, reservationId } = fact;
  const outstanding = before.outstanding.minus(amount);
  if (outstanding.isNegative()) {
    throw new Failure(no['replay-raises-debt'], { shortBy: outstanding.negated() });
  }
  const paidOut = { ...before, amount, valueOn, reservationId: reservationId ?? undefined };
  const [taken] = await takeLimits(tx, [reversing(before, paidOut, false, operationId)], context);
  if (taken === undefined) throw new Error('A reversal got no answer.');
  if (isFailure(taken)) throw taken;
  // Nothing is left when what was repaid paid for the others.
  const state = outstanding.isZero() ? ('REPAID' as const) : before.state;
  const drawdown = { ...before, amount: before.amount.minus(amount), outstanding, state };
  markTrancheReversed(tx, drawdownId, tranche, operationId);
  saveDrawnAmount(tx, drawdown);
  await post(tx, [drawdownReversedJournal(paidOut, operationId)], now);
  const tranches = loan.tranches.filter((one) => one !== fact);
  const change = { on: valueOn, sourceId: drawdownId, facts: { tranches } };
  const changed = await replayLoan(context, item, { loan, drawdown }, change);
  const { zoneId, ownerId } = drawdown;
  const payload = { tranche, amount, reason };
  const name = 'credit.drawdown-reversed';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return {
    drawdownId,
    drawn: drawdown.amount.toString(),
    outstanding: changed.outstanding.toString(),
  };
}

export const reverseTranche = operation({
  name: 'credit.reverse-tranche',
  title: { zh: '冲销分次提款', en: 'Reverse a tranche of a loan' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ drawdownId: IdText, drawn: MoneyText, outstanding: MoneyText }),
  run,
});
