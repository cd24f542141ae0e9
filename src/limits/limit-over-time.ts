/**
 * The limit of nodes as the days go: what was granted and its dated terms, as they stood on each
 * day. For whoever works with what was promised over time, such as a fee on the undrawn.
 */
import type { Day, Money } from '../kernel/index.ts';
import { addDays } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { nodeAsOf } from './rules/as-of.ts';
import { turningDays } from './rules/dated-terms.ts';
import { readNodes } from './store.ts';
import { changesOf } from './store-figures.ts';

/** The limit in force on a day, by node, as it is known now or was at an instant. */
export async function limitsOn(
  tx: Tx,
  nodeIds: readonly string[],
  at: { readonly day: Day; readonly knownAt: Date | undefined },
): Promise<Map<string, Money>> {
  const nodes = await readNodes(tx, nodeIds);
  const changes = await changesOf(tx, nodeIds);
  return new Map(
    [...nodes].map(([id, node]) => {
      const own = changes.filter((one) => one.nodeId === id);
      return [id, nodeAsOf(node, own, at).limit];
    }),
  );
}

/**
 * The steps of one node's limit from `from` until before `until`; none when it is not there.
 * @returns in the order of their days, the first one being that of `from`.
 */
export async function limitOverTime(
  tx: Tx,
  nodeId: string,
  from: Day,
  until: Day,
): Promise<{ readonly from: Day; readonly limit: Money }[]> {
  const node = (await readNodes(tx, [nodeId])).get(nodeId);
  if (!node) return [];
  const changes = await changesOf(tx, [nodeId]);
  const terms = [node.terms, ...changes.flatMap((one) => one.oldTerms ?? [])];
  const next = (day: Day): Day => addDays(day, 1);
  const days = new Set<Day>([
    from,
    ...changes.map((one) => one.valueOn),
    ...terms.flatMap((one) => turningDays(one, from, until, next)),
  ]);
  return [...days]
    .filter((day) => day >= from && day < until)
    .sort()
    .map((day) => ({
      from: day,
      limit: nodeAsOf(node, changes, { day, knownAt: undefined }).limit,
    }));
}
