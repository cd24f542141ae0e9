/**
 * What every change of a node's terms shares: the node is locked before it is looked at, so a
 * drawdown either sees the new terms or is finished before them.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Actor, Context, Item } from '../platform/operation.ts';
import { IdInput, IdText, ReasonInput } from '../platform/schemas.ts';
import type { LimitNode } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import { expectVersion } from './store-changes.ts';
import type { TermCause, TermChange } from './store-terms.ts';
import { changeTerms, lockNode } from './store-terms.ts';

/** Input of an operation that changes a node; why is always said. */
export const changeShape = { nodeId: IdInput('lim'), reason: ReasonInput };

export const Changed = z.object({
  nodeId: IdText,
  state: z.enum(['ACTIVE', 'FROZEN', 'CLOSED']),
  version: z.number().int(),
});

/** A zone office sees a bank's limits but does not set them; a job of the platform may. */
export const mayChange = (actor: Actor, node: LimitNode): boolean =>
  actor.organisationId === node.ownerId || actor.scope.zones === '*';

/** A cap that is about something follows it: the money of a pool, the quota of a bank in it. */
const isOfPool = ({ kind, subjectId }: LimitNode): boolean =>
  kind === 'CAP' && subjectId !== undefined;

/**
 * Locks the node that the item changes. Throws `node-missing`, `limit-not-owned`, `limit-of-pool`,
 * or `version-stale` with what was changed since.
 */
export async function nodeToChange(
  context: Context,
  item: Item<{ readonly nodeId: string }>,
): Promise<LimitNode> {
  const { nodeId } = item.input;
  const node = await lockNode(context.tx, nodeId);
  if (!node) throw new Failure(no['node-missing'], { nodeId });
  context.concern(item, node.zoneId);
  if (!mayChange(item.actor, node)) throw new Failure(no['limit-not-owned'], { nodeId });
  if (isOfPool(node)) throw new Failure(no['limit-of-pool'], { nodeId });
  await expectVersion(context.tx, node, item);
  return node;
}

/** Why an item changes terms today; news of what it does leave with the item. */
export const termCause = (context: Context, item: Item<unknown>, reason: string): TermCause => ({
  valueOn: context.today,
  now: context.now,
  reason,
  operationId: item.operationId,
  scope: item.actor.scope,
  tell: (event) => context.emit(item, event),
});

/** Writes the change with its reason, and the news of it. */
export async function changeNode(
  context: Context,
  item: Item<{ readonly reason: string }>,
  node: LimitNode,
  change: TermChange,
  event: { readonly name: string; readonly payload: Readonly<Record<string, unknown>> },
): Promise<LimitNode> {
  const { reason } = item.input;
  const { zoneId, ownerId, id: subjectId } = node;
  context.emit(item, { ...event, zoneId, ownerId, subjectId });
  return changeTerms(context.tx, node, change, termCause(context, item, reason));
}

export const changed = ({ id: nodeId, state, version }: LimitNode): z.output<typeof Changed> => ({
  nodeId,
  state,
  version,
});
