/**
 * Takes a write-off back (撤销核销): the loan is on the books again as it was, and the next day-end
 * closes the nights that it missed. What was recovered meanwhile stands in the way.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { lockLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { writtenOffJournal } from '../postings.ts';
import { saveDrawdowns } from '../store-loans.ts';
import { lockWriteOffOf, markWriteOffReversed, saveLoanState } from '../store-write-offs.ts';

const input = z.strictObject({ drawdownId: IdInput('draw'), reason: ReasonInput });

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, now } = context;
  const { operationId } = item;
  const { drawdownId, reason } = item.input;
  const { drawdown } = await lockLoan(context, item, drawdownId);
  const writeOff = await lockWriteOffOf(tx, drawdownId);
  if (!writeOff) throw new Failure(no['not-written-off'], { drawdownId });
  const { id, on, principal, interest, recoveredPrincipal, recoveredInterest } = writeOff;
  const recovered = recoveredPrincipal.plus(recoveredInterest);
  if (recovered.isPositive()) throw new Failure(no['write-off-recovered'], { recovered });
  markWriteOffReversed(tx, id, operationId);
  saveLoanState(tx, drawdownId, 'OPEN');
  saveDrawdowns(tx, [{ ...drawdown, state: writeOff.stateBefore }]);
  const back = { principal: principal.negated(), interest: interest.negated() };
  await post(tx, [writtenOffJournal(drawdown, { sourceId: id, operationId }, on, back)], now);
  const { zoneId, ownerId } = drawdown;
  const payload = { principal, interest, reason };
  const name = 'credit.write-off-reversed';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return { drawdownId, outstanding: drawdown.outstanding.toString() };
}

export const reverseWriteOff = operation({
  name: 'credit.reverse-write-off',
  title: { zh: '撤销核销', en: 'Reverse a write-off' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ drawdownId: IdText, outstanding: MoneyText }),
  run,
});
