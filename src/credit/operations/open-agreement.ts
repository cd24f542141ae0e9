/**
 * Signs a whole-park credit agreement (整园授信协议) between the zone and one bank. The intent total
 * becomes a ZONE_MASTER node under the zone's shared root: SOFT while it is an intent, because it
 * commits nobody; HARD when the parties agreed a commitment.
 */
import { z } from 'zod';
import { Failure, Rate, newId } from '../../kernel/index.ts';
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
import { agreementShape } from '../agreement-input.ts';
import { creditRefusals as no } from '../refusals.ts';
import { refuseThresholds } from '../rules/terms.ts';
import { addAgreement } from '../store-agreements.ts';

const { eligiblePurposes, countingColumn, sharesTotals, paceBehindBelow, paceAheadAbove } =
  agreementShape;

export const openAgreement = operation({
  name: 'credit.open-agreement',
  title: { zh: '签订整园授信协议', en: 'Open a park agreement' },
  permission: 'credit:agreement-open',
  input: z.strictObject({
    zoneId: IdInput('zone'),
    bankId: IdInput('org'),
    name: agreementShape.name,
    intentAmount: agreementShape.intentAmount,
    sense: agreementShape.sense.default('AT_LEAST'),
    enforcement: z.enum(['HARD', 'SOFT']).default('SOFT'),
    qualifier: agreementShape.qualifier.default(null),
    source: TextInput(300).optional(),
    startsOn: DayInput,
    endsOn: DayInput,
    eligiblePurposes: eligiblePurposes.default([]),
    countingColumn: countingColumn.default('approved-cumulative'),
    sharesTotals: sharesTotals.default(false),
    paceBehindBelow: paceBehindBelow.default(Rate.of('0.9')),
    paceAheadAbove: paceAheadAbove.default(Rate.of('1.1')),
    generated: z.boolean().default(false),
    /** Makes the zone's root HARD at this amount when this agreement is the zone's first. */
    zoneLimit: PositiveAmountInput.optional(),
  }),
  output: z.object({ agreementId: IdText, nodeId: IdText, zoneNodeId: IdText }),
  async run({ tx, today, now, concern }, item) {
    const { zoneId, bankId, enforcement, zoneLimit, source, generated, ...agreed } = item.input;
    const [zone] = await zonesInScope(tx, zoneId);
    if (!zone) throw new Failure(no['agreement-missing'], { zoneId });
    concern(item, zoneId);
    const bank = await memberOf(tx, zoneId, bankId);
    if (bank?.kind !== 'bank') throw new Failure(no['bank-missing'], { bankId, zoneId });
    if (agreed.endsOn <= agreed.startsOn) throw new Failure(no['term-reversed']);
    const crossed = refuseThresholds(agreed);
    if (crossed) throw crossed;
    const zoneNodeId = await zoneRoot(tx, {
      zoneId,
      ownerId: (await officeOf(tx, zoneId)) ?? item.actor.organisationId,
      name: zone.name,
      startsOn: zone.openedOn,
      limit: zoneLimit,
    });
    const id = newId('agr');
    const nodeId = newId('lim');
    const place = { zoneId, ownerId: bankId, nodeId };
    await createNodes(tx, [
      {
        ...place,
        id: nodeId,
        parentId: zoneNodeId,
        name: agreed.name,
        kind: 'ZONE_MASTER',
        subjectId: id,
        revolving: 'R',
        enforcement,
        limit: agreed.intentAmount,
        startsOn: agreed.startsOn,
        expiresOn: agreed.endsOn,
      },
    ]);
    const terms = { ...agreed, endedOn: null };
    const facts = { source: source ?? null, predecessorId: null, generated, version: 1 };
    // Signed today for later: the terms are known from today on.
    const valueOn = terms.startsOn < today ? terms.startsOn : today;
    const why = { valueOn, now, reason: '签订协议', operationId: item.operationId };
    await addAgreement(tx, { id, ...place, ...facts, terms }, why);
    return { agreementId: id, nodeId, zoneNodeId };
  },
});
