/**
 * What a suspension or a removal from the whitelist does to the firm's lines at that bank: every
 * limit of them is frozen, journalled with the reason, and nothing is deleted. A resumption thaws
 * the limits that the suspension froze, never those that somebody froze for another cause.
 */
import { changeTerms, lockNode, readNodes, termCause } from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Entry } from './model-whitelist.ts';
import { lineNodesOf } from './store-whitelist.ts';

/** The lock order of limits: the deepest first, ids sorted. */
async function inLockOrder(context: Context, ids: readonly string[]): Promise<string[]> {
  const nodes = [...(await readNodes(context.tx, ids)).values()];
  const byPlace = nodes.sort((a, b) => b.depth - a.depth || (a.id < b.id ? -1 : 1));
  return byPlace.map(({ id }) => id);
}

async function changeState(
  context: Context,
  item: Item<unknown>,
  ids: readonly string[],
  change: { from: 'ACTIVE' | 'FROZEN'; to: 'ACTIVE' | 'FROZEN'; reason: string },
): Promise<string[]> {
  const changed: string[] = [];
  for (const id of await inLockOrder(context, ids)) {
    const node = await lockNode(context.tx, id);
    if (node?.state !== change.from) continue;
    const why = termCause(context, item, change.reason);
    await changeTerms(context.tx, node, { state: change.to }, why);
    changed.push(id);
  }
  return changed;
}

/** Freezes every limit of the firm's lines; answers the ids of those that were not frozen yet. */
export async function freezeLinesOf(
  context: Context,
  item: Item<unknown>,
  entry: Entry,
  reason: string,
): Promise<string[]> {
  const lines = await lineNodesOf(context.tx, entry);
  const ids = lines.map(({ nodeId }) => nodeId);
  return changeState(context, item, ids, { from: 'ACTIVE', to: 'FROZEN', reason });
}

/** Thaws these limits as far as they are still frozen. */
export const thawLimits = (
  context: Context,
  item: Item<unknown>,
  ids: readonly string[],
  reason: string,
): Promise<string[]> => changeState(context, item, ids, { from: 'FROZEN', to: 'ACTIVE', reason });
