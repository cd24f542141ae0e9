/**
 * Books what a firm paid on a bill of the commitment fee (承诺费收款), never more than the bill still
 * owes.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, PositiveAmountInput } from '../../platform/schemas.ts';
import { FeeMoved, feeBillLocked, moveFee, refuseAboveOwed } from '../fee-movement.ts';
import { feeRefusals as no } from '../fee-refusals.ts';
import { creditRefusals } from '../refusals.ts';

export const payCommitmentFee = operation({
  name: 'credit.pay-commitment-fee',
  title: { zh: '承诺费收款', en: 'Book a payment of a commitment fee' },
  permission: 'credit:repay',
  input: z.strictObject({
    billId: IdInput('feebill'),
    amount: PositiveAmountInput,
    valueOn: DayInput,
  }),
  output: FeeMoved,
  async run(context, item) {
    const { today } = context;
    const { billId, amount, valueOn } = item.input;
    const bill = await feeBillLocked(context, item, billId);
    if (valueOn > today) {
      throw new Failure(creditRefusals['value-day-in-future'], { valueOn, today });
    }
    const { settledOn } = bill;
    if (valueOn < settledOn) {
      throw new Failure(no['fee-paid-before-period'], { valueOn, settledOn });
    }
    refuseAboveOwed(bill, amount);
    return moveFee(context, item, bill, { kind: 'PAYMENT', amount, valueOn });
  },
});
