/**
 * Rows of pools, their banks and contributions. The pool row is the hot one: it is locked first,
 * its three counters are folded in memory over a batch and written once.
 */
import type { Day } from '../kernel/index.ts';
import { Money, Rate } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Contribution, Cooperation, Pool } from './model.ts';

interface PoolRow {
  id: string;
  zoneId: string;
  ownerId: string;
  name: string;
  scheme: string;
  multiple: string | null;
  nodeId: string | null;
  state: Pool['state'];
  openedOn: Day;
  cash: string;
  pendingClaims: string;
  enrolledOutstanding: string;
}

const poolFromRow = (row: PoolRow): Pool => ({
  ...row,
  multiple: row.multiple === null ? undefined : Rate.of(row.multiple),
  nodeId: row.nodeId ?? undefined,
  cash: Money.of(row.cash),
  pendingClaims: Money.of(row.pendingClaims),
  enrolledOutstanding: Money.of(row.enrolledOutstanding),
});

const lockRows = statement(
  'risk-pool.lock-pools',
  `select id, zone_id as "zoneId", owner_id as "ownerId", name, scheme, multiple,
     node_id as "nodeId", state, opened_on as "openedOn", cash,
     pending_claims as "pendingClaims", enrolled_outstanding as "enrolledOutstanding"
   from risk_pool_pools where id = any ($1::text[]) order by id for no key update`,
);

/**
 * Locks the pools, ids sorted: before any other row of this module, and before limits and ledger.
 */
export async function lockPools(tx: Tx, ids: readonly string[]): Promise<Map<string, Pool>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<PoolRow>(lockRows, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, poolFromRow(row)]));
}

const saveRows = statement(
  'risk-pool.save-pools',
  `update risk_pool_pools p set cash = c.cash, pending_claims = c.pending,
     enrolled_outstanding = c.outstanding
   from unnest($1::text[], $2::numeric[], $3::numeric[], $4::numeric[])
     as c (id, cash, pending, outstanding)
   where p.id = c.id`,
);

/** Writes the counters of locked pools. Their `version` is that of the terms, not of use. */
export async function savePools(tx: Tx, pools: readonly Pool[]): Promise<void> {
  if (pools.length === 0) return;
  await tx.rows(saveRows, [
    pools.map((pool) => pool.id),
    pools.map((pool) => pool.cash.toString()),
    pools.map((pool) => pool.pendingClaims.toString()),
    pools.map((pool) => pool.enrolledOutstanding.toString()),
  ]);
}

const insertPool = statement(
  'risk-pool.insert-pools',
  `insert into risk_pool_pools (id, zone_id, owner_id, name, scheme, multiple, node_id, opened_on,
     generated, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

export type NewPool = Omit<Pool, 'state' | 'cash' | 'pendingClaims' | 'enrolledOutstanding'> & {
  readonly generated: boolean;
  readonly operationId: string;
};

export async function addPool(tx: Tx, pool: NewPool): Promise<void> {
  await tx.rows(insertPool, [
    pool.id,
    pool.zoneId,
    pool.ownerId,
    pool.name,
    pool.scheme,
    pool.multiple?.toString() ?? null,
    pool.nodeId ?? null,
    pool.openedOn,
    pool.generated,
    pool.operationId,
  ]);
}

const insertContribution = statement(
  'risk-pool.insert-contributions',
  `insert into risk_pool_contributions (id, pool_id, zone_id, owner_id, contributor_id, amount,
     contributed_on, source, operation_id, recorded_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

export async function addContribution(tx: Tx, one: Contribution, now: Date): Promise<void> {
  await tx.rows(insertContribution, [
    one.id,
    one.pool.id,
    one.pool.zoneId,
    one.pool.ownerId,
    one.contributorId,
    one.amount.toString(),
    one.contributedOn,
    one.source ?? null,
    one.operationId,
    now.toISOString(),
  ]);
}

interface CooperationRow {
  id: string;
  poolId: string;
  bankId: string;
  startsOn: Day;
  endsOn: Day | null;
  quota: string | null;
  nodeId: string | null;
}

const selectBanks = statement(
  'risk-pool.select-banks',
  `select id, pool_id as "poolId", owner_id as "bankId", starts_on as "startsOn",
     ends_on as "endsOn", quota, node_id as "nodeId"
   from risk_pool_banks where pool_id = any ($1::text[]) and owner_id = any ($2::text[])
   order by starts_on desc`,
);

/**
 * The agreements of these banks with these pools, newest first; stable while the pools are locked.
 */
export async function cooperationsOf(
  tx: Tx,
  poolIds: readonly string[],
  bankIds: readonly string[],
): Promise<Cooperation[]> {
  const rows = await tx.rows<CooperationRow>(selectBanks, [
    [...new Set(poolIds)],
    [...new Set(bankIds)],
  ]);
  return rows.map((row) => ({
    ...row,
    endsOn: row.endsOn ?? undefined,
    quota: row.quota === null ? undefined : Money.of(row.quota),
    nodeId: row.nodeId ?? undefined,
  }));
}

const insertBanks = statement(
  'risk-pool.insert-banks',
  `insert into risk_pool_banks (id, pool_id, zone_id, owner_id, starts_on, ends_on, quota, node_id,
     operation_id)
   select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[],
     $7::numeric[], $8::text[], $9::text[])`,
);

export interface NewCooperation extends Cooperation {
  readonly zoneId: string;
  readonly operationId: string;
}

export async function addCooperations(tx: Tx, list: readonly NewCooperation[]): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(insertBanks, [
    list.map((one) => one.id),
    list.map((one) => one.poolId),
    list.map((one) => one.zoneId),
    list.map((one) => one.bankId),
    list.map((one) => one.startsOn),
    list.map((one) => one.endsOn ?? null),
    list.map((one) => one.quota?.toString() ?? null),
    list.map((one) => one.nodeId ?? null),
    list.map((one) => one.operationId),
  ]);
}
