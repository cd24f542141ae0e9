/**
 * Ends an agreement before its last day (提前终止), from today on and for good. Its node and those of
 * its segments are closed: no new line, no draw, not even on a reservation made before. Loans run
 * off; an end on a later day is an amendment of the last day.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayText, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import {
  agreementLocked,
  changeNodes,
  expectCurrent,
  refuseEnded,
  whyOf,
} from '../agreement-change.ts';
import { agreementRefusals as no } from '../agreement-refusals.ts';
import { saveAgreement, segmentsOf } from '../store-agreements.ts';

export const endAgreement = operation({
  name: 'credit.end-agreement',
  title: { zh: '提前终止整园授信协议', en: 'End a park agreement early' },
  permission: 'credit:agreement-open',
  approval: { always: true, permission: 'credit:agreement-approve' },
  versioned: true,
  input: z.strictObject({ agreementId: IdInput('agr'), reason: ReasonInput }),
  output: z.object({ agreementId: IdText, endedOn: DayText, version: z.number().int() }),
  async run(context, item) {
    const { tx, today } = context;
    const { agreementId } = item.input;
    const agreement = await agreementLocked(context, item, agreementId);
    await expectCurrent(context, item, agreement);
    const ended = refuseEnded(agreement);
    if (ended) throw ended;
    const { endsOn } = agreement.terms;
    if (endsOn < today) throw new Failure(no['agreement-expired'], { agreementId, endsOn });
    const why = whyOf(context, item);
    const terms = { ...agreement.terms, endedOn: today };
    const { version } = await saveAgreement(tx, { ...agreement, terms }, 'ENDED', why);
    const below = (await segmentsOf(tx, agreementId)).map(({ nodeId }) => nodeId).sort();
    const nodes = [...below, agreement.nodeId].map((nodeId) => ({
      nodeId,
      change: { state: 'CLOSED' as const },
    }));
    await changeNodes(context, item, nodes, why);
    context.emit(item, {
      name: 'credit.agreement-ended',
      zoneId: agreement.zoneId,
      ownerId: agreement.ownerId,
      subjectId: agreementId,
      payload: { endedOn: today, reason: why.reason },
    });
    return { agreementId, endedOn: today, version };
  },
});
