/**
 * Rejects a claim with its reason (驳回). What was held against the pool and counted in the year is
 * given back; the loan is in default as before, so the bank may file again with better papers.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { dayParts, Failure, Money } from '../../kernel/index.ts';
import type { Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import { resizeNodes } from '../capacity.ts';
import type { Case } from '../claim-desk.ts';
import { openClaimDesk } from '../claim-desk.ts';
import { poolRefusals as no } from '../refusals.ts';
import { saveYears, YearBook } from '../store-years.ts';

const input = z.strictObject({ claimId: IdInput('claim'), reason: ReasonInput });

function refuse({ claim }: Case, item: Item<z.output<typeof input>>): Failure | undefined {
  const facts = { claimId: claim.id, version: claim.version, state: claim.state };
  if (item.expectedVersion !== undefined && item.expectedVersion !== claim.version) {
    return new Failure(no['claim-stale'], facts);
  }
  if (claim.state === 'PAID' || claim.state === 'REJECTED') {
    return new Failure(no['claim-decided'], facts);
  }
  if (claim.state === 'UNDER_REVIEW') return new Failure(no['claim-under-review'], facts);
  return undefined;
}

/** The case after the rejection: nothing is held any more. */
function rejected({ claim, enrolment, pool }: Case): Case {
  return {
    claim: { ...claim, state: 'REJECTED' },
    enrolment: { ...enrolment, state: enrolment.outstanding.isZero() ? 'CLOSED' : 'ABNORMAL' },
    pool: { ...pool, pendingClaims: pool.pendingClaims.minus(claim.compensation) },
  };
}

/** Takes the claim out of the figures of the year in which it was filed. */
function withoutClaim({ claim, pool }: Case): YearBook {
  const years = new YearBook();
  const { year } = dayParts(claim.claimedOn);
  const compensated = claim.compensation.negated();
  const lost = claim.base.negated();
  years.add(pool, { year, subjectId: claim.bankId }, { lost, compensated }, claim.bankId);
  years.add(pool, { year, subjectId: claim.enterpriseId }, { compensated });
  years.add(pool, { year, subjectId: pool.id }, { compensated });
  return years;
}

export const rejectClaim = operation({
  name: 'risk-pool.reject-claim',
  title: { zh: '驳回补偿申请', en: 'Reject a claim' },
  permission: 'pool:compensate',
  versioned: true,
  input,
  output: z.object({ claimId: IdText, state: z.literal('REJECTED'), enrolmentState: z.string() }),
  async run(context, item) {
    const { claimId, reason } = item.input;
    const desk = await openClaimDesk(context.tx, [claimId]);
    const one = desk.find(claimId);
    if (!one) throw new Failure(no['claim-missing'], { claimId });
    context.concern(item, one.claim.zoneId);
    const refusal = refuse(one, item);
    if (refusal) throw refusal;
    const after = rejected(one);
    const decidedOn: Day = context.today;
    const { operationId } = item;
    desk.put(
      after,
      { operationId, decidedOn, decidedBy: item.actor.userId, reason },
      {
        kind: 'reject',
        outstanding: Money.zero,
        pending: one.claim.compensation.negated(),
        paid: Money.zero,
        valueOn: decidedOn,
      },
    );
    await desk.save(context);
    await saveYears(context.tx, withoutClaim(one));
    await resizeNodes(context, item, desk.changedPools, 'risk-pool.reject-claim');
    context.emit(item, {
      name: 'risk-pool.claim-rejected',
      zoneId: one.claim.zoneId,
      ownerId: one.claim.bankId,
      subjectId: claimId,
      payload: { poolId: one.pool.id, enrolmentId: one.enrolment.id, reason },
    });
    return { claimId, state: 'REJECTED' as const, enrolmentState: after.enrolment.state };
  },
});
