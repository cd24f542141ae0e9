/**
 * What the credit side calls inside its own transaction: a loan enters the pool, is repaid,
 * defaults. Call these before your own limits are taken: pool rows are a higher rung than limit
 * nodes. They emit nothing, because the news of a loan is told by whoever books the loan.
 */
import type { Day, Id } from '../kernel/index.ts';
import { dayParts, Failure, isFailure, Money, newId } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Backing, Release } from './capacity.ts';
import { giveBackCapacity, takeCapacity, takeCapacityAgain } from './capacity.ts';
import type { Cooperation, Enrolment, Movement, MovementKind, Pool } from './model.ts';
import { poolRefusals as no } from './refusals.ts';
import type { LoanRatio } from './rules/ratio.ts';
import {
  addEnrolments,
  backedAtFirst,
  enrolledDrawdowns,
  journal,
  lockEnrolments,
  poolsOfEnrolments,
  saveEnrolments,
} from './store-enrolments.ts';
import { cooperationsOf, lockPools, savePools } from './store-pools.ts';
import { saveYears, YearBook } from './store-years.ts';

export interface LoanToEnrol {
  readonly item: Item<unknown>;
  readonly poolId: string;
  readonly bankId: string;
  readonly zoneId: string;
  readonly drawdownId: string;
  readonly enterpriseId: string;
  /** What was lent: the basis of the tier. */
  readonly loanAmount: Money;
  /** What is still owed when the loan enters; all of it when left out. */
  readonly outstanding?: Money | undefined;
  readonly enrolledOn: Day;
  /** For rules that pay a ratio fixed loan by loan. */
  readonly ratio?: LoanRatio | undefined;
  readonly flags?: readonly string[] | undefined;
}

/** The row that must be there; its absence is a fault of the caller or a hole in its scope. */
function known<Row>(rows: ReadonlyMap<string, Row>, id: string): Row {
  const row = rows.get(id);
  if (!row) throw new Error(`${id} is outside the scope of this call.`);
  return row;
}

interface Enrolling {
  readonly loan: LoanToEnrol;
  readonly enrolment: Enrolment & { readonly id: Id<'enrol'> };
}

/** What the decision needs, as it stands under the pools' locks. */
interface Register {
  readonly pools: ReadonlyMap<string, Pool>;
  readonly cooperations: readonly Cooperation[];
  readonly enrolled: Set<string>;
  readonly today: Day;
}

const covers = ({ startsOn, endsOn }: Cooperation, day: Day): boolean =>
  startsOn <= day && (endsOn === undefined || day <= endsOn);

function refuseLoan(loan: LoanToEnrol, register: Register): Failure | undefined {
  const { poolId, bankId, enrolledOn, drawdownId } = loan;
  const pool = register.pools.get(poolId);
  if (!pool || pool.zoneId !== loan.zoneId) return new Failure(no['pool-missing'], { poolId });
  if (enrolledOn > register.today) {
    return new Failure(no['day-in-future'], { day: enrolledOn, today: register.today });
  }
  if (pool.state !== 'OPEN' || enrolledOn < pool.openedOn) {
    const { state, openedOn } = pool;
    return new Failure(no['pool-not-open'], { poolId, state, openedOn, day: enrolledOn });
  }
  const own = register.cooperations.filter((c) => c.poolId === poolId && c.bankId === bankId);
  const [last] = own;
  if (!last) return new Failure(no['bank-not-cooperating'], { poolId, bankId });
  if (!own.some((one) => covers(one, enrolledOn))) {
    const { startsOn, endsOn } = last;
    return new Failure(no['cooperation-over'], { day: enrolledOn, startsOn, endsOn });
  }
  if (register.enrolled.has(drawdownId)) {
    return new Failure(no['already-enrolled'], { drawdownId });
  }
  return undefined;
}

function decideLoan(loan: LoanToEnrol, register: Register): Enrolling | Failure {
  const refusal = refuseLoan(loan, register);
  if (refusal) return refusal;
  const { poolId, bankId, zoneId, drawdownId, enterpriseId, loanAmount, enrolledOn } = loan;
  const agreement = register.cooperations.find(
    (one) => one.poolId === poolId && one.bankId === bankId && covers(one, enrolledOn),
  );
  register.enrolled.add(drawdownId);
  const enrolment = {
    id: newId('enrol'),
    poolId,
    bankId,
    zoneId,
    drawdownId,
    enterpriseId,
    loanAmount,
    outstanding: loan.outstanding ?? loanAmount,
    enrolledOn,
    ratio: loan.ratio,
    flags: loan.flags ?? [],
    nodeId: agreement?.nodeId ?? register.pools.get(poolId)?.nodeId,
    state: 'REGISTERED' as const,
    defaultedOn: undefined,
    defaultedOutstanding: undefined,
  };
  return { loan, enrolment };
}

