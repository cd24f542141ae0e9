/**
 * Takes back the last extension or restructuring of a loan (撤销展期、重组): the loan is replayed as if
 * it had never been agreed. A rate agreed with it is taken back with `change-rate`.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayText, IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { fallingCorrections, undoCorrections } from '../class-corrections.ts';
import { lockOpenLoan, replayLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { markRescheduleReversed, moveDueDay, releaseUsedClaims } from '../store-reschedules.ts';

const input = z.strictObject({ drawdownId: IdInput('draw'), reason: ReasonInput });

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx } = context;
  const { operationId } = item;
  const { drawdownId, reason } = item.input;
  const locked = await lockOpenLoan(context, item, drawdownId);
  const { loan } = locked;
  const last = loan.reschedules.at(-1);
  if (!last) throw new Failure(no['nothing-rescheduled'], { drawdownId });
  if (last.fixesRate) throw new Failure(no['reschedule-fixed-rate'], { agreedOn: last.on });
  const reschedules = loan.reschedules.slice(0, -1);
  const drawdown = { ...locked.drawdown, dueOn: last.dueOnBefore };
  const without = { drawdown, loan: { ...loan, reschedules } };
  const falling = await fallingCorrections(context, without);
  markRescheduleReversed(tx, last.id, operationId);
  const isRestructured = (one: typeof last) => one.kind === 'RESTRUCTURING';
  const restructured = reschedules.some(isRestructured);
  if (isRestructured(last) && !restructured) releaseUsedClaims(tx, drawdownId, operationId);
  moveDueDay(tx, drawdownId, {
    dueOn: last.dueOnBefore,
    lprTerm: reschedules.some((one) => one.fixesRate) ? null : (loan.terms.pricing?.term ?? null),
    watched: restructured,
  });
  const change = { on: last.on, sourceId: drawdownId, facts: { reschedules } };
  const { outstanding } = await replayLoan(context, item, { loan, drawdown }, change);
  await undoCorrections(context, item, falling);
  const { zoneId, ownerId } = drawdown;
  const payload = { kind: last.kind, agreedOn: last.on, reason };
  const name = 'credit.reschedule-reversed';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return { drawdownId, dueOn: last.dueOnBefore, outstanding: outstanding.toString() };
}

export const reverseReschedule = operation({
  name: 'credit.reverse-reschedule',
  title: { zh: '撤销展期或重组', en: 'Reverse an extension or a restructuring' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve', stake: 'outstanding' },
  input,
  output: z.object({ drawdownId: IdText, dueOn: DayText, outstanding: MoneyText }),
  run,
});
