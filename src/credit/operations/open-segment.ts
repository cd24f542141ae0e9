/** Divides an agreement by purpose (分类额度): infrastructure, one industry cluster, operations. */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { createNodes, grantOf, refuseGrants } from '../../limits/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, PositiveAmountInput, TextInput } from '../../platform/schemas.ts';
import { refuseEnded } from '../agreement-change.ts';
import { PurposesInput } from '../agreement-input.ts';
import { creditRefusals as no } from '../refusals.ts';
import { addSegment, agreementById } from '../store-agreements.ts';

export const openSegment = operation({
  name: 'credit.open-segment',
  title: { zh: '设立分类额度', en: 'Open a segment' },
  permission: 'credit:agreement-open',
  input: z.strictObject({
    agreementId: IdInput('agr'),
    name: TextInput(),
    scope: z.enum(['infrastructure', 'cluster', 'operations']),
    amount: PositiveAmountInput,
    /** Narrows what the agreement allows; empty: all of that. */
    eligiblePurposes: PurposesInput.default([]),
    revolving: z.enum(['R', 'NR', 'NRS']).default('R'),
    enforcement: z.enum(['HARD', 'SOFT']).default('SOFT'),
    contribution: z.enum(['consumed', 'outstanding']).default('consumed'),
  }),
  output: z.object({ segmentId: IdText, nodeId: IdText }),
  async run({ tx, today, now, concern }, item) {
    const { agreementId, name, scope, amount, eligiblePurposes, ...node } = item.input;
    const agreement = await agreementById(tx, agreementId);
    if (!agreement) throw new Failure(no['agreement-missing'], { agreementId });
    const { zoneId, ownerId } = agreement;
    const { startsOn, endsOn } = agreement.terms;
    concern(item, zoneId);
    const ended = refuseEnded(agreement);
    if (ended) throw ended;
    const id = newId('seg');
    const nodeId = newId('lim');
    const place = { zoneId, ownerId, agreementId, nodeId };
    const grant = grantOf(agreement.nodeId, amount);
    const [over] = await refuseGrants({ tx, today }, item.actor.scope, [grant]);
    if (over) throw over;
    await createNodes(tx, [
      {
        id: nodeId,
        zoneId,
        ownerId,
        parentId: agreement.nodeId,
        name,
        kind: 'SEGMENT',
        subjectId: id,
        limit: amount,
        startsOn,
        expiresOn: endsOn,
        ...node,
      },
    ]);
    const terms = { name, scope, amount, eligiblePurposes };
    // A line may be back-dated to the agreement's first day, and so may its segment.
    const valueOn = startsOn < today ? startsOn : today;
    const why = { valueOn, now, reason: '设立分类额度', operationId: item.operationId };
    await addSegment(tx, { id, ...place, terms, version: 1 }, why);
    return { segmentId: id, nodeId };
  },
});
