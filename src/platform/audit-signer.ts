/**
 * Who seals: an Ed25519 key made from a secret of 32 bytes in a file that only its owner reads. A
 * key is known by the hash of its public half, so nobody can put another key under a known name.
 */
import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../kernel/canonical.ts';
import type { Seal, SealKey } from './audit-record.ts';
import { keptSecret } from './private-file.ts';

/** What a signature is about: a seal can never pass for the header of an export. */
export type Signed = 'seal' | 'export';

export interface Signer extends SealKey {
  sign(about: Signed, value: unknown): string;
}

/** PKCS#8 around the 32 bytes of an Ed25519 private key (RFC 8410, section 7). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const bytesOf = (about: Signed, value: unknown): Buffer =>
  Buffer.from(`yuanxin ${about}\n${canonicalJson(value)}`, 'utf8');

const keyIdOf = (publicKey: string): string =>
  createHash('sha256').update(publicKey, 'base64').digest('hex').slice(0, 16);

/** @param secret 32 bytes as base64url, as `keptSecret` keeps them. Throws on another length. */
export function signerOf(secret: string): Signer {
  const seed = Buffer.from(secret, 'base64url');
  if (seed.length !== 32) throw new Error('The secret of the audit key must have 32 bytes.');
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
  return {
    publicKey,
    keyId: keyIdOf(publicKey),
    sign: (about, value) => sign(null, bytesOf(about, value), key).toString('base64'),
  };
}

/** The signer of a data folder; its secret is made there once, in a file with mode 0600. */
export async function keptSigner(dataFolder: string): Promise<Signer> {
  await mkdir(dataFolder, { recursive: true });
  return signerOf(await keptSecret(path.join(dataFolder, 'audit.secret')));
}

/** The keys by their ids; a key under a name that is not its own is left out. */
export function keyRing(keys: readonly SealKey[]): ReadonlyMap<string, KeyObject> {
  const ring = new Map<string, KeyObject>();
  for (const { keyId, publicKey } of keys) {
    if (keyIdOf(publicKey) !== keyId) continue;
    const key = Buffer.from(publicKey, 'base64');
    ring.set(keyId, createPublicKey({ key, format: 'der', type: 'spki' }));
  }
  return ring;
}

/** A signature has one spelling: base64 that decodes to the same bytes in another is refused. */
export function isSigned(
  key: KeyObject,
  about: Signed,
  value: unknown,
  signature: string,
): boolean {
  const bytes = Buffer.from(signature, 'base64');
  return bytes.toString('base64') === signature && verify(null, bytesOf(about, value), key, bytes);
}

/** The seal without its signature, which is what is signed. */
export function sealed(seal: Seal): Omit<Seal, 'signature'> {
  const { signature: _, ...block } = seal;
  return block;
}
