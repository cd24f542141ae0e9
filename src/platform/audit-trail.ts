/**
 * The audit trail on the database: blocks of each chain are closed and signed, and the whole trail
 * can be proved online. A block is walked before it is signed, because a signature under a broken
 * chain would turn tampering into evidence.
 */
import { Failure, refusals } from '../kernel/failure.ts';
import type { ChainHead, ChainLink, Seal, SealKey } from './audit-record.ts';
import type { Signer } from './audit-signer.ts';
import { keyRing, sealed } from './audit-signer.ts';
import type { Break, WalkedChain } from './audit-walk.ts';
import { ChainWalk } from './audit-walk.ts';
import { genesisHash } from './operation-log.ts';
import type { Tx } from './transaction.ts';
import { statement } from './transaction.ts';

export const auditRefusals = refusals('audit', {
  'scope-partial': {
    kind: 'refused',
    zh: '只有能看到全部记录的审计员才能验证整条链',
    en: 'A chain can be proved only by somebody who sees all of it',
  },
});

/** What a proof of the whole trail found; it stops at the first break. */
export type Verification =
  | {
      readonly valid: true;
      readonly links: number;
      readonly chains: readonly WalkedChain[];
      /** The keys that signed; compare them with what the first start printed. */
      readonly keyIds: readonly string[];
    }
  | { readonly valid: false; readonly links: number; readonly broken: Break };

const seesAll = statement(
  'audit.sees-all',
  'select platform_all_zones() and platform_all_owners() as "all"',
);

/** Row-level security would hide links, and a chain with hidden links looks broken. */
export async function refusePartialScope(tx: Tx): Promise<void> {
  const [row] = await tx.rows<{ all: boolean }>(seesAll);
  if (row?.all !== true) throw new Failure(auditRefusals['scope-partial']);
}

/**
 * SQL of an instant as RFC 3339 text. A stored instant has microseconds and the hash knows
 * milliseconds: more than that is tampering, and must therefore be read.
 */
export const instant = (column: string): string =>
  `regexp_replace(to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
     '000$', '') || 'Z'`;

const selectHeads = statement(
  'audit.select-heads',
  `select c.chain, c.height::text, c.head_hash as "headHash",
     (select count(*)::int from platform_seals s where s.chain = c.chain) as seals
   from platform_chains c order by c.chain`,
);
const selectSeals = statement(
  'audit.select-seals',
  `select chain, from_height::text as "fromHeight", to_height::text as "toHeight",
     head_hash as "headHash", key_id as "keyId", signature, ${instant('sealed_at')} as "sealedAt"
   from platform_seals where chain = $1 order by to_height`,
);
const selectKeys = statement(
  'audit.select-keys',
  `select key_id as "keyId", public_key as "publicKey" from platform_seal_keys order by key_id`,
);
const selectLinks = statement(
  'audit.select-links',
  `select chain, height::text, id, actor_id as "actorId", organisation_id as "organisationId",
     operation, idempotency_key as "idempotencyKey", payload_hash as "payloadHash",
     input::text as input, outcome, result::text as result, rules::text as rules,
     approval_id as "approvalId", ${instant('recorded_at')} as "recordedAt",
     previous_hash as "previousHash", hash
   from platform_operations where chain = $1 and height > $2::bigint
   order by platform_operations.height limit 1000`,
);

export const headsOf = (tx: Tx): Promise<ChainHead[]> => tx.rows<ChainHead>(selectHeads);
export const keysOf = (tx: Tx): Promise<SealKey[]> => tx.rows<SealKey>(selectKeys);
export const sealsOf = (tx: Tx, chain: string): Promise<Seal[]> =>
  tx.rows<Seal>(selectSeals, [chain]);

/** The links of a chain after a height, a page at a time. */
export async function* linksOf(tx: Tx, chain: string, after = '0'): AsyncGenerator<ChainLink> {
  for (let from = after; ;) {
    const page = await tx.rows<ChainLink>(selectLinks, [chain, from]);
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    from = last.height;
  }
}

const lonelyChain = statement(
  'audit.lonely-chain',
  `select chain, min(height)::text as height from (
     select chain, height from platform_operations
     union all select chain, from_height from platform_seals) t
   where chain not in (select chain from platform_chains) group by chain order by chain limit 1`,
);

