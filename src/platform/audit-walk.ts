/**
 * Walks one chain from its first link to its head and names the first thing that is wrong. The
 * same walk proves the database and an export; it holds one link at a time, so its length does not
 * matter.
 */
import type { KeyObject } from 'node:crypto';
import type { ChainHead, ChainLink, Seal } from './audit-record.ts';
import { isIntact } from './audit-record.ts';
import { isSigned, sealed } from './audit-signer.ts';
import { genesisHash } from './operation-log.ts';

export type BreakReason =
  /** The link of this height is not there (lost, or not in its place). */
  | 'missing'
  /** Its contents do not give its hash. */
  | 'altered'
  /** It does not continue the link before it. */
  | 'unlinked'
  /** The chain goes on after its head. */
  | 'beyond-head'
  /** The chain's head is not its last link. */
  | 'head-forged'
  | 'seal-range'
  | 'seal-hash'
  | 'seal-signature'
  | 'seal-key-unknown'
  /** A line of an export is not what was written. */
  | 'unreadable'
  /** The header of an export is not signed by the key it names, or by a key nobody trusts. */
  | 'header';

export interface Break {
  /** Null when the trail cannot even be read that far. */
  readonly chain: string | null;
  readonly height: string;
  readonly reason: BreakReason;
}

export interface WalkedChain extends ChainHead {
  /** Up to this height a signature stands behind it. */
  readonly sealedTo: string;
}

export class ChainWalk {
  readonly #head: ChainHead;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #seals: readonly Seal[];
  #sealsPassed = 0;
  #sealedTo = 0n;
  #height: bigint;
  #hash: string;

  /**
   * @param seals of this chain, by height.
   * @param from where a walk of a part begins: the height and hash of the link before it.
   */
  constructor(
    head: ChainHead,
    seals: readonly Seal[],
    keys: ReadonlyMap<string, KeyObject>,
    from: { readonly height: bigint; readonly hash: string } = { height: 0n, hash: genesisHash },
  ) {
    this.#head = head;
    this.#seals = seals;
    this.#keys = keys;
    this.#height = from.height;
    this.#hash = from.hash;
  }

  /** Undefined when the link is sound and the next may come. */
  take(link: ChainLink): Break | undefined {
    const height = this.#height + 1n;
    if (link.chain !== this.#head.chain) return this.#broken(height, 'missing');
    if (height > BigInt(this.#head.height)) return this.#broken(height, 'beyond-head');
    if (link.height !== String(height)) return this.#broken(height, 'missing');
    if (link.previousHash !== this.#hash) return this.#broken(height, 'unlinked');
    if (!isIntact(link)) return this.#broken(height, 'altered');
    this.#height = height;
    this.#hash = link.hash;
    return this.#passSeals();
  }

  /** Call after the last link. */
  end(): Break | undefined {
    const { height, headHash } = this.#head;
    if (this.#height < BigInt(height)) return this.#broken(this.#height + 1n, 'missing');
    if (this.#hash !== headHash) return this.#broken(this.#height, 'head-forged');
    const unreached = this.#seals[this.#sealsPassed];
    return unreached && this.#broken(this.#height + 1n, 'missing');
  }

  /** The height whose link is awaited. */
  get nextHeight(): string {
    return String(this.#height + 1n);
  }

  get walked(): WalkedChain {
    const seals = this.#sealsPassed;
    return { ...this.#head, seals, sealedTo: String(this.#sealedTo) };
  }

  #passSeals(): Break | undefined {
    let seal = this.#seals[this.#sealsPassed];
    for (; seal && BigInt(seal.toHeight) <= this.#height; seal = this.#seals[this.#sealsPassed]) {
      const reason = this.#refuseSeal(seal);
      if (reason) return this.#broken(this.#height, reason);
      this.#sealedTo = this.#height;
      this.#sealsPassed += 1;
    }
    return undefined;
  }

  #refuseSeal(seal: Seal): BreakReason | undefined {
    const follows = seal.fromHeight === String(this.#sealedTo + 1n);
    if (!follows || seal.toHeight !== String(this.#height)) return 'seal-range';
    if (seal.headHash !== this.#hash) return 'seal-hash';
    const key = this.#keys.get(seal.keyId);
    if (!key) return 'seal-key-unknown';
    return isSigned(key, 'seal', sealed(seal), seal.signature) ? undefined : 'seal-signature';
  }

  #broken(height: bigint, reason: BreakReason): Break {
    return { chain: this.#head.chain, height: String(height), reason };
  }
}
