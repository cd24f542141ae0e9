/** Puts enterprises on a zone's register. Written for a list, because imports bring thousands. */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { checkUscc } from '../../kernel/identifiers/uscc.ts';
import { hotOperation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, TextInput } from '../../platform/schemas.ts';
import { partyRefusals as no } from '../refusals.ts';
import type { Enterprise } from '../store.ts';
import { addEnterprises, zonesInScope } from '../store.ts';

const input = z.strictObject({
  zoneId: IdInput('zone'),
  uscc: z.string().max(40),
  name: TextInput(),
  industry: TextInput(80).optional(),
  chainPosition: z.enum(['core', 'upstream', 'downstream']).optional(),
  generated: z.boolean().default(false),
  registeredOn: DayInput,
});

export const registerEnterprise = hotOperation({
  name: 'parties.register-enterprise',
  title: { zh: '登记企业', en: 'Register an enterprise' },
  permission: 'parties:register',
  input,
  output: z.object({ enterpriseId: IdText, uscc: z.string() }),
  gatherKey: (one: z.output<typeof input>) => one.zoneId,
  async runMany({ tx, concern }, items) {
    const zones = new Set((await zonesInScope(tx)).map((zone) => zone.id));
    const seen = new Set<string>();
    const decided = items.map((item): Enterprise | Failure => {
      const { zoneId, uscc, ...rest } = item.input;
      if (!zones.has(zoneId)) return new Failure(no['zone-missing'], { zoneId });
      concern(item, zoneId);
      const code = checkUscc(uscc);
      if (!code.valid) return new Failure(no['code-invalid'], { uscc, class: code.class });
      const slot = `${zoneId} ${code.normalised}`;
      if (seen.has(slot)) return new Failure(no['enterprise-exists'], { uscc: code.normalised });
      seen.add(slot);
      return { id: newId('ent'), zoneId, uscc: code.normalised, ...rest };
    });
    const fresh = decided.filter((one): one is Enterprise => !(one instanceof Failure));
    const added = await addEnterprises(tx, fresh);
    return decided.map((one) => {
      if (one instanceof Failure) return one;
      if (!added.has(one.id)) return new Failure(no['enterprise-exists'], { uscc: one.uscc });
      return { enterpriseId: one.id, uscc: one.uscc };
    });
  },
});