/**
 * Proves the whole trail: every link, every seal, every head. Needs a transaction that sees all
 * rows, read only and repeatable, so that heads and links are of one moment.
 */
export async function verifyTrail(tx: Tx): Promise<Verification> {
  await refusePartialScope(tx);
  const keys = keyRing(await keysOf(tx));
  const keyIds = new Set<string>();
  const chains: WalkedChain[] = [];
  let links = 0;
  for (const head of await headsOf(tx)) {
    const seals = await sealsOf(tx, head.chain);
    const walk = new ChainWalk(head, seals, keys);
    for await (const link of linksOf(tx, head.chain)) {
      const broken = walk.take(link);
      if (broken) return { valid: false, links, broken };
      links += 1;
    }
    const broken = walk.end();
    if (broken) return { valid: false, links, broken };
    chains.push(walk.walked);
    for (const { keyId } of seals) keyIds.add(keyId);
  }
  const [lonely] = await tx.rows<{ chain: string; height: string }>(lonelyChain);
  if (lonely) return { valid: false, links, broken: { ...lonely, reason: 'beyond-head' } };
  return { valid: true, links, chains, keyIds: [...keyIds].sort() };
}

const oneAtATime = statement(
  'audit.one-sealer',
  `select pg_advisory_xact_lock(hashtext('audit.seal'))`,
);
const lastSeal = statement(
  'audit.last-seal',
  `select to_height::text as "toHeight", head_hash as "headHash" from platform_seals
   where chain = $1 order by to_height desc limit 1`,
);
const insertSeal = statement(
  'audit.insert-seal',
  `insert into platform_seals (chain, from_height, to_height, head_hash, signature, key_id,
     sealed_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);
const insertKey = statement(
  'audit.insert-key',
  `insert into platform_seal_keys (key_id, public_key, since) values ($1, $2, $3)
   on conflict (key_id) do nothing`,
);

export interface Sealing {
  readonly sealed: readonly Omit<Seal, 'signature'>[];
  /** Chains that were left open, because a signature must not cover a break. */
  readonly broken: readonly Break[];
}

/** Closes the block of one chain from its last seal to its head; undefined when nothing is new. */
async function sealChain(
  tx: Tx,
  head: ChainHead,
  signer: Signer,
  now: Date,
): Promise<Seal | Break | undefined> {
  const [last] = await tx.rows<{ toHeight: string; headHash: string }>(lastSeal, [head.chain]);
  const start = last ?? { toHeight: '0', headHash: genesisHash };
  if (start.toHeight === head.height && start.headHash === head.headHash) return undefined;
  const from = { height: BigInt(start.toHeight), hash: start.headHash };
  const walk = new ChainWalk(head, [], new Map(), from);
  for await (const link of linksOf(tx, head.chain, start.toHeight)) {
    // What was appended after the head was read belongs to the next block.
    if (BigInt(link.height) > BigInt(head.height)) break;
    const broken = walk.take(link);
    if (broken) return broken;
  }
  const broken = walk.end();
  if (broken) return broken;
  const block = {
    chain: head.chain,
    fromHeight: String(from.height + 1n),
    toHeight: head.height,
    headHash: head.headHash,
    keyId: signer.keyId,
    sealedAt: now.toISOString(),
  };
  return { ...block, signature: signer.sign('seal', block) };
}

/**
 * Closes and signs a block of every chain that has grown. Needs a transaction that sees all rows.
 */
export async function sealChains(tx: Tx, signer: Signer, now: Date): Promise<Sealing> {
  await refusePartialScope(tx);
  await tx.rows(oneAtATime);
  await tx.rows(insertKey, [signer.keyId, signer.publicKey, now.toISOString()]);
  const blocks: Omit<Seal, 'signature'>[] = [];
  const breaks: Break[] = [];
  for (const head of await headsOf(tx)) {
    const made = await sealChain(tx, head, signer, now);
    if (!made) continue;
    if ('reason' in made) {
      breaks.push(made);
      continue;
    }
    const { chain, fromHeight, toHeight, headHash, signature, keyId, sealedAt } = made;
    const row = [chain, fromHeight, toHeight, headHash, signature, keyId, sealedAt];
    await tx.rows(insertSeal, row);
    blocks.push(sealed(made));
  }
  return { sealed: blocks, broken: breaks };
}
