/**
 * Records a post-loan inspection (贷后检查) with its result. The first one proves what the money was
 * used for; the next is due by the class that the loan has now.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  ReasonInput,
  TextInput,
} from '../../platform/schemas.ts';
import { inspectionRefusals as no } from '../demand-refusals.ts';
import type { Drawdown } from '../model.ts';
import { inspectionCycles as pack } from '../packs/inspection-cycles.ts';
import { creditRefusals } from '../refusals.ts';
import { inspectionDueOn } from '../rules/inspection.ts';
import { addInspection, inspectedOf } from '../store-inspections.ts';
import { lockDrawdownsById } from '../store-loans.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  doneOn: DayInput,
  result: z.enum(['NO_CONCERN', 'CONCERN', 'MISUSE']),
  finding: ReasonInput,
  /** What shows where the money went. */
  useEvidence: z
    .array(
      z.strictObject({
        kind: z.enum(['contract', 'invoice', 'transfer', 'statement', 'site-visit']),
        reference: TextInput(200),
      }),
    )
    .max(50)
    .default([]),
});
type Input = z.output<typeof input>;

/** The open loan under its lock, so that two inspections of it follow each other. */
async function loanOf({ tx, concern }: Context, item: Item<Input>): Promise<Drawdown> {
  const { drawdownId } = item.input;
  const drawdown = (await lockDrawdownsById(tx, [drawdownId])).get(drawdownId);
  const { organisationId, scope } = item.actor;
  const own = drawdown && (drawdown.ownerId === organisationId || scope.zones === '*');
  if (!own) throw new Failure(creditRefusals['drawdown-missing'], { drawdownId });
  concern(item, drawdown.zoneId);
  const { state } = drawdown;
  if (state === 'REPAID' || state === 'REVERSED') {
    throw new Failure(creditRefusals['drawdown-settled'], { drawdownId });
  }
  return drawdown;
}

export const recordInspection = operation({
  name: 'credit.record-inspection',
  title: { zh: '贷后检查', en: 'Record a post-loan inspection' },
  permission: 'credit:inspect',
  input,
  output: z.object({ inspectionId: IdText, dueOn: DayText, late: z.boolean(), nextDueOn: DayText }),
  async run(context, item) {
    const { tx, today, now } = context;
    const { zoneId, ownerId, valueOn: drawnOn } = await loanOf(context, item);
    const { drawdownId, doneOn, result, useEvidence } = item.input;
    const { riskClass, lastOn } = await inspectedOf(tx, drawdownId);
    const since = lastOn ?? drawnOn;
    if (doneOn < since || doneOn > today) {
      throw new Failure(no['inspection-day-outside'], { doneOn, since, today });
    }
    if (lastOn === undefined && useEvidence.length === 0) {
      throw new Failure(no['use-evidence-missing'], { drawdownId });
    }
    const dueOn = inspectionDueOn({ drawnOn, lastOn, riskClass }, pack.parameters);
    const nextDueOn = inspectionDueOn({ drawnOn, lastOn: doneOn, riskClass }, pack.parameters);
    const clause = lastOn === undefined ? 'firstDays' : 'everyDays';
    context.quote(item, { pack: pack.scheme, version: String(pack.version), clause });
    const id = newId('insp');
    await addInspection(tx, {
      ...item.input,
      id,
      zoneId,
      ownerId,
      dueOn,
      riskClass,
      madeBy: item.actor.userId,
      madeAt: now,
      operationId: item.operationId,
    });
    const payload = { drawdownId, result, doneOn, nextDueOn };
    const name = 'credit.loan-inspected';
    context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
    return { inspectionId: id, dueOn, late: doneOn > dueOn, nextDueOn };
  },
});
