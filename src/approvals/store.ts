/**
 * Rows of requests and tiers. A request is locked before it is decided, and before anything that it
 * would carry out: approvals stand above what they approve, which is the lock order of the house.
 */
import { Money } from '../kernel/index.ts';
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Band, Need, Request, RequestState, Tier } from './model.ts';

const requestColumns = `id, zone_id as "zoneId", owner_id as "ownerId", operation, input,
  expected_version::int as "expectedVersion", permission, maker_id as "makerId",
  maker_person_id as "makerPersonId", hold, state, version::int as version,
  expires_at as "expiresAt"`;

const lockRequest = statement(
  'approvals.lock-request',
  `select ${requestColumns} from approvals_requests where id = $1 for no key update`,
);
const lockDueRequests = statement(
  'approvals.lock-due-requests',
  `select ${requestColumns} from approvals_requests
   where state = 'PENDING' and expires_at <= $1
   order by id limit $2 for no key update skip locked`,
);
const insertRequest = statement(
  'approvals.insert-request',
  `insert into approvals_requests (id, zone_id, owner_id, operation, input, expected_version,
     amount, permission, tier_version, maker_id, maker_person_id, hold, rehearsed,
     effects, filed_operation_id, made_at, expires_at)
   select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16::timestamptz,
     $16::timestamptz + make_interval(days => days_to_decide) from approvals_settings`,
);
const closeRequest = statement(
  'approvals.close-request',
  `update approvals_requests set state = $2, version = version + 1, decided_by = $3,
     decided_person_id = $4, decided_at = $5, reason = $6, result = $7, decided_operation_id = $8
   where id = $1 returning version::int as version`,
);

export async function lockedRequest(tx: Tx, id: string): Promise<Request | undefined> {
  const [row] = await tx.rows<Request>(lockRequest, [id]);
  return row;
}

/** Requests whose time is over, locked; those that somebody is deciding are left to them. */
export const lockedDueRequests = (tx: Tx, now: Date, limit: number): Promise<Request[]> =>
  tx.rows<Request>(lockDueRequests, [now, limit]);

const selectHolding = statement(
  'approvals.select-holding',
  `select hold, min(id) as id from approvals_requests
   where state = 'PENDING' and expires_at > $2 and hold = any ($1::text[]) group by hold`,
);

/** By what is set aside: the request that waits and needs it. */
export async function requestsHolding(
  tx: Tx,
  holds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.rows<{ hold: string; id: string }>(selectHolding, [holds, now]);
  return new Map(rows.map((row) => [row.hold, row.id]));
}

export interface Filing extends Need {
  readonly id: string;
  readonly zoneId: string | undefined;
  readonly ownerId: string;
  readonly operation: string;
  /** JSON text. */
  readonly input: string;
  readonly expectedVersion: number | undefined;
  readonly makerId: string;
  readonly makerPersonId: string;
  readonly hold: string | undefined;
  /** JSON text. */
  readonly rehearsed: string;
  /** JSON text. */
  readonly effects: string;
  readonly operationId: string;
  readonly madeAt: Date;
}

export async function fileRequest(tx: Tx, filing: Filing): Promise<void> {
  await tx.rows(insertRequest, [
    filing.id,
    filing.zoneId ?? null,
    filing.ownerId,
    filing.operation,
    filing.input,
    filing.expectedVersion ?? null,
    filing.amount?.toString() ?? null,
    filing.permission,
    filing.tierVersion ?? null,
    filing.makerId,
    filing.makerPersonId,
    filing.hold ?? null,
    filing.rehearsed,
    filing.effects,
    filing.operationId,
    filing.madeAt,
  ]);
}

export interface Closing {
  readonly state: Exclude<RequestState, 'PENDING'>;
  /** Undefined when time, not a person, closed it. */
  readonly by: { readonly userId: string; readonly personId: string } | undefined;
  readonly at: Date;
  readonly reason: string | undefined;
  /** JSON text; present when it was approved. */
  readonly result: string | undefined;
  readonly operationId: string;
}

/** Ends a locked request; answers its new version. */
export async function close(tx: Tx, id: string, closing: Closing): Promise<number> {
  const [row] = await tx.rows<{ version: number }>(closeRequest, [
    id,
    closing.state,
    closing.by?.userId ?? null,
    closing.by?.personId ?? null,
    closing.at,
    closing.reason ?? null,
    closing.result ?? null,
    closing.operationId,
  ]);
  if (!row) throw new Error(`The locked request ${id} has vanished.`);
  return row.version;
}

const selectTiers = statement(
  'approvals.select-tiers',
  `select operation, owner_id as "ownerId", version, valid_from as "validFrom",
     from_amount as "fromAmount", permission
   from approvals_tiers order by operation, owner_id, version, from_amount`,
);
const lockTiers = statement(
  'approvals.lock-tiers',
  'select pg_advisory_xact_lock(hashtextextended($1, 0))',
);
const insertTier = statement(
  'approvals.insert-tier',
  `with latest as (
     select coalesce(max(version), 0) + 1 as version from approvals_tiers
     where operation = $1 and owner_id is not distinct from $2
   ), made as (
     insert into approvals_tiers (operation, owner_id, version, from_amount, permission,
       valid_from, source, operation_id)
     select $1, $2, latest.version, b.from_amount, b.permission, $5::date, $6, $7
     from latest, unnest($3::numeric[], $4::text[]) as b (from_amount, permission)
   )
   select version from latest`,
);

type TierRow = Omit<Tier, 'bands'> & { fromAmount: string; permission: string | null };

/** Every version of every tier: a few dozen rows. */
export async function allTiers(tx: Tx): Promise<Tier[]> {
  const tiers = new Map<string, Tier & { bands: Band[] }>();
  for (const { fromAmount, permission, ...tier } of await tx.rows<TierRow>(selectTiers)) {
    const key = JSON.stringify([tier.operation, tier.ownerId, tier.version]);
    const known = tiers.get(key) ?? { ...tier, bands: [] };
    known.bands.push({ fromAmount: Money.of(fromAmount), permission });
    tiers.set(key, known);
  }
  return [...tiers.values()];
}

export interface NewTier {
  readonly operation: string;
  readonly ownerId: string | null;
  readonly bands: readonly Band[];
  readonly validFrom: Day;
  readonly source: string;
  readonly operationId: string;
}

/** Adds a version; two at the same moment queue on the operation's name. Answers the version. */
export async function addTier(tx: Tx, tier: NewTier): Promise<number> {
  await tx.rows(lockTiers, [`approvals_tiers\n${tier.operation}`]);
  const [row] = await tx.rows<{ version: number }>(insertTier, [
    tier.operation,
    tier.ownerId,
    tier.bands.map((band) => band.fromAmount.toString()),
    tier.bands.map((band) => band.permission),
    tier.validFrom,
    tier.source,
    tier.operationId,
  ]);
  return row?.version ?? 1;
}
