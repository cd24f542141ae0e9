/**
 * What the audit trail is made of: links of the log, seals over blocks of them, heads of chains.
 * Every field of a link is under its hash and every field of a seal under its signature; heights
 * are text, because a chain outlives 2^53.
 */
import { z } from 'zod';
import type { LogEntry } from './operation-log.ts';
import { linkHash } from './operation-log.ts';

export interface ChainHead {
  readonly chain: string;
  readonly height: string;
  readonly headHash: string;
  /**
   * How many seals the chain has: the header of an export says so, and then none can be left out.
   */
  readonly seals: number;
}

/** One row of the log with its place in the chain. */
export interface ChainLink extends LogEntry {
  readonly height: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** A signed block: all links from one height to another, by the hash of the last of them. */
export interface Seal {
  readonly chain: string;
  readonly fromHeight: string;
  readonly toHeight: string;
  readonly headHash: string;
  readonly keyId: string;
  readonly sealedAt: string;
  readonly signature: string;
}

export interface SealKey {
  readonly keyId: string;
  /** SPKI, DER, base64. */
  readonly publicKey: string;
}

const HashText = z.string().regex(/^[0-9a-f]{64}$/);
const HeightText = z.string().regex(/^(0|[1-9]\d{0,18})$/);

export const headShape = z.strictObject({
  chain: z.string().min(1),
  height: HeightText,
  headHash: HashText,
  seals: z.int().min(0),
});

const linkShape = z.strictObject({
  kind: z.literal('link'),
  chain: z.string().min(1),
  height: HeightText,
  id: z.string(),
  actorId: z.string(),
  organisationId: z.string(),
  operation: z.string(),
  idempotencyKey: z.string(),
  payloadHash: z.string(),
  input: z.string(),
  outcome: z.enum(['done', 'refused', 'submitted']),
  result: z.string(),
  rules: z.string(),
  // The hash cannot tell an empty text from none, so only none is taken.
  approvalId: z.string().min(1).nullable(),
  recordedAt: z.string(),
  previousHash: HashText,
  hash: HashText,
});

const sealShape = z.strictObject({
  kind: z.literal('seal'),
  chain: z.string().min(1),
  fromHeight: HeightText,
  toHeight: HeightText,
  headHash: HashText,
  keyId: z.string(),
  sealedAt: z.string(),
  signature: z.string(),
});

/** A line of an export after its header. */
export const recordShape = z.discriminatedUnion('kind', [linkShape, sealShape]);

/** Whether the link is what its hash says, after the link with the hash `previous`. */
export const isIntact = (link: ChainLink): boolean =>
  link.approvalId !== '' && linkHash(link.previousHash, link.height, link) === link.hash;
