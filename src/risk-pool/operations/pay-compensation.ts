/**
 * Pays a claim (拨付风险补偿). A second person's consent pays at once; while it is asked the claim is
 * held UNDER_REVIEW, so that two pending requests cannot both pass. The fuse is tested again with
 * the figures of the year of payment: a claim suspended before is paid when the bank is back below
 * it.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, isFailure, Money } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, MoneyText } from '../../platform/schemas.ts';
import type { PoolRule, RulePack } from '../../rulebook/index.ts';
import { packsById } from '../../rulebook/index.ts';
import type { Release } from '../capacity.ts';
import { giveBackCapacity, resizeNodes } from '../capacity.ts';
import type { Case, ClaimDesk } from '../claim-desk.ts';
import { openClaimDesk } from '../claim-desk.ts';
import type { Figures } from '../claim-figures.ts';
import { fuseFiguresOf, readFigures } from '../claim-figures.ts';
import { holdClaim, letGoClaim } from '../hold.ts';
import { poolRefusals as no } from '../refusals.ts';
import type { Payment } from '../postings.ts';
import { paymentJournals } from '../postings.ts';
import type { FuseReading } from '../rules/fuse.ts';
import { readFuses, suspends } from '../rules/fuse.ts';

const input = z.strictObject({ claimId: IdInput('claim'), paidOn: DayInput });
type Input = z.output<typeof input>;

const output = z.object({
  claimId: IdText,
  /** SUSPENDED_FUSE when the bank's fuse has tripped since the claim was filed: nothing is paid. */
  state: z.enum(['PAID', 'SUSPENDED_FUSE']),
  paid: MoneyText,
});
type Output = z.output<typeof output>;

interface Office {
  readonly desk: ClaimDesk;
  readonly packs: ReadonlyMap<string, RulePack<PoolRule>>;
  readonly figures: Figures;
  readonly payments: Payment[];
  readonly releases: Release[];
}

async function openOffice(context: Context, items: readonly Item<Input>[]): Promise<Office> {
  const { tx } = context;
  const desk = await openClaimDesk(
    tx,
    items.map((item) => item.input.claimId),
  );
  const packs = await packsById(
    tx,
    'pool',
    desk.cases.map(({ claim }) => claim.packId),
  );
  const questions = items.flatMap(({ input: { claimId, paidOn } }) => {
    const claim = desk.find(claimId)?.claim;
    const pack = claim && packs.get(claim.packId);
    // Only fuses are asked: the caps were applied when the claim was filed.
    return claim && pack ? [{ ...claim, on: paidOn, rule: { ...pack.parameters, caps: {} } }] : [];
  });
  return { desk, packs, figures: await readFigures(tx, questions), payments: [], releases: [] };
}

function refuse({ claim, enrolment }: Case, item: Item<Input>, today: Day): Failure | undefined {
  const { claimId, paidOn } = item.input;
  if (item.expectedVersion !== undefined && item.expectedVersion !== claim.version) {
    return new Failure(no['claim-stale'], { claimId, version: claim.version });
  }
  if (paidOn > today) return new Failure(no['day-in-future'], { day: paidOn, today });
  if (claim.state === 'PAID' || claim.state === 'REJECTED') {
    return new Failure(no['claim-decided'], { claimId, state: claim.state });
  }
  if (claim.state === 'UNDER_REVIEW' && claim.heldBy !== item.hold) {
    return new Failure(no['claim-under-review'], { claimId });
  }
  if (paidOn < claim.claimedOn) {
    return new Failure(no['payment-before-claim'], { paidOn, claimedOn: claim.claimedOn });
  }
  // Repaid since it was filed: the claim is rejected and filed again for what is left.
  if (claim.base.moreThan(enrolment.outstanding)) {
    const { outstanding } = enrolment;
    return new Failure(no['loss-exceeds-outstanding'], { base: claim.base, outstanding });
  }
  return undefined;
}

function refuseBalance({ claim, pool }: Case): Failure | undefined {
  if (claim.compensation.atMost(pool.cash)) return undefined;
  return new Failure(no['pool-balance-short'], {
    compensation: claim.compensation,
    balance: pool.cash,
    shortBy: claim.compensation.minus(pool.cash),
  });
}

