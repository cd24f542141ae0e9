/**
 * The database path of a move: reservations are locked before nodes, and the nodes of the subtree,
 * of the old path and of the new one together in the order of everybody, so that a drawdown is
 * either wholly before the move or wholly after it. What has run out is given back first.
 */
import type { Day } from '../kernel/index.ts';
import { Failure, Money, groupedBy, isFailure } from '../kernel/index.ts';
import type { Scope, Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { refuseGrants } from './allocation.ts';
import { grantOfNode } from './rules/over-subscription.ts';
import { lockCapRules, ruleLeft } from './cap-selectors.ts';
import { forgetTerms } from './last-seen.ts';
import type { LimitNode, Movement, Reservation } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import { onDay } from './rules/dated-terms.ts';
import { apply } from './rules/engine.ts';
import type { LimitBook } from './rules/headroom.ts';
import { fencedIn } from './rules/headroom.ts';
import type { Moved, Moving, MovingLeaf } from './rules/move.ts';
import { decideMove } from './rules/move.ts';
import { refuseSettled } from './rules/terms.ts';
import {
  fencedBelow,
  journalMovements,
  lockHardNodes,
  lockReservationsOf,
  readNodes,
  saveNodeCounters,
  touchedNodes,
} from './store.ts';
import { expectVersion, recordChanges } from './store-changes.ts';
import { lockNode, sayFencedAbove } from './store-terms.ts';
import { takeLimits, treeChanged } from './take.ts';

export interface MoveCause {
  readonly now: Date;
  readonly today: Day;
  readonly operationId: string;
  readonly reason: string;
}

const selectSubtree = statement(
  'limits.select-subtree',
  `with recursive below (id) as (
     select unnest($1::text[]) union
     select c.id from below b join limits_nodes c on c.parent_id = b.id)
   select id from below order by id`,
);
const selectOpen = statement(
  'limits.select-open-reservations',
  `select id, node_id as "nodeId", amount, tenor_days as "tenorDays" from limits_reservations
   where state = 'PENDING' and node_id = any ($1::text[]) order by id`,
);
const selectConsumed = statement(
  'limits.select-consumed-by',
  `select m.node_id as "nodeId", t.id, sum(t.consumed)::numeric(20,2) as consumed
   from limits_movements m cross join lateral unnest(m.path, m.consumed) as t (id, consumed)
   where m.node_id = any ($1::text[]) group by m.node_id, t.id`,
);
const selectPrincipal = statement(
  'limits.select-principal-of',
  `select node_id as "nodeId", tenor_days as "tenorDays",
     sum(outstanding)::numeric(20,2) as amount, sum(drawn)::numeric(20,2) as drawn
   from limits_movements
   where node_id = any ($1::text[]) and kind in ('draw', 'repay', 'unpay', 'reverse')
   group by node_id, tenor_days order by node_id, tenor_days`,
);
const isCapOf = statement(
  'limits.select-carriers',
  `select id from limits_nodes where caps && $1::text[] and not id = any ($1::text[]) limit 1`,
);

/** The nodes and all below them. */
export const subtreeOf = async (tx: Tx, ids: readonly string[]): Promise<string[]> =>
  (await tx.rows<{ id: string }>(selectSubtree, [ids])).map((row) => row.id);

interface OpenRow {
  readonly id: string;
  readonly nodeId: string;
  readonly amount: string;
  readonly tenorDays: number | null;
}

const byNode = <R extends { readonly nodeId: string }>(rows: readonly R[]): Map<string, R[]> =>
  groupedBy(rows, ({ nodeId }) => nodeId);

export async function leavesOf(tx: Tx, ids: readonly string[]): Promise<MovingLeaf[]> {
  type ConsumedRow = { nodeId: string; id: string; consumed: string };
  type PrincipalRow = Omit<OpenRow, 'id'> & { drawn: string };
  const open = byNode(await tx.rows<OpenRow>(selectOpen, [ids]));
  const consumed = byNode(await tx.rows<ConsumedRow>(selectConsumed, [ids]));
  const principal = byNode(await tx.rows<PrincipalRow>(selectPrincipal, [ids]));
  return ids.flatMap((nodeId) => {
    const own = principal.get(nodeId) ?? [];
    const held = (open.get(nodeId) ?? []).map(({ id, amount, tenorDays }) => ({
      id,
      amount: Money.of(amount),
      tenorDays: tenorDays ?? undefined,
    }));
    if (own.length + held.length === 0) return [];
    return {
      nodeId,
      held,
      everDrawn: own.length > 0,
      drawn: Money.sum(own.map((row) => Money.of(row.drawn))),
      consumed: new Map(
        (consumed.get(nodeId) ?? []).map((row) => [row.id, Money.of(row.consumed)]),
      ),
      principal: own
        .map(({ tenorDays, amount }) => ({
          tenorDays: tenorDays ?? undefined,
          amount: Money.of(amount),
        }))
        .filter((one) => !one.amount.isZero()),
    };
  });
}

/**
 * Locks all that movements on these nodes, on those below them and on the others touch, and gives
 * back what has run out there.
 */
export async function lockBranches(
  tx: Tx,
  tops: readonly string[],
  others: readonly string[],
  { now, today, operationId }: MoveCause,
): Promise<{ ids: string[]; nodes: Map<string, LimitNode> }> {
  const ids = await subtreeOf(tx, tops);
  const before = await touchedNodes(tx, [...ids, ...others]);
  const open = await tx.rows<OpenRow>(selectOpen, [ids]);
  const roots = [...before.values()].flatMap((node) => node.path.at(-1) ?? []);
  const named = open.map((row) => row.id);
  const held = await lockReservationsOf(tx, named, [...new Set(roots)], now);
  const due = [...held.values()].filter(
    (one: Reservation) => one.state === 'PENDING' && one.expiresAt <= now,
  );
  const late = await touchedNodes(
    tx,
    due.map((one) => one.nodeId),
  );
  const hard = [...before.values(), ...late.values()].filter((one) => one.enforcement === 'HARD');
  await lockHardNodes(
    tx,
    hard.map((one) => one.id),
  );
  const expired = await takeLimits(
    tx,
    due.map(({ id }) => ({
      step: { kind: 'expire', of: id, valueOn: today },
      sourceId: id,
      operationId,
    })),
    { now, today },
  );
  for (const result of expired) {
    if (isFailure(result) && result.code !== no['reservation-expired'].code) throw result;
  }
  const again = await subtreeOf(tx, tops);
  const nodes = await touchedNodes(tx, [...again, ...others]);
  const same = again.length === ids.length && [...nodes.keys()].every((id) => before.has(id));
  if (!same) throw treeChanged();
  return { ids, nodes };
}

export async function bookOf(
  tx: Tx,
  nodes: ReadonlyMap<string, LimitNode>,
  day: Day,
): Promise<LimitBook> {
  const children = await fencedBelow(
    tx,
    [...nodes.values()].flatMap((node) => (node.fenced ? node.id : [])),
  );
  const all = new Map(children.map((node) => [node.id, onDay(node, day)]));
  for (const [id, node] of nodes) all.set(id, onDay(node, day));
  return { nodes: all, reservations: new Map(), fenced: fencedIn(all.values()) };
}

const movePaths = statement(
  'limits.move-paths',
  `update limits_nodes n
   set path = n.path[1 : n.depth - $2 + 1] || p.path, depth = n.depth - $2 + p.depth + 1,
     parent_id = case n.id when $3 then p.id else n.parent_id end, version = n.version + 1
   from limits_nodes p where p.id = $4 and n.id = any ($1::text[])`,
);
const moveReservations = statement(
  'limits.move-reservations',
  `update limits_reservations set root_id = $2 where node_id = any ($1::text[]) and root_id <> $2`,
);
/** Applies decided movements to the book, and writes counters and journal. */
export function carryOver(
  tx: Tx,
  book: LimitBook,
  movements: readonly Movement[],
  sourceId: string,
  { operationId, now }: MoveCause,
): void {
  const before = new Map(book.nodes);
  for (const one of movements) apply(book, one);
  saveNodeCounters(
    tx,
    [...book.nodes.values()].filter((one) => before.get(one.id) !== one),
  );
  const journal = movements.map((movement) => {
    const leaf = before.get(movement.nodeId) as LimitNode;
    const hardIds = [...movement.consumed.keys()].filter(
      (id) => before.get(id)?.enforcement === 'HARD',
    );
    return { movement, leaf, hardIds, sourceId, operationId };
  });
  journalMovements(
    tx,
    journal.filter((one) => one.hardIds.length > 0),
    now,
  );
}

/** Counters, journal, places: what was decided. */
async function save(
  tx: Tx,
  book: LimitBook,
  { node, parent, subtree }: Moving,
  { movements }: Moved,
  cause: MoveCause,
): Promise<void> {
  forgetTerms(tx);
  carryOver(tx, book, movements, node.id, cause);
  const ids = subtree.map((one) => one.id);
  await tx.rows(movePaths, [ids, node.depth, node.id, parent.id]);
  await tx.rows(moveReservations, [ids, parent.path.at(-1)]);
  const places = { before: node.parentId ?? null, after: parent.id };
  const why = { ...cause, valueOn: cause.today };
  const moved = subtree.map((one) => {
    const field = one.id === node.id ? ('parent' as const) : ('above' as const);
    return { node: one, field, ...places, version: one.version + 1 };
  });
  recordChanges(tx, moved, why);
  if (node.parentId !== undefined) {
    await sayFencedAbove(tx, await lockNode(tx, node.parentId), why);
  }
  await sayFencedAbove(tx, await lockNode(tx, parent.id), why);
}

export interface Move {
  readonly nodeId: string;
  readonly parentId: string;
  /** Of the node as whoever asks saw it. */
  readonly expectedVersion?: number | undefined;
}

/**
 * Puts a node below another one with all its use. Throws `node-missing`, `parent-missing`,
 * `version-stale`, `limit-closed`, every refusal of a draw on the new path, and `move-impossible`.
 * Whoever hangs a thing of its own on nodes calls it with that thing, so that the two never part.
 * @returns the node as it was, and how much of use and of reservations went with it.
 */
export async function moveNode(
  tx: Tx,
  move: Move,
  cause: MoveCause & { readonly scope: Pick<Scope, 'owners'> },
): Promise<{ node: LimitNode; outstanding: Money; reserved: Money }> {
  const found = await readNodes(tx, [move.nodeId, move.parentId]);
  const seen = found.get(move.nodeId);
  if (!seen) throw new Failure(no['node-missing'], { nodeId: move.nodeId });
  if (!found.has(move.parentId)) throw new Failure(no['parent-missing'], { nodeId: move.parentId });
  // A SOFT limit is not locked: what it carries, and what is opened below, would change unseen.
  await lockCapRules(tx, seen);
  const { ids, nodes } = await lockBranches(tx, [move.nodeId], [move.parentId], cause);
  // Whoever held it meanwhile may have changed it; a SOFT one is not locked with the branches.
  const locked = await lockNode(tx, move.nodeId);
  if (locked) await expectVersion(tx, locked, move);
  if (locked?.version !== nodes.get(move.nodeId)?.version) throw treeChanged();
  const book = await bookOf(tx, nodes, cause.today);
  const node = book.nodes.get(move.nodeId) as LimitNode;
  const parent = book.nodes.get(move.parentId) as LimitNode;
  const settled = refuseSettled(node);
  if (settled) throw settled;
  if (node.zoneId !== parent.zoneId) {
    throw new Failure(no['parent-missing'], { nodeId: parent.id });
  }
  const [carrier] = await tx.rows<{ id: string }>(isCapOf, [ids]);
  const left = await ruleLeft(tx, ids, node.path.slice(1), parent.path);
  if (carrier || left !== undefined) {
    throw new Failure(no['move-impossible'], {
      nodeId: node.id,
      parentId: parent.id,
      cause: 'cap',
    });
  }
  const subtree = ids.map((id) => book.nodes.get(id) as LimitNode);
  const leaves = await leavesOf(tx, ids);
  const moving: Moving = { node, parent, subtree, leaves, day: cause.today };
  const moved = decideMove(book, moving);
  if (isFailure(moved)) throw moved;
  const grant = grantOfNode(parent.id, node);
  const [over] = await refuseGrants({ tx, today: cause.today }, cause.scope, [grant]);
  if (over) throw over;
  await save(tx, book, moving, moved, cause);
  return {
    node,
    outstanding: Money.sum(leaves.flatMap((leaf) => leaf.principal.map((one) => one.amount))),
    reserved: Money.sum(leaves.flatMap((leaf) => leaf.held.map((one) => one.amount))),
  };
}
