/**
 * Nouns from demand to line (融资需求 → 授信申请): what a firm wants, and how one bank answers it.
 * Every way from state to state is in the two tables here; whatever is not in them is refused.
 */
import type { Day, Money } from '../kernel/index.ts';

export const demandStates = ['OPEN', 'CLAIMED', 'DECLINED', 'MET', 'WITHDRAWN'] as const;
export type DemandState = (typeof demandStates)[number];

/** CLAIMED → OPEN is a release: the demand is offered to every bank again. */
export const demandMoves: Readonly<Record<DemandState, readonly DemandState[]>> = {
  OPEN: ['CLAIMED', 'WITHDRAWN'],
  CLAIMED: ['OPEN', 'DECLINED', 'MET'],
  DECLINED: [],
  MET: [],
  WITHDRAWN: [],
};

export interface Demand {
  readonly id: string;
  readonly zoneId: string;
  /** Who entered it: the zone office or the firm itself. */
  readonly ownerId: string;
  readonly enterpriseId: string;
  readonly amount: Money;
  readonly purpose: string;
  readonly termMonths: number;
  /** The name of a priority programme of the zone. */
  readonly programme: string | null;
  readonly state: DemandState;
  readonly enteredOn: Day;
  /** The last day for an answer; it stays when the demand is claimed or released. */
  readonly dueOn: Day;
  readonly claimedBy: string | null;
  readonly claimedOn: Day | null;
  readonly closedOn: Day | null;
  readonly reason: string | null;
  readonly version: number;
}

export const applicationStates = [
  'APPLIED',
  'DUE_DILIGENCE',
  'APPROVED',
  'SIGNED',
  'EFFECTIVE',
  'DECLINED',
  'WITHDRAWN',
  'LAPSED',
] as const;
export type ApplicationState = (typeof applicationStates)[number];

/** LAPSED: the approval ran out before the line was effective. Diligence may be done again. */
export const applicationMoves: Readonly<Record<ApplicationState, readonly ApplicationState[]>> = {
  APPLIED: ['DUE_DILIGENCE', 'DECLINED', 'WITHDRAWN'],
  DUE_DILIGENCE: ['DUE_DILIGENCE', 'APPROVED', 'DECLINED', 'WITHDRAWN'],
  APPROVED: ['SIGNED', 'WITHDRAWN', 'LAPSED'],
  SIGNED: ['EFFECTIVE', 'WITHDRAWN', 'LAPSED'],
  EFFECTIVE: [],
  DECLINED: [],
  WITHDRAWN: [],
  LAPSED: [],
};

export const primeTerms = ['1Y', '5Y'] as const;
export type PrimeTerm = (typeof primeTerms)[number];

/** The bank's word (批复): how much, at which price, until when it must have become a line. */
export interface Approval {
  readonly amount: Money;
  /** MIN: the collateral after haircut caps the amount; LINE: it does not. */
  readonly collateralBasis: 'LINE' | 'MIN';
  /** Why more is granted than the sizing allows. */
  readonly exception: string | null;
  readonly primeTerm: PrimeTerm;
  readonly spreadBp: number;
  readonly rateAnnual: string;
  /** Of the commitment fee on what is not drawn. */
  readonly commitmentRateAnnual: string | null;
  readonly approvedOn: Day;
  readonly validUntil: Day;
}

export interface Application {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly demandId: string | null;
  readonly segmentId: string;
  readonly enterpriseId: string;
  readonly product: string;
  readonly amount: Money;
  readonly termMonths: number;
  readonly purpose: string;
  readonly revolving: 'R' | 'NR' | 'NRS';
  /** For which the line will count; it orders the queue and shortens the clock. */
  readonly programmeId: string | null;
  readonly decisionDueOn: Day | null;
  readonly state: ApplicationState;
  /** The relationship manager, as account and as person. */
  readonly managerUser: string;
  readonly managerPerson: string;
  readonly appliedOn: Day;
  readonly approval: Approval | undefined;
  readonly contractNo: string | null;
  readonly signedOn: Day | null;
  readonly lineId: string | null;
  readonly closedOn: Day | null;
  readonly reason: string | null;
  readonly version: number;
}

export const collateralKinds = [
  'credit',
  'ip-pledge',
  'receivable',
  'guarantee',
  'property',
] as const;
export type CollateralKind = (typeof collateralKinds)[number];

export interface Condition {
  readonly id: string;
  /** Precedent: met before the line is effective. Covenant: kept while it lives. */
  readonly kind: 'precedent' | 'covenant';
  readonly wording: string;
  readonly metOn: Day | null;
  readonly evidence: string | null;
}
