/**
 * The audit trail as a file that proves itself without a database: JSON lines, a signed header
 * with the heads of all chains and the public keys, then the seals and links of one chain after
 * another. Every line is canonical JSON, so that not one byte can change unseen.
 */
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical.ts';
import type { Verification } from './audit-trail.ts';
import { headsOf, keysOf, linksOf, refusePartialScope, sealsOf } from './audit-trail.ts';
import type { ChainHead, ChainLink, Seal } from './audit-record.ts';
import { headShape, recordShape } from './audit-record.ts';
import type { Signer } from './audit-signer.ts';
import { isSigned, keyRing } from './audit-signer.ts';
import type { Break, BreakReason, WalkedChain } from './audit-walk.ts';
import { ChainWalk } from './audit-walk.ts';
import type { Tx } from './transaction.ts';

const format = 'yuanxin-audit-1';

const headerShape = z.strictObject({
  kind: z.literal('header'),
  format: z.literal(format),
  exportedAt: z.string(),
  chains: z.array(headShape),
  keys: z.array(z.strictObject({ keyId: z.string(), publicKey: z.string() })),
  keyId: z.string(),
  signature: z.string(),
});
type Header = z.output<typeof headerShape>;

export interface Exported {
  readonly file: string;
  readonly links: number;
  readonly seals: number;
  readonly chains: number;
  readonly keyId: string;
}

/** What is wrong with the draft is told of the file that was asked for. */
function aboutFile(problem: unknown, draft: string, file: string): unknown {
  if (problem instanceof Error && 'path' in problem && problem.path === draft) {
    problem.path = file;
    problem.message = problem.message.replaceAll(draft, file);
  }
  return problem;
}

/**
 * Writes the whole trail to `file`, which appears only when complete and is readable by its owner
 * alone. Needs a transaction that sees all rows, read only and repeatable.
 */
export async function exportTrail(
  tx: Tx,
  file: string,
  signer: Signer,
  now: Date,
): Promise<Exported> {
  await refusePartialScope(tx);
  const chains = await headsOf(tx);
  const { keyId, publicKey } = signer;
  const others = (await keysOf(tx)).filter((key) => key.keyId !== keyId);
  const header: Omit<Header, 'signature'> = {
    kind: 'header',
    format,
    exportedAt: now.toISOString(),
    chains,
    keys: [{ keyId, publicKey }, ...others],
    keyId,
  };
  const draft = `${file}.${process.pid}.part`;
  const out = await open(draft, 'w', 0o600).catch((problem: unknown) => {
    throw aboutFile(problem, draft, file);
  });
  let links = 0;
  let seals = 0;
  try {
    await out.write(`${canonicalJson({ ...header, signature: signer.sign('export', header) })}\n`);
    for (const { chain } of chains) {
      const blocks = await sealsOf(tx, chain);
      seals += blocks.length;
      for (const block of blocks) await out.write(`${canonicalJson({ kind: 'seal', ...block })}\n`);
      const lines: string[] = [];
      for await (const link of linksOf(tx, chain)) {
        links += 1;
        lines.push(`${canonicalJson({ kind: 'link', ...link })}\n`);
        if (lines.length === 500) await out.write(lines.splice(0).join(''));
      }
      await out.write(lines.join(''));
    }
    await out.sync();
    await out.close();
    await rename(draft, file);
  } catch (problem) {
    await out.close();
    await rm(draft, { force: true });
    throw aboutFile(problem, draft, file);
  }
  return { file, links, seals, chains: chains.length, keyId };
}

/**
 * Lines end with one line feed and nothing else; what follows the last one is a line of its own.
 */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
    const parts = (rest + (chunk as string)).split('\n');
    rest = parts.pop() as string;
    yield* parts;
  }
  if (rest !== '') yield `${rest} (unfinished)`;
}

