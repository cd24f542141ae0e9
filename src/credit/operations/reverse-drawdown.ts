/**
 * Undoes a drawdown that was booked by mistake (冲销放款). The limit comes back whole, a used
 * reservation is put back when asked for, and interest that fell due is taken back. Whatever was
 * repaid stands in the way: it has to be undone first.
 */
import { z } from 'zod';
import { Failure, isFailure, Money } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Taken } from '../../limits/index.ts';
import { takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { reversing } from '../give-back.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import type { Tranche } from '../model-loans.ts';
import type { Drawdown } from '../model.ts';
import { drawdownReversedJournal, interestDueJournal } from '../postings.ts';
import { creditRefusals } from '../refusals.ts';
import { lockDrawdownsById, saveDrawdowns } from '../store-loans.ts';
import { lockLoanById } from '../store-loan-facts.ts';
import { reverseLoan } from '../store-schedules.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  /** Put the reservation that the drawdown used back in place. */
  restore: z.boolean().default(false),
  reason: ReasonInput,
});

const output = z.object({ drawdownId: IdText, amount: MoneyText, lineAvailable: MoneyText });

function refuse(drawdown: Drawdown): Failure | undefined {
  const facts = { drawdownId: drawdown.id, state: drawdown.state };
  if (drawdown.state === 'REVERSED') return new Failure(creditRefusals['drawdown-reversed'], facts);
  if (drawdown.enrolmentId !== undefined) {
    return new Failure(creditRefusals['drawdown-enrolled'], facts);
  }
  if (drawdown.state === 'DISBURSED' && drawdown.outstanding.equals(drawdown.amount)) {
    return undefined;
  }
  return new Failure(no['loan-repaid-before'], facts);
}

/** The drawdown tranche by tranche, as each was paid out. */
function tranchesOf(drawdown: Drawdown, later: readonly Tranche[]): Drawdown[] {
  const first = drawdown.amount.minus(Money.sum(later.map(({ amount }) => amount)));
  return [
    { ...drawdown, amount: first },
    ...later.map(({ on, amount, reservationId }) => ({
      ...drawdown,
      amount,
      valueOn: on,
      reservationId: reservationId ?? undefined,
    })),
  ];
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
  const { amount } = drawdown;
  const { operationId } = item;
  const tranches = tranchesOf(drawdown, loan?.tranches ?? []);
  const taking = tranches.map((one) => reversing(drawdown, one, restore, operationId));
  const taken = await takeLimits(tx, taking, context);
  const refused = taken.find(isFailure);
  if (refused) throw refused;
  const { leaf } = taken.at(-1) as Taken;
  const cause = { sourceId: drawdownId, operationId };
  const billed = (loan?.instalments ?? []).filter((one) => one.billed);
  const back = billed.map(({ dueOn: day, interest }) =>
    interestDueJournal(drawdown, cause, day, interest.negated()),
  );
  const paidOut = tranches.map((one) => drawdownReversedJournal(one, operationId));
  await post(tx, [...paidOut, ...back], now);
  context.emit(item, {
    name: 'credit.drawdown-reversed',
    zoneId: drawdown.zoneId,
    ownerId: drawdown.ownerId,
    subjectId: drawdownId,
    payload: { amount, reason },
  });
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
