/**
 * Books a payment on a loan with a schedule (贷款还款). It is divided by the loan's order of
 * repayment; what is beyond the dues repays early, and beyond the debt it is kept apart. A payment
 * of a past day replays what followed it.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
} from '../../platform/schemas.ts';
import { lockOpenLoan, replayLoan } from '../loan-change.ts';
import { creditRefusals as no } from '../refusals.ts';
import { excessUses } from '../rules/schedule/terms.ts';
import { insertPaymentRow } from '../store-loan-facts.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  amount: PositiveAmountInput,
  valueOn: DayInput,
  /** What becomes of the part beyond what is due. */
  excess: z.enum(excessUses).default('next'),
});

const output = z.object({
  paymentId: IdText,
  drawdownId: IdText,
  penalty: MoneyText,
  compound: MoneyText,
  interest: MoneyText,
  principal: MoneyText,
  overPaid: MoneyText,
  outstanding: MoneyText,
});

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { drawdownId, amount, valueOn, excess } = item.input;
  const locked = await lockOpenLoan(context, item, drawdownId);
  const { drawdown, loan } = locked;
  const { today } = context;
  if (valueOn > today) throw new Failure(no['value-day-in-future'], { valueOn, today });
  if (valueOn < drawdown.valueOn) {
    throw new Failure(no['value-day-before-drawdown'], { valueOn, drawnOn: drawdown.valueOn });
  }
  const id = newId('pay');
  const payment = { id, on: valueOn, amount, excess };
  const { operationId } = item;
  insertPaymentRow(context.tx, drawdown, { ...payment, operationId, at: context.now });
  const { stand, outstanding, change } = await replayLoan(context, item, locked, {
    on: valueOn,
    sourceId: id,
    facts: { payments: [...loan.payments, payment] },
  });
  const divided = stand.payments.find((one) => one.id === id);
  if (!divided) throw new Error('A payment was not divided.');
  context.emit(item, {
    name: 'credit.loan-repaid',
    zoneId: drawdown.zoneId,
    ownerId: drawdown.ownerId,
    subjectId: drawdownId,
    payload: { repaymentId: id, principal: change.principal, interest: change.interest, valueOn },
  });
  return {
    paymentId: id,
    drawdownId,
    penalty: divided.penalty.toString(),
    compound: divided.compound.toString(),
    interest: divided.interest.toString(),
    principal: divided.principal.toString(),
    overPaid: divided.overPaid.toString(),
    outstanding: outstanding.toString(),
  };
}

export const repayLoan = operation({
  name: 'credit.repay-loan',
  title: { zh: '贷款还款', en: 'Repay a loan' },
  permission: 'credit:repay',
  input,
  output,
  run,
});
