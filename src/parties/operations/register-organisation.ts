/** Registers an institution that will have users: a bank, a fund manager, a zone office. */
import { z } from 'zod';
import { checkUscc } from '../../kernel/identifiers/uscc.ts';
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
    /** 统一社会信用代码: by it a firm's own people are known as the firm's. */
    uscc: z.string().max(40).optional(),
    generated: z.boolean().default(false),
    zoneIds: z.array(IdInput('zone')).max(200).default([]),
    since: DayInput,
  }),
  output: z.object({ organisationId: IdText }),
  async run({ tx }, item) {
    const { kind, name, uscc, generated, zoneIds, since } = item.input;
    const organisationId = newId('org');
    const code = uscc === undefined ? undefined : checkUscc(uscc);
    if (code && !code.valid) throw new Failure(no['code-invalid'], { uscc, class: code.class });
    const known = code?.normalised;
    if (!(await addOrganisation(tx, { id: organisationId, kind, name, generated }, known))) {
      throw new Failure(no['organisation-exists'], { uscc: known });
    }
    for (const zoneId of zoneIds) {
      if ((await zonesInScope(tx, zoneId)).length === 0) {
        throw new Failure(no['zone-missing'], { zoneId });
      }
      await addMembers(tx, zoneId, [organisationId], since);
    }
    return { organisationId };
  },
});
