/** Gives a claimed demand back to all banks of the zone (退回); its clock runs on. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import {
  DemandChanged,
  demandClaimant,
  demandNoApplication,
  demandStep,
  demandToChange,
  moveDemand,
} from '../demand-change.ts';

export const releaseDemand = operation({
  name: 'credit.release-demand',
  title: { zh: '退回融资需求', en: 'Release a financing demand' },
  permission: 'demand:claim',
  versioned: true,
  input: z.strictObject({ demandId: IdInput('dmd'), reason: ReasonInput }),
  output: DemandChanged,
  async run(context, item) {
    const demand = await demandToChange(context, item);
    demandClaimant(demand, item);
    demandStep(demand, 'OPEN');
    await demandNoApplication(context, demand);
    const { reason } = item.input;
    return moveDemand(context, item, demand, { to: 'OPEN', reason, claimedBy: null });
  },
});
