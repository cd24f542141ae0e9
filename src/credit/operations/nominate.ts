/**
 * The zone recommends a core enterprise to a bank's whitelist (白名单推荐). The bank's decision clock
 * starts: 30 calendar days from the complete file (金发〔2024〕32号), a default of the zone's setting.
 */
import { z } from 'zod';
import { Failure, addDays, newId } from '../../kernel/index.ts';
import { enterprisesById, memberOf } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayText, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import { creditRefusals as no } from '../refusals.ts';
import { addEntry } from '../store-terms.ts';

export const decisionClockDays = 30;

export const nominate = operation({
  name: 'credit.nominate',
  title: { zh: '推荐入白名单', en: 'Nominate for the whitelist' },
  permission: 'whitelist:nominate',
  input: z.strictObject({
    enterpriseId: IdInput('ent'),
    bankId: IdInput('org'),
    reason: ReasonInput,
  }),
  output: z.object({ entryId: IdText, state: z.string(), decisionDueOn: DayText }),
  async run({ tx, today, concern }, item) {
    const { enterpriseId, bankId, reason } = item.input;
    const enterprise = (await enterprisesById(tx, [enterpriseId])).get(enterpriseId);
    if (!enterprise) throw new Failure(no['entry-missing'], { enterpriseId });
    const { zoneId } = enterprise;
    concern(item, zoneId);
    if ((await memberOf(tx, zoneId, bankId))?.kind !== 'bank') {
      throw new Failure(no['bank-missing'], { bankId, zoneId });
    }
    const entryId = newId('wl');
    const decisionDueOn = addDays(today, decisionClockDays);
    const added = await addEntry(tx, {
      id: entryId,
      zoneId,
      ownerId: bankId,
      enterpriseId,
      reason,
      nominatedOn: today,
      decisionDueOn,
    });
    if (!added) throw new Failure(no['entry-exists'], { enterpriseId, bankId });
    return { entryId, state: 'RECOMMENDED', decisionDueOn };
  },
});
