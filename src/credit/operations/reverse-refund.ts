/**
 * Takes back a refund of an over-payment that was recorded wrongly (冲销退还): the borrower has the
 * over-payment again. It was never debt, so no limit moves.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { lockLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { refundJournal } from '../postings.ts';
import { addRefund, overPaidLeft, refundsOf } from '../store-write-offs.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  refundId: IdInput('rfd'),
  reason: ReasonInput,
});

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, now: at, today } = context;
  const { operationId } = item;
  const { drawdownId, refundId, reason } = item.input;
  const { drawdown } = await lockLoan(context, item, drawdownId);
  const refunds = await refundsOf(tx, drawdownId);
  const refund = refunds.find((one) => one.id === refundId && one.reverses === null);
  if (!refund) throw new Failure(no['refund-missing'], { refundId });
  if (refunds.some(({ reverses }) => reverses === refundId)) {
    throw new Failure(no['refund-reversed'], { refundId });
  }
  const { amount, on } = refund;
  const id = newId('rfd');
  const back = amount.negated();
  addRefund(tx, drawdown, { id, amount: back, on, reason, operationId, at, reverses: refundId });
  await post(tx, [refundJournal(drawdown, { sourceId: id, operationId }, on, back)], at);
  const { zoneId, ownerId } = drawdown;
  const payload = { refundId, amount, reason };
  const name = 'credit.refund-reversed';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  const overPaid = await overPaidLeft(tx, drawdownId, today);
  return { refundId, drawdownId, overPaid: overPaid.toString() };
}

export const reverseRefund = operation({
  name: 'credit.reverse-refund',
  title: { zh: '冲销溢缴款退还', en: 'Reverse a refund of an over-payment' },
  permission: 'credit:repay',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ refundId: IdText, drawdownId: IdText, overPaid: MoneyText }),
  run,
});
