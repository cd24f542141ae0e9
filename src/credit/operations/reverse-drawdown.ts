/**
 * Undoes a drawdown that was booked by mistake (冲销放款). The limit comes back whole, a used
 * reservation is put back when asked for, and interest that fell due is taken back. Whatever was
 * repaid stands in the way: it has to be undone first.
 */
import { z } from 'zod';
import { daysBetween, Failure, isFailure, Money } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import { takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import type { Drawdown } from '../model.ts';
import { drawdownReversedJournal, interestDueJournal } from '../postings.ts';
import { creditRefusals } from '../refusals.ts';
import { lockDrawdownsById, saveDrawdowns } from '../store-loans.ts';
import { lockLoanById, reverseLoan } from '../store-schedules.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  /** Put the reservation that the drawdown used back in place. */
  restore: z.boolean().default(false),
  reason: ReasonInput,
});

const output = z.object({ drawdownId: IdText, amount: MoneyText, lineAvailable: MoneyText });

function refuse(drawdown: Drawdown): Failure | undefined {
  const facts = { drawdownId: drawdown.id, state: drawdown.state };
  if (drawdown.state === 'REVERSED') return new Failure(creditRefusals['drawdown-settled'], facts);
  if (drawdown.enrolmentId !== undefined) {
    return new Failure(creditRefusals['drawdown-enrolled'], facts);
  }
  if (drawdown.state === 'DISBURSED' && drawdown.outstanding.equals(drawdown.amount)) {
    return undefined;
  }
  return new Failure(no['loan-repaid-before'], facts);
}

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, now } = context;
  const { drawdownId, restore, reason } = item.input;
  const drawdown = (await lockDrawdownsById(tx, [drawdownId])).get(drawdownId);
  if (!drawdown) throw new Failure(creditRefusals['drawdown-missing'], { drawdownId });
  context.concern(item, drawdown.zoneId);
  const loan = await lockLoanById(tx, drawdownId);
  const refusal = refuse(drawdown);
  if (refusal) throw refusal;
  if (loan && loan.payments.length > 0) throw new Failure(no['loan-repaid-before'], { drawdownId });
  saveDrawdowns(tx, [{ ...drawdown, outstanding: Money.zero, state: 'REVERSED' }]);
  if (loan) reverseLoan(tx, drawdownId);
  const { nodeId, amount, valueOn, dueOn, reservationId } = drawdown;
  const { operationId } = item;
  const tenorDays = daysBetween(valueOn, dueOn);
  const step = { kind: 'reverse', nodeId, amount, valueOn, tenorDays, restore } as const;
  const of = reservationId === undefined ? {} : { of: reservationId };
  const taking = [{ step: { ...step, ...of }, sourceId: drawdownId, operationId }];
  const [taken] = await takeLimits(tx, taking, context);
  if (taken === undefined) throw new Error('A reversal got no answer.');
  if (isFailure(taken)) throw taken;
  const cause = { sourceId: drawdownId, operationId };
  const billed = (loan?.instalments ?? []).filter((one) => one.billed);
  const back = billed.map(({ dueOn: day, interest }) =>
    interestDueJournal(drawdown, cause, day, interest.negated()),
  );
  await post(tx, [drawdownReversedJournal(drawdown, operationId), ...back], now);
  context.emit(item, {
    name: 'credit.drawdown-reversed',
    zoneId: drawdown.zoneId,
    ownerId: drawdown.ownerId,
    subjectId: drawdownId,
    payload: { amount, reason },
  });
  const { leaf } = taken;
  return {
    drawdownId,
    amount: amount.toString(),
    lineAvailable: leaf.limit.minus(leaf.consumed).minus(leaf.reserved).toString(),
  };
}

export const reverseDrawdown = operation({
  name: 'credit.reverse-drawdown',
  title: { zh: '冲销放款', en: 'Reverse a drawdown' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output,
  run,
});
