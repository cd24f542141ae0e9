/**
 * Nouns of exceptions (例外审批): what may pass although a limit says no. Each cause of a refusal has
 * its own kind; which step may follow which stands here as a table.
 */
import type { Day, Money } from '../kernel/index.ts';

/** No line is there at all; a limit of the path is used up; a tenor bucket is full. */
export const exceptionKinds = ['missing-limit', 'excess', 'bucket-full'] as const;
export type ExceptionKind = (typeof exceptionKinds)[number];

export const exceptionStates = [
  'RAISED',
  'JUSTIFIED',
  'APPROVED',
  'CONSUMED',
  'EXPIRED',
  'REJECTED',
] as const;
export type ExceptionState = (typeof exceptionStates)[number];

/** One draw consumes an exception, whatever part of it the draw needed. */
export const exceptionMoves: Readonly<Record<ExceptionState, readonly ExceptionState[]>> = {
  RAISED: ['JUSTIFIED', 'REJECTED'],
  JUSTIFIED: ['APPROVED', 'REJECTED'],
  APPROVED: ['CONSUMED', 'EXPIRED'],
  CONSUMED: [],
  EXPIRED: [],
  REJECTED: [],
};

export interface LimitException {
  readonly id: string;
  readonly zoneId: string;
  /** The bank. */
  readonly ownerId: string;
  readonly kind: ExceptionKind;
  readonly enterpriseId: string;
  /** Of a missing limit: null until the approval has opened one. */
  readonly lineId: string | null;
  readonly nodeId: string | null;
  readonly bucketDays: number | null;
  readonly segmentId: string | null;
  readonly product: string | null;
  readonly rateAnnual: string | null;
  /** Asked for: how far the limit is to be passed. */
  readonly amount: Money;
  readonly purpose: string;
  readonly state: ExceptionState;
  readonly raisedByUser: string;
  readonly raisedByPerson: string;
  readonly raisedOn: Day;
  readonly justification: string | null;
  readonly evidence: string | null;
  readonly approvedAmount: Money | null;
  readonly approvedOn: Day | null;
  /** The last day on which a draw may use it. */
  readonly expiresOn: Day | null;
  readonly usedAmount: Money | null;
  readonly drawdownId: string | null;
  readonly closedOn: Day | null;
  readonly reason: string | null;
  readonly version: number;
}

/** A bank's quota of exceptions in one zone, and what stands against it. */
export interface ExceptionQuota {
  readonly amount: Money;
  /** Approved and not expired, and what was consumed and is still owed. */
  readonly used: Money;
  /** Raised or justified, not yet decided. */
  readonly inProcess: Money;
  readonly version: number;
}
