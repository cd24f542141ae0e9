/**
 * Headroom with every reason, on any day: a past one as it was, a future one as it will be if
 * nothing but what is known happens (dated terms, first and last days, reservations that run out).
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Failure, Money, addDays, dayInShanghai } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import type { QueryContext } from '../platform/operation.ts';
import {
  AmountInput,
  DayInput,
  DayText,
  IdInput,
  IdText,
  InstantInput,
  InstantText,
  MoneyText,
  PositiveAmountInput,
} from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Binding, LimitNode } from './model.ts';
import { nodeKinds } from './model.ts';
import { Node, viewOf } from './queries.ts';
import { limitRefusals as no } from './refusals.ts';
import { turningDays } from './rules/dated-terms.ts';
import type { LimitBook } from './rules/headroom.ts';
import {
  fencedIn,
  headroomOf,
  participants,
  refuseAmount,
  refuseClosed,
  roomsOf,
} from './rules/headroom.ts';
import { refuseTenor } from './rules/tenor.ts';
import { fencedBelow, touchedNodes } from './store.ts';
import type { AsOf } from './store-figures.ts';
import { asOfDay, seeNodes } from './store-figures.ts';

const selectExpiries = statement(
  'limits.select-expiries',
  `select distinct expires_at as "expiresAt" from limits_reservations
   where state = 'PENDING' and root_id = any ($1::text[])`,
);

const PathNode = Node.omit({ granted: true });

const Bound = z.object({
  nodeId: IdText,
  name: z.string(),
  kind: z.enum(nodeKinds),
  limit: MoneyText,
  used: MoneyText,
  reserved: MoneyText,
  available: MoneyText,
  shortBy: MoneyText,
  /** `held`: by open reservations; `used-up`: by draws; else the node takes nothing at all. */
  cause: z.enum(['held', 'used-up', 'closed', 'frozen', 'not-open', 'expired']),
});

