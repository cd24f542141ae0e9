/**
 * Over-subscription (超配): how much may be granted below a HARD node, as a multiple of what it is
 * itself granted. 1 is a hard allocation, more is shared by policy; a node without a policy shows
 * its over-allocation and refuses none. This is the nominal check; use is checked by itself.
 */
import { z } from 'zod';
import type { Day, Failure as Refused } from '../kernel/index.ts';
import { Failure, Money } from '../kernel/index.ts';
import { IdText, MoneyText } from '../platform/schemas.ts';
import type { Scope, Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { forgetTerms } from './last-seen.ts';
import type { LimitNode } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import { onDay } from './rules/dated-terms.ts';
import { readNodes } from './store.ts';
import type { ChangeCause } from './store-changes.ts';
import { recordChanges } from './store-changes.ts';
import { countsAsGranted } from './allocated.ts';
import { isOnlySum, readAllocated } from './store-figures.ts';

/** An amount that shall be granted below a node, or granted more. */
export interface Granting {
  readonly parentId: string | undefined;
  readonly amount: Money;
}

const lockPolicies = statement(
  'limits.lock-policies',
  `select id from limits_nodes
   where id = any ($1::text[]) and oversub is not null and enforcement = 'HARD'
   order by depth desc, id for no key update`,
);
const selectAllocated = statement(
  'limits.select-allocated',
  `select p.id, p.name, p.oversub, (p.amount * p.oversub)::numeric(20,2) as most,
     coalesce((select sum(${countsAsGranted('c', '$2::date')}) from limits_nodes c
       where c.parent_id = p.id), 0)::numeric(20,2) as allocated
   from limits_nodes p where p.id = any ($1::text[])`,
);

interface Policy {
  readonly id: string;
  readonly name: string;
  readonly oversub: string;
  readonly most: string;
  readonly allocated: string;
}

/**
 * Decides grants in order, each seeing those before it; parents with a policy stay locked, so two
 * grants cannot both take the last of it.
 * @returns one entry per grant: why not, or undefined.
 */
export async function refuseGrants(
  tx: Tx,
  grants: readonly Granting[],
  today: Day,
): Promise<(Refused | undefined)[]> {
  const parents = [...new Set(grants.flatMap((one) => one.parentId ?? []))];
  const locked = await tx.rows<{ id: string }>(lockPolicies, [parents]);
  if (locked.length === 0) return grants.map(() => undefined);
  const policies = await tx.rows<Policy>(selectAllocated, [locked.map((row) => row.id), today]);
  const left = new Map(
    policies.map((one) => [one.id, Money.of(one.most).minus(Money.of(one.allocated))]),
  );
  return grants.map(({ parentId = '', amount }) => {
    const free = left.get(parentId);
    const policy = policies.find((one) => one.id === parentId);
    if (!free || !policy) return undefined;
    if (amount.moreThan(free)) {
      return new Failure(no['over-allocated'], {
        nodeId: parentId,
        name: policy.name,
        oversub: policy.oversub,
        most: Money.of(policy.most),
        allocated: Money.of(policy.allocated),
        requested: amount,
        shortBy: amount.minus(free),
        smallestAdmissible: Money.max(free, Money.zero),
      });
    }
    left.set(parentId, free.minus(amount));
    return undefined;
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
 * By how much what is granted below a SOFT parent passes it (超额分配); null when it does not, or
 * the parent is HARD: that has a policy. It tells; `limit-watch` opens the incident.
 */
export async function overAllocated(
  tx: Tx,
  scope: Scope,
  parentId: string | undefined,
  today: Day,
): Promise<z.output<typeof OverAllocated> | null> {
  const parent =
    parentId === undefined ? undefined : (await readNodes(tx, [parentId])).get(parentId);
  if (parent?.enforcement !== 'SOFT' || isOnlySum(parent)) return null;
  const { id: nodeId, name, limit } = onDay(parent, today);
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
