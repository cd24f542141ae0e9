/**
 * Gives a credit of the commitment fee back to the firm (退还承诺费): a bill whose adjustments are more
 * than its amount, where no later bill uses what is left; never more than the line has paid.
 */
import { z } from 'zod';
import { Failure, Money } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, PositiveAmountInput, ReasonInput } from '../../platform/schemas.ts';
import { FeeMoved, feeBillLocked, moveFee } from '../fee-movement.ts';
import { feeRefusals as no } from '../fee-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import { lockPaid } from '../store-fee-bills.ts';

export const refundCommitmentFee = operation({
  name: 'credit.refund-commitment-fee',
  title: { zh: '退还承诺费', en: 'Refund a commitment fee' },
  permission: 'credit:repay',
  approval: { always: true, permission: 'credit:approve' },
  input: z.strictObject({
    billId: IdInput('feebill'),
    amount: PositiveAmountInput,
    valueOn: DayInput,
    reason: ReasonInput,
  }),
  output: FeeMoved,
  async run(context, item) {
    const { today } = context;
    const { billId, amount: requested, valueOn, reason } = item.input;
    const bill = await feeBillLocked(context, item, billId);
    if (valueOn > today) {
      throw new Failure(creditRefusals['value-day-in-future'], { valueOn, today });
    }
    const { settledOn } = bill;
    if (valueOn < settledOn) {
      throw new Failure(no['fee-paid-before-period'], { valueOn, settledOn });
    }
    // What was waived is no money of the firm's, whichever bill became a credit by it.
    const paid = await lockPaid(context.tx, bill.lineId);
    const credit = Money.min(bill.left.negated(), Money.max(paid, Money.zero));
    const shortBy = requested.minus(credit);
    if (shortBy.isPositive()) {
      throw new Failure(no['fee-above-credit'], { billId, credit, requested, shortBy });
    }
    const amount = requested.negated();
    return moveFee(context, item, bill, { kind: 'REFUND', amount, valueOn, reason });
  },
});
