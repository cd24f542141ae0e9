/** Admits a supplier (tier 1 and up) or a distributor (tier -1 and down) to a programme. */
import { z } from 'zod';
import { Failure, newId, sentence } from '../../kernel/index.ts';
import { enterprisesById, partyRefusals } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText } from '../../platform/schemas.ts';
import { supplyChainRefusals as no } from '../refusals.ts';
import { refuseRelation } from '../rules.ts';
import { addRelation, programmesById } from '../store-terms.ts';

const tier = z
  .number()
  .int()
  .min(-10)
  .max(10)
  .refine((value) => value !== 0, {
    message: sentence('第 0 级是核心企业自身', 'tier 0 is the core enterprise itself'),
  });

export const relateSupplier = operation({
  name: 'supply-chain.relate-supplier',
  title: { zh: '加入供应链项目', en: 'Admit a supplier to a programme' },
  permission: 'chain:programme-open',
  input: z.strictObject({
    programmeId: IdInput('prog'),
    enterpriseId: IdInput('ent'),
    tier,
    since: DayInput,
  }),
  output: z.object({ relationId: IdText }),
  async run(context, item) {
    const { tx } = context;
    const { programmeId, enterpriseId } = item.input;
    const programme = (await programmesById(tx, [programmeId])).get(programmeId);
    if (!programme) throw new Failure(no['programme-missing'], { programmeId });
    const { zoneId, ownerId } = programme;
    context.concern(item, zoneId);
    const enterprise = (await enterprisesById(tx, [enterpriseId])).get(enterpriseId);
    if (enterprise?.zoneId !== zoneId) {
      throw new Failure(partyRefusals['enterprise-missing'], { enterpriseId });
    }
    const refusal = refuseRelation(programme, item.input);
    if (refusal) throw refusal;
    const relationId = newId('rel');
    if (!(await addRelation(tx, programme, { id: relationId, ...item.input }))) {
      throw new Failure(no['relation-exists'], { programmeId, enterpriseId });
    }
    context.emit(item, {
      name: 'supply-chain.supplier-related',
      zoneId,
      ownerId,
      subjectId: programmeId,
      payload: { enterpriseId, tier: item.input.tier, since: item.input.since },
    });
    return { relationId };
  },
});
