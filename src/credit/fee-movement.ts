/**
 * What covers a bill of the commitment fee once it is made: a payment, a waiver, a refund of a
 * credit, or one of them taken back. The bill is locked, the movement is written beside it, and the
 * ledger follows.
 */
import type { Day } from '../kernel/index.ts';
import { Failure } from '../kernel/index.ts';
import type { Money } from '../kernel/index.ts';
import { post } from '../ledger/index.ts';
import { z } from 'zod';
import type { Context, Item } from '../platform/operation.ts';
import { IdText, MoneyText } from '../platform/schemas.ts';
import { feeRefusals as no } from './fee-refusals.ts';
import { feeMovementJournal } from './postings.ts';
import type { FeeMovementKind, LockedFeeBill } from './store-fee-bills.ts';
import { addFeeMovements, lockFeeBill } from './store-fee-bills.ts';

/** What every such operation answers. */
export const FeeMoved = z.object({
  movementId: IdText,
  billId: IdText,
  amount: MoneyText,
  /** What the bill owes now; below zero it is to be given back. */
  owed: MoneyText,
});

/** The bill under its lock. Throws `fee-bill-missing`. */
export async function feeBillLocked(
  context: Context,
  item: Item<unknown>,
  billId: string,
): Promise<LockedFeeBill> {
  const bill = await lockFeeBill(context.tx, billId);
  if (!bill) throw new Failure(no['fee-bill-missing'], { billId });
  context.concern(item, bill.zoneId);
  return bill;
}

/** Throws `fee-above-owed` with how much too much it is. */
export function refuseAboveOwed({ id: billId, left: owed }: LockedFeeBill, requested: Money): void {
  const shortBy = requested.minus(owed);
  if (shortBy.isPositive()) {
    throw new Failure(no['fee-above-owed'], { billId, owed, requested, shortBy });
  }
}

export interface FeeMove {
  readonly kind: FeeMovementKind;
  /** What it covers: positive of a payment or a waiver, negative of a refund. */
  readonly amount: Money;
  readonly valueOn: Day;
  readonly reason?: string | undefined;
  /** The movement that it takes back. */
  readonly reverses?: string | undefined;
}

const events = {
  PAYMENT: 'credit.commitment-fee-paid',
  WAIVER: 'credit.commitment-fee-waived',
  REFUND: 'credit.commitment-fee-refunded',
} as const satisfies Record<FeeMovementKind, string>;

/** Writes the movement of a locked bill and posts it. */
export async function moveFee(
  context: Context,
  item: Item<unknown>,
  bill: LockedFeeBill,
  move: FeeMove,
): Promise<z.output<typeof FeeMoved>> {
  const { tx, now: at } = context;
  const { operationId } = item;
  const { id: billId, zoneId, ownerId, lineId } = bill;
  const { kind, amount, valueOn, reason, reverses } = move;
  const row = { ...move, billId, zoneId, ownerId };
  const [movementId = ''] = addFeeMovements(tx, [row], { operationId, at });
  const cause = { sourceId: movementId, operationId };
  const takesBack = reverses !== undefined;
  await post(tx, [feeMovementJournal(bill, cause, valueOn, { kind, amount, takesBack })], at);
  const payload = { lineId, movementId, amount, valueOn, reason, reverses };
  const name = takesBack ? 'credit.fee-movement-reversed' : events[kind];
  context.emit(item, { name, zoneId, ownerId, subjectId: billId, payload });
  return {
    movementId,
    billId,
    amount: amount.toString(),
    owed: bill.left.minus(amount).toString(),
  };
}
