/**
 * Says that a line counts for a priority programme from a day on, or no longer does. A line may
 * count for several: their progress lines are never added.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText } from '../../platform/schemas.ts';
import { agreementLocked, changeShape, refuseEnded, whyOf } from '../agreement-change.ts';
import { agreementRefusals as no } from '../agreement-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import { refuseTag } from '../rules/terms.ts';
import { programmeById } from '../store-agreements.ts';
import { addTags, lastTag, taggableLine } from '../store-line-tags.ts';

export const tagLine = operation({
  name: 'credit.tag-line',
  title: { zh: '授信计入重点计划', en: 'Tag a line for a programme' },
  permission: 'credit:line-tag',
  input: z.strictObject({
    lineId: IdInput('line'),
    programmeId: IdInput('prio'),
    /** False: it no longer counts. */
    counts: z.boolean().default(true),
    ...changeShape,
  }),
  output: z.object({ lineId: IdText, programmeId: IdText, counts: z.boolean() }),
  async run(context, item) {
    const { tx, today } = context;
    const { lineId, programmeId, counts } = item.input;
    const line = await taggableLine(tx, lineId);
    if (!line) throw new Failure(creditRefusals['line-missing'], { lineId });
    const agreement = await agreementLocked(context, item, line.agreementId);
    const programme = await programmeById(tx, programmeId);
    if (!programme) throw new Failure(no['programme-missing'], { programmeId });
    const why = whyOf(context, item);
    const last = await lastTag(tx, lineId, programmeId);
    const refusal =
      refuseEnded(agreement) ??
      refuseTag({ line, programme, counts, last, valueOn: why.valueOn, today });
    if (refusal) throw refusal;
    const { zoneId, ownerId } = agreement;
    addTags(tx, [{ ...why, zoneId, ownerId, lineId, programmeId, counts }]);
    context.emit(item, {
      name: counts ? 'credit.line-tagged' : 'credit.line-untagged',
      zoneId,
      ownerId,
      subjectId: lineId,
      payload: { programmeId, valueOn: why.valueOn },
    });
    return { lineId, programmeId, counts };
  },
});
