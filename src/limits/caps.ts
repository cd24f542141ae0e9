/**
 * Caps across the tree (横向限额: one borrower, one group, one product): a HARD node of its own that
 * other nodes carry, so that every movement below them touches it too. Who carries it is set as a
 * whole; what is used there joins or leaves the cap in the same transaction, journalled.
 */
import { Failure, isFailure } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { forgetTerms } from './last-seen.ts';
import type { LimitNode } from './model.ts';
import type { MoveCause } from './move.ts';
import { bookOf, carryOver, leavesOf, lockBranches } from './move.ts';
import { limitRefusals as no } from './refusals.ts';
import { readNodes } from './store.ts';
import { recordChanges } from './store-changes.ts';
import { decideCarriers } from './rules/carriers.ts';

const selectCarriers = statement(
  'limits.select-carriers-of',
  'select id from limits_nodes where $1 = any (caps) order by id',
);
const updateCaps = statement(
  'limits.update-caps',
  `update limits_nodes n set caps = c.caps::text[], version = n.version + 1
   from unnest($1::text[], $2::text[]) as c (id, caps) where n.id = c.id`,
);

/** Throws `node-missing` for what the caller does not see. */
export async function demandSeen(tx: Tx, ids: readonly string[]): Promise<void> {
  const seen = await readNodes(tx, ids);
  const missing = ids.find((id) => !seen.has(id));
  if (missing !== undefined) throw new Failure(no['node-missing'], { nodeId: missing });
}

/** The nodes that carry a cap, as far as the caller sees them. */
export const carriersOf = async (tx: Tx, capId: string): Promise<string[]> =>
  (await tx.rows<{ id: string }>(selectCarriers, [capId])).map((row) => row.id);

/** Who carries a cap and who shall, and all that the difference touches. */
export interface Carrying {
  readonly before: readonly string[];
  readonly next: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What comes and what goes, with all below it. */
  readonly ids: readonly string[];
  readonly nodes: ReadonlyMap<string, LimitNode>;
}

/** Locks what another list of carriers touches, the cap last, as whoever draws there does. */
export async function lockCarriers(
  tx: Tx,
  capId: string,
  wanted: readonly string[],
  cause: MoveCause,
): Promise<Carrying> {
  const before = await carriersOf(tx, capId);
  const next = [...new Set(wanted)].sort();
  const added = next.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !next.includes(id));
  const moving = [...added, ...removed];
  const { ids, nodes } =
    moving.length === 0
      ? { ids: [], nodes: new Map<string, LimitNode>() }
      : await lockBranches(tx, moving, [...next, capId], cause);
  return { before, next, added, removed, ids, nodes };
}

/**
 * Sets who carries a cap. Throws `node-missing`, `cap-nested`, `limit-exceeded` or a refusal of the
 * tenor buckets when what is used there does not fit below it.
 * @param opening the cap is new, so that its version is the first.
 */
export async function setCarriers(
  tx: Tx,
  capId: string,
  { before, next, added, removed, ids, nodes }: Carrying,
  cause: MoveCause,
  { opening = false }: { readonly opening?: boolean } = {},
): Promise<void> {
  if (added.length + removed.length === 0) return;
  const book = await bookOf(tx, nodes, cause.today);
  const cap = book.nodes.get(capId) as LimitNode;
  const leaves = await leavesOf(tx, ids);
  const day = cause.today;
  const decided = decideCarriers(book, { cap, next, added, removed, leaves, day });
  if (isFailure(decided)) throw decided;
  forgetTerms(tx);
  carryOver(tx, book, decided.movements, capId, cause);
  const changed = [...decided.caps].map(([id, caps]) => {
    return { node: book.nodes.get(id) as LimitNode, caps: caps.join(',') };
  });
  await tx.rows(updateCaps, [
    changed.map(({ node }) => node.id),
    changed.map(({ caps }) => `{${caps}}`),
  ]);
  const joined = changed.map(({ node, caps }) => ({
    node,
    field: 'caps' as const,
    before: node.caps.join(','),
    after: caps,
    version: node.version + 1,
  }));
  const carriers = { before: before.join(','), after: next.join(',') };
  const counted = { node: cap, field: 'carriers' as const, ...carriers };
  // The operation that sets who carries a cap raises its version with it.
  const own = { ...counted, version: opening ? cap.version : cap.version + 1 };
  recordChanges(tx, [...joined, own], { ...cause, valueOn: cause.today });
}
