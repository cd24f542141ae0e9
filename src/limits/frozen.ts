/**
 * What a limit is frozen for. Several may freeze it at once: each takes back its own cause alone,
 * and the limit is open again when none is left.
 */
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { FreezeCause, LimitNode } from './model.ts';
import type { TermCause, TermChange } from './store-terms.ts';
import { changeTerms } from './store-terms.ts';

const selectCauses = statement(
  'limits.select-freeze-causes',
  'select frozen_for as causes from limits_nodes where id = $1',
);
const updateCauses = statement(
  'limits.update-freeze-causes',
  'update limits_nodes set frozen_for = $2::text[] where id = $1',
);

export async function causesOf(tx: Tx, nodeId: string): Promise<readonly FreezeCause[]> {
  const [row] = await tx.rows<{ causes: FreezeCause[] }>(selectCauses, [nodeId]);
  return row?.causes ?? [];
}

/**
 * Freezes a locked node for a cause; one that is frozen already is so for this cause as well, and
 * one that is closed stays as it is.
 * @param change of its terms with it.
 */
export async function freezeFor(
  tx: Tx,
  node: LimitNode,
  cause: FreezeCause,
  why: TermCause,
  change: Pick<TermChange, 'limit' | 'terms'> = {},
): Promise<LimitNode> {
  if (node.state === 'CLOSED') return node;
  const causes = await causesOf(tx, node.id);
  if (!causes.includes(cause)) await tx.rows(updateCauses, [node.id, [...causes, cause]]);
  const { limit = node.granted, terms = node.terms } = change;
  const isSame = node.granted.equals(limit) && node.terms === terms;
  if (node.state === 'FROZEN' && isSame) return node;
  return changeTerms(tx, node, { ...change, state: 'FROZEN' }, why);
}

/** Takes a cause back from a locked node; it stays frozen for the others. */
export async function thawFrom(
  tx: Tx,
  node: LimitNode,
  cause: FreezeCause,
  why: TermCause,
): Promise<LimitNode> {
  const left = (await causesOf(tx, node.id)).filter((one) => one !== cause);
  await tx.rows(updateCauses, [node.id, left]);
  if (node.state !== 'FROZEN' || left.length > 0) return node;
  return changeTerms(tx, node, { state: 'ACTIVE' }, why);
}
