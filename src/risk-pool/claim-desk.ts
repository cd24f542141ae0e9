/**
 * The rows that decide about claims which exist: locked in the module's order (pools, loans,
 * claims), replaced by values as a batch decides, and written once at its end.
 */
import type { Day } from '../kernel/index.ts';
import type { Context } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import type { Claim, Enrolment, Movement, Pool } from './model.ts';
import type { DecidedClaim } from './store-claims.ts';
import { lockClaims, placesOfClaims, saveClaims } from './store-claims.ts';
import { journal, lockEnrolments, saveEnrolments } from './store-enrolments.ts';
import { lockPools, savePools } from './store-pools.ts';

/** A claim with the loan and the pool that it belongs to. */
export interface Case {
  readonly claim: Claim;
  readonly enrolment: Enrolment;
  readonly pool: Pool;
}

export class ClaimDesk {
  readonly #pools: Map<string, Pool>;
  readonly #enrolments: Map<string, Enrolment>;
  readonly #claims: Map<string, Claim>;
  readonly #before: ReadonlyMap<string, Pool>;
  readonly #decided = new Map<string, DecidedClaim>();
  readonly #moved = new Set<string>();
  readonly #movements: Movement[] = [];

  constructor(
    pools: Map<string, Pool>,
    enrolments: Map<string, Enrolment>,
    claims: Map<string, Claim>,
  ) {
    this.#pools = pools;
    this.#enrolments = enrolments;
    this.#claims = claims;
    this.#before = new Map(pools);
  }

  find(claimId: string): Case | undefined {
    const claim = this.#claims.get(claimId);
    const enrolment = claim && this.#enrolments.get(claim.enrolmentId);
    const pool = claim && this.#pools.get(claim.poolId);
    return claim && enrolment && pool && { claim, enrolment, pool };
  }

  /** Puts the case as it stands after a decision, with the movement that the decision makes. */
  put(
    { claim, enrolment, pool }: Case,
    decided: Omit<DecidedClaim, 'claim'>,
    movement: Pick<Movement, 'kind' | 'outstanding' | 'pending' | 'paid'> & { valueOn: Day },
  ): void {
    this.#pools.set(pool.id, pool);
    this.#claims.set(claim.id, claim);
    this.#enrolments.set(enrolment.id, enrolment);
    this.#moved.add(enrolment.id);
    this.#decided.set(claim.id, { claim, ...decided });
    const { operationId } = decided;
    this.#movements.push({ ...movement, enrolment, claimId: claim.id, operationId });
  }

  get cases(): Case[] {
    return [...this.#claims.keys()].flatMap((id) => this.find(id) ?? []);
  }

  /** The pools whose counters a decision changed. */
  get changedPools(): { before: Pool; after: Pool }[] {
    return [...this.#before.values()].flatMap((before) => {
      const after = this.#pools.get(before.id) ?? before;
      return after === before ? [] : [{ before, after }];
    });
  }

  async save({ tx, now }: Context): Promise<void> {
    const moved = [...this.#moved].map((id) => this.#enrolments.get(id) as Enrolment);
    const pools = this.changedPools.map(({ after }) => after);
    await saveClaims(tx, [...this.#decided.values()]);
    await saveEnrolments(tx, moved);
    await journal(tx, this.#movements, now);
    await savePools(tx, pools);
  }
}

/** Locks everything about these claims; ids that the caller may not see are simply not found. */
export async function openClaimDesk(tx: Tx, claimIds: readonly string[]): Promise<ClaimDesk> {
  const places = await placesOfClaims(tx, claimIds);
  const pools = await lockPools(
    tx,
    places.map((place) => place.poolId),
  );
  const enrolments = await lockEnrolments(
    tx,
    places.map((place) => place.enrolmentId),
  );
  const claims = await lockClaims(
    tx,
    places.map((place) => place.id),
  );
  return new ClaimDesk(pools, enrolments, claims);
}
