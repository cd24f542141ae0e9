/**
 * Rows of the limit tree. The HARD nodes of a batch are locked in one order everywhere: deepest
 * first, ids sorted, the root last; SOFT nodes have no counters, are never locked and only pass
 * through.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LimitNode, Movement, Reservation } from './model.ts';
import { termsFromText } from './terms-input.ts';

const nodeColumns = `id, zone_id as "zoneId", owner_id as "ownerId", parent_id as "parentId", path,
  caps, depth, name, kind, revolving, enforcement, contribution, amount, state,
  starts_on as "startsOn", expires_on as "expiresOn", outstanding, drawn, consumed, reserved,
  same_day_on as "sameDayOn", same_day_restorable as "sameDayRestorable",
  eased_on as "easedOn", version::int,
  terms, fenced, bucket_use as "bucketUse", shared, subject_id as "subjectId"`;

type NodeRow = Omit<
  LimitNode,
  | 'limit'
  | 'granted'
  | 'terms'
  | 'bucketUse'
  | 'parentId'
  | 'subjectId'
  | 'expiresOn'
  | 'outstanding'
  | 'drawn'
  | 'consumed'
  | 'reserved'
  | 'sameDayOn'
  | 'sameDayRestorable'
  | 'easedOn'
> & {
  parentId: string | null;
  subjectId: string | null;
  amount: string;
  expiresOn: Day | null;
  outstanding: string;
  drawn: string;
  consumed: string;
  reserved: string;
  sameDayOn: Day | null;
  sameDayRestorable: string;
  easedOn: Day | null;
  terms: unknown;
  bucketUse: Record<string, string> | null;
};

const nothingInBuckets: ReadonlyMap<number, Money> = new Map();

const bucketsFromRow = (kept: Record<string, string> | null): ReadonlyMap<number, Money> =>
  kept === null
    ? nothingInBuckets
    : new Map(Object.entries(kept).map(([days, used]) => [parseInt(days, 10), Money.of(used)]));

const bucketsText = (node: LimitNode): string | null =>
  node.bucketUse.size === 0 ? null : JSON.stringify(Object.fromEntries(node.bucketUse));

/** The node with the limit it was granted; what is in force on a day is `onDay` of it. */
export const nodeFromRow = (row: NodeRow): LimitNode => {
  const { amount, ...rest } = row;
  const granted = Money.of(amount);
  return {
    ...rest,
    granted,
    limit: granted,
    terms: termsFromText(row.terms),
    bucketUse: bucketsFromRow(row.bucketUse),
    parentId: row.parentId ?? undefined,
    subjectId: row.subjectId ?? undefined,
    expiresOn: row.expiresOn ?? undefined,
    outstanding: Money.of(row.outstanding),
    drawn: Money.of(row.drawn),
    consumed: Money.of(row.consumed),
    reserved: Money.of(row.reserved),
    sameDayOn: row.sameDayOn ?? undefined,
    sameDayRestorable: Money.of(row.sameDayRestorable),
    easedOn: row.easedOn ?? undefined,
  };
};

const lockHard = statement(
  'limits.lock-hard',
  `select ${nodeColumns} from limits_nodes
   where id = any ($1::text[]) and enforcement = 'HARD'
   order by depth desc, id for no key update`,
);
const selectNodes = statement(
  'limits.select-nodes',
  `select ${nodeColumns} from limits_nodes where id = any ($1::text[])`,
);

const selectTouched = statement(
  'limits.select-touched',
  `with along as (
     select distinct unnest(path) as id from limits_nodes where id = any ($1::text[])
   ), capped as (
     select distinct unnest(c.path) as id
     from along join limits_nodes n using (id) join limits_nodes c on c.id = any (n.caps)
     where n.caps <> '{}'
   )
   select ${nodeColumns} from limits_nodes
   where id in (select id from along union select id from capped)`,
);

/**
 * Every node that a movement on one of `ids` touches: the paths, and the paths of the caps on them.
 * Counters of HARD nodes are stale until they are locked; terms of SOFT ones are all there is.
 */
export async function touchedNodes(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, LimitNode>> {
  const rows = await tx.rows<NodeRow>(selectTouched, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, nodeFromRow(row)]));
}

