/**
 * What a suspension or a removal from the whitelist does to the firm's lines at that bank: every
 * limit of them is frozen for the whitelist, journalled with the reason, and nothing is deleted. A
 * resumption takes that back, never what somebody froze for another cause.
 */
import { freezeFor, lockNode, readNodes, termCause, thawFrom } from '../limits/index.ts';
import type { LimitNode } from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Entry } from './model-whitelist.ts';
import { lineNodesOf } from './store-whitelist.ts';

/** Locked in the order of limits: the deepest first, ids sorted. */
async function eachLocked(
  { tx }: Context,
  ids: readonly string[],
  change: (node: LimitNode) => Promise<LimitNode>,
): Promise<void> {
  const nodes = [...(await readNodes(tx, ids)).values()];
  for (const { id } of nodes.sort((a, b) => b.depth - a.depth || (a.id < b.id ? -1 : 1))) {
    const node = await lockNode(tx, id);
    if (node && node.state !== 'CLOSED') await change(node);
  }
}

/** Freezes every limit of the firm's lines; answers their ids. */
export async function freezeLinesOf(
  context: Context,
  item: Item<unknown>,
  entry: Entry,
  reason: string,
): Promise<string[]> {
  const ids = (await lineNodesOf(context.tx, entry)).map(({ nodeId }) => nodeId);
  const why = termCause(context, item, reason);
  await eachLocked(context, ids, (node) => freezeFor(context.tx, node, 'whitelist', why));
  return ids;
}

/** Takes the freeze of the whitelist back from these limits. */
export async function thawLimits(
  context: Context,
  item: Item<unknown>,
  ids: readonly string[],
  reason: string,
): Promise<void> {
  const why = termCause(context, item, reason);
  await eachLocked(context, ids, (node) => thawFrom(context.tx, node, 'whitelist', why));
}
