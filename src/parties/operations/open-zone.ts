/** Opens a zone (高新区): its book, its chain and the organisations that work in it. */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, TextInput } from '../../platform/schemas.ts';
import { partyRefusals as no } from '../refusals.ts';
import { addMembers, addZone, organisationsById } from '../store.ts';

export const openZone = operation({
  name: 'parties.open-zone',
  title: { zh: '开设园区', en: 'Open a zone' },
  permission: 'parties:manage',
  input: z.strictObject({
    code: TextInput(80),
    name: TextInput(),
    nameEn: TextInput(),
    kind: z.enum(['live', 'demo', 'reported', 'replay']).default('live'),
    openedOn: DayInput,
    memberIds: z.array(IdInput('org')).max(200).default([]),
  }),
  output: z.object({ zoneId: IdText }),
  async run({ tx, concern }, item) {
    const { memberIds, ...zone } = item.input;
    const known = new Set((await organisationsById(tx, memberIds)).map((one) => one.id));
    const organisationId = memberIds.find((id) => !known.has(id));
    if (organisationId !== undefined) {
      throw new Failure(no['organisation-missing'], { organisationId });
    }
    const zoneId = newId('zone');
    if (!(await addZone(tx, { id: zoneId, ...zone }))) {
      throw new Failure(no['zone-exists'], { code: zone.code });
    }
    await addMembers(tx, zoneId, memberIds, zone.openedOn);
    concern(item, zoneId);
    return { zoneId };
  },
});
