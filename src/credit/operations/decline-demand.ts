/** The bank that claimed a demand declines it with its reason; a running application ends first. */
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

export const declineDemand = operation({
  name: 'credit.decline-demand',
  title: { zh: '谢绝融资需求', en: 'Decline a financing demand' },
  permission: 'demand:claim',
  versioned: true,
  input: z.strictObject({ demandId: IdInput('dmd'), reason: ReasonInput }),
  output: DemandChanged,
  async run(context, item) {
    const demand = await demandToChange(context, item);
    demandClaimant(demand, item);
    demandStep(demand, 'DECLINED');
    await demandNoApplication(context, demand);
    const { reason } = item.input;
    return moveDemand(context, item, demand, { to: 'DECLINED', reason });
  },
});
