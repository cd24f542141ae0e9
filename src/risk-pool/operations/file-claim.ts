/**
 * A bank claims compensation for a loan in default (补偿申请). The amount is computed here, under the
 * pool's lock, and held against its balance, so that claims filed at once never promise more than
 * there is. A tripped fuse files the claim as suspended.
 */
import { z } from 'zod';
import { dayParts, Failure, isFailure, Money, newId } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import {
  AmountInput,
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
} from '../../platform/schemas.ts';
import type { PoolRule, RulePack } from '../../rulebook/index.ts';
import { packInForce, packsOf } from '../../rulebook/index.ts';
import { resizeNodes } from '../capacity.ts';
import type { Figures } from '../claim-figures.ts';
import { fuseFiguresOf, readFigures } from '../claim-figures.ts';
import type { Enrolment, Movement, Pool } from '../model.ts';
import { poolRefusals as no } from '../refusals.ts';
import type { ClaimResult } from '../rules/claim.ts';
import { capNames, computeClaim } from '../rules/claim.ts';
import type { NewClaim } from '../store-claims.ts';
import { addClaims } from '../store-claims.ts';
import { journal, lockEnrolments, poolsOfEnrolments, saveEnrolments } from '../store-enrolments.ts';
import { lockPools, savePools } from '../store-pools.ts';
import { saveYears } from '../store-years.ts';

const input = z.strictObject({
  enrolmentId: IdInput('enrol'),
  /** Unpaid principal, before what was recovered. */
  principalLoss: PositiveAmountInput,
  /** Already recovered from collateral, guarantor or insurer. */
  recoveredBefore: AmountInput.default(Money.zero),
  /** What other levels of government pay on the same loss. */
  otherCompensation: AmountInput.default(Money.zero),
  compensatedElsewhere: z.boolean().default(false),
  claimedOn: DayInput,
});
type Input = z.output<typeof input>;

const output = z.object({
  claimId: IdText,
  enrolmentId: IdText,
  state: z.enum(['CLAIM_FILED', 'SUSPENDED_FUSE']),
  base: MoneyText,
  ratio: z.string(),
  raw: MoneyText,
  compensation: MoneyText,
  bound: z.enum(capNames).nullable(),
});
type Output = z.output<typeof output>;

/** The rows of a batch; decisions replace values here, so that each item sees those before it. */
interface Desk {
  readonly pools: Map<string, Pool>;
  readonly enrolments: Map<string, Enrolment>;
  readonly packs: readonly RulePack<PoolRule>[];
  readonly figures: Figures;
}

const packOf = (desk: Pick<Desk, 'pools' | 'packs'>, enrolment: Enrolment) =>
  packInForce(desk.packs, {
    scheme: (desk.pools.get(enrolment.poolId) as Pool).scheme,
    zoneId: enrolment.zoneId,
    on: enrolment.enrolledOn,
  });

async function openDesk(context: Context, items: readonly Item<Input>[]): Promise<Desk> {
  const { tx } = context;
  const ids = items.map((item) => item.input.enrolmentId);
  const pools = await lockPools(tx, await poolsOfEnrolments(tx, ids));
  const enrolments = await lockEnrolments(tx, ids);
  const schemes = [...pools.values()].map((pool) => pool.scheme);
  const packs = await packsOf(tx, 'pool', schemes);
  const questions = items.flatMap(({ input: { enrolmentId, claimedOn } }) => {
    const enrolment = enrolments.get(enrolmentId);
    const pack = enrolment && packOf({ pools, packs }, enrolment);
    return enrolment && pack ? [{ ...enrolment, on: claimedOn, rule: pack.parameters }] : [];
  });
  return { pools, enrolments, packs, figures: await readFigures(tx, questions) };
}

