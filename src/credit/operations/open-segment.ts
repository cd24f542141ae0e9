/** Divides an agreement by purpose (分类额度): infrastructure, one industry cluster, operations. */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { createNodes } from '../../limits/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, PositiveAmountInput, TextInput } from '../../platform/schemas.ts';
import { creditRefusals as no } from '../refusals.ts';
import { addSegment, agreementById } from '../store-terms.ts';

export const openSegment = operation({
  name: 'credit.open-segment',
  title: { zh: '设立分类额度', en: 'Open a segment' },
  permission: 'credit:agreement-open',
  input: z.strictObject({
    agreementId: IdInput('agr'),
    name: TextInput(),
    scope: z.enum(['infrastructure', 'cluster', 'operations']),
    amount: PositiveAmountInput,
    revolving: z.enum(['R', 'NR', 'NRS']).default('R'),
    enforcement: z.enum(['HARD', 'SOFT']).default('SOFT'),
    contribution: z.enum(['consumed', 'outstanding']).default('consumed'),
  }),
  output: z.object({ segmentId: IdText, nodeId: IdText }),
  async run({ tx, concern }, item) {
    const { agreementId, name, scope, amount, ...terms } = item.input;
    const agreement = await agreementById(tx, agreementId);
    if (!agreement) throw new Failure(no['agreement-missing'], { agreementId });
    const { zoneId, ownerId } = agreement;
    concern(item, zoneId);
    const segmentId = newId('seg');
    const nodeId = newId('lim');
    await createNodes(tx, [
      {
        id: nodeId,
        zoneId,
        ownerId,
        parentId: agreement.nodeId,
        name,
        kind: 'SEGMENT',
        subjectId: segmentId,
        limit: amount,
        startsOn: agreement.startsOn,
        expiresOn: agreement.endsOn,
        ...terms,
      },
    ]);
    await addSegment(tx, { id: segmentId, zoneId, ownerId, agreementId, name, scope, nodeId });
    return { segmentId, nodeId };
  },
});
