/**
 * Signs a whole-park credit agreement (整园授信协议) between the zone and one bank. The intent total
 * becomes a ZONE_MASTER node under the zone's shared root: SOFT while it is an intent, because it
 * commits nobody; HARD when the parties agreed a commitment.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { createNodes, zoneRoot } from '../../limits/index.ts';
import { memberOf, officeOf, zonesInScope } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  PositiveAmountInput,
  TextInput,
} from '../../platform/schemas.ts';
import { creditRefusals as no } from '../refusals.ts';
import { addAgreement } from '../store-terms.ts';

export const openAgreement = operation({
  name: 'credit.open-agreement',
  title: { zh: '签订整园授信协议', en: 'Open a park agreement' },
  permission: 'credit:agreement-open',
  input: z.strictObject({
    zoneId: IdInput('zone'),
    bankId: IdInput('org'),
    name: TextInput(),
    intentAmount: PositiveAmountInput,
    sense: z.enum(['AT_LEAST', 'AT_MOST']).default('AT_LEAST'),
    enforcement: z.enum(['HARD', 'SOFT']).default('SOFT'),
    qualifier: z.enum(['不少于', '约', '超', '近', '最高', '预计']).optional(),
    source: TextInput(300).optional(),
    startsOn: DayInput,
    endsOn: DayInput,
    generated: z.boolean().default(false),
    /** Makes the zone's root HARD at this amount when this agreement is the zone's first. */
    zoneLimit: PositiveAmountInput.optional(),
  }),
  output: z.object({ agreementId: IdText, nodeId: IdText, zoneNodeId: IdText }),
  async run({ tx, concern }, item) {
    const { zoneId, bankId, enforcement, zoneLimit, ...terms } = item.input;
    const [zone] = await zonesInScope(tx, zoneId);
    if (!zone) throw new Failure(no['agreement-missing'], { zoneId });
    concern(item, zoneId);
    const bank = await memberOf(tx, zoneId, bankId);
    if (bank?.kind !== 'bank') throw new Failure(no['bank-missing'], { bankId, zoneId });
    if (terms.endsOn <= terms.startsOn) throw new Failure(no['term-reversed']);
    const zoneNodeId = await zoneRoot(tx, {
      zoneId,
      ownerId: (await officeOf(tx, zoneId)) ?? item.actor.organisationId,
      name: zone.name,
      startsOn: zone.openedOn,
      limit: zoneLimit,
    });
    const agreementId = newId('agr');
    const nodeId = newId('lim');
    await createNodes(tx, [
      {
        id: nodeId,
        zoneId,
        ownerId: bankId,
        parentId: zoneNodeId,
        name: terms.name,
        kind: 'ZONE_MASTER',
        subjectId: agreementId,
        revolving: 'R',
        enforcement,
        limit: terms.intentAmount,
        startsOn: terms.startsOn,
        expiresOn: terms.endsOn,
      },
    ]);
    await addAgreement(tx, {
      id: agreementId,
      zoneId,
      ownerId: bankId,
      nodeId,
      ...terms,
      qualifier: terms.qualifier,
      source: terms.source,
    });
    return { agreementId, nodeId, zoneNodeId };
  },
});
