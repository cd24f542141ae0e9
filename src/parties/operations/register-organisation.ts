/** Registers an institution that will have users: a bank, a fund manager, a zone office. */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, TextInput } from '../../platform/schemas.ts';
import { partyRefusals as no } from '../refusals.ts';
import { addMembers, addOrganisation, zonesInScope } from '../store.ts';

export const registerOrganisation = operation({
  name: 'parties.register-organisation',
  title: { zh: '登记机构', en: 'Register an organisation' },
  permission: 'parties:manage',
  input: z.strictObject({
    kind: z.enum(['bank', 'fund_manager', 'zone_office', 'enterprise', 'operator']),
    name: TextInput(),
    generated: z.boolean().default(false),
    zoneIds: z.array(IdInput('zone')).max(200).default([]),
    since: DayInput,
  }),
  output: z.object({ organisationId: IdText }),
  async run({ tx }, item) {
    const { kind, name, generated, zoneIds, since } = item.input;
    const organisationId = newId('org');
    await addOrganisation(tx, { id: organisationId, kind, name, generated });
    for (const zoneId of zoneIds) {
      if ((await zonesInScope(tx, zoneId)).length === 0) {
        throw new Failure(no['zone-missing'], { zoneId });
      }
      await addMembers(tx, zoneId, [organisationId], since);
    }
    return { organisationId };
  },
});
