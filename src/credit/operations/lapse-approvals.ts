/**
 * Closes the applications whose approval has run out (批复到期失效), so that their demands are free
 * for another application. One call does one portion and says whether there is more.
 */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput } from '../../platform/schemas.ts';
import { moveApplication } from '../application-change.ts';
import { lockLapsedApplications } from '../store-applications.ts';

const portion = 200;

export const lapseApprovals = operation({
  name: 'credit.lapse-approvals',
  title: { zh: '到期批复失效', en: 'Lapse approvals that have run out' },
  permission: 'jobs:run',
  input: z.strictObject({
    asOf: DayInput,
    after: z.string().max(80).default('').meta({ description: '上一批返回的 next' }),
  }),
  output: z.object({ done: z.int(), next: z.string().nullable() }),
  async run(context, item) {
    const due = await lockLapsedApplications(context.tx, item.input.asOf, portion);
    const reason = '批复已过有效期';
    for (const one of due) await moveApplication(context, item, one, 'LAPSED', { reason });
    // One entry for rows of many zones.
    context.concern(item, platformChain);
    return { done: due.length, next: due.length === portion ? (due.at(-1)?.id ?? null) : null };
  },
});
