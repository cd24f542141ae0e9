/**
 * Nouns of the risk-compensation pool (风险补偿资金池). A pool keeps its own facts of enrolled loans,
 * written by the credit side calling down; its payment is called compensation, never 代偿.
 */
import type { Day, Money, Rate } from '../kernel/index.ts';
import type { LoanRatio } from './rules/ratio.ts';

export interface Pool {
  readonly id: string;
  readonly zoneId: string;
  /** The zone office whose book the pool is. */
  readonly ownerId: string;
  readonly name: string;
  /** Which rule decides: the scheme of its packs in the rulebook. */
  readonly scheme: string;
  /** How many yuan of loans a yuan of the pool may back; undefined: not limited. */
  readonly multiple: Rate | undefined;
  /** Its CAP node in the limit tree; a pool without a multiple has none. */
  readonly nodeId: string | undefined;
  readonly state: 'OPEN' | 'CLOSED';
  readonly openedOn: Day;
  /**
   * Mirrors the ledger's pool-cash, because a bank that claims may not read the zone's accounts.
   */
  readonly cash: Money;
  readonly pendingClaims: Money;
  readonly enrolledOutstanding: Money;
}

export interface Contribution {
  readonly id: string;
  readonly pool: Pool;
  readonly contributorId: string;
  readonly amount: Money;
  readonly contributedOn: Day;
  readonly source: string | undefined;
  readonly operationId: string;
}

/** A cooperation agreement (合作协议) of a bank with a pool; both ends of its term belong to it. */
export interface Cooperation {
  readonly id: string;
  readonly poolId: string;
  readonly bankId: string;
  readonly startsOn: Day;
  readonly endsOn: Day | undefined;
  /** What may be outstanding under it at any time; undefined: only the pool limits. */
  readonly quota: Money | undefined;
  /** Its node below the pool's when it has a quota. */
  readonly nodeId: string | undefined;
}

/**
 * REGISTERED 已入库 → ABNORMAL 异常 → CLAIMED 已申请 → COMPENSATED 已补偿. CLOSED 已结清 when repaid in full.
 * A rejected claim makes the loan ABNORMAL again, so that better papers can be filed.
 */
export type EnrolmentState = 'REGISTERED' | 'ABNORMAL' | 'CLAIMED' | 'COMPENSATED' | 'CLOSED';

export interface Enrolment {
  readonly id: string;
  readonly poolId: string;
  readonly zoneId: string;
  /** The bank; the owner of the row. */
  readonly bankId: string;
  readonly drawdownId: string;
  readonly enterpriseId: string;
  readonly loanAmount: Money;
  /** Principal that the pool still backs. */
  readonly outstanding: Money;
  readonly enrolledOn: Day;
  readonly ratio: LoanRatio | undefined;
  readonly flags: readonly string[];
  /** Where its outstanding counts in the limit tree: the bank's quota, or the pool's node. */
  readonly nodeId: string | undefined;
  readonly state: EnrolmentState;
  readonly defaultedOn: Day | undefined;
  readonly defaultedOutstanding: Money | undefined;
}

/**
 * CLAIM_FILED 已申请, SUSPENDED_FUSE 熔断暂缓, UNDER_REVIEW 待复核 (held by a pending approval),
 * APPROVED 已批准, PAID 已拨付, REJECTED 已驳回.
 */
export type ClaimState =
  | 'CLAIM_FILED'
  | 'UNDER_REVIEW'
  | 'APPROVED'
  | 'REJECTED'
  | 'SUSPENDED_FUSE'
  | 'PAID';

/**
 * What may follow what. APPROVED is passed at once today: the second person's consent pays; a
 * public notice (公示) between the two will keep claims there.
 */
export const claimTransitions: Readonly<Record<ClaimState, readonly ClaimState[]>> = {
  CLAIM_FILED: ['UNDER_REVIEW', 'APPROVED', 'SUSPENDED_FUSE', 'REJECTED'],
  SUSPENDED_FUSE: ['UNDER_REVIEW', 'APPROVED', 'REJECTED'],
  UNDER_REVIEW: ['CLAIM_FILED', 'SUSPENDED_FUSE', 'APPROVED'],
  APPROVED: ['PAID'],
  PAID: [],
  REJECTED: [],
};

export interface Claim {
  readonly id: string;
  readonly enrolmentId: string;
  readonly poolId: string;
  readonly zoneId: string;
  readonly bankId: string;
  readonly enterpriseId: string;
  /** Unpaid principal less what was recovered before the claim. */
  readonly base: Money;
  readonly compensation: Money;
  readonly packId: string;
  readonly claimedOn: Day;
  readonly suspendedOn: Day | undefined;
  readonly state: ClaimState;
  /** The submission that keeps it UNDER_REVIEW. */
  readonly heldBy: string | undefined;
  readonly version: number;
}

/**
 * What changed an enrolment or what the pool owes on it; the journal of which counters are sums.
 */
export type MovementKind =
  | 'enrol'
  | 'repay'
  /** A repayment is taken back. */
  | 'unpay'
  | 'default'
  | 'claim'
  | 'suspend'
  | 'pay'
  | 'reject';

export interface Movement {
  readonly kind: MovementKind;
  readonly enrolment: Enrolment;
  readonly claimId: string | undefined;
  /** Changes, signed. */
  readonly outstanding: Money;
  readonly pending: Money;
  readonly paid: Money;
  readonly valueOn: Day;
  readonly operationId: string;
}