/** What the loan's own facts say against the claim, before any rule is asked. */
function refuseLoan(enrolment: Enrolment, one: Input, today: string): Failure | undefined {
  const { state, defaultedOn, outstanding, defaultedOutstanding } = enrolment;
  const { claimedOn, principalLoss, recoveredBefore } = one;
  if (claimedOn > today) return new Failure(no['day-in-future'], { day: claimedOn, today });
  if (state === 'REGISTERED') return new Failure(no['enrolment-not-abnormal'], { state });
  if (state === 'CLOSED') return new Failure(no['enrolment-closed'], { state });
  if (state !== 'ABNORMAL') return new Failure(no['already-claimed'], { state });
  if (defaultedOn !== undefined && claimedOn < defaultedOn) {
    return new Failure(no['claim-before-default'], { claimedOn, defaultedOn });
  }
  const most = defaultedOutstanding ?? outstanding;
  if (principalLoss.moreThan(most) || principalLoss.minus(recoveredBefore).moreThan(outstanding)) {
    return new Failure(no['loss-exceeds-outstanding'], {
      principalLoss,
      recoveredBefore,
      outstanding,
      defaultedOutstanding,
    });
  }
  return undefined;
}

function compute(
  desk: Desk,
  enrolment: Enrolment,
  pack: RulePack<PoolRule>,
  one: Input,
): ClaimResult {
  const pool = desk.pools.get(enrolment.poolId) as Pool;
  const { years } = desk.figures;
  const { year } = dayParts(one.claimedOn);
  const compensated = (subjectId: string) =>
    years.of({ poolId: pool.id, year, subjectId }).compensated;
  return computeClaim(
    pack.parameters,
    {
      ...one,
      loanAmount: enrolment.loanAmount,
      enrolledOn: enrolment.enrolledOn,
      defaultedOn: enrolment.defaultedOn ?? one.claimedOn,
      flags: enrolment.flags,
      ratio: enrolment.ratio,
      compensatedInYear: {
        firm: compensated(enrolment.enterpriseId),
        bank: compensated(enrolment.bankId),
        pool: compensated(pool.id),
      },
      poolAvailable: Money.max(pool.cash.minus(pool.pendingClaims), Money.zero),
      figures: fuseFiguresOf(desk.figures, { ...enrolment, on: one.claimedOn }),
    },
    pack.clauses,
  );
}

function decide(desk: Desk, item: Item<Input>, today: string): NewClaim | Failure {
  const one = item.input;
  const enrolment = desk.enrolments.get(one.enrolmentId);
  if (!enrolment) {
    return new Failure(no['enrolment-missing'], { enrolmentId: one.enrolmentId });
  }
  const refusal = refuseLoan(enrolment, one, today);
  if (refusal) return refusal;
  const { scheme } = desk.pools.get(enrolment.poolId) as Pool;
  const pack = packOf(desk, enrolment);
  if (!pack) return new Failure(no['rule-missing'], { scheme, on: enrolment.enrolledOn });
  if (pack.status !== 'VERIFIED') {
    return new Failure(no['rule-unverified'], { scheme, packId: pack.id, status: pack.status });
  }
  const result = compute(desk, enrolment, pack, one);
  if (!result.eligible) return new Failure(no['not-eligible'], { reason: result.reason });
  if (!result.compensation.isPositive()) {
    const { base, raw, bound } = result;
    return new Failure(no['nothing-to-compensate'], { base, raw, bound });
  }
  return {
    id: newId('claim'),
    enrolment: { ...enrolment, state: 'CLAIMED' },
    principalLoss: one.principalLoss,
    recoveredBefore: one.recoveredBefore,
    result,
    pack,
    claimedOn: one.claimedOn,
    state: result.suspended ? 'SUSPENDED_FUSE' : 'CLAIM_FILED',
    operationId: item.operationId,
  };
}

/** Moves the batch's values: the loan is claimed, the pool owes more, the year has seen a loss. */
function apply(desk: Desk, claim: NewClaim): void {
  const { enrolment, result, claimedOn } = claim;
  const { base: lost, compensation: compensated } = result;
  const pool = desk.pools.get(enrolment.poolId) as Pool;
  desk.enrolments.set(enrolment.id, enrolment);
  desk.pools.set(pool.id, { ...pool, pendingClaims: pool.pendingClaims.plus(compensated) });
  const { year } = dayParts(claimedOn);
  const { years } = desk.figures;
  years.add(pool, { year, subjectId: enrolment.bankId }, { lost, compensated }, enrolment.bankId);
  years.add(pool, { year, subjectId: enrolment.enterpriseId }, { compensated });
  years.add(pool, { year, subjectId: pool.id }, { compensated });
}