const boundOf = (one: Binding): z.output<typeof Bound> => ({
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
async function pathOf(tx: Tx, nodeId: string, at?: AsOf) {
  const nodes =
    at?.past === true ? await nodesThen(tx, nodeId, at) : await touchedNodes(tx, [nodeId]);
  const node = nodes.get(nodeId);
  if (!node) throw new Failure(no['node-missing'], { nodeId });
  const path = participants({ nodes, reservations: new Map() }, node);
  const unseen = path.flatMap((one) => one.path).find((id) => !nodes.has(id));
  if (unseen !== undefined) throw new Error(`The limit ${unseen} is outside the scope.`);
  return { node, path };
}

/** The nodes with their children that keep something from each other. */
async function bookOf(
  context: QueryContext,
  nodes: readonly LimitNode[],
  at: AsOf,
): Promise<LimitBook> {
  const parents = nodes.flatMap((node) => (node.fenced ? node.id : []));
  const children = await fencedBelow(context.tx, parents);
  const seen = await seeNodes(context.tx, context.actor.scope, children, at);
  const all = [...seen.map((one) => one.node), ...nodes];
  return {
    nodes: new Map(all.map((node) => [node.id, node])),
    reservations: new Map(),
    fenced: fencedIn(all),
  };
}

interface Look {
  readonly nodeId: string;
  readonly amount: Money | undefined;
  readonly tenorDays: number | undefined;
}

/** What stands on a day: the path, what it lets through, and what would be said to the amount. */
async function look(context: QueryContext, { nodeId, amount, tenorDays }: Look, at: AsOf) {
  const { node, path } = await pathOf(context.tx, nodeId, at);
  const seen = await seeNodes(context.tx, context.actor.scope, path, at, { sumGranted: false });
  const nodes = seen.map((one) => one.node);
  const book = await bookOf(context, nodes, at);
  const room = roomsOf(book, book.nodes.get(nodeId) ?? node);
  const found = headroomOf(nodes, amount, at.day, room);
  const asked = amount ?? Money.of('0.01');
  const refusal =
    refuseClosed(nodes, at.day, asked) ??
    (amount &&
      (refuseTenor(nodes, amount, tenorDays) ?? refuseAmount(nodes, amount, Money.zero, room)));
  return { node, seen, found, code: refusal?.code ?? null };
}

export const headroom = query({
  name: 'limits.headroom',
  title: { zh: '可用额度及原因', en: 'Headroom, and why' },
  permission: 'limits:read',
  byKey: true,
  input: z.strictObject({
    nodeId: IdInput('lim'),
    amount: AmountInput.optional(),
    /** Days until it is due; asked for where a node has tenor buckets. */
    tenorDays: z.coerce.number().int().min(1).max(36_500).optional(),
    asOf: DayInput.optional(),
    knownAt: InstantInput.transform((text) => new Date(text)).optional(),
  }),
  output: z.object({
    nodeId: IdText,
    asOf: DayText,
    knownAt: InstantText.nullable(),
    amount: MoneyText.nullable(),
    /** Null when no HARD node limits. */
    headroom: MoneyText.nullable(),
    smallestAdmissible: MoneyText.nullable(),
    /** The refusal that a draw of the amount would meet. */
    code: z.string().nullable(),
    binding: z.array(Bound),
    /** Without the sum granted below each: a segment has thousands of lines. */
    path: z.array(PathNode),
    version: z.number().int(),
  }),
  async run(context, { asOf, knownAt, ...asked }) {
    const at = asOfDay(context, asOf, knownAt);
    const { nodeId, amount, tenorDays } = asked;
    const { node, seen, found, code } = await look(context, { nodeId, amount, tenorDays }, at);
    return {
      nodeId,
      asOf: at.day,
      knownAt: knownAt?.toISOString() ?? null,
      amount: amount?.toString() ?? null,
      headroom: found.headroom?.toString() ?? null,
      smallestAdmissible: found.smallestAdmissible?.toString() ?? null,
      code,
      binding: found.binding.map(boundOf),
      path: seen.map((one) => PathNode.parse(viewOf(one))),
      version: node.version,
    };
  },
});

const farthestDays = 3660;

/** Days after today on which something known changes on the path: terms, dates, reservations. */
async function turningDaysOf(
  context: QueryContext,
  nodeId: string,
  until: Day,
): Promise<readonly Day[]> {
  const { path } = await pathOf(context.tx, nodeId);
  const ids = path.map((node) => node.id);
  const expiries = await context.tx.rows<{ expiresAt: Date }>(selectExpiries, [
    path.map((node) => node.path.at(-1)),
  ]);
  const fenced = await fencedBelow(context.tx, ids);
  const days = new Set<Day>([
    ...[...path, ...fenced].flatMap((node) =>
      turningDays(node.terms, context.today, until, (day) => addDays(day, 1)),
    ),
    ...path.map((node) => node.startsOn),
    // A reservation that runs out during a day is free at its end, which is how a day is shown.
    ...expiries.map((one) => dayInShanghai(one.expiresAt)),
  ]);
  return [...days].filter((day) => day > context.today && day <= until).sort();
}

export const whenAvailable = query({
  name: 'limits.when-available',
  title: { zh: '何时可用', en: 'When an amount can be drawn' },
  permission: 'limits:read',
  byKey: true,
  input: z.strictObject({
    nodeId: IdInput('lim'),
    amount: PositiveAmountInput,
    tenorDays: z.coerce.number().int().min(1).max(36_500).optional(),
    /** Ten years from today at most, which is also meant when absent. */
    until: DayInput.optional(),
  }),
  output: z.object({
    nodeId: IdText,
    amount: MoneyText,
    /** Null when no day up to `until` has room, by what is known today. */
    firstOn: DayText.nullable(),
    /** Today, then each day on which something known changes, until the amount fits. */
    days: z.array(
      z.object({
        day: DayText,
        headroom: MoneyText.nullable(),
        code: z.string().nullable(),
        binding: z.array(Bound),
      }),
    ),
    until: DayText,
  }),
  async run(context, { nodeId, amount, tenorDays, until: asked }) {
    const farthest = addDays(context.today, farthestDays);
    const until = asked === undefined || asked > farthest ? farthest : asked;
    const turning = await turningDaysOf(context, nodeId, until);
    const days = [];
    for (const day of [context.today, ...turning]) {
      const at = asOfDay(context, day);
      const { found, code } = await look(context, { nodeId, amount, tenorDays }, at);
      const headroomThen = found.headroom?.toString() ?? null;
      days.push({ day, headroom: headroomThen, code, binding: found.binding.map(boundOf) });
      if (code === null) break;
    }
    const last = days.at(-1);
    const firstOn = last?.code === null ? last.day : null;
    return { nodeId, amount: amount.toString(), firstOn, days, until };
  },
});