/** The value of a line, if the line is exactly how that value is written. */
function parsed<T>(schema: z.ZodType<T>, line: string | undefined): T | undefined {
  if (line === undefined) return undefined;
  try {
    const result = schema.safeParse(JSON.parse(line));
    return result.success && canonicalJson(result.data) === line ? result.data : undefined;
  } catch {
    return undefined;
  }
}

function readHeader(line: string | undefined, trusted: readonly string[] | undefined) {
  const header = parsed(headerShape, line);
  if (!header) return undefined;
  const { signature, ...signed } = header;
  const keys = keyRing(header.keys);
  const key = keys.get(header.keyId);
  if (!key || !isSigned(key, 'export', signed, signature)) return undefined;
  if (trusted && !header.keys.every(({ keyId }) => trusted.includes(keyId))) return undefined;
  return { header, keys };
}

const headerBroken: Break = { chain: null, height: '0', reason: 'header' };

/** Walks the lines of one chain after another, in the order of the header. */
class FileWalk {
  readonly #heads: readonly ChainHead[];
  readonly #keys: ReturnType<typeof keyRing>;
  readonly chains: WalkedChain[] = [];
  readonly keyIds = new Set<string>();
  links = 0;
  #seals: Seal[] = [];
  #walk: ChainWalk | undefined;

  constructor(header: Header, keys: ReturnType<typeof keyRing>) {
    this.#heads = header.chains;
    this.#keys = keys;
    this.keyIds.add(header.keyId);
  }

  take(line: string): Break | undefined {
    const record = parsed(recordShape, line);
    if (!record) return this.#broken('unreadable');
    // Whatever is of another chain than the present one ends the present one.
    while (record.chain !== this.#head?.chain) {
      if (!this.#head) return this.#broken('beyond-head');
      const broken = this.#endChain();
      if (broken) return broken;
    }
    if (record.kind === 'link') return this.#takeLink(record);
    if (this.#walk) return this.#broken('seal-range');
    const { kind: _, ...seal } = record;
    this.#seals.push(seal);
    this.keyIds.add(seal.keyId);
    return undefined;
  }

  end(): Break | undefined {
    while (this.#head) {
      const broken = this.#endChain();
      if (broken) return broken;
    }
    return undefined;
  }

  get #head(): ChainHead | undefined {
    return this.#heads[this.chains.length];
  }

  #begun(): ChainWalk {
    return (this.#walk ??= new ChainWalk(this.#head as ChainHead, this.#seals, this.#keys));
  }

  #takeLink(link: ChainLink): Break | undefined {
    const broken = this.#begun().take(link);
    if (!broken) this.links += 1;
    return broken;
  }

  #endChain(): Break | undefined {
    const walk = this.#begun();
    const broken = walk.end();
    if (broken) return broken;
    if (this.#seals.length !== this.#head?.seals) return this.#broken('seal-range');
    this.chains.push(walk.walked);
    this.#seals = [];
    this.#walk = undefined;
    return undefined;
  }

  #broken(reason: BreakReason): Break {
    const height = this.#walk ? this.#walk.nextHeight : '1';
    return { chain: this.#head?.chain ?? null, height, reason };
  }
}

/**
 * Proves an export by itself. Says the first break by chain and height.
 * @param trustedKeys ids of the only keys that count, for instance as printed by the first start;
 *   without them the answer names the keys and the reader compares.
 */
export async function verifyExport(
  file: string,
  trustedKeys?: readonly string[],
): Promise<Verification> {
  let walk: FileWalk | undefined;
  for await (const line of linesOf(file)) {
    if (!walk) {
      const read = readHeader(line, trustedKeys);
      if (!read) return { valid: false, links: 0, broken: headerBroken };
      walk = new FileWalk(read.header, read.keys);
      continue;
    }
    const broken = walk.take(line);
    if (broken) return { valid: false, links: walk.links, broken };
  }
  if (!walk) return { valid: false, links: 0, broken: headerBroken };
  const broken = walk.end();
  if (broken) return { valid: false, links: walk.links, broken };
  const { links, chains, keyIds } = walk;
  return { valid: true, links, chains, keyIds: [...keyIds].sort() };
}
