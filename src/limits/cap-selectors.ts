/**
 * Which limits a cap counts as a stored rule (借款人、产品), so that a line opened later carries the
 * cap from its first day, in the transaction that opens it. Opening a line, moving one and setting
 * who carries a cap of the same bank and zone wait for each other: none can miss what another does.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { enterprisesById } from '../parties/index.ts';
import { IdInput, TextInput } from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { forgetTerms } from './last-seen.ts';
import type { LimitNode } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import type { ChangeCause } from './store-changes.ts';
import { recordChanges } from './store-changes.ts';

/** Members left out take all; every amount is CNY, so a cap by currency is one of neither. */
export const SelectorInput = z
  .strictObject({
    zoneId: IdInput('zone'),
    /** 借款人；一个集团即其成员企业 */
    enterpriseIds: z.array(IdInput('ent')).min(1).max(500).optional(),
    products: z.array(TextInput(60)).min(1).max(50).optional(),
  })
  .meta({ description: '按借款人、产品纳入本行在园区的授信额度，以后新开的同样纳入' });
export type Selector = z.output<typeof SelectorInput>;

interface Whose {
  readonly zoneId: string;
  readonly ownerId: string;
}

const lockRules = statement(
  'limits.lock-cap-rules',
  `select pg_advisory_xact_lock(hashtextextended('limits caps ' || $1 || ' ' || $2, 0))`,
);
const shareRules = statement(
  'limits.share-cap-rules',
  `select pg_advisory_xact_lock_shared(hashtextextended('limits caps ' || w.zone_id || ' '
     || w.owner_id, 0))
   from (select distinct zone_id, owner_id from unnest($1::text[], $2::text[])
     as p (zone_id, owner_id) order by 1, 2) w`,
);
const selectZone = statement(
  'limits.select-zone-of-caps',
  `select id from limits_nodes where zone_id = $1 and kind = 'ZONE'`,
);

const matches = (node: string, parties: string, products: string): string =>
  `${node}.party_id is not null
   and (${parties} is null or ${node}.party_id = any (${parties}))
   and (${products} is null or ${node}.product = any (${products}))`;

// What was drawn counts until it is repaid, also below a limit that is closed by now.
const counts = (node: string): string => `(${node}.state <> 'CLOSED' or ${node}.drawn > 0)`;

// The topmost of a path: what lies below it is counted with it.
const selectMatching = statement(
  'limits.select-matching-a-cap',
  `select n.id from limits_nodes n
   where n.zone_id = $1 and n.owner_id = $2 and ${counts('n')}
     and ${matches('n', '$3::text[]', '$4::text[]')}
     and not exists (select from limits_nodes a
       where a.id = any (n.path[2:]) and ${counts('a')}
         and (a.id = any ($5::text[]) or ${matches('a', '$3::text[]', '$4::text[]')}))
   order by n.id`,
);

const selectLeft = statement(
  'limits.select-rules-left',
  `select s.node_id as id from limits_nodes n
     join limits_cap_selectors s on s.zone_id = n.zone_id and s.owner_id = n.owner_id and s.live
   where n.id = any ($1::text[]) and ${matches('n', 's.party_ids', 's.products')}
     and exists (select from limits_nodes a
       where a.id = any ($2::text[]) and s.node_id = any (a.caps))
     and not exists (select from limits_nodes b
       where b.id = any ($3::text[]) and s.node_id = any (b.caps))
   limit 1`,
);

const upsertSelector = statement(
  'limits.upsert-cap-selector',
  `insert into limits_cap_selectors (node_id, zone_id, owner_id, party_ids, products, live)
   values ($1, $2, $3, $4::text[], $5::text[], $6)
   on conflict (node_id) do update set party_ids = excluded.party_ids,
     products = excluded.products, live = excluded.live,
     version = limits_cap_selectors.version + 1`,
);
const selectSelector = statement(
  'limits.select-cap-selector',
  `select zone_id as "zoneId", party_ids as "enterpriseIds", products
   from limits_cap_selectors where node_id = $1 and live`,
);

/** What is stored, as plain JSON; null: the cap names its limits one by one. */
export interface KeptSelector {
  readonly zoneId: string;
  readonly enterpriseIds: readonly string[] | null;
  readonly products: readonly string[] | null;
}

export async function selectorOf(tx: Tx, capId: string): Promise<KeptSelector | null> {
  const [row] = await tx.rows<KeptSelector>(selectSelector, [capId]);
  return row ?? null;
}

/**
 * Throws `node-missing` when the caller does not see the zone, `borrower-missing` for a firm that
 * is not of it.
 */
export async function demandSelectable(tx: Tx, selector: Selector | undefined): Promise<void> {
  if (!selector) return;
  const { zoneId, enterpriseIds = [] } = selector;
  const [root] = await tx.rows(selectZone, [zoneId]);
  if (!root) throw new Failure(no['node-missing'], { zoneId });
  const known = await enterprisesById(tx, enterpriseIds);
  const missing = enterpriseIds.find((id) => known.get(id)?.zoneId !== zoneId);
  if (missing !== undefined) throw new Failure(no['borrower-missing'], { enterpriseId: missing });
}

