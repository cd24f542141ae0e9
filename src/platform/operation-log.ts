/**
 * The log of operations: idempotency record, audit entry and hash-chain link are one row. A batch
 * locks the head of each chain it touches last of all, appends its links and moves the head.
 */
import { sha256Hex } from '../kernel/canonical.ts';
import { bulkInsert } from './bulk-insert.ts';
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
const moveHeads = statement(
  'platform.move-heads',
  `update platform_chains c set height = m.height, head_hash = m.hash
   from unnest($1::text[], $2::bigint[], $3::text[]) as m (chain, height, hash)
   where c.chain = m.chain`,
);
const appendEntries = bulkInsert('platform.append-entries', 'platform_operations', {
  chain: 'text',
  height: 'bigint',
  id: 'text',
  actor_id: 'text',
  organisation_id: 'text',
  operation: 'text',
  idempotency_key: 'text',
  payload_hash: 'text',
  input: 'json',
  outcome: 'text',
  result: 'json',
  rules: 'json',
  approval_id: 'text',
  recorded_at: 'timestamptz',
  previous_hash: 'text',
  hash: 'text',
});

export interface Head {
  chain: string;
  height: string;
  headHash: string;
}

interface Link {
  readonly entry: LogEntry;
  readonly height: string;
  readonly previous: string;
  readonly hash: string;
}

/**
 * Locks the heads of these chains. Comes after every other lock of the transaction, and may be sent
 * before it is known what will be appended.
 */
export async function lockChains(
  tx: Tx,
  concerned: Iterable<string>,
): Promise<ReadonlyMap<string, Head>> {
  const chains = [...new Set(concerned)].sort();
  if (chains.length === 0) return new Map();
  let heads = await tx.rows<Head>(lockHeads, [chains]);
  if (heads.length < chains.length) {
    await tx.rows(makeHeads, [chains, genesisHash]);
    heads = await tx.rows<Head>(lockHeads, [chains]);
  }
  return new Map(heads.map((head) => [head.chain, head]));
}

/**
 * Appends the entries to their chains. Must be the last write.
 * @param heads of the chains, when they are locked already.
 */
export async function appendToLog(
  tx: Tx,
  entries: readonly LogEntry[],
  heads = lockChains(
    tx,
    entries.map((entry) => entry.chain),
  ),
): Promise<void> {
  if (entries.length === 0) return;
  const locked = await heads;
  const now = new Map(locked);
  const links: Link[] = [];
  for (const entry of entries) {
    const head = now.get(entry.chain);
    if (!head) throw new Error(`The chain ${entry.chain} has no head.`);
    const height = (BigInt(head.height) + 1n).toString();
    const hash = linkHash(head.headHash, height, entry);
    links.push({ entry, height, previous: head.headHash, hash });
    now.set(entry.chain, { chain: entry.chain, height, headHash: hash });
  }
  const moved = [...now.values()].filter((head) => head !== locked.get(head.chain));
  tx.send(moveHeads, [
    moved.map((h) => h.chain),
    moved.map((h) => h.height),
    moved.map((h) => h.headHash),
  ]);
  appendEntries(tx, {
    chain: links.map(({ entry }) => entry.chain),
    height: links.map(({ height }) => height),
    id: links.map(({ entry }) => entry.id),
    actor_id: links.map(({ entry }) => entry.actorId),
    organisation_id: links.map(({ entry }) => entry.organisationId),
    operation: links.map(({ entry }) => entry.operation),
    idempotency_key: links.map(({ entry }) => entry.idempotencyKey),
    payload_hash: links.map(({ entry }) => entry.payloadHash),
    input: links.map(({ entry }) => entry.input),
    outcome: links.map(({ entry }) => entry.outcome),
    result: links.map(({ entry }) => entry.result),
    rules: links.map(({ entry }) => entry.rules),
    approval_id: links.map(({ entry }) => entry.approvalId),
    recorded_at: links.map(({ entry }) => entry.recordedAt),
    previous_hash: links.map(({ previous }) => previous),
    hash: links.map(({ hash }) => hash),
  });
}
