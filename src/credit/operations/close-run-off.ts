/**
 * What time does to lines, tidied up by a job: one that ended long ago and owes nothing is settled
 * (结清). Until then an extension may still revive it. One call does one portion, sub-lines before
 * their lines, and says whether there is more.
 */
import { z } from 'zod';
import { addDays } from '../../kernel/index.ts';
import { closeNode, lockCapRules, lockNode, whyOpen } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput } from '../../platform/schemas.ts';
import type { RunOffLine } from '../store-closures.ts';
import { lockRunOffLines } from '../store-closures.ts';

const portion = 200;
/** How long an expired line may still be extended; a default of this project. */
const graceDays = 30;
const reason = '到期且已无余额，日终结清';

/** Whoever is just drawing or reserving there is left alone: the next night asks again. */
async function settle(
  context: Context,
  item: Item<unknown>,
  { id: subjectId, nodeId, zoneId, ownerId, enterpriseId }: RunOffLine,
): Promise<boolean> {
  const node = await lockNode(context.tx, nodeId);
  if (!node || (await whyOpen(context, item, node))) return false;
  await closeNode(context, item, node, reason);
  const payload = { enterpriseId, reason };
  context.emit(item, { name: 'credit.line-settled', zoneId, ownerId, subjectId, payload });
  return true;
}

export const closeRunOff = operation({
  name: 'credit.close-run-off',
  title: { zh: '结清到期授信', en: 'Settle lines that have run off' },
  permission: 'jobs:run',
  input: z.strictObject({
    asOf: DayInput,
    after: z.string().max(80).default('').meta({ description: '上一批返回的 next' }),
  }),
  output: z.object({ done: z.int(), next: z.string().nullable() }),
  async run(context, item) {
    const { tx, now } = context;
    const endedBefore = addDays(item.input.asOf, -graceDays);
    const due = await lockRunOffLines(tx, { endedBefore, now, portion });
    const places = new Map(due.map((line) => [`${line.zoneId} ${line.ownerId}`, line]));
    for (const key of [...places.keys()].sort()) {
      await lockCapRules(tx, places.get(key) as RunOffLine);
    }
    let done = 0;
    for (const line of due.toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1))) {
      if (await settle(context, item, line)) done += 1;
    }
    // One entry for rows of many zones.
    context.concern(item, platformChain);
    return { done, next: done > 0 ? (due.at(-1)?.id ?? null) : null };
  },
});