function announce(context: Context, item: Item<Input>, claim: NewClaim, pool: Pool): void {
  const { enrolment, result, pack, state } = claim;
  const used = new Set(result.steps.flatMap((step) => step.clause ?? []));
  // A pack without clauses decided all the same: its document stands for them.
  const clauses = used.size > 0 ? used : [pack.documentNo];
  for (const clause of clauses) {
    context.quote(item, { pack: pack.id, version: String(pack.version), clause });
  }
  const { zoneId, id: poolId } = pool;
  const { bankId: ownerId, id: enrolmentId, enterpriseId } = enrolment;
  const { base, compensation } = result;
  const about = { zoneId, ownerId, subjectId: claim.id };
  const payload = { poolId, enrolmentId, enterpriseId, base, compensation, state };
  context.emit(item, { name: 'risk-pool.claim-filed', ...about, payload });
  if (state === 'SUSPENDED_FUSE') {
    const why = { poolId, enrolmentId, compensation };
    context.emit(item, { name: 'risk-pool.claim-suspended', ...about, payload: why });
  }
}

const movementOf = (claim: NewClaim): Movement => ({
  kind: claim.state === 'SUSPENDED_FUSE' ? 'suspend' : 'claim',
  enrolment: claim.enrolment,
  claimId: claim.id,
  outstanding: Money.zero,
  pending: claim.result.compensation,
  paid: Money.zero,
  valueOn: claim.claimedOn,
  operationId: claim.operationId,
});

async function save(
  context: Context,
  item: Item<unknown>,
  before: Map<string, Pool>,
  desk: Desk,
  claims: NewClaim[],
): Promise<void> {
  const { tx, now } = context;
  const moved = [...before.values()].flatMap((pool) => {
    const after = desk.pools.get(pool.id) as Pool;
    return after === pool ? [] : [{ before: pool, after }];
  });
  const loans = claims.map((claim) => claim.enrolment);
  const pools = moved.map(({ after }) => after);
  await addClaims(tx, claims);
  await saveEnrolments(tx, loans);
  await journal(tx, claims.map(movementOf), now);
  await savePools(tx, pools);
  await saveYears(tx, desk.figures.years);
  await resizeNodes(context, item, moved, 'risk-pool.file-claim');
}

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(Output | Failure)[]> {
  const desk = await openDesk(context, items);
  const before = new Map(desk.pools);
  const claims: NewClaim[] = [];
  const answers = items.map((item): Output | Failure => {
    const enrolment = desk.enrolments.get(item.input.enrolmentId);
    if (enrolment) context.concern(item, enrolment.zoneId);
    const claim = decide(desk, item, context.today);
    if (isFailure(claim)) return claim;
    apply(desk, claim);
    claims.push(claim);
    announce(context, item, claim, desk.pools.get(claim.enrolment.poolId) as Pool);
    const { base, raw, ratio, compensation, bound } = claim.result;
    return {
      claimId: claim.id,
      enrolmentId: claim.enrolment.id,
      state: claim.state === 'SUSPENDED_FUSE' ? 'SUSPENDED_FUSE' : 'CLAIM_FILED',
      base: base.toString(),
      ratio: ratio ?? '',
      raw: raw.toString(),
      compensation: compensation.toString(),
      bound,
    };
  });
  const [first] = items;
  if (first && claims.length > 0) await save(context, first, before, desk, claims);
  return answers;
}

export const fileClaim = hotOperation({
  name: 'risk-pool.file-claim',
  title: { zh: '申请风险补偿', en: 'Claim compensation' },
  permission: 'pool:claim',
  input,
  output,
  gatherKey: () => '',
  runMany,
});