function fusesOf(office: Office, { claim }: Case, paidOn: Day): FuseReading[] {
  const pack = office.packs.get(claim.packId);
  if (!pack) throw new Error(`The rule pack ${claim.packId} of claim ${claim.id} is gone.`);
  return readFuses(pack.parameters.fuses, fuseFiguresOf(office.figures, { ...claim, on: paidOn }));
}

const tell = (context: Context, item: Item<Input>, { claim, pool }: Case, name: string): void =>
  context.emit(item, {
    name,
    zoneId: claim.zoneId,
    ownerId: claim.bankId,
    subjectId: claim.id,
    payload: {
      poolId: pool.id,
      enrolmentId: claim.enrolmentId,
      compensation: claim.compensation,
      paidOn: item.input.paidOn,
    },
  });

const unchanged = { outstanding: Money.zero, pending: Money.zero, paid: Money.zero };

function suspend(context: Context, office: Office, item: Item<Input>, one: Case): Output {
  const { paidOn: valueOn } = item.input;
  const claim = {
    ...one.claim,
    state: 'SUSPENDED_FUSE' as const,
    suspendedOn: valueOn,
    heldBy: undefined,
  };
  const { operationId } = item;
  office.desk.put({ ...one, claim }, { operationId }, { ...unchanged, kind: 'suspend', valueOn });
  tell(context, item, one, 'risk-pool.claim-suspended');
  return { claimId: claim.id, state: 'SUSPENDED_FUSE', paid: Money.zero.toString() };
}

function settle(context: Context, office: Office, item: Item<Input>, one: Case): Output {
  const { paidOn: valueOn } = item.input;
  const { operationId } = item;
  const { compensation: paid } = one.claim;
  const { outstanding } = one.enrolment;
  const after: Case = {
    claim: { ...one.claim, state: 'PAID', heldBy: undefined },
    enrolment: { ...one.enrolment, state: 'COMPENSATED', outstanding: Money.zero },
    pool: {
      ...one.pool,
      cash: one.pool.cash.minus(paid),
      pendingClaims: one.pool.pendingClaims.minus(paid),
      enrolledOutstanding: one.pool.enrolledOutstanding.minus(outstanding),
    },
  };
  office.desk.put(
    after,
    { operationId, decidedOn: valueOn, decidedBy: item.actor.userId },
    {
      kind: 'pay',
      outstanding: outstanding.negated(),
      pending: paid.negated(),
      paid,
      valueOn,
    },
  );
  office.payments.push({ pool: after.pool, claim: after.claim, paidOn: valueOn, operationId });
  office.releases.push({
    enrolment: after.enrolment,
    amount: outstanding,
    valueOn,
    sourceId: after.claim.id,
    operationId,
  });
  tell(context, item, after, 'risk-pool.compensation-paid');
  return { claimId: after.claim.id, state: 'PAID', paid: paid.toString() };
}

function decide(context: Context, office: Office, item: Item<Input>): Output | Failure {
  const { claimId, paidOn } = item.input;
  const one = office.desk.find(claimId);
  if (!one) return new Failure(no['claim-missing'], { claimId });
  context.concern(item, one.claim.zoneId);
  const refusal = refuse(one, item, context.today);
  if (refusal) return refusal;
  const readings = fusesOf(office, one, paidOn);
  if (suspends(readings)) {
    if (one.claim.suspendedOn === undefined) return suspend(context, office, item, one);
    return new Failure(no['fuse-tripped'], { fuses: readings });
  }
  return refuseBalance(one) ?? settle(context, office, item, one);
}

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(Output | Failure)[]> {
  const office = await openOffice(context, items);
  const answers = items.map((item) => decide(context, office, item));
  if (answers.every(isFailure)) return answers;
  const { desk, payments, releases } = office;
  await desk.save(context);
  await giveBackCapacity(context, releases);
  const [first] = items;
  if (first) {
    await resizeNodes(context, first, desk.changedPools, 'risk-pool.pay-compensation');
  }
  await post(context.tx, payments.flatMap(paymentJournals), context.now);
  return answers;
}

export const payCompensation = hotOperation({
  name: 'risk-pool.pay-compensation',
  title: { zh: '拨付风险补偿', en: 'Pay compensation' },
  permission: 'pool:compensate',
  approval: { always: true, permission: 'pool:approve', hold: holdClaim, letGo: letGoClaim },
  input,
  output,
  gatherKey: () => '',
  runMany,
});
