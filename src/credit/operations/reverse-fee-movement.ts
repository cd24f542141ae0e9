/**
 * Takes back a payment, a waiver or a refund of a commitment fee that was recorded wrongly
 * (冲销承诺费收款、减免或退还), as of its own value day: the bill is owed, or to be given back, again.
 */
import { z } from 'zod';
import { Failure, Money } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import { FeeMoved, feeBillLocked, moveFee } from '../fee-movement.ts';
import { feeRefusals as no } from '../fee-refusals.ts';
import { feeMovementsOf } from '../store-fee-bills.ts';

export const reverseFeeMovement = operation({
  name: 'credit.reverse-fee-movement',
  title: { zh: '冲销承诺费收款或减免', en: 'Reverse a payment or waiver of a commitment fee' },
  permission: 'credit:repay',
  approval: { always: true, permission: 'credit:approve' },
  input: z.strictObject({
    billId: IdInput('feebill'),
    movementId: IdInput('feemove'),
    reason: ReasonInput,
  }),
  output: FeeMoved,
  async run(context, item) {
    const { billId, movementId, reason } = item.input;
    const bill = await feeBillLocked(context, item, billId);
    const movements = await feeMovementsOf(context.tx, billId);
    const found = movements.find((one) => one.id === movementId && one.reverses === null);
    // What a credit paid, and what of a waiver lapsed, the job wrote: it is no person's to move.
    if (!found || found.kind === 'OFFSET' || found.kind === 'LAPSE') {
      throw new Failure(no['fee-movement-missing'], { billId, movementId });
    }
    if (movements.some(({ reverses }) => reverses === movementId)) {
      throw new Failure(no['fee-movement-reversed'], { billId, movementId });
    }
    const { kind, valueOn } = found;
    const amount = found.amount.negated();
    if (kind === 'WAIVER') {
      const waivers = movements.filter((one) => one.kind === 'WAIVER' || one.kind === 'LAPSE');
      const standing = Money.sum(waivers.map((one) => one.amount));
      // What lapsed of it was taken back already.
      if (found.amount.compare(standing) > 0) {
        throw new Failure(no['fee-movement-reversed'], { billId, movementId, standing });
      }
    }
    const move = { kind, amount, valueOn, reason, reverses: movementId };
    return moveFee(context, item, bill, move);
  },
});
