/**
 * What stands above a node on a day, and what it says to an amount: the one reading behind every
 * question for headroom. Reading and saying are apart, so that one reading answers for many days.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Failure, Money } from '../kernel/index.ts';
import type { QueryContext } from '../platform/operation.ts';
import { DayText, IdText, MoneyText } from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Binding, LimitNode } from './model.ts';
import { nodeKinds } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import type { Headroom, LimitBook } from './rules/headroom.ts';
import { fencedIn, participants } from './rules/headroom.ts';
import { answerTo } from './rules/request.ts';
import { fencedBelow, touchedNodes } from './store.ts';
import type { AsOf, SeenNode } from './store-figures.ts';
import { seeNodes } from './store-figures.ts';

export const Bound = z.object({
  nodeId: IdText,
  name: z.string(),
  kind: z.enum(nodeKinds),
  limit: MoneyText,
  used: MoneyText,
  reserved: MoneyText,
  available: MoneyText,
  shortBy: MoneyText,
  /** `held`: by open reservations; `used-up`: by draws; else what the tenor or a state forbids. */
  cause: z.enum([
    'held',
    'used-up',
    'bucket-full',
    'tenor-too-long',
    'closed',
    'frozen',
    'not-open',
    'expired',
  ]),
  /** The past day whose figures these are, where a draw is dated back. */
  on: DayText.optional(),
  /** Of a full tenor bucket, whose amounts are told then: its days. */
  bucketDays: z.int().optional(),
  /** Where every bucket is shorter: the days of the longest. */
  longestDays: z.int().optional(),
});

export const boundOf = (one: Binding): z.output<typeof Bound> => ({
  ...one,
  limit: one.limit.toString(),
  used: one.used.toString(),
  reserved: one.reserved.toString(),
  available: one.available.toString(),
  shortBy: one.shortBy.toString(),
});

const selectPathThen = statement(
  'limits.select-path-then',
  `with recursive elsewhere as materialized (
     select distinct on (c.node_id) c.node_id, c.old_value as parent_id
     from limits_changes c where c.field = 'parent'
       and (c.value_on > $2::date or $3::timestamptz is not null and c.recorded_at > $3)
     order by c.node_id, c.value_on, c.recorded_at, c.id
   ), up (id, height) as (
     select $1::text, 0
     union all
     select p.id, u.height + 1 from up u join limits_nodes n on n.id = u.id
       left join elsewhere e on e.node_id = n.id
       join limits_nodes p
         on p.id = case when e.node_id is null then n.parent_id else e.parent_id end
   )
   select id from up order by height`,
);

const selectCapsThen = statement(
  'limits.select-caps-then',
  `select distinct on (c.node_id) c.node_id as id, coalesce(c.old_value, '') as caps
   from limits_changes c where c.field = 'caps' and c.node_id = any ($1::text[])
     and (c.value_on > $2::date or $3::timestamptz is not null and c.recorded_at > $3)
   order by c.node_id, c.value_on, c.recorded_at, c.id`,
);

/** The nodes as they hung on a past day. */
async function nodesThen(tx: Tx, nodeId: string, { day, knownAt }: AsOf) {
  const rows = await tx.rows<{ id: string }>(selectPathThen, [
    nodeId,
    day,
    knownAt?.toISOString() ?? null,
  ]);
  const path = rows.map((row) => row.id);
  const carried = await tx.rows<{ id: string; caps: string }>(selectCapsThen, [
    path,
    day,
    knownAt?.toISOString() ?? null,
  ]);
  const caps = new Map(carried.map((row) => [row.id, row.caps.split(',').filter(Boolean)]));
  const nodes = await touchedNodes(tx, [...path, ...[...caps.values()].flat()]);
  for (const [i, id] of path.entries()) {
    const node = nodes.get(id);
    if (node) nodes.set(id, { ...node, path: path.slice(i), caps: caps.get(id) ?? node.caps });
  }
  return nodes;
}

/** The node, its path and the paths of its caps, leaf first. */
export async function pathOf(tx: Tx, nodeId: string, at?: AsOf) {
  const nodes =
    at?.past === true ? await nodesThen(tx, nodeId, at) : await touchedNodes(tx, [nodeId]);
  const node = nodes.get(nodeId);
  if (!node) throw new Failure(no['node-missing'], { nodeId });
  const path = participants({ nodes, reservations: new Map() }, node);
  const unseen = path.flatMap((one) => one.path).find((id) => !nodes.has(id));
  if (unseen !== undefined) throw new Error(`The limit ${unseen} is outside the scope.`);
  return { node, path };
}

/** The children, as of that day, that keep something from each other. */
async function seeFenced(
  { tx, actor }: QueryContext,
  path: readonly LimitNode[],
  at: AsOf,
): Promise<SeenNode[]> {
  const parents = path.flatMap((node) => (node.fenced ? node.id : []));
  return seeNodes(tx, actor.scope, await fencedBelow(tx, parents), at);
}

/** What stands on a day. */
export interface Sight {
  readonly node: LimitNode;
  /** The node, its path and the paths of its caps, leaf first. */
  readonly seen: readonly SeenNode[];
  /** Those, and the children that keep something from each other. */
  readonly book: LimitBook;
}

/** Throws `node-missing`. */
export async function lookAt(context: QueryContext, nodeId: string, at: AsOf): Promise<Sight> {
  const { tx, actor } = context;
  const { node, path } = await pathOf(tx, nodeId, at);
  const [seen, fenced] = await Promise.all([
    seeNodes(tx, actor.scope, path, at, { sumGranted: false }),
    seeFenced(context, path, at),
  ]);
  const all = [...fenced, ...seen].map((one) => one.node);
  const nodes = new Map(all.map((one) => [one.id, one]));
  return { node, seen, book: { nodes, reservations: new Map(), fenced: fencedIn(all) } };
}

export interface Asked {
  readonly nodeId: string;
  readonly amount: Money | undefined;
  readonly tenorDays: number | undefined;
}

/** What a book lets through on a day, and the refusal that the amount would meet. */
export function sayOf(
  book: LimitBook,
  { nodeId, amount, tenorDays }: Asked,
  day: Day,
): { readonly found: Headroom; readonly code: string | null } {
  const leaf = book.nodes.get(nodeId);
  if (!leaf) throw new Failure(no['node-missing'], { nodeId });
  const { refusal, ...found } = answerTo(book, leaf, { amount, tenorDays, day });
  return { found, code: refusal?.code ?? null };
}
