/**
 * Nouns of the funds. Committed 认缴, called 已通知, paid-in 实缴 and invested 已投 are four facts and
 * never one figure; paid-in counts cash received, not called.
 */
import type { Day, Money, Rate } from '../kernel/index.ts';
import type { SourceClass } from './rules/look-through.ts';

export const fundKinds = ['MOTHER', 'SUB', 'PILOT'] as const;
/** 母基金、子基金、中试基金. */
export type FundKind = (typeof fundKinds)[number];

/** PLANNED → ESTABLISHED → FILED → INVESTING → EXITING → LIQUIDATING → CLOSED; see the table. */
export type FundState =
  | 'PLANNED'
  | 'ESTABLISHED'
  | 'FILED'
  | 'INVESTING'
  | 'EXITING'
  | 'EXTENDED'
  | 'LIQUIDATING'
  | 'CLOSED';

/**
 * Which state may follow. A fund is established by its operation and invests from its first
 * outlay.
 */
export const fundTransitions: Readonly<Record<FundState, readonly FundState[]>> = {
  PLANNED: ['ESTABLISHED'],
  ESTABLISHED: ['FILED', 'INVESTING'],
  FILED: ['INVESTING'],
  INVESTING: ['EXITING'],
  EXITING: ['EXTENDED', 'LIQUIDATING'],
  EXTENDED: ['LIQUIDATING'],
  LIQUIDATING: ['CLOSED'],
  CLOSED: [],
};

/** Where a yuan comes from, and what it counts as: 政府、国资 or 社会. */
export const classOfSource = {
  central: 'gov',
  province: 'gov',
  city: 'gov',
  district: 'gov',
  'guidance-fund': 'gov',
  soe: 'state',
  bank: 'private',
  private: 'private',
} as const satisfies Readonly<Record<string, SourceClass>>;
export type Source = keyof typeof classOfSource;
export const sources = Object.keys(classOfSource) as [Source, ...Source[]];

/** A share that the fund's terms or a rule set, with the clause that says so. */
export interface ShareRule {
  readonly share: Rate;
  readonly clause: string;
}

export interface Fund {
  readonly id: string;
  readonly zoneId: string;
  /** The fund manager whose book this is. */
  readonly ownerId: string;
  readonly kind: FundKind;
  readonly name: string;
  readonly targetSize: Money | undefined;
  readonly state: FundState;
  readonly establishedOn: Day;
  /** The first call is at least this share of the commitments. */
  readonly firstCallMinimum: ShareRule | undefined;
  /** One project takes at most this share of the fund's commitments. */
  readonly concentration: ShareRule | undefined;
  readonly generated: boolean;
  readonly version: number;
}

/** Who commits: another fund, or a named party with the source of its money. */
export interface Partner {
  readonly id: string;
  readonly fundId: string;
  /** Fixed order: equal remainders of a split go by it. */
  readonly place: number;
  readonly name: string;
  readonly partnerFundId: string | undefined;
  readonly source: Source | undefined;
  readonly committed: Money;
  readonly called: Money;
  readonly paidIn: Money;
}

export type CommitmentKind = 'initial' | 'increase' | 'reduce';

export interface CommitmentEvent {
  readonly id: string;
  readonly partnerId: string;
  readonly kind: CommitmentKind;
  /** Below zero when it reduces. */
  readonly change: Money;
  readonly valueOn: Day;
}

export type CallState = 'ISSUED' | 'PARTLY_PAID' | 'PAID';

/** The state follows from the money: nothing, a part or all of it has arrived. */
export function callState(amount: Money, paid: Money): CallState {
  if (paid.isZero()) return 'ISSUED';
  return paid.lessThan(amount) ? 'PARTLY_PAID' : 'PAID';
}

export interface CapitalCall {
  readonly id: string;
  readonly fundId: string;
  /** 1 for the first call of the fund. */
  readonly number: number;
  readonly amount: Money;
  readonly issuedOn: Day;
  readonly dueOn: Day;
  readonly purpose: string | undefined;
  readonly version: number;
}

export interface CallItem {
  readonly id: string;
  readonly callId: string;
  readonly partnerId: string;
  readonly amount: Money;
  readonly paid: Money;
}

export interface Receipt {
  readonly id: string;
  readonly callId: string;
  readonly partnerId: string;
  readonly amount: Money;
  readonly valueOn: Day;
  /** The same money in the book of the fund that paid it, when the partner is a fund. */
  readonly investmentId: string | undefined;
}

/** A financing round of a project; one round counts once, however many funds take part. */
export interface Round {
  readonly name: string;
  readonly total: Money;
}

/** Money that left a fund, at cost: into a project, or as the paid-in of a sub-fund. */
export interface Investment {
  readonly id: string;
  readonly fundId: string;
  readonly subFundId: string | undefined;
  readonly project: string | undefined;
  readonly enterpriseId: string | undefined;
  readonly round: Round | undefined;
  readonly amount: Money;
  readonly valueOn: Day;
}
