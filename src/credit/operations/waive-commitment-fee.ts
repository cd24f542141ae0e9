/**
 * Waives what a bill of the commitment fee still owes, or a part of it (承诺费减免): a reason and a
 * second person. What was billed stays as it was billed.
 */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { IdInput, PositiveAmountInput, ReasonInput } from '../../platform/schemas.ts';
import { FeeMoved, feeBillLocked, moveFee, refuseAboveOwed } from '../fee-movement.ts';

export const waiveCommitmentFee = operation({
  name: 'credit.waive-commitment-fee',
  title: { zh: '减免承诺费', en: 'Waive a commitment fee' },
  permission: 'credit:repay',
  approval: { always: true, permission: 'credit:approve' },
  input: z.strictObject({
    billId: IdInput('feebill'),
    amount: PositiveAmountInput,
    reason: ReasonInput,
  }),
  output: FeeMoved,
  async run(context, item) {
    const { billId, amount, reason } = item.input;
    const bill = await feeBillLocked(context, item, billId);
    refuseAboveOwed(bill, amount);
    const { today: valueOn } = context;
    return moveFee(context, item, bill, { kind: 'WAIVER', amount, valueOn, reason });
  },
});
