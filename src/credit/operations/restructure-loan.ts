/**
 * Restructures a loan (贷款重组): overdue principal and what is not due yet are repaid by new terms,
 * out of the bank's restructuring quota. The class is at once as bad as the rule asks; interest
 * that fell due stays due.
 */
import { z } from 'zod';
import type { Money } from '../../kernel/index.ts';
import { Failure, newId } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { classifyAtOnce } from '../classify-at-once.ts';
import { lockOpenLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import type { Drawdown } from '../model.ts';
import { demandDays, rescheduleLoan } from '../reschedule-loan.ts';
import { quotaRoom } from '../rules/restructuring-quota.ts';
import { claimQuota, lockQuotaShare, quotaUse, releaseClaim } from '../store-reschedules.ts';
import { answerOf, rescheduleInput, rescheduleOutput } from './extend-loan.ts';

const input = z.strictObject(rescheduleInput);
type Asked = Item<z.output<typeof input>>;

/** Throws when the quota has no room; without a quota there is no bound. */
async function claim(
  { tx, today }: Context,
  item: Asked,
  drawdown: Drawdown,
  { id, state, amount }: { id: string; state: 'HELD' | 'USED'; amount: Money },
): Promise<void> {
  const share = await lockQuotaShare(tx, drawdown, today);
  if (share) {
    const room = quotaRoom(share, await quotaUse(tx, drawdown, id));
    const shortBy = amount.minus(room.available);
    if (shortBy.isPositive()) {
      throw new Failure(no['restructuring-quota-exceeded'], {
        ...room,
        requested: amount,
        shortBy,
      });
    }
  }
  claimQuota(tx, drawdown, { id, amount, state, operationId: item.operationId });
}

async function hold(context: Context, item: Asked): Promise<string> {
  const { drawdown } = await lockOpenLoan(context, item, item.input.drawdownId);
  const id = newId('rcl');
  await claim(context, item, drawdown, { id, state: 'HELD', amount: drawdown.outstanding });
  return id;
}

async function letGo({ tx }: Context, item: Asked): Promise<void> {
  if (item.hold !== undefined) releaseClaim(tx, item.hold, item.operationId);
  await Promise.resolve();
}

async function run(context: Context, item: Asked) {
  const one = item.input;
  const locked = await lockOpenLoan(context, item, one.drawdownId);
  demandDays(locked, one, context.today);
  const { drawdown } = locked;
  const id = item.hold ?? newId('rcl');
  await claim(context, item, drawdown, { id, state: 'USED', amount: drawdown.outstanding });
  const { stand, outstanding } = await rescheduleLoan(context, item, locked, {
    ...one,
    kind: 'RESTRUCTURING',
  });
  const { zoneId, ownerId } = drawdown;
  const payload = { agreedOn: one.agreedOn, dueOn: one.dueOn, reason: one.reason };
  const name = 'credit.loan-restructured';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdown.id, payload });
  await classifyAtOnce(context, item, drawdown);
  return answerOf(drawdown.id, one, stand, outstanding);
}

export const restructureLoan = operation({
  name: 'credit.restructure-loan',
  title: { zh: '贷款重组', en: 'Restructure a loan' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve', stake: 'outstanding', hold, letGo },
  input,
  output: rescheduleOutput,
  run,
});