const backingOf = ({ loan, enrolment }: Enrolling): Backing => ({
  nodeId: enrolment.nodeId,
  amount: enrolment.outstanding,
  valueOn: enrolment.enrolledOn,
  sourceId: enrolment.id,
  operationId: loan.item.operationId,
});

function movement(
  kind: MovementKind,
  enrolment: Enrolment,
  outstanding: Money,
  when: { readonly valueOn: Day; readonly operationId: string },
): Movement {
  const { zero } = Money;
  return { kind, enrolment, claimId: undefined, outstanding, pending: zero, paid: zero, ...when };
}

/**
 * Enters loans in their pools, each admitted or refused on its own; nothing is kept of a refused
 * one. Refusals in order: pool-missing, day-in-future, pool-not-open, bank-not-cooperating,
 * cooperation-over, already-enrolled, then the limit tree's for quota and capacity.
 */
export async function enrolLoans(
  context: Context,
  list: readonly LoanToEnrol[],
): Promise<({ enrolmentId: string } | Failure)[]> {
  if (list.length === 0) return [];
  const { tx, today } = context;
  const poolIds = list.map((loan) => loan.poolId);
  const pools = await lockPools(tx, poolIds);
  const bankIds = list.map((loan) => loan.bankId);
  const drawdownIds = list.map((loan) => loan.drawdownId);
  const cooperations = await cooperationsOf(tx, poolIds, bankIds);
  const enrolled = await enrolledDrawdowns(tx, drawdownIds);
  const register = { pools, cooperations, enrolled, today };
  const decided = list.map((loan) => decideLoan(loan, register));
  const wanted = decided.filter((one): one is Enrolling => !isFailure(one));
  const refusals = await takeCapacity(context, wanted.map(backingOf));
  const outcome = new Map(wanted.map((one, i) => [one, refusals[i]]));
  const admitted = wanted.filter((one) => outcome.get(one) === undefined);
  await saveEnrolled(context, pools, admitted);
  return decided.map((one) => {
    if (isFailure(one)) return one;
    return outcome.get(one) ?? { enrolmentId: one.enrolment.id };
  });
}

async function saveEnrolled(
  context: Context,
  pools: Map<string, Pool>,
  admitted: readonly Enrolling[],
): Promise<void> {
  if (admitted.length === 0) return;
  const { tx, now } = context;
  const years = new YearBook();
  const touched = new Map<string, Pool>();
  for (const { enrolment } of admitted) {
    const { poolId, bankId, outstanding, loanAmount, enrolledOn } = enrolment;
    const pool = touched.get(poolId) ?? known(pools, poolId);
    const enrolledOutstanding = pool.enrolledOutstanding.plus(outstanding);
    touched.set(poolId, { ...pool, enrolledOutstanding });
    const { year } = dayParts(enrolledOn);
    years.add(pool, { year, subjectId: bankId }, { entered: loanAmount }, bankId);
  }
  const rows = admitted.map(({ loan, enrolment }) => ({
    enrolment,
    operationId: loan.item.operationId,
  }));
  const moves = rows.map(({ enrolment, operationId }) =>
    movement('enrol', enrolment, enrolment.outstanding, {
      valueOn: enrolment.enrolledOn,
      operationId,
    }),
  );
  await addEnrolments(tx, rows);
  await journal(tx, moves, now);
  await savePools(tx, [...touched.values()]);
  await saveYears(tx, years);
}

export interface PrincipalRepaid {
  readonly item: Item<unknown>;
  readonly enrolmentId: string;
  readonly amount: Money;
  readonly valueOn: Day;
}

function afterRepayment(enrolment: Enrolment, amount: Money): Enrolment {
  const outstanding = enrolment.outstanding.minus(amount);
  if (outstanding.isNegative()) {
    throw new Error(`The enrolment ${enrolment.id} is repaid beyond what it backs.`);
  }
  const settled = outstanding.isZero() && enrolment.state !== 'CLAIMED';
  return { ...enrolment, outstanding, state: settled ? 'CLOSED' : enrolment.state };
}

/**
 * Principal of enrolled loans came back: less is backed, and the capacity returns. A loan that was
 * compensated is no longer backed, so money on it changes nothing here: it is a recovery. Refuses
 * nothing, since a repayment is always taken; a loan repaid beyond what it owes throws.
 */
