/**
 * Over-subscription (超配): how much may be granted below a HARD node, as a multiple of what it is
 * itself granted. 1 is a hard allocation, more is shared by policy; a node without a policy shows
 * its over-allocation and refuses none. This is the nominal check; use is checked by itself. A cut
 * of the node itself is carried out: what then stands too high below it is told by `limit-watch`.
 */
import { z } from 'zod';
import type { Day, Failure as Refused } from '../kernel/index.ts';
import { Exact, Failure, Money, addDays, addMonths } from '../kernel/index.ts';
import { IdText, MoneyText } from '../platform/schemas.ts';
import type { Scope, Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { forgetTerms } from './last-seen.ts';
import type { LimitNode } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import type { DatedTerms } from './rules/dated-terms.ts';
import { limitOn, onDay, turningDays } from './rules/dated-terms.ts';
import { readNodes } from './store.ts';
import type { ChangeCause } from './store-changes.ts';
import { recordChanges } from './store-changes.ts';
import { isOnlySum, readAllocated, termsBelow } from './store-figures.ts';
import { termsFromText } from './terms-input.ts';

/** What shall be granted below a node, or granted more. */
export interface Granting {
  readonly parentId: string | undefined;
  /** On a day from today on; not positive where nothing more is granted. */
  readonly amountOn: (day: Day) => Money;
  /** Its dated terms, which may turn the amount. */
  readonly terms: readonly DatedTerms[];
}

/** The same amount on every day. */
export const grantOf = (parentId: string | undefined, amount: Money): Granting => ({
  parentId,
  amountOn: () => amount,
  terms: [],
});

/** A limit that counts for nothing yet below the parent. */
export const grantOfNode = (
  parentId: string | undefined,
  { granted, terms }: Pick<LimitNode, 'granted' | 'terms'>,
): Granting => ({ parentId, amountOn: (day) => limitOn(granted, terms, day), terms: [terms] });

/** What a HARD node counts for in what is granted above it on a day. */
export const countedGrant = (
  { state, expiresOn, granted, terms, outstanding }: LimitNode,
  day: Day,
): Money =>
  state !== 'CLOSED' && (expiresOn === undefined || expiresOn >= day)
    ? limitOn(granted, terms, day)
    : outstanding;

/** A node that is granted another amount, or whose terms become others. */
export function raiseOf(
  { parentId, granted, terms }: LimitNode,
  after: { readonly granted?: Money; readonly terms?: DatedTerms },
): Granting {
  const next = { granted, terms, ...after };
  return {
    parentId,
    amountOn: (day) => limitOn(next.granted, next.terms, day).minus(limitOn(granted, terms, day)),
    terms: [terms, next.terms],
  };
}

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

interface Policy {
  readonly id: string;
  readonly name: string;
  readonly oversub: string;
  readonly granted: Money;
  readonly terms: DatedTerms;
}

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

/** The most that may be granted below on a day; never rounded up. */
export const mostGranted = ({ granted, terms, oversub }: Policy, day: Day): Money =>
  limitOn(granted, terms, day).times(Exact.of(oversub), 'down');

/** How far ahead seasons and steps are looked at. */
const yearsAhead = 10;

/** Today and the days on which something of it may become another amount. */
function daysToAsk(terms: readonly DatedTerms[], today: Day): Day[] {
  const until = addMonths(today, yearsAhead * 12);
  const turns = terms.flatMap((one) => turningDays(one, today, until, (day) => addDays(day, 1)));
  return [...new Set([today, ...turns])].sort();
}

/**
 * Decides grants in order, each seeing those before it; parents with a policy stay locked, so two
 * grants cannot both take the last of it. Limits count as they are in force, on every day from
 * today on. Source: domain formulas, oversub(n) = Σ eff(children) ÷ eff(n).
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
  const free = new Map<string, Money>();
  const days = daysToAsk([...all, ...below], today);
  for (const day of days) {
    const allocated = await readAllocated(tx, scope, locked, day);
    for (const one of policies) {
      free.set(
        `${one.id} ${day}`,
        mostGranted(one, day).minus(allocated.get(one.id) ?? Money.zero),
      );
    }
  }
  return grants.map((grant) => {
    const policy = policies.find(({ id }) => id === grant.parentId);
    if (!policy) return undefined;
    const leftOn = (day: Day): Money => free.get(`${policy.id} ${day}`) as Money;
    const over = (day: Day): Money => grant.amountOn(day).minus(leftOn(day));
    const rising = days.filter((day) => grant.amountOn(day).isPositive());
    const [first, ...others] = rising;
    if (first === undefined) return undefined;
    const on = others.reduce(
      (worst, day) => (over(day).moreThan(over(worst)) ? day : worst),
      first,
    );
    const requested = grant.amountOn(on);
    if (over(on).isPositive()) {
      const { id: nodeId, name, oversub } = policy;
      return new Failure(no['over-allocated'], {
        nodeId,
        name,
        oversub,
        ...(on === today ? {} : { on }),
        most: mostGranted(policy, on),
        allocated: mostGranted(policy, on).minus(leftOn(on)),
        requested,
        shortBy: over(on),
        smallestAdmissible: Money.max(leftOn(on), Money.zero),
      });
    }
    for (const day of rising) {
      free.set(`${policy.id} ${day}`, leftOn(day).minus(grant.amountOn(day)));
    }
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
