/**
 * What a payment under approval sets aside: the claim itself, UNDER_REVIEW and named after the
 * submission, so that a second submission is refused and a rejection is not made behind its back.
 */
import { Failure } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Claim } from './model.ts';
import { poolRefusals as no } from './refusals.ts';
import { lockClaims, saveClaims } from './store-claims.ts';

interface ClaimInput {
  readonly claimId: string;
}

export async function holdClaim(
  { tx }: Context,
  { input: { claimId }, operationId }: Item<ClaimInput>,
): Promise<string> {
  const claim = (await lockClaims(tx, [claimId])).get(claimId);
  if (!claim) throw new Failure(no['claim-missing'], { claimId });
  if (claim.state !== 'CLAIM_FILED' && claim.state !== 'SUSPENDED_FUSE') {
    throw new Failure(no['claim-under-review'], { claimId, state: claim.state });
  }
  const held: Claim = { ...claim, state: 'UNDER_REVIEW', heldBy: operationId };
  await saveClaims(tx, [{ claim: held, operationId }]);
  return operationId;
}

/** Puts the claim back where it was; one that is held by another submission is left as it is. */
export async function letGoClaim(
  { tx }: Context,
  { input: { claimId }, hold, operationId }: Item<ClaimInput>,
): Promise<void> {
  const claim = (await lockClaims(tx, [claimId])).get(claimId);
  if (!claim || hold === undefined || claim.heldBy !== hold) return;
  const state = claim.suspendedOn === undefined ? 'CLAIM_FILED' : 'SUSPENDED_FUSE';
  await saveClaims(tx, [{ claim: { ...claim, state, heldBy: undefined }, operationId }]);
}