export async function recordPrincipalRepaid(
  context: Context,
  list: readonly PrincipalRepaid[],
): Promise<void> {
  if (list.length === 0) return;
  const { tx, now } = context;
  const ids = list.map((one) => one.enrolmentId);
  const pools = await lockPools(tx, await poolsOfEnrolments(tx, ids));
  const enrolments = await lockEnrolments(tx, ids);
  const touched = new Map<string, Enrolment>();
  const moves: Movement[] = [];
  const releases: Release[] = [];
  for (const { item, enrolmentId, amount, valueOn } of list) {
    const before = touched.get(enrolmentId) ?? known(enrolments, enrolmentId);
    if (before.state === 'COMPENSATED' || before.state === 'CLOSED') continue;
    const enrolment = afterRepayment(before, amount);
    touched.set(enrolmentId, enrolment);
    const { operationId } = item;
    moves.push(movement('repay', enrolment, amount.negated(), { valueOn, operationId }));
    releases.push({ enrolment, amount, valueOn, sourceId: enrolmentId, operationId });
    const pool = known(pools, enrolment.poolId);
    const enrolledOutstanding = pool.enrolledOutstanding.minus(amount);
    pools.set(pool.id, { ...pool, enrolledOutstanding });
  }
  await saveEnrolments(tx, [...touched.values()]);
  await journal(tx, moves, now);
  await savePools(tx, moves.length > 0 ? [...pools.values()] : []);
  await giveBackCapacity(context, releases);
}

/** The pool has taken the principal as repaid into a figure of its own. */
const hasCounted = ({ state, enrolledOn, defaultedOn }: Enrolment, valueOn: Day): boolean =>
  state === 'CLAIMED' ||
  state === 'COMPENSATED' ||
  valueOn < enrolledOn ||
  (defaultedOn !== undefined && valueOn <= defaultedOn);

/**
 * A repayment of an enrolled loan is taken back: the pool backs the principal again, as far as its
 * capacity admits. Throws repayment-counted, pool-not-open, and what the limit tree refuses.
 */
export async function takeBackPrincipalRepaid(
  context: Context,
  { item, enrolmentId, amount, valueOn }: PrincipalRepaid,
): Promise<void> {
  const { tx, now } = context;
  const { operationId } = item;
  const pools = await lockPools(tx, await poolsOfEnrolments(tx, [enrolmentId]));
  const before = known(await lockEnrolments(tx, [enrolmentId]), enrolmentId);
  const { state } = before;
  const outstanding = before.outstanding.plus(amount);
  // It never backs more than it took in.
  const isMore = outstanding.moreThan(await backedAtFirst(tx, enrolmentId));
  if (isMore || hasCounted(before, valueOn)) {
    throw new Failure(no['repayment-counted'], { enrolmentId, state });
  }
  const pool = known(pools, before.poolId);
  if (pool.state !== 'OPEN') {
    throw new Failure(no['pool-not-open'], { poolId: pool.id, state: pool.state });
  }
  const owing = before.defaultedOn === undefined ? 'REGISTERED' : 'ABNORMAL';
  const enrolment = { ...before, outstanding, state: state === 'CLOSED' ? owing : state };
  await saveEnrolments(tx, [enrolment]);
  await journal(tx, [movement('unpay', enrolment, amount, { valueOn, operationId })], now);
  await savePools(tx, [{ ...pool, enrolledOutstanding: pool.enrolledOutstanding.plus(amount) }]);
  const backing = { enrolment, amount, valueOn, sourceId: enrolmentId, operationId };
  const refusal = await takeCapacityAgain(context, backing);
  if (refusal) throw refusal;
}

export interface LoanDefaulted {
  readonly item: Item<unknown>;
  readonly enrolmentId: string;
  readonly defaultedOn: Day;
  /** What the loan owes by the lender's book; it must be what the pool backs. */
  readonly outstanding: Money;
}

/**
 * Enrolled loans defaulted: a claim may follow. Throws when a loan is not REGISTERED or when the
 * two books differ about what it owes, because then one of them has missed something.
 */
export async function recordDefaults(
  context: Context,
  list: readonly LoanDefaulted[],
): Promise<void> {
  if (list.length === 0) return;
  const { tx, now } = context;
  const enrolments = await lockEnrolments(
    tx,
    list.map((one) => one.enrolmentId),
  );
  const touched = new Map<string, Enrolment>();
  const moves: Movement[] = [];
  for (const { item, enrolmentId, defaultedOn, outstanding } of list) {
    const before = touched.get(enrolmentId) ?? known(enrolments, enrolmentId);
    if (before.state !== 'REGISTERED') {
      throw new Error(`The enrolment ${enrolmentId} is ${before.state}; it cannot default.`);
    }
    if (!before.outstanding.equals(outstanding)) {
      const owed = before.outstanding.toString();
      throw new Error(`The enrolment ${enrolmentId} owes ${owed}, not ${outstanding.toString()}.`);
    }
    const enrolment: Enrolment = {
      ...before,
      state: 'ABNORMAL',
      defaultedOn,
      defaultedOutstanding: outstanding,
    };
    touched.set(enrolmentId, enrolment);
    const { operationId } = item;
    moves.push(movement('default', enrolment, Money.zero, { valueOn: defaultedOn, operationId }));
  }
  await saveEnrolments(tx, [...touched.values()]);
  await journal(tx, moves, now);
}
