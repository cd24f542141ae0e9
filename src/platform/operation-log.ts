/**
 * The log of operations: idempotency record, audit entry and hash-chain link are one row. A batch
 * locks the head of each chain it touches last of all, appends its links and moves the head.
 */
import { sha256Hex } from '../kernel/canonical.ts';
import type { Tx } from './transaction.ts';
import { statement } from './transaction.ts';

/** Where entries go whose zone is not known, for instance a sign-in or a refused unknown id. */
export const platformChain = 'platform';

export const genesisHash = sha256Hex('yuanxin');

export interface LogEntry {
  readonly id: string;
  readonly chain: string;
  readonly actorId: string;
  readonly organisationId: string;
  readonly operation: string;
  readonly idempotencyKey: string;
  readonly payloadHash: string;
  /** Canonical JSON, secrets left out. */
  readonly input: string;
  readonly outcome: 'done' | 'refused' | 'submitted';
  readonly result: string;
  readonly rules: string;
  readonly approvalId: string | null;
  readonly recordedAt: string;
}

/** The link of one entry: SHA-256 over the previous link and every field, in this order. */
export const linkHash = (previous: string, height: bigint | string, entry: LogEntry): string =>
  sha256Hex(
    JSON.stringify([
      previous,
      entry.chain,
      String(height),
      entry.id,
      entry.actorId,
      entry.organisationId,
      entry.operation,
      entry.idempotencyKey,
      entry.payloadHash,
      entry.input,
      entry.outcome,
      entry.result,
      entry.rules,
      entry.approvalId ?? '',
      entry.recordedAt,
    ]),
  );

export interface StoredCall {
  readonly position: number;
  readonly payloadHash: string;
  readonly input: unknown;
  readonly outcome: LogEntry['outcome'];
  readonly result: unknown;
}

const findCalls = statement(
  'platform.find-calls',
  `select k.position::int as "position", o.payload_hash as "payloadHash", o.input,
     o.outcome, o.result,
     pg_try_advisory_xact_lock(hashtextextended(k.actor_id || k.operation || k.key, 0)) as "got"
   from unnest($1::text[], $2::text[], $3::text[])
     with ordinality as k (actor_id, operation, key, position)
   left join platform_operations o on o.actor_id = k.actor_id and o.operation = k.operation
     and o.idempotency_key = k.key`,
);

interface CallKey {
  readonly actorId: string;
  readonly operation: string;
  readonly key: string;
}

/**
 * Which of these calls were answered before, and which are being answered by another process now.
 * The advisory lock lasts until commit, so a second process hears "in progress" at once.
 */
export async function findStoredCalls(
  tx: Tx,
  calls: readonly CallKey[],
): Promise<{ stored: Map<number, StoredCall>; running: Set<number> }> {
  const rows = await tx.rows<StoredCall & { got: boolean; outcome: LogEntry['outcome'] | null }>(
    findCalls,
    [calls.map((c) => c.actorId), calls.map((c) => c.operation), calls.map((c) => c.key)],
  );
  const stored = new Map<number, StoredCall>();
  const running = new Set<number>();
  for (const row of rows) {
    const position = row.position - 1;
    if (row.outcome !== null) stored.set(position, { ...row, position });
    else if (!row.got) running.add(position);
  }
  return { stored, running };
}

const lockHeads = statement(
  'platform.lock-heads',
  `select chain, height::text, head_hash as "headHash" from platform_chains
   where chain = any ($1::text[]) order by chain for no key update`,
);
const makeHeads = statement(
  'platform.make-heads',
  `insert into platform_chains (chain, head_hash) select unnest($1::text[]), $2
   on conflict do nothing`,
);
const appendEntries = statement(
  'platform.append-entries',
  `with moved as (
     update platform_chains c set height = m.height, head_hash = m.hash
     from unnest($17::text[], $18::bigint[], $19::text[]) as m (chain, height, hash)
     where c.chain = m.chain
   )
   insert into platform_operations (chain, height, id, actor_id, organisation_id, operation,
     idempotency_key, payload_hash, input, outcome, result, rules, approval_id, recorded_at,
     previous_hash, hash)
   select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
     $7::text[], $8::text[], $9::json[], $10::text[], $11::json[], $12::json[], $13::text[],
     $14::timestamptz[], $15::text[], $16::text[])`,
);

interface Head {
  chain: string;
  height: string;
  headHash: string;
}

async function lockedHeads(tx: Tx, chains: string[]): Promise<Map<string, Head>> {
  let heads = await tx.rows<Head>(lockHeads, [chains]);
  if (heads.length < chains.length) {
    await tx.rows(makeHeads, [chains, genesisHash]);
    heads = await tx.rows<Head>(lockHeads, [chains]);
  }
  return new Map(heads.map((head) => [head.chain, head]));
}

/** Appends the entries to their chains. Must be the last write of the transaction. */
export async function appendToLog(tx: Tx, entries: readonly LogEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const chains = [...new Set(entries.map((entry) => entry.chain))].sort();
  const heads = await lockedHeads(tx, chains);
  const columns: unknown[][] = Array.from({ length: 16 }, () => []);
  for (const entry of entries) {
    const head = heads.get(entry.chain);
    if (!head) throw new Error(`The chain ${entry.chain} has no head.`);
    const height = BigInt(head.height) + 1n;
    const hash = linkHash(head.headHash, height, entry);
    const row = [
      entry.chain,
      height.toString(),
      entry.id,
      entry.actorId,
      entry.organisationId,
      entry.operation,
      entry.idempotencyKey,
      entry.payloadHash,
      entry.input,
      entry.outcome,
      entry.result,
      entry.rules,
      entry.approvalId,
      entry.recordedAt,
      head.headHash,
      hash,
    ];
    row.forEach((value, column) => columns[column]?.push(value));
    heads.set(entry.chain, { chain: entry.chain, height: height.toString(), headHash: hash });
  }
  const moved = [...heads.values()];
  await tx.rows(appendEntries, [
    ...columns,
    moved.map((h) => h.chain),
    moved.map((h) => h.height),
    moved.map((h) => h.headHash),
  ]);
}
