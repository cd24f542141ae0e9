/**
 * Closes requests that nobody decided in time and gives back what they held. One that cannot be
 * closed is counted and left for the next run, so that it never stands in the way of the others.
 */
import { z } from 'zod';
import { isFailure } from '../../kernel/index.ts';
import type { Context, Item, Operation } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import type { Catalogue } from '../carry-out.ts';
import { letGo } from '../carry-out.ts';
import type { Request } from '../model.ts';
import { close, lockedDueRequests } from '../store.ts';

export const expireDue = (catalogue: Catalogue): Operation =>
  operation({
    name: 'approvals.expire-due',
    title: { zh: '审批到期处理', en: 'Expire requests that are due' },
    permission: 'approvals:expire',
    input: z.strictObject({ limit: z.number().int().min(1).max(1000).default(500) }),
    output: z.object({ expired: z.number().int(), failed: z.number().int() }),
    async run(context, item) {
      const due = await lockedDueRequests(context.tx, context.now, item.input.limit);
      let expired = 0;
      for (const request of due) if (await expire(catalogue, context, request, item)) expired += 1;
      // One entry for requests of many zones.
      context.concern(item, platformChain);
      return { expired, failed: due.length - expired };
    },
  });

/** False when what was held could not be given back. */
async function expire(
  catalogue: Catalogue,
  context: Context,
  request: Request,
  item: Item<unknown>,
): Promise<boolean> {
  const { tx, now: at } = context;
  try {
    await tx.attempt(
      () => letGo(catalogue, context, request, item),
      () => true,
    );
  } catch (problem) {
    if (isFailure(problem)) return false;
    throw problem;
  }
  await close(tx, request.id, {
    state: 'EXPIRED',
    by: undefined,
    at,
    reason: undefined,
    result: undefined,
    operationId: item.operationId,
  });
  context.emit(item, {
    name: 'approvals.request-expired',
    zoneId: request.zoneId ?? platformChain,
    ownerId: request.ownerId,
    subjectId: request.id,
    payload: { operation: request.operation, makerId: request.makerId },
  });
  return true;
}
