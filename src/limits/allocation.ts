/**
 * Over-subscription (超配): how much may be granted below a HARD node, as a multiple of what it is
 * itself granted. 1 is a hard allocation, more is shared by policy; a node without a policy shows
 * its over-allocation and refuses none. This is the nominal check; use is checked by itself. A cut
 * of the node itself is carried out: what then stands too high below it is told by `limit-watch`.
 */
import { z } from 'zod';
import type { Day, Failure as Refused } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import { IdText, MoneyText } from '../platform/schemas.ts';
import type { Scope, Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { forgetTerms } from './last-seen.ts';
import type { LimitNode } from './model.ts';
import { onDay } from './rules/dated-terms.ts';
import type { Granting, Policy } from './rules/over-subscription.ts';
import { daysToAsk, decideGrants, mostGranted } from './rules/over-subscription.ts';
import { readNodes } from './store.ts';
import type { ChangeCause } from './store-changes.ts';
import { recordChanges } from './store-changes.ts';
import { isOnlySum, readAllocated, termsBelow } from './store-figures.ts';
import { termsFromText } from './terms-input.ts';

const lockPolicies = statement(
  'limits.lock-policies',
  `select id from limits_nodes
   where id = any ($1::text[]) and oversub is not null and enforcement = 'HARD'
   order by depth desc, id for no key update`,
);
const selectPolicies = statement(
  'limits.select-policies',
  `select id, name, oversub, amount, terms from limits_nodes
   where id = any ($1::text[]) and oversub is not null and enforcement = 'HARD'`,
);

/** Of the HARD nodes among those given that have one. */
export async function policiesOf(tx: Tx, ids: readonly string[]): Promise<Policy[]> {
  type Row = Omit<Policy, 'granted' | 'terms'> & { amount: string; terms: unknown };
  const rows = await tx.rows<Row>(selectPolicies, [ids]);
  return rows.map(({ amount, terms, ...row }) => ({
    ...row,
    granted: Money.of(amount),
    terms: termsFromText(terms),
  }));
}

/**
 * Decides grants in order (`decideGrants`); parents with a policy stay locked, so two grants cannot
 * both take the last of it.
 * @returns one entry per grant: why not, or undefined.
 */
export async function refuseGrants(
  { tx, today }: { readonly tx: Tx; readonly today: Day },
  scope: Pick<Scope, 'owners'>,
  grants: readonly Granting[],
): Promise<(Refused | undefined)[]> {
  const parents = [...new Set(grants.flatMap((one) => one.parentId ?? []))];
  const locked = (await tx.rows<{ id: string }>(lockPolicies, [parents])).map(({ id }) => id);
  if (locked.length === 0) return grants.map(() => undefined);
  const policies = await policiesOf(tx, locked);
  const below = await termsBelow(tx, scope, locked);
  const all = [...policies, ...grants].flatMap(({ terms }) => terms);
  const days = daysToAsk([...all, ...below], today);
  const allocated = new Map<Day, ReadonlyMap<string, Money>>();
  for (const day of days) allocated.set(day, await readAllocated(tx, scope, locked, day));
  return decideGrants(policies, grants, {
    days,
    today,
    allocatedOn: (id, day) => allocated.get(day)?.get(id) ?? Money.zero,
  });
}

export const OverAllocated = z.object({
  nodeId: IdText,
  name: z.string(),
  limit: MoneyText,
  allocated: MoneyText,
  size: MoneyText,
});

/**
 * By how much what is granted below a node passes the most that may be (超额分配): of a SOFT one its
 * limit, of a HARD one its policy; null when it does not, or there is no policy. It tells; the
 * incident is opened by `limit-watch`, and by a change of the node itself.
 */
export async function overAllocated(
  tx: Tx,
  scope: Scope,
  id: string | undefined,
  today: Day,
): Promise<z.output<typeof OverAllocated> | null> {
  const node = id === undefined ? undefined : (await readNodes(tx, [id])).get(id);
  if (!node || isOnlySum(node)) return null;
  const { id: nodeId, name } = node;
  const [policy] = await policiesOf(tx, [nodeId]);
  if (node.enforcement === 'HARD' && !policy) return null;
  const limit = policy ? mostGranted(policy, today) : onDay(node, today).limit;
  const allocated = (await readAllocated(tx, scope, [nodeId], today)).get(nodeId) ?? Money.zero;
  if (allocated.atMost(limit)) return null;
  const [size, granted] = [allocated.minus(limit).toString(), allocated.toString()];
  return { nodeId, name, limit: limit.toString(), allocated: granted, size };
}

const selectPolicy = statement(
  'limits.select-policy',
  'select oversub from limits_nodes where id = $1',
);
const updatePolicy = statement(
  'limits.update-policy',
  `update limits_nodes set oversub = $2::numeric, version = version + 1 where id = $1
   returning oversub`,
);

interface KeptPolicy {
  readonly oversub: string | null;
}

/** The policy of a node, as a multiple; null: none. */
export async function policyOf(tx: Tx, nodeId: string): Promise<string | null> {
  const [row] = await tx.rows<KeptPolicy>(selectPolicy, [nodeId]);
  return row?.oversub ?? null;
}

/** Sets the policy of a locked node; null: none. Its version is raised by one. */
export async function savePolicy(
  tx: Tx,
  node: LimitNode,
  oversub: string | null,
  why: ChangeCause,
): Promise<void> {
  forgetTerms(tx);
  const before = await policyOf(tx, node.id);
  const [after] = await tx.rows<KeptPolicy>(updatePolicy, [node.id, oversub]);
  const texts = { before, after: after?.oversub ?? null };
  recordChanges(tx, [{ node, field: 'oversub', ...texts, version: node.version + 1 }], why);
}
