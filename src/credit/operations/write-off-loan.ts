/**
 * Writes a loan off (呆账核销): what is owed leaves the books for a memorandum and no more interest
 * accrues. The claim stands, so the limit gives no headroom back: only a repayment does.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { lockOpenLoan, replayLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { writtenOffJournal } from '../postings.ts';
import { saveDrawdowns } from '../store-loans.ts';
import { addWriteOff, classOf, interestReceivable, saveLoanState } from '../store-write-offs.ts';

const input = z.strictObject({ drawdownId: IdInput('draw'), reason: ReasonInput });

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, now, today } = context;
  const { operationId } = item;
  const { drawdownId, reason } = item.input;
  const locked = await lockOpenLoan(context, item, drawdownId);
  const { drawdown } = locked;
  const riskClass = await classOf(tx, drawdownId);
  if (riskClass !== 'LOSS') throw new Failure(no['write-off-not-loss'], { riskClass });
  // Whatever fell due up to today is in the claim.
  await replayLoan(context, item, locked, { on: today, sourceId: drawdownId, facts: {} });
  const principal = drawdown.outstanding;
  const interest = await interestReceivable(tx, drawdownId);
  const id = newId('wof');
  const stateBefore = drawdown.state;
  const claim = { id, on: today, principal, interest, riskClass, stateBefore };
  addWriteOff(tx, drawdown, { ...claim, reason, operationId, at: now });
  saveLoanState(tx, drawdownId, 'WRITTEN_OFF');
  saveDrawdowns(tx, [{ ...drawdown, state: 'WRITTEN_OFF' }]);
  const cause = { sourceId: id, operationId };
  await post(tx, [writtenOffJournal(drawdown, cause, today, { principal, interest })], now);
  const { zoneId, ownerId } = drawdown;
  const payload = { principal, interest, reason };
  const name = 'credit.loan-written-off';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return {
    writeOffId: id,
    drawdownId,
    principal: principal.toString(),
    interest: interest.toString(),
  };
}

export const writeOffLoan = operation({
  name: 'credit.write-off-loan',
  title: { zh: '贷款核销', en: 'Write a loan off' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({
    writeOffId: IdText,
    drawdownId: IdText,
    principal: MoneyText,
    interest: MoneyText,
  }),
  run,
});
