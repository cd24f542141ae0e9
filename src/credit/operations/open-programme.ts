/**
 * Opens a priority programme under an agreement (双百双新, 千企科技创新, 千企技改): its place in the
 * queue, the days in which the bank decides, and a quota when part of the intent is kept for it.
 */
import { z } from 'zod';
import { newId } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText } from '../../platform/schemas.ts';
import { agreementLocked, changeShape, refuseEnded, whyOf } from '../agreement-change.ts';
import { programmeShape } from '../agreement-input.ts';
import { refuseProgramme, refuseValueDay } from '../rules/terms.ts';
import { addProgramme, programmesOf } from '../store-agreements.ts';

export const openProgramme = operation({
  name: 'credit.open-programme',
  title: { zh: '设立重点计划', en: 'Open a priority programme' },
  permission: 'credit:programme-manage',
  input: z.strictObject({
    agreementId: IdInput('agr'),
    ...programmeShape,
    reservedQuota: programmeShape.reservedQuota.default(null),
    ...changeShape,
  }),
  output: z.object({ programmeId: IdText, version: z.number().int() }),
  async run(context, item) {
    const { tx, today } = context;
    const { agreementId, name, queueRank, decisionClockDays, reservedQuota } = item.input;
    const agreement = await agreementLocked(context, item, agreementId);
    const { zoneId, ownerId } = agreement;
    const why = whyOf(context, item);
    const terms = { name, queueRank, decisionClockDays, reservedQuota, state: 'OPEN' as const };
    const refusal =
      refuseEnded(agreement) ??
      refuseValueDay(why.valueOn, agreement.terms.startsOn, today) ??
      refuseProgramme(terms, await programmesOf(tx, agreementId), agreement.terms.intentAmount);
    if (refusal) throw refusal;
    const id = newId('prio');
    await addProgramme(tx, { id, zoneId, ownerId, agreementId, terms, version: 1 }, why);
    context.emit(item, {
      name: 'credit.programme-opened',
      zoneId,
      ownerId,
      subjectId: id,
      payload: { agreementId, name, queueRank, reservedQuota },
    });
    return { programmeId: id, version: 1 };
  },
});
