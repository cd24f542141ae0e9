/**
 * Rows that describe rather than count: new nodes, changed terms, reservations. Kept apart from the
 * counters because these run once per line, not once per drawdown.
 */
import type { Day } from '../kernel/index.ts';
import { Failure, Money, newId } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type {
  Contribution,
  Enforcement,
  LimitNode,
  NodeKind,
  Reservation,
  Revolving,
} from './model.ts';
import { forgetTerms } from './last-seen.ts';
import type { ChangeCause, ChangedField } from './store-changes.ts';
import { recordChanges } from './store-changes.ts';
import type { DatedTerms } from './rules/dated-terms.ts';
import { ceilingOf, onDay, plainTerms, ringFences } from './rules/dated-terms.ts';
import { termsText } from './terms-input.ts';
import { limitRefusals as no } from './refusals.ts';
import { excessOf } from './rules/terms.ts';
import { fencedBelow, lockAnyNode, lockHardNodes } from './store.ts';
import type { WatchCause } from './watch.ts';
import { watchNodes } from './watch.ts';

export interface NewNode {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly shared?: boolean;
  readonly parentId?: string | undefined;
  readonly caps?: readonly string[];
  readonly name: string;
  readonly kind: NodeKind;
  /** The enterprise, agreement or pool that the node is about. */
  readonly subjectId?: string;
  /** Who may use it, and for which product: what rules of caps go by. */
  readonly partyId?: string;
  readonly product?: string;
  readonly revolving: Revolving;
  readonly enforcement: Enforcement;
  readonly contribution?: Contribution;
  readonly limit: Money;
  readonly startsOn: Day;
  readonly expiresOn?: Day | undefined;
}

const insertNodes = statement(
  'limits.insert-nodes',
  `insert into limits_nodes (id, zone_id, owner_id, shared, parent_id, path, caps, depth, name,
     kind, subject_id, revolving, enforcement, contribution, amount, state, starts_on, expires_on,
     party_id, product)
   select n.id, n.zone_id, n.owner_id, n.shared, n.parent_id, array[n.id] || coalesce(p.path, '{}'),
     n.caps::text[], coalesce(p.depth + 1, 0), n.name, n.kind, n.subject_id, n.revolving,
     n.enforcement, n.contribution, n.amount, 'ACTIVE', n.starts_on, n.expires_on, n.party_id,
     n.product
   from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[],
     $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::numeric[],
     $14::date[], $15::date[], $16::text[], $17::text[]) as n (id, zone_id, owner_id, shared,
     parent_id, caps, name, kind, subject_id, revolving, enforcement, contribution, amount,
     starts_on, expires_on, party_id, product)
   left join limits_nodes p on p.id = n.parent_id
   where n.parent_id is null or p.id is not null
   returning id`,
);

const madeBy = new WeakMap<Tx, string[]>();

/** The nodes that this transaction has added. */
export const madeNodes = (tx: Tx): readonly string[] => madeBy.get(tx) ?? [];

/**
 * Adds nodes below nodes that exist; a list must not contain a node and its own parent. Throws
 * `parent-missing` when a parent is not there or out of scope: without it nobody would check it.
 */
export async function createNodes(tx: Tx, nodes: readonly NewNode[]): Promise<void> {
  if (nodes.length === 0) return;
  forgetTerms(tx);
  madeBy.set(tx, [...madeNodes(tx), ...nodes.map(({ id }) => id)]);
  const rows = await tx.rows<{ id: string }>(insertNodes, [
    nodes.map((n) => n.id),
    nodes.map((n) => n.zoneId),
    nodes.map((n) => n.ownerId),
    nodes.map((n) => n.shared ?? false),
    nodes.map((n) => n.parentId ?? null),
    nodes.map((n) => `{${(n.caps ?? []).join(',')}}`),
    nodes.map((n) => n.name),
    nodes.map((n) => n.kind),
    nodes.map((n) => n.subjectId ?? null),
    nodes.map((n) => n.revolving),
    nodes.map((n) => n.enforcement),
    nodes.map((n) => n.contribution ?? 'consumed'),
    nodes.map((n) => n.limit.toString()),
    nodes.map((n) => n.startsOn),
    nodes.map((n) => n.expiresOn ?? null),
    nodes.map((n) => n.partyId ?? null),
    nodes.map((n) => n.product ?? null),
  ]);
  if (rows.length === nodes.length) return;
  const made = new Set(rows.map((row) => row.id));
  const orphan = nodes.find((node) => !made.has(node.id));
  throw new Failure(no['parent-missing'], { nodeId: orphan?.parentId });
}

