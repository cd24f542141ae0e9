/** A bank claims a demand (认领): the first one has it, and no other sees it any more. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { memberOf } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput } from '../../platform/schemas.ts';
import { DemandChanged, demandToChange, moveDemand } from '../demand-change.ts';
import { demandRefusals as no } from '../demand-refusals.ts';

export const claimDemand = operation({
  name: 'credit.claim-demand',
  title: { zh: '认领融资需求', en: 'Claim a financing demand' },
  permission: 'demand:claim',
  versioned: true,
  input: z.strictObject({ demandId: IdInput('dmd') }),
  output: DemandChanged,
  async run(context, item) {
    const demand = await demandToChange(context, item);
    const { organisationId } = item.actor;
    if ((await memberOf(context.tx, demand.zoneId, organisationId))?.kind !== 'bank') {
      throw new Failure(no['demand-not-yours'], { demandId: demand.id });
    }
    return moveDemand(context, item, demand, { to: 'CLAIMED', claimedBy: organisationId });
  },
});
