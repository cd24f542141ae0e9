/** Changes a priority programme: its place in the queue, clock, quota, or closes and reopens it. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText } from '../../platform/schemas.ts';
import {
  agreementLocked,
  changeShape,
  expectCurrent,
  refuseEnded,
  whyOf,
} from '../agreement-change.ts';
import { programmeShape } from '../agreement-input.ts';
import { agreementRefusals as no } from '../agreement-refusals.ts';
import { amended, refuseProgramme, refuseUnchanged } from '../rules/terms.ts';
import { agreementIdOf, programmesOf, saveProgramme } from '../store-agreements.ts';

export const amendProgramme = operation({
  name: 'credit.amend-programme',
  title: { zh: '变更重点计划', en: 'Amend a priority programme' },
  permission: 'credit:programme-manage',
  versioned: true,
  input: z
    .strictObject({
      programmeId: IdInput('prio'),
      ...programmeShape,
      state: z.enum(['OPEN', 'CLOSED']),
    })
    .partial()
    .required({ programmeId: true })
    .extend(changeShape),
  output: z.object({ programmeId: IdText, version: z.number().int() }),
  async run(context, item) {
    const { tx } = context;
    const { programmeId, reason: _reason, effectiveOn: _effectiveOn, ...fields } = item.input;
    const agreementId = await agreementIdOf(tx, programmeId);
    if (agreementId === undefined) throw new Failure(no['programme-missing'], { programmeId });
    const agreement = await agreementLocked(context, item, agreementId);
    const all = await programmesOf(tx, agreementId);
    const programme = all.find(({ id }) => id === programmeId);
    if (!programme) throw new Failure(no['programme-missing'], { programmeId });
    await expectCurrent(context, item, programme);
    const terms = amended(programme.terms, fields);
    const others = all.filter(({ id }) => id !== programmeId);
    const refusal =
      refuseEnded(agreement) ??
      refuseUnchanged(programme.terms, terms) ??
      refuseProgramme(terms, others, agreement.terms.intentAmount);
    if (refusal) throw refusal;
    const why = whyOf(context, item);
    const { version } = await saveProgramme(tx, { ...programme, terms }, why);
    context.emit(item, {
      name: 'credit.programme-amended',
      zoneId: agreement.zoneId,
      ownerId: agreement.ownerId,
      subjectId: programmeId,
      payload: { version, valueOn: why.valueOn, reason: why.reason },
    });
    return { programmeId, version };
  },
});