const updateTerm = statement(
  'limits.update-terms',
  `update limits_nodes set amount = $2::numeric, state = $3, expires_on = $4::date,
     terms = $5::json, ceiling = $6::numeric, eased_on = greatest(eased_on, $7::date),
     version = version + 1
   where id = $1`,
);
export interface TermChange {
  /** What is granted; the terms may make it another amount on a day. */
  readonly limit?: Money;
  readonly terms?: DatedTerms;
  readonly state?: LimitNode['state'];
  readonly expiresOn?: Day;
}

/** Why terms change, and who hears of what it does to the limit. */
export interface TermCause extends WatchCause {
  readonly valueOn: Day;
}

/** Tells of a limit that is passed, with the size of it. */
function tellExcess(node: LimitNode, { tell }: TermCause): void {
  const excess = excessOf(node);
  if (!excess) return;
  const { id: subjectId, zoneId, ownerId, limit, consumed: used, reserved } = node;
  const payload = { limit, used, reserved, excess };
  tell({ name: 'limits.over-limit', zoneId, ownerId, subjectId, payload });
}

/**
 * Changes terms of a locked node and writes each change with its reason. Use is never touched: a
 * cut below it is carried out and told, and its incident opened. What is closed stays closed.
 */
export async function changeTerms(
  tx: Tx,
  node: LimitNode,
  change: TermChange,
  why: TermCause,
): Promise<LimitNode> {
  forgetTerms(tx);
  const granted = change.limit ?? node.granted;
  const { version } = node;
  const changed: LimitNode = { ...node, ...change, granted, version: version + 1 };
  const next = onDay(changed, why.valueOn);
  if (node.state === 'CLOSED' && next.state !== 'CLOSED') {
    throw new Error(`The limit ${node.id} is closed for good.`);
  }
  const termsOf = ({ terms }: LimitNode): string | undefined => {
    const text = termsText(terms);
    return text === null ? undefined : JSON.stringify(text);
  };
  await tx.rows(updateTerm, [
    node.id,
    granted.toString(),
    next.state,
    next.expiresOn ?? null,
    termsOf(next) ?? null,
    next.terms === plainTerms ? null : ceilingOf(granted, next.terms).toString(),
    why.valueOn,
  ]);
  const fields: [ChangedField, string | undefined, string | undefined][] = [
    ['amount', node.granted.toString(), granted.toString()],
    ['terms', termsOf(node), termsOf(next)],
    ['state', node.state, next.state],
    ['expires_on', node.expiresOn, next.expiresOn],
  ];
  const changes = fields.map(([field, before, after]) => ({
    node,
    field,
    before: before ?? null,
    after: after ?? null,
    version: next.version,
  }));
  recordChanges(tx, changes, why);
  if (change.limit !== undefined || change.terms !== undefined) {
    tellExcess(next, why);
    await watchNodes(tx, [next], why);
  }
  return next;
}

const addExcess = statement(
  'limits.add-excess',
  `update limits_nodes n set excess = n.excess + e.amount
   from unnest($1::text[], $2::numeric[]) as e (id, amount) where n.id = e.id`,
);

/**
 * Moves how far approved exceptions let nodes be passed. The table refuses use beyond limit and
 * excess together; the engine admits beyond the limit only a draw that names its exception.
 * What is taken back may leave a limit passed, which opens its incident.
 * @param moved by node, the amount more or (negative) less.
 */
export async function allowExcess(
  tx: Tx,
  moved: ReadonlyMap<string, Money>,
  why: WatchCause,
): Promise<void> {
  if (moved.size === 0) return;
  const locked = await lockHardNodes(tx, [...moved.keys()]);
  await tx.rows(addExcess, [[...moved.keys()], [...moved.values()].map((sum) => sum.toString())]);
  const less = [...locked.values()].filter(({ id }) => moved.get(id)?.isNegative() === true);
  await watchNodes(tx, less, why);
}

const updateFenced = statement(
  'limits.update-fenced',
  `update limits_nodes p set fenced = $2, version = version + 1
   where p.id = $1 and p.fenced <> $2`,
);

