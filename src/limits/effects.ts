/**
 * What an operation did to the tree: every node, HARD or SOFT, whose use, limit, state or terms
 * are other ones afterwards, as its reader sees it, and which terms from what to what. What was
 * before is read once it is undone.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { EffectReader, Tried } from '../platform/trial.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LimitNode } from './model.ts';
import type { LimitBook } from './rules/headroom.ts';
import { availableOf, fencedIn, headroomOf, participants, roomsOf } from './rules/headroom.ts';
import { asOfDay, seeNodes } from './store-figures.ts';
import type { ChangedField } from './store-changes.ts';
import { toldChanges } from './store-changes.ts';
import { fencedBelow, readNodes } from './store.ts';
import { madeNodes } from './store-terms.ts';

const selectTouched = statement(
  'limits.select-touched-by',
  `with moved as (
     select node_id, path from limits_movements
     where recorded_at = $1::timestamptz and operation_id = $2
   ), changed as (
     select node_id, field, old_value from limits_changes
     where recorded_at = $1::timestamptz and operation_id = $2
   ), touched as (
     select node_id as id from moved union select unnest(path) from moved
     union select node_id from changed
     union select old_value from changed where field = 'parent'
     union select unnest($3::text[])
   ), along as (
     select distinct unnest(n.path) as id from touched join limits_nodes n using (id)
   )
   select id from along
   union select unnest(c.path) from along join limits_nodes n using (id)
     join limits_nodes c on c.id = any (n.caps)`,
);

const selectChanged = statement(
  'limits.select-changed-by',
  `select node_id as "nodeId", field, old_value as "from", new_value as "to" from limits_changes
   where recorded_at = $1::timestamptz and operation_id = $2 order by version, id`,
);

interface ChangeRow {
  readonly nodeId: string;
  readonly field: ChangedField;
  readonly from: string | null;
  readonly to: string | null;
}

/** By node: each member of the terms that changed, from what to what. */
async function changesBy(tx: Tx, { now, operationId }: Tried) {
  const rows = await tx.rows<ChangeRow>(selectChanged, [now.toISOString(), operationId]);
  const changes = new Map<string, { field: string; from: unknown; to: unknown }[]>();
  for (const { nodeId, ...row } of rows) {
    changes.set(nodeId, [...(changes.get(nodeId) ?? []), ...toldChanges(row)]);
  }
  return changes;
}

interface Figures {
  readonly used: string;
  readonly reserved: string;
  readonly available: string;
}

interface Seen {
  readonly nodeId: string;
  readonly name: string;
  readonly kind: string;
  readonly depth: number;
  readonly limit: string;
  readonly state: string;
  /** Over the whole path: zero where nothing is taken, null where nothing limits. */
  readonly headroom: string | null;
  readonly figures: Figures;
}

const bookOf = (nodes: readonly LimitNode[]): LimitBook => ({
  nodes: new Map(nodes.map((node) => [node.id, node])),
  reservations: new Map(),
  fenced: fencedIn(nodes),
});

function headroomIn(book: LimitBook, node: LimitNode, day: Day): string | null {
  const found = headroomOf(participants(book, node), undefined, day, roomsOf(book, node));
  return found.headroom?.toString() ?? null;
}

async function seen(tx: Tx, of: Tried, ids: readonly string[]): Promise<Map<string, Seen>> {
  const nodes = [...(await readNodes(tx, ids)).values()];
  const fenced = nodes.flatMap((node) => (node.fenced ? node.id : []));
  const [all, kept] = await Promise.all([
    seeNodes(tx, of.scope, nodes, asOfDay(of), { sumGranted: false }),
    seeNodes(tx, of.scope, await fencedBelow(tx, fenced), asOfDay(of)),
  ]);
  const book = bookOf([...kept, ...all].map(({ node }) => node));
  return new Map(
    all.map(({ node }) => {
      const { id: nodeId, name, kind, depth, state } = node;
      const figures = {
        used: node.consumed.toString(),
        reserved: node.reserved.toString(),
        available: availableOf(node).toString(),
      };
      const limit = node.limit.toString();
      const headroom = headroomIn(book, node, of.today);
      return [nodeId, { nodeId, name, kind, depth, limit, state, headroom, figures }];
    }),
  );
}

const same = (a: Seen, b: Seen): boolean =>
  a.limit === b.limit &&
  a.state === b.state &&
  a.figures.used === b.figures.used &&
  a.figures.reserved === b.figures.reserved;

/** A node that the operation makes had nothing before. */
const none: Figures = {
  used: Money.zero.toString(),
  reserved: Money.zero.toString(),
  available: Money.zero.toString(),
};

export const limitEffects: EffectReader = {
  name: 'limits',
  async read(tx, of) {
    const { now, operationId } = of;
    const values = [now.toISOString(), operationId, madeNodes(tx)];
    const rows = await tx.rows<{ id: string }>(selectTouched, values);
    const ids = rows.map(({ id }) => id);
    const [after, changes] = await Promise.all([seen(tx, of, ids), changesBy(tx, of)]);
    return async (undone) => {
      const before = await seen(undone, of, ids);
      const list = [...after.values()].flatMap(({ figures, ...is }) => {
        const was = before.get(is.nodeId);
        const changed = changes.get(is.nodeId) ?? [];
        if (was && changed.length === 0 && same(was, { ...is, figures })) return [];
        return {
          ...is,
          limitBefore: was?.limit ?? null,
          stateBefore: was?.state ?? null,
          headroomBefore: was?.headroom ?? null,
          before: was?.figures ?? none,
          after: figures,
          changes: changed,
        };
      });
      // The leaf first, as everywhere.
      return list.toSorted((a, b) => b.depth - a.depth || (a.nodeId < b.nodeId ? -1 : 1));
    };
  },
};
