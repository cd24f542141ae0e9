/**
 * What every change of a demand shares: it is looked at, locked, compared with what the caller saw,
 * and moved along its table of states. A demand that is gone once we hold the lock was claimed by
 * another bank, because only that takes it out of a bank's sight.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { IdText } from '../platform/schemas.ts';
import { demandRefusals as no } from './demand-refusals.ts';
import type { Demand, DemandState } from './model-demands.ts';
import { demandMoves, demandStates } from './model-demands.ts';
import { creditRefusals } from './refusals.ts';
import { demandById, lockDemandById, runningApplicationOf, saveDemand } from './store-demands.ts';

export const DemandChanged = z.object({
  demandId: IdText,
  state: z.enum(demandStates),
  version: z.number().int(),
});

/** Throws `demand-missing`, `demand-claimed` or `version-stale`, in this order. */
export async function demandToChange(
  { tx, concern }: Context,
  item: Item<{ readonly demandId: string }>,
): Promise<Demand> {
  const { demandId } = item.input;
  const seen = await demandById(tx, demandId);
  if (!seen) throw new Failure(no['demand-missing'], { demandId });
  concern(item, seen.zoneId);
  const demand = await lockDemandById(tx, demandId);
  if (!demand) throw new Failure(no['demand-claimed'], { demandId });
  const { version, state } = demand;
  if (item.expectedVersion !== undefined && item.expectedVersion !== version) {
    throw new Failure(creditRefusals['version-stale'], { demandId, version, state });
  }
  return demand;
}

/** Throws `demand-not-yours` unless the caller is the bank that claimed it; a job may be. */
export function demandClaimant(
  { id: demandId, claimedBy }: Demand,
  { actor }: Item<unknown>,
): void {
  const anybody = claimedBy === null || actor.scope.zones === '*';
  if (anybody || claimedBy === actor.organisationId) return;
  throw new Failure(no['demand-not-yours'], { demandId });
}

/** Throws `demand-in-application` while the bank's application for it runs. */
export async function demandNoApplication({ tx }: Context, { id }: Demand): Promise<void> {
  const applicationId = await runningApplicationOf(tx, id);
  if (applicationId === undefined) return;
  throw new Failure(no['demand-in-application'], { demandId: id, applicationId });
}

const eventNames: Readonly<Record<DemandState, string>> = {
  OPEN: 'credit.demand-released',
  CLAIMED: 'credit.demand-claimed',
  DECLINED: 'credit.demand-declined',
  MET: 'credit.demand-met',
  WITHDRAWN: 'credit.demand-withdrawn',
};

/** Throws `demand-step` when the table of states has no such way. */
export function demandStep({ id: demandId, state }: Demand, to: DemandState): void {
  if (demandMoves[state].includes(to)) return;
  throw new Failure(no['demand-step'], { demandId, state, to, possible: demandMoves[state] });
}

/**
 * Moves a locked demand, with its step and its news; throws `demand-step`. The reason stays on a
 * demand that is closed; why a bank released one is in the step, which the next bank does not see.
 */
export async function moveDemand(
  context: Context,
  item: Item<unknown>,
  demand: Demand,
  { to, reason, claimedBy = demand.claimedBy }: DemandMove,
): Promise<z.output<typeof DemandChanged>> {
  demandStep(demand, to);
  const closed = to !== 'OPEN' && to !== 'CLAIMED';
  const after: Demand = {
    ...demand,
    state: to,
    claimedBy,
    claimedOn: claimedOn(context, demand, { to, claimedBy }),
    closedOn: closed ? context.today : null,
    reason: closed ? (reason ?? null) : null,
    version: demand.version + 1,
  };
  await saveDemand(context, item, after, reason);
  const { id: subjectId, zoneId, ownerId, enterpriseId } = after;
  const payload = { enterpriseId, claimedBy, reason: reason ?? null };
  context.emit(item, { name: eventNames[to], zoneId, ownerId, subjectId, payload });
  return { demandId: after.id, state: to, version: after.version };
}

function claimedOn(
  { today }: Context,
  demand: Demand,
  { to, claimedBy }: DemandMove,
): Demand['claimedOn'] {
  if (to === 'CLAIMED') return today;
  return claimedBy === null ? null : demand.claimedOn;
}

interface DemandMove {
  readonly to: DemandState;
  readonly reason?: string;
  /** Left out: who has it keeps it. */
  readonly claimedBy?: string | null;
}

/** Ends the demand behind an application, if it has one and it still waits with this bank. */
export async function closeDemandOf(
  context: Context,
  item: Item<unknown>,
  demandId: string | null,
  move: { readonly to: 'DECLINED' | 'MET'; readonly reason?: string },
): Promise<void> {
  const demand = demandId === null ? undefined : await lockDemandById(context.tx, demandId);
  if (demand?.state === 'CLAIMED') await moveDemand(context, item, demand, move);
}