/** Must be called before lines are looked for and before any limit is locked. */
export const lockCapRules = (tx: Tx, { zoneId, ownerId }: Whose): Promise<unknown[]> =>
  tx.rows(lockRules, [zoneId, ownerId]);

/** Must be called before anything is looked up below which limits are made. */
export const shareCapRules = (tx: Tx, places: readonly Whose[]): Promise<unknown[]> =>
  tx.rows(shareRules, [places.map((one) => one.zoneId), places.map((one) => one.ownerId)]);

/** The limits that a cap counts: those named, and those that the rule takes beside them. */
export async function carriersWanted(
  tx: Tx,
  { zoneId, ownerId }: Whose,
  named: readonly string[],
  selector: Selector | undefined,
): Promise<string[]> {
  if (!selector) return [...named];
  const { enterpriseIds, products } = selector;
  const values = [zoneId, ownerId, enterpriseIds ?? null, products ?? null, named];
  const rows = await tx.rows<{ id: string }>(selectMatching, values);
  return [...new Set([...named, ...rows.map((row) => row.id)])];
}

/**
 * A cap whose rule takes one of the nodes, which it counts through a limit of the old path only: it
 * would lose what it must count.
 */
export async function ruleLeft(
  tx: Tx,
  nodeIds: readonly string[],
  from: readonly string[],
  to: readonly string[],
): Promise<string | undefined> {
  const [row] = await tx.rows<{ id: string }>(selectLeft, [nodeIds, from, to]);
  return row?.id;
}

/** A list in another order is the same rule. */
const ruleText = (kept: KeptSelector | null): string | null =>
  kept &&
  JSON.stringify({
    zoneId: kept.zoneId,
    enterpriseIds: kept.enterpriseIds?.toSorted(byText) ?? null,
    products: kept.products?.toSorted(byText) ?? null,
  });
const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/**
 * Keeps the rule of a cap, or that it has none any more.
 * @returns whether it is another one than before.
 */
export async function saveSelector(
  tx: Tx,
  cap: Pick<LimitNode, 'id' | 'zoneId' | 'ownerId'>,
  selector: Selector | undefined,
  { version, ...why }: ChangeCause & { readonly version: number },
): Promise<boolean> {
  const { enterpriseIds = null, products = null } = selector ?? {};
  const after = selector ? { zoneId: selector.zoneId, enterpriseIds, products } : null;
  const texts = { before: ruleText(await selectorOf(tx, cap.id)), after: ruleText(after) };
  if (texts.before === texts.after) return false;
  const place = [cap.id, cap.zoneId, cap.ownerId];
  await tx.rows(upsertSelector, [...place, enterpriseIds, products, selector !== undefined]);
  recordChanges(tx, [{ node: cap, field: 'selector', ...texts, version }], why);
  return true;
}

const joinRules = statement(
  'limits.join-caps',
  `update limits_nodes n set caps = m.caps
   from (
     select n.id, array_agg(s.node_id order by s.node_id) as caps
     from limits_nodes n
       join limits_cap_selectors s on s.zone_id = n.zone_id and s.owner_id = n.owner_id and s.live
       join limits_nodes c on c.id = s.node_id and c.state <> 'CLOSED'
     where n.id = any ($1::text[]) and ${matches('n', 's.party_ids', 's.products')}
       and not exists (select from limits_nodes a
         where a.id = any (n.path[2:]) and s.node_id = any (a.caps))
     group by n.id
   ) m
   where n.id = m.id
   returning n.id, n.zone_id as "zoneId", n.owner_id as "ownerId", n.caps`,
);

/**
 * Lets nodes that were made in this transaction carry the caps whose rules take them, after
 * `shareCapRules`. Nothing is used on them yet, so nothing joins a cap but the node itself.
 * @param made id of the node → the operation that made it.
 */
export async function joinCaps(
  tx: Tx,
  made: ReadonlyMap<string, string>,
  cause: Omit<ChangeCause, 'operationId' | 'reason'>,
): Promise<void> {
  if (made.size === 0) return;
  const ids = [...made.keys()];
  type Joined = Pick<LimitNode, 'id' | 'zoneId' | 'ownerId' | 'caps'>;
  const joined = await tx.rows<Joined>(joinRules, [ids]);
  if (joined.length === 0) return;
  forgetTerms(tx);
  const changes = joined.map((node) => ({
    node,
    field: 'caps' as const,
    before: '',
    after: node.caps.join(','),
    version: 1,
    operationId: made.get(node.id),
  }));
  recordChanges(tx, changes, { ...cause, reason: '按规则纳入横向限额', operationId: '' });
}