/** Locks the HARD nodes among `ids`, deepest first, and reads their counters under the lock. */
export async function lockHardNodes(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, LimitNode>> {
  const rows = await tx.rows<NodeRow>(lockHard, [ids]);
  return new Map(rows.map((row) => [row.id, nodeFromRow(row)]));
}

const lockSoft = statement(
  'limits.lock-soft',
  `select ${nodeColumns} from limits_nodes
   where id = any ($1::text[]) and enforcement = 'SOFT'
   order by depth desc, id for no key update`,
);

/** Locks the SOFT nodes among `ids` for whoever writes of them; what is drawn does not wait. */
export async function lockSoftNodes(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, LimitNode>> {
  const rows = await tx.rows<NodeRow>(lockSoft, [ids]);
  return new Map(rows.map((row) => [row.id, nodeFromRow(row)]));
}

const lockCounters = statement(
  'limits.lock-counters',
  `select id, version::int, outstanding, drawn, consumed, reserved, same_day_on as "sameDayOn",
     same_day_restorable as "sameDayRestorable", eased_on as "easedOn", bucket_use as "bucketUse"
   from limits_nodes where id = any ($1::text[]) and enforcement = 'HARD'
   order by depth desc, id for no key update`,
);
const selectVersions = statement(
  'limits.select-versions',
  'select id, version::int from limits_nodes where id = any ($1::text[])',
);

type CountersRow = Pick<
  NodeRow,
  | 'id'
  | 'version'
  | 'outstanding'
  | 'drawn'
  | 'consumed'
  | 'reserved'
  | 'sameDayOn'
  | 'sameDayRestorable'
  | 'easedOn'
  | 'bucketUse'
>;

/**
 * Locks the HARD ones among nodes seen before, deepest first, and joins their counters to the terms
 * known of them; undefined when some node is gone, out of scope, or has other terms by now. What is
 * sent before the answer is awaited runs after the lock.
 */
export async function lockSeen(
  tx: Tx,
  seen: ReadonlyMap<string, LimitNode>,
): Promise<Map<string, LimitNode> | undefined> {
  const hard: string[] = [];
  const soft: string[] = [];
  for (const { id, enforcement } of seen.values()) (enforcement === 'HARD' ? hard : soft).push(id);
  // SOFT nodes are looked at behind the locks: whoever changed one above may have held those.
  const [counters, versions] = await Promise.all([
    tx.rows<CountersRow>(lockCounters, [hard]),
    soft.length === 0 ? [] : tx.rows<{ id: string; version: number }>(selectVersions, [soft]),
  ]);
  if (versions.length + counters.length < seen.size) return undefined;
  if (versions.some(({ id, version }) => seen.get(id)?.version !== version)) return undefined;
  const nodes = new Map(seen);
  for (const row of counters) {
    const terms = seen.get(row.id);
    if (terms?.version !== row.version) return undefined;
    nodes.set(row.id, {
      ...terms,
      outstanding: Money.of(row.outstanding),
      drawn: Money.of(row.drawn),
      consumed: Money.of(row.consumed),
      reserved: Money.of(row.reserved),
      sameDayOn: row.sameDayOn ?? undefined,
      sameDayRestorable: Money.of(row.sameDayRestorable),
      easedOn: row.easedOn ?? undefined,
      bucketUse: bucketsFromRow(row.bucketUse),
    });
  }
  return nodes;
}

const lockOne = statement(
  'limits.lock-one',
  `select ${nodeColumns} from limits_nodes where id = $1 for no key update`,
);

/** Locks one node, HARD or SOFT, to change its terms. */
export async function lockAnyNode(tx: Tx, id: string): Promise<LimitNode | undefined> {
  const [row] = await tx.rows<NodeRow>(lockOne, [id]);
  return row && nodeFromRow(row);
}

const selectFenced = statement(
  'limits.select-fenced',
  `with recursive below (id, fenced) as (
     select id, fenced from limits_nodes
     where parent_id = any ($1::text[]) and (terms is not null or fenced)
     union
     select c.id, c.fenced from below b join limits_nodes c on c.parent_id = b.id
     where b.fenced and (c.terms is not null or c.fenced)
   )
   select ${nodeColumns} from limits_nodes where id in (select id from below)`,
);

/**
 * The nodes below that may keep something from their siblings. Read under the lock of the parents,
 * which every movement below takes too, they stand still without a lock of their own.
 */
export async function fencedBelow(tx: Tx, parents: readonly string[]): Promise<LimitNode[]> {
  if (parents.length === 0) return [];
  return (await tx.rows<NodeRow>(selectFenced, [parents])).map(nodeFromRow);
}

/** The nodes without any lock, for reading. */
export async function readNodes(tx: Tx, ids: readonly string[]): Promise<Map<string, LimitNode>> {
  const rows = await tx.rows<NodeRow>(selectNodes, [ids]);
  return new Map(rows.map((row) => [row.id, nodeFromRow(row)]));
}

type ReservationRow = Omit<Reservation, 'amount' | 'used' | 'tenorDays'> & {
  amount: string;
  used: string;
  tenorDays: number | null;
};

const reservationFromRow = (row: ReservationRow): Reservation => ({
  ...row,
  amount: Money.of(row.amount),
  used: Money.of(row.used),
  tenorDays: row.tenorDays ?? undefined,
});

const reservationColumns = `id, node_id as "nodeId", amount, used, state,
  expires_at as "expiresAt", tenor_days as "tenorDays"`;

const lockReservations = statement(
  'limits.lock-reservations',
  `select ${reservationColumns} from limits_reservations
   where id = any (array(
     select unnest($1::text[])
     union all
     select due.id from limits_reservations due
     where due.state = 'PENDING' and due.root_id = any ($2::text[])
       and due.expires_at <= $3::timestamptz))
   order by id for no key update`,
);

/** Locks the named reservations, and every open one under these roots that has run out. */
export async function lockReservationsOf(
  tx: Tx,
  named: readonly string[],
  roots: readonly string[],
  now: Date,
): Promise<Map<string, Reservation>> {
  const rows = await tx.rows<ReservationRow>(lockReservations, [named, roots, now.toISOString()]);
  return new Map(rows.map((row) => [row.id, reservationFromRow(row)]));
}

const saveCounters = statement(
  'limits.save-counters',
  `update limits_nodes n set outstanding = c.outstanding, drawn = c.drawn, consumed = c.consumed,
     reserved = c.reserved, same_day_on = c.same_day_on,
     same_day_restorable = c.same_day_restorable, eased_on = c.eased_on,
     bucket_use = c.bucket_use::json
   from unnest($1::text[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[], $6::date[],
     $7::numeric[], $8::date[], $9::text[]) as c (id, outstanding, drawn, consumed, reserved,
     same_day_on, same_day_restorable, eased_on, bucket_use)
   where n.id = c.id`,
);

/**
 * Writes the counters of the changed HARD nodes. Their `version` is that of the terms, not of use.
 */
export function saveNodeCounters(tx: Tx, nodes: readonly LimitNode[]): void {
  const hard = nodes.filter((node) => node.enforcement === 'HARD');
  if (hard.length === 0) return;
  tx.send(saveCounters, [
    hard.map((n) => n.id),
    hard.map((n) => n.outstanding.toString()),
    hard.map((n) => n.drawn.toString()),
    hard.map((n) => n.consumed.toString()),
    hard.map((n) => n.reserved.toString()),
    hard.map((n) => n.sameDayOn ?? null),
    hard.map((n) => n.sameDayRestorable.toString()),
    hard.map((n) => n.easedOn ?? null),
    hard.map(bucketsText),
  ]);
}

const addDrawn = statement(
  'limits.add-drawn',
  `update limits_nodes n set outstanding = n.outstanding + c.drawn, drawn = n.drawn + c.drawn,
     consumed = n.consumed + c.drawn
   from unnest($1::text[], $2::numeric[]) as c (id, drawn) where n.id = c.id`,
);

/** Adds what is drawn on HARD nodes that are locked by now, without having read them first. */
export function addDrawnTo(tx: Tx, drawn: ReadonlyMap<string, Money>): void {
  tx.send(addDrawn, [[...drawn.keys()], [...drawn.values()].map((sum) => sum.toString())]);
}

const insertMovements = bulkInsert('limits.insert-movements', 'limits_movements', {
  node_id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  kind: 'text',
  amount: 'numeric',
  reserved: 'numeric',
  outstanding: 'numeric',
  drawn: 'numeric',
  path: 'text[]',
  consumed: 'numeric[]',
  value_on: 'date',
  reservation_id: 'text',
  tenor_days: 'integer',
  source_id: 'text',
  operation_id: 'text',
  recorded_at: 'timestamptz',
});

export interface JournalledMovement {
  readonly movement: Movement;
  readonly leaf: Pick<LimitNode, 'id' | 'zoneId' | 'ownerId'>;
  /** The HARD nodes it touched, leaf first. */
  readonly hardIds: readonly string[];
  readonly sourceId: string;
  readonly operationId: string;
}

const arrayText = (values: readonly string[]): string => `{${values.join(',')}}`;

/** Appends to the journal of movements, in the order in which they were decided. */
export function journalMovements(
  tx: Tx,
  list: readonly JournalledMovement[],
  recordedAt: Date,
): void {
  const consumed = ({ movement, hardIds }: JournalledMovement): string[] =>
    hardIds.map((id) => (movement.consumed.get(id) ?? Money.zero).toString());
  const at = recordedAt.toISOString();
  insertMovements(tx, {
    node_id: list.map((j) => j.leaf.id),
    zone_id: list.map((j) => j.leaf.zoneId),
    owner_id: list.map((j) => j.leaf.ownerId),
    kind: list.map((j) => j.movement.kind),
    amount: list.map((j) => j.movement.amount.toString()),
    reserved: list.map((j) => j.movement.reserved.toString()),
    outstanding: list.map((j) => j.movement.outstanding.toString()),
    drawn: list.map((j) => j.movement.drawn.toString()),
    path: list.map((j) => arrayText(j.hardIds)),
    consumed: list.map((j) => arrayText(consumed(j))),
    value_on: list.map((j) => j.movement.valueOn),
    reservation_id: list.map((j) => j.movement.reservationId),
    tenor_days: list.map((j) => j.movement.tenorDays),
    source_id: list.map((j) => j.sourceId),
    operation_id: list.map((j) => j.operationId),
    recorded_at: list.map(() => at),
  });
}
