/** Rows of claims. A claim keeps the steps of its computation and the pack that decided it. */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { RulePack } from '../rulebook/index.ts';
import type { Claim, ClaimState, Enrolment } from './model.ts';
import type { ClaimResult } from './rules/claim.ts';

interface ClaimRow {
  id: string;
  enrolmentId: string;
  poolId: string;
  zoneId: string;
  bankId: string;
  enterpriseId: string;
  base: string;
  compensation: string;
  packId: string;
  claimedOn: Day;
  suspendedOn: Day | null;
  state: ClaimState;
  heldBy: string | null;
  version: number;
}

const claimFromRow = (row: ClaimRow): Claim => ({
  ...row,
  base: Money.of(row.base),
  compensation: Money.of(row.compensation),
  suspendedOn: row.suspendedOn ?? undefined,
  heldBy: row.heldBy ?? undefined,
});

const selectPlaces = statement(
  'risk-pool.select-claim-places',
  `select id, pool_id as "poolId", enrolment_id as "enrolmentId"
   from risk_pool_claims where id = any ($1::text[])`,
);

/** Where these claims belong, read without a lock so that pools and loans can be locked first. */
export const placesOfClaims = (
  tx: Tx,
  ids: readonly string[],
): Promise<{ id: string; poolId: string; enrolmentId: string }[]> => tx.rows(selectPlaces, [ids]);

const lockRows = statement(
  'risk-pool.lock-claims',
  `select id, enrolment_id as "enrolmentId", pool_id as "poolId", zone_id as "zoneId",
     owner_id as "bankId", enterprise_id as "enterpriseId", base, compensation,
     pack_id as "packId", claimed_on as "claimedOn", suspended_on as "suspendedOn", state,
     held_by as "heldBy", version::int
   from risk_pool_claims where id = any ($1::text[]) order by id for no key update`,
);

export async function lockClaims(tx: Tx, ids: readonly string[]): Promise<Map<string, Claim>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<ClaimRow>(lockRows, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, claimFromRow(row)]));
}

export interface NewClaim {
  readonly id: string;
  readonly enrolment: Enrolment;
  readonly principalLoss: Money;
  readonly recoveredBefore: Money;
  readonly result: ClaimResult;
  readonly pack: Pick<RulePack, 'id' | 'version' | 'documentNo'>;
  readonly claimedOn: Day;
  readonly state: ClaimState;
  readonly operationId: string;
}

const insertRows = statement(
  'risk-pool.insert-claims',
  `insert into risk_pool_claims (id, enrolment_id, pool_id, zone_id, owner_id, enterprise_id,
     principal_loss, recovered_before, base, raw, compensation, bound, steps, pack_id,
     pack_version, claimed_on, state, suspended_on, operation_id)
   select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
     $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[], $11::numeric[], $12::text[],
     $13::json[], $14::text[], $15::bigint[], $16::date[], $17::text[], $18::date[],
     $19::text[])`,
);

export async function addClaims(tx: Tx, list: readonly NewClaim[]): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(insertRows, [
    list.map((c) => c.id),
    list.map((c) => c.enrolment.id),
    list.map((c) => c.enrolment.poolId),
    list.map((c) => c.enrolment.zoneId),
    list.map((c) => c.enrolment.bankId),
    list.map((c) => c.enrolment.enterpriseId),
    list.map((c) => c.principalLoss.toString()),
    list.map((c) => c.recoveredBefore.toString()),
    list.map((c) => c.result.base.toString()),
    list.map((c) => c.result.raw.toString()),
    list.map((c) => c.result.compensation.toString()),
    list.map((c) => c.result.bound),
    list.map((c) => JSON.stringify(c.result.steps)),
    list.map((c) => c.pack.id),
    list.map((c) => c.pack.version),
    list.map((c) => c.claimedOn),
    list.map((c) => c.state),
    list.map((c) => (c.state === 'SUSPENDED_FUSE' ? c.claimedOn : null)),
    list.map((c) => c.operationId),
  ]);
}

/** A claim after a decision, with what the decision leaves behind. */
export interface DecidedClaim {
  readonly claim: Claim;
  readonly decidedOn?: Day;
  readonly decidedBy?: string;
  readonly reason?: string;
  readonly operationId: string;
}

const saveRows = statement(
  'risk-pool.save-claims',
  `update risk_pool_claims k set state = c.state, suspended_on = c.suspended_on,
     held_by = c.held_by, decided_on = c.decided_on, decided_by = c.decided_by,
     reason = c.reason, decided_operation_id = c.operation_id, version = version + 1
   from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::date[], $6::text[],
     $7::text[], $8::text[])
     as c (id, state, suspended_on, held_by, decided_on, decided_by, reason, operation_id)
   where k.id = c.id`,
);

export async function saveClaims(tx: Tx, list: readonly DecidedClaim[]): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(saveRows, [
    list.map((d) => d.claim.id),
    list.map((d) => d.claim.state),
    list.map((d) => d.claim.suspendedOn ?? null),
    list.map((d) => d.claim.heldBy ?? null),
    list.map((d) => d.decidedOn ?? null),
    list.map((d) => d.decidedBy ?? null),
    list.map((d) => d.reason ?? null),
    list.map((d) => (d.decidedOn === undefined ? null : d.operationId)),
  ]);
}
