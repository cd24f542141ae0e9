/**
 * Limits as the days go: what was granted and its dated terms, as they stood on each day, whether
 * anything could be drawn, and what was used by value day. For whoever works with what was promised
 * over time, such as a fee on the undrawn.
 */
import type { Day } from '../kernel/index.ts';
import { Money, addDays, groupedBy } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LimitNode } from './model.ts';
import type { TermRecord } from './rules/as-of.ts';
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

/** Whether anything could be drawn: not while shut for a time, and never again once it is over. */
export type Drawable = 'open' | 'shut' | 'over';

/** What a node promised from a day on, until the next step. */
export interface PromisedStep {
  readonly from: Day;
  readonly limit: Money;
  /** By the state and the dates of the node and of every node above it; amounts are not asked. */
  readonly drawable: Drawable;
}

/** What counted against a limit from a day on, until the next step. */
export interface UsedStep {
  readonly from: Day;
  readonly used: Money;
}

export interface Span {
  readonly nodeId: string;
  readonly from: Day;
  /** Not counted itself. */
  readonly until: Day;
}

/** Nodes with all that were ever above them, and every change of their terms. */
interface Told {
  readonly nodes: ReadonlyMap<string, LimitNode>;
  readonly changes: ReadonlyMap<string, readonly TermRecord[]>;
}

async function tellPaths(tx: Tx, nodeIds: readonly string[]): Promise<Told> {
  const nodes = new Map<string, LimitNode>();
  const changes = new Map<string, TermRecord[]>();
  for (let wanted = [...new Set(nodeIds)]; wanted.length > 0;) {
    const read = await readNodes(tx, wanted);
    const above = [...read.values()].flatMap(({ path }) => path).filter((id) => !read.has(id));
    for (const [id, node] of await readNodes(tx, [...new Set(above)])) read.set(id, node);
    for (const [id, node] of read) nodes.set(id, node);
    const told = await changesOf(tx, [...read.keys()]);
    for (const [id, list] of groupedBy(told, ({ nodeId }) => nodeId)) changes.set(id, list);
    const left = told.flatMap(({ field, oldValue }) => (field === 'parent' ? [oldValue] : []));
    wanted = [...new Set(left)].filter((id): id is string => id !== null && !nodes.has(id));
  }
  return { nodes, changes };
}

/** The node and those above it as they stood on the day, the node first. */
function pathOn({ nodes, changes }: Told, nodeId: string, day: Day): LimitNode[] {
  const path: LimitNode[] = [];
  for (let id: string | undefined = nodeId; id !== undefined;) {
    const node = nodes.get(id);
    if (!node) break;
    const then: LimitNode = nodeAsOf(node, changes.get(id) ?? [], { day, knownAt: undefined });
    path.push(then);
    id = then.parentId;
  }
  return path;
}

const isOver = ({ state, expiresOn }: LimitNode, day: Day): boolean =>
  state === 'CLOSED' || (expiresOn !== undefined && day > expiresOn);

const isShut = ({ state, startsOn }: LimitNode, day: Day): boolean =>
  state === 'FROZEN' || day < startsOn;

function drawableOn(path: readonly LimitNode[], day: Day): Drawable {
  if (path.some((node) => isOver(node, day))) return 'over';
  return path.some((node) => isShut(node, day)) ? 'shut' : 'open';
}

/** The last day there is has no next, and nothing is asked beyond it. */
const after = (day: Day): Day => (day === '9999-12-31' ? day : addDays(day, 1));

/** Days on which the dates or the state of any node that was ever above may end or begin. */
function turnsAbove({ nodes, changes }: Told, nodeId: string): Day[] {
  const seen = new Set<string>();
  const days: Day[] = [];
  for (let ids = [nodeId]; ids.length > 0;) {
    const id = ids.pop() as string;
    const node = nodes.get(id);
    if (!node || seen.has(id)) continue;
    seen.add(id);
    days.push(node.startsOn, ...(node.expiresOn === undefined ? [] : [after(node.expiresOn)]));
    if (node.parentId !== undefined) ids.push(node.parentId);
    for (const { field, oldValue, valueOn } of changes.get(id) ?? []) {
      if (field === 'amount' || field === 'terms' || field === 'caps') continue;
      days.push(valueOn);
      if (oldValue === null) continue;
      if (field === 'expires_on') days.push(after(oldValue as Day));
      if (field === 'parent') ids.push(oldValue);
    }
  }
  return days;
}

function stepsOf(told: Told, { nodeId, from, until }: Span): PromisedStep[] {
  const node = told.nodes.get(nodeId);
  if (!node) return [];
  const own = told.changes.get(nodeId) ?? [];
  const terms = [node.terms, ...own.flatMap((one) => one.oldTerms ?? [])];
  const days = new Set<Day>([
    from,
    ...own.map((one) => one.valueOn),
    ...terms.flatMap((one) => turningDays(one, from, until, after)),
    ...turnsAbove(told, nodeId),
  ]);
  const steps = [...days]
    .filter((day) => day >= from && day < until)
    .sort()
    .map((day): PromisedStep => {
      const path = pathOn(told, nodeId, day);
      const limit = path[0]?.limit ?? Money.zero;
      return { from: day, limit, drawable: drawableOn(path, day) };
    });
  return steps.filter((step, i) => {
    const before = steps[i - 1];
    return before?.drawable !== step.drawable || !before.limit.equals(step.limit);
  });
}

/**
 * The limits of nodes and whether they could be drawn, each over its span: a bounded number of
 * statements, however many nodes. One that is not there has no steps.
 * @returns by node, in the order of days, the first step being that of `from`.
 */
export async function promisedOverTime(
  tx: Tx,
  spans: readonly Span[],
): Promise<Map<string, PromisedStep[]>> {
  const told = await tellPaths(
    tx,
    spans.map(({ nodeId }) => nodeId),
  );
  return new Map(spans.map((span) => [span.nodeId, stepsOf(told, span)]));
}

// A movement names its leaf, so the nodes below are found first, and the journal by its index.
const selectUsed = statement(
  'limits.select-used-over-time',
  `with recursive below (root, id) as (
     select id, id from limits_nodes where id = any ($1::text[])
     union all
     select b.root, c.id from below b join limits_nodes c on c.parent_id = b.id
   ), moved as (
     select b.root, m.value_on, sum(m.consumed[array_position(m.path, b.root)]) as consumed
     from below b join limits_movements m on m.node_id = b.id group by 1, 2
   )
   select root as "nodeId", value_on as "from",
     (sum(consumed) over (partition by root order by value_on))::numeric(20,2) as used
   from moved where consumed <> 0 order by 1, 2`,
);

/** What counts against the limits of nodes (已用) by value day, in one statement. */
export async function usedOverTime(
  tx: Tx,
  nodeIds: readonly string[],
): Promise<Map<string, UsedStep[]>> {
  type Row = { readonly nodeId: string; readonly from: Day; readonly used: string };
  const rows = await tx.rows<Row>(selectUsed, [nodeIds]);
  const steps = groupedBy(rows, ({ nodeId }) => nodeId);
  return new Map(
    [...steps].map(([id, list]) => [
      id,
      list.map(({ from, used }) => ({ from, used: Money.of(used) })),
    ]),
  );
}
