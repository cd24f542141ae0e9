/**
 * Nouns of approvals. A request is what a maker asked for, rehearsed and then set aside until
 * another person decides; a tier says above which amount, and by whom, that is needed.
 */
import type { Day, Money } from '../kernel/index.ts';

export const requestStates = ['PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'EXPIRED'] as const;

/** Only PENDING has a way out, and every other state is final. */
export type RequestState = (typeof requestStates)[number];

export interface Request {
  readonly id: string;
  /** Null when it concerns no single zone. */
  readonly zoneId: string | null;
  /** The maker's organisation. */
  readonly ownerId: string;
  readonly operation: string;
  /** As the maker sent it. */
  readonly input: unknown;
  /** The version of the thing that the maker had seen, when the operation changes one. */
  readonly expectedVersion: number | null;
  /** What the decider must hold. */
  readonly permission: string;
  readonly makerId: string;
  readonly makerPersonId: string;
  /** What was set aside at submission. */
  readonly hold: string | null;
  readonly state: RequestState;
  readonly version: number;
  readonly expiresAt: Date;
}

/** One band of a tier: amounts above `fromAmount` are decided by who holds `permission`. */
export interface Band {
  readonly fromAmount: Money;
  /** Null: the permission that the operation itself names. */
  readonly permission: string | null;
}

/**
 * The bands of one operation, for one organisation or (null) for all that have none of their own.
 */
export interface Tier {
  readonly operation: string;
  readonly ownerId: string | null;
  readonly version: number;
  readonly validFrom: Day;
  /** Lowest first, never empty. */
  readonly bands: readonly Band[];
}

/** That a second person is needed, and which. */
export interface Need {
  readonly amount: Money | undefined;
  readonly permission: string;
  readonly tierVersion: number | undefined;
}
