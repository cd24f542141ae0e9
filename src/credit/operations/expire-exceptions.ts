/**
 * What time does to exceptions, tidied up by a job: one that nobody used by its last day is
 * expired and the table lets nothing more through for it; where the loan of a used one is settled,
 * the limit is held to itself again. The line of a missing limit that was drawn counts as used. One
 * call does one portion and says whether there is more.
 */
import { z } from 'zod';
import { Money } from '../../kernel/index.ts';
import { allowExcess, readNodes, termCause } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput } from '../../platform/schemas.ts';
import { moveException } from '../exception-change.ts';
import type { LimitException } from '../model-exceptions.ts';
import { lockDueExceptions, returnSettledExcess } from '../store-exceptions.ts';

const portion = 200;

/** What was drawn under the line that a missing limit got. */
async function drawnOf({ tx }: Context, due: readonly LimitException[]) {
  const ids = due.flatMap(({ kind, nodeId }) =>
    kind === 'missing-limit' && nodeId !== null ? [nodeId] : [],
  );
  return ids.length === 0 ? new Map<string, never>() : readNodes(tx, ids);
}

async function closeOne(
  context: Context,
  item: Item<unknown>,
  one: LimitException,
  drawn: Money,
): Promise<void> {
  if (drawn.isZero()) {
    await moveException(context, item, one, 'EXPIRED');
    return;
  }
  const usedAmount = Money.min(drawn, one.approvedAmount ?? drawn);
  await moveException(context, item, one, 'CONSUMED', { usedAmount });
}

export const expireExceptions = operation({
  name: 'credit.expire-exceptions',
  title: { zh: '例外审批到期', en: 'Expire exceptions' },
  permission: 'jobs:run',
  input: z.strictObject({
    asOf: DayInput,
    after: z.string().max(80).default('').meta({ description: '上一批返回的 next' }),
  }),
  output: z.object({
    expired: z.int(),
    /** Used ones whose loan is settled. */
    settled: z.int(),
    done: z.int(),
    next: z.string().nullable(),
  }),
  async run(context, item) {
    const due = await lockDueExceptions(context.tx, item.input.asOf, portion);
    const nodes = await drawnOf(context, due);
    const { settled, back } = await returnSettledExcess(context.tx, context.today, portion);
    let expired = 0;
    for (const one of due) {
      const { nodeId, kind, approvedAmount } = one;
      const drawn = kind === 'missing-limit' && nodeId ? nodes.get(nodeId)?.drawn : undefined;
      await closeOne(context, item, one, drawn ?? Money.zero);
      if (!drawn || drawn.isZero()) expired += 1;
      if (kind !== 'excess' || nodeId === null || approvedAmount === null) continue;
      back.set(nodeId, (back.get(nodeId) ?? Money.zero).minus(approvedAmount));
    }
    await allowExcess(context.tx, back, termCause(context, item, '例外到期'));
    // One entry for rows of many zones.
    context.concern(item, platformChain);
    const more = due.length === portion || settled === portion;
    const next = more ? (due.at(-1)?.id ?? 'settled') : null;
    return { expired, settled, done: due.length + settled, next };
  },
});
