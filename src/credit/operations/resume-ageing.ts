/** Ends a pause of ageing (恢复逾期计日): the day given is the first that counts again. */
import { z } from 'zod';
import { addDays, Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, DayText, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import { keepRanges } from '../keep-ranges.ts';
import { factsOf, lockOpenLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { pausesOf, saveResumed } from '../store-loan-findings.ts';

export const resumeAgeing = operation({
  name: 'credit.resume-ageing',
  title: { zh: '恢复逾期计日', en: 'Resume the ageing of a loan' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input: z.strictObject({
    drawdownId: IdInput('draw'),
    pauseId: IdInput('pse'),
    resumedOn: DayInput,
    reason: ReasonInput,
  }),
  output: z.object({ pauseId: IdText, drawdownId: IdText, resumedOn: DayText }),
  async run(context, item) {
    const { tx } = context;
    const { drawdownId, pauseId, resumedOn, reason } = item.input;
    const { drawdown, loan } = await lockOpenLoan(context, item, drawdownId);
    const pause = (await pausesOf(tx, drawdownId)).find(({ id }) => id === pauseId);
    if (!pause) throw new Failure(no['pause-missing'], { pauseId });
    if (resumedOn <= pause.from || (pause.to !== undefined && resumedOn > pause.to)) {
      const facts = { from: pause.from, to: pause.to ?? null, resumedOn };
      throw new Failure(no['resumed-outside-pause'], facts);
    }
    const lastDay = addDays(resumedOn, -1);
    saveResumed(tx, drawdown, { id: pauseId, lastDay, operationId: item.operationId });
    const open = { from: resumedOn, closedOn: loan.closedOn };
    await keepRanges(context, drawdown, factsOf(loan, drawdown), open);
    const { zoneId, ownerId } = drawdown;
    const payload = { pauseId, resumedOn, reason };
    const name = 'credit.ageing-resumed';
    context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
    return { pauseId, drawdownId, resumedOn };
  },
});
