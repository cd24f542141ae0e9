/**
 * A limit takes over from another (续授信): the bounds of the old one hold for the new one too, its
 * caps across the tree, its policy of over-subscription and what it is to its siblings among them.
 */
import type { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { policyOf, savePolicy } from './allocation.ts';
import { forgetTerms } from './last-seen.ts';
import type { LimitNode } from './model.ts';
import { plainTerms, ringFences } from './rules/dated-terms.ts';
import { inheritedTerms } from './rules/succession.ts';
import { recordChanges } from './store-changes.ts';
import type { TermCause } from './store-terms.ts';
import { changeTerms, lockNode, sayFencedAbove } from './store-terms.ts';

const inheritCaps = statement(
  'limits.inherit-caps',
  `update limits_nodes n set caps = m.caps
   from (
     select n.id, array_agg(c.id order by c.id) as caps
     from limits_nodes n
       join limits_nodes o on o.id = $2
       join limits_nodes c on c.id = any (n.caps || o.caps) and c.state <> 'CLOSED'
     where n.id = $1 and not exists (select from limits_nodes a
       where a.id = any (n.path[2:]) and c.id = any (a.caps))
     group by n.id
   ) m
   where n.id = m.id and n.caps <> m.caps
   returning n.caps`,
);

/** Caps that name the old limit one by one; a rule has taken the new one already. */
async function joinCapsOf(tx: Tx, from: LimitNode, to: LimitNode, why: TermCause): Promise<void> {
  const [row] = await tx.rows<{ caps: readonly string[] }>(inheritCaps, [to.id, from.id]);
  if (!row) return;
  forgetTerms(tx);
  const texts = { before: to.caps.join(','), after: row.caps.join(',') };
  recordChanges(tx, [{ node: to, field: 'caps', ...texts, version: to.version }], why);
}

const shareGrant = statement(
  'limits.share-grant',
  'update limits_nodes set shared_grant = true where id = $1',
);
const selectShared = statement(
  'limits.select-shared-grant',
  `select shared_grant or 'renewal' = any (frozen_for) as shared from limits_nodes where id = $1`,
);

/** Whether the amount of a limit follows from a grant that it shares with others (续授信). */
export async function sharesGrant(tx: Tx, nodeId: string): Promise<boolean> {
  const [row] = await tx.rows<{ shared: boolean }>(selectShared, [nodeId]);
  return row?.shared === true;
}

/**
 * Gives a limit made in this transaction, on which nothing is used, the bounds of the one that it
 * takes over from. The rules of caps must be shared (`shareCapRules`) before either is locked.
 */
export async function inheritBounds(
  tx: Tx,
  from: LimitNode,
  toId: string,
  granted: Money,
  why: TermCause,
): Promise<void> {
  const made = await lockNode(tx, toId);
  if (!made) throw new Error(`The limit ${toId} is not there.`);
  await tx.rows(shareGrant, [toId]);
  await joinCapsOf(tx, from, made, why);
  const terms = inheritedTerms(from.terms, granted);
  const bounded = terms === plainTerms ? made : await changeTerms(tx, made, { terms }, why);
  const policy = await policyOf(tx, from.id);
  if (policy !== null) await savePolicy(tx, bounded, policy, why);
}

/** Says above a limit that took over whether it keeps something from its siblings; locks upward. */
export async function sayFencedAboveSuccessor(
  tx: Tx,
  { parentId, terms }: LimitNode,
  why: TermCause,
): Promise<void> {
  if (!ringFences(terms) || parentId === undefined) return;
  await sayFencedAbove(tx, await lockNode(tx, parentId), why);
}
