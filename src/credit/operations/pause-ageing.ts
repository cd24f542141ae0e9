/**
 * Pauses the ageing of what is overdue (暂停逾期计日), from a day on and until one, or until it is
 * resumed. It moves delinquency ranges alone, those of closed days too: the five classes count
 * calendar days, and reports that were made stay as they were.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, DayText, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import { keepRanges } from '../keep-ranges.ts';
import { factsOf, lockOpenLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import { addPause, pausesOf } from '../store-loan-findings.ts';

export const pauseAgeing = operation({
  name: 'credit.pause-ageing',
  title: { zh: '暂停逾期计日', en: 'Pause the ageing of a loan' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input: z.strictObject({
    drawdownId: IdInput('draw'),
    from: DayInput,
    /** The last day of the pause. */
    to: DayInput.optional(),
    reason: ReasonInput,
  }),
  output: z.object({ pauseId: IdText, drawdownId: IdText, from: DayText }),
  async run(context, item) {
    const { tx, now: at } = context;
    const { operationId } = item;
    const { drawdownId, from, to, reason } = item.input;
    const { drawdown, loan } = await lockOpenLoan(context, item, drawdownId);
    if (from < drawdown.valueOn) {
      const facts = { valueOn: from, drawnOn: drawdown.valueOn };
      throw new Failure(creditRefusals['value-day-before-drawdown'], facts);
    }
    if (to !== undefined && to < from) throw new Failure(no['pause-reversed'], { from, to });
    const pauses = await pausesOf(tx, drawdownId);
    const other = pauses.find(
      (one) => (to === undefined || one.from <= to) && (one.to === undefined || one.to >= from),
    );
    if (other) throw new Failure(no['pause-overlaps'], { pauseId: other.id });
    const id = newId('pse');
    addPause(tx, drawdown, { id, from, to, reason, operationId, at });
    const { closedOn } = loan;
    await keepRanges(context, drawdown, factsOf(loan, drawdown), { from, closedOn });
    const { zoneId, ownerId } = drawdown;
    const payload = { pauseId: id, from, to: to ?? null, reason };
    const name = 'credit.ageing-paused';
    context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
    return { pauseId: id, drawdownId, from };
  },
});