/** Says on a locked parent, and on those above it, whether something below is not lent. */
export async function sayFencedAbove(
  tx: Tx,
  parent: LimitNode | undefined,
  why: ChangeCause,
): Promise<void> {
  forgetTerms(tx);
  for (let above = parent; above;) {
    const { id, parentId } = above;
    const children = await fencedBelow(tx, [id]);
    const fenced = children.some(
      (one) => one.parentId === id && (ringFences(one.terms) || one.fenced),
    );
    if (fenced === above.fenced) return;
    await tx.rows(updateFenced, [id, fenced]);
    const version = above.version + 1;
    const texts = { before: String(above.fenced), after: String(fenced) };
    recordChanges(tx, [{ node: above, field: 'fenced', ...texts, version }], why);
    above = parentId === undefined ? undefined : await lockNode(tx, parentId);
  }
}

/** Locks one node of the caller's scope; undefined when there is none. */
export async function lockNode(tx: Tx, id: string): Promise<LimitNode | undefined> {
  return lockAnyNode(tx, id);
}

const insertReservations = statement(
  'limits.insert-reservations',
  `insert into limits_reservations (id, zone_id, owner_id, node_id, root_id, amount, used, state,
     expires_at, purpose, tenor_days, made_at, resolved_at)
   select r.*, $12::timestamptz, case r.state when 'PENDING' then null else $12::timestamptz end
   from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[],
     $7::numeric[], $8::text[], $9::timestamptz[], $10::text[], $11::int[]) as r (id, zone_id,
     owner_id, node_id, root_id, amount, used, state, expires_at, purpose, tenor_days)`,
);
const updateReservations = statement(
  'limits.update-reservations',
  `update limits_reservations r set amount = c.amount, used = c.used, state = c.state,
     resolved_at = case c.state when 'PENDING' then null else $5::timestamptz end,
     version = version + 1
   from unnest($1::text[], $2::numeric[], $3::numeric[], $4::text[]) as c (id, amount, used, state)
   where r.id = c.id`,
);

export interface NewReservation {
  readonly reservation: Reservation;
  readonly leaf: LimitNode;
  readonly purpose: string;
}

/** Adds reservations as they stand at the end of the batch, which may have used them already. */
export function createReservations(tx: Tx, list: readonly NewReservation[], now: Date): void {
  if (list.length === 0) return;
  tx.send(insertReservations, [
    list.map((r) => r.reservation.id),
    list.map((r) => r.leaf.zoneId),
    list.map((r) => r.leaf.ownerId),
    list.map((r) => r.leaf.id),
    list.map((r) => r.leaf.path.at(-1)),
    list.map((r) => r.reservation.amount.toString()),
    list.map((r) => r.reservation.used.toString()),
    list.map((r) => r.reservation.state),
    list.map((r) => r.reservation.expiresAt.toISOString()),
    list.map((r) => r.purpose),
    list.map((r) => r.reservation.tenorDays ?? null),
    now.toISOString(),
  ]);
}

export function saveReservations(tx: Tx, list: readonly Reservation[], now: Date): void {
  if (list.length === 0) return;
  tx.send(updateReservations, [
    list.map((r) => r.id),
    list.map((r) => r.amount.toString()),
    list.map((r) => r.used.toString()),
    list.map((r) => r.state),
    now.toISOString(),
  ]);
}

const selectZoneRoot = statement(
  'limits.select-zone-root',
  `select id from limits_nodes where zone_id = $1 and kind = 'ZONE'`,
);

/**
 * The zone's shared root, made when first needed: SOFT, its figure the sum of what hangs below,
 * unless a limit is given. An existing root is returned as it is.
 */
export async function zoneRoot(
  tx: Tx,
  zone: { zoneId: string; ownerId: string; name: string; startsOn: Day; limit?: Money | undefined },
): Promise<string> {
  const [row] = await tx.rows<{ id: string }>(selectZoneRoot, [zone.zoneId]);
  if (row) return row.id;
  const id = newId('lim');
  await createNodes(tx, [
    {
      ...zone,
      id,
      shared: true,
      kind: 'ZONE',
      revolving: 'R',
      enforcement: zone.limit === undefined ? 'SOFT' : 'HARD',
      limit: zone.limit ?? Money.zero,
    },
  ]);
  return id;
}
