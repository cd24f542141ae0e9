/** Who entered a demand, or the zone office, takes it back before a bank has claimed it. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import { DemandChanged, demandToChange, moveDemand } from '../demand-change.ts';
import { demandRefusals as no } from '../demand-refusals.ts';

export const withdrawDemand = operation({
  name: 'credit.withdraw-demand',
  title: { zh: '撤回融资需求', en: 'Withdraw a financing demand' },
  permission: 'demand:enter',
  versioned: true,
  input: z.strictObject({ demandId: IdInput('dmd'), reason: ReasonInput }),
  output: DemandChanged,
  async run(context, item) {
    const demand = await demandToChange(context, item);
    const { scope, organisationId } = item.actor;
    if (scope.owners !== '*' && organisationId !== demand.ownerId) {
      throw new Failure(no['demand-not-yours'], { demandId: demand.id });
    }
    const { reason } = item.input;
    return moveDemand(context, item, demand, { to: 'WITHDRAWN', reason });
  },
});
