/**
 * Gives an over-payment back to the borrower (溢缴款退还). It was never debt, so no limit moves; a
 * settled loan has it too.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
  ReasonInput,
} from '../../platform/schemas.ts';
import { lockLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { refundJournal } from '../postings.ts';
import { creditRefusals } from '../refusals.ts';
import { addRefund, overPaidLeft } from '../store-write-offs.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  amount: PositiveAmountInput,
  valueOn: DayInput,
  reason: ReasonInput,
});

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, now: at, today } = context;
  const { operationId } = item;
  const { drawdownId, amount, valueOn, reason } = item.input;
  const { drawdown } = await lockLoan(context, item, drawdownId);
  if (valueOn > today) throw new Failure(creditRefusals['value-day-in-future'], { valueOn, today });
  const overPaid = await overPaidLeft(tx, drawdownId, valueOn);
  const shortBy = amount.minus(overPaid);
  if (shortBy.isPositive()) {
    throw new Failure(no['refund-above-over-payment'], { overPaid, requested: amount, shortBy });
  }
  const id = newId('rfd');
  addRefund(tx, drawdown, { id, amount, on: valueOn, reason, operationId, at });
  await post(tx, [refundJournal(drawdown, { sourceId: id, operationId }, valueOn, amount)], at);
  const { zoneId, ownerId } = drawdown;
  const payload = { amount, valueOn, reason };
  const name = 'credit.over-payment-refunded';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return { refundId: id, drawdownId, overPaid: overPaid.minus(amount).toString() };
}

export const refundOverPayment = operation({
  name: 'credit.refund-over-payment',
  title: { zh: '退还溢缴款', en: 'Refund an over-payment' },
  permission: 'credit:repay',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ refundId: IdText, drawdownId: IdText, overPaid: MoneyText }),
  run,
});
