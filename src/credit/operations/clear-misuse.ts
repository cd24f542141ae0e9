/**
 * Clears a misuse (挪用纠正): the money is back in its agreed use from the day on. Cleared as of its
 * first day, a misuse recorded by mistake is as if it had never been.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, DayText, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import { lockOpenLoan, replayLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import { saveCleared } from '../store-loan-findings.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  misuseId: IdInput('mis'),
  clearedOn: DayInput,
  reason: ReasonInput,
});

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, today } = context;
  const { operationId } = item;
  const { drawdownId, misuseId, clearedOn, reason } = item.input;
  const locked = await lockOpenLoan(context, item, drawdownId);
  const { drawdown, loan } = locked;
  const found = loan.misuses.find(({ id }) => id === misuseId);
  if (!found) throw new Failure(no['misuse-missing'], { misuseId });
  if (found.to !== null) throw new Failure(no['misuse-cleared'], { clearedOn: found.to });
  if (clearedOn > today) {
    throw new Failure(creditRefusals['value-day-in-future'], { valueOn: clearedOn, today });
  }
  if (clearedOn < found.from) {
    throw new Failure(no['cleared-before-misuse'], { clearedOn, from: found.from });
  }
  saveCleared(tx, misuseId, clearedOn, operationId);
  const misuses = loan.misuses.map((one) => (one === found ? { ...one, to: clearedOn } : one));
  const facts = { misuses };
  const change = { on: clearedOn, sourceId: drawdownId, facts, owesAgain: 'rate' as const };
  await replayLoan(context, item, locked, change);
  const { zoneId, ownerId } = drawdown;
  const payload = { misuseId, clearedOn, reason };
  const name = 'credit.misuse-cleared';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return { misuseId, drawdownId, clearedOn };
}

export const clearMisuse = operation({
  name: 'credit.clear-misuse',
  title: { zh: '纠正挪用', en: 'Clear a misuse' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ misuseId: IdText, drawdownId: IdText, clearedOn: DayText }),
  run,
});
