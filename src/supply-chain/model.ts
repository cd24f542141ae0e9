/**
 * Nouns of supply-chain finance (供应链金融). A piece of a certificate never changes hands: a transfer
 * retires it and makes its successor, so the chain of holders is a chain of rows. What falls due or
 * is overdue is never stored: it follows from the day that is asked about.
 */
import type { Day, Money } from '../kernel/index.ts';

/** The chain limit that one bank keeps for one core enterprise (核心企业). */
export interface Programme {
  readonly id: string;
  readonly zoneId: string;
  /** The bank whose book it is. */
  readonly ownerId: string;
  readonly coreEnterpriseId: string;
  /** The CORE_PROGRAM node in the limit tree. */
  readonly nodeId: string;
  readonly name: string;
  /** How far from the core enterprise a member may stand, on either side. */
  readonly maxTiers: number;
  readonly startsOn: Day;
  readonly expiresOn: Day;
  readonly state: ProgrammeState;
  readonly generated: boolean;
}

export type ProgrammeState = 'ACTIVE' | 'CLOSED';

/** A member of a programme: tier 1, 2 … upstream (supplier), -1, -2 … downstream (distributor). */
export interface Relation {
  readonly id: string;
  readonly programmeId: string;
  readonly enterpriseId: string;
  readonly tier: number;
  readonly since: Day;
}

/**
 * ACCEPTED: the first holder took it. HELD: a later holder has it. FINANCING: it waits for a second
 * person. SPLIT and TRANSFERRED pieces are dead, their successors live on.
 */
export type CertificateState =
  | 'ISSUED'
  | 'ACCEPTED'
  | 'HELD'
  | 'SPLIT'
  | 'TRANSFERRED'
  | 'FINANCING'
  | 'FINANCED'
  | 'PAID';

/** In which states a verb may be used on a piece; in any other it is refused by that state. */
export const usedIn = {
  accept: ['ISSUED'],
  transfer: ['ACCEPTED', 'HELD'],
  finance: ['ACCEPTED', 'HELD'],
} as const satisfies Record<string, readonly CertificateState[]>;

/** By the term of payment: normal, or to be examined by the bank before it finances. */
export type TenorClass = 'NORMAL' | 'ENHANCED_REVIEW';

/** One piece of an electronic receivable certificate (应收账款电子凭证). */
export interface Certificate {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly programmeId: string;
  /** The core enterprise, which owes the face. */
  readonly issuerId: string;
  readonly holderId: string;
  readonly face: Money;
  readonly issuedOn: Day;
  readonly dueOn: Day;
  /** Where its holder stands in the chain. */
  readonly tier: number;
  readonly tenor: TenorClass;
  readonly contractNo: string;
  readonly invoiceNo: string;
  /** Names the receivable, whoever holds it and whichever certificate was written on it. */
  readonly fingerprint: string;
  /** The piece as first issued; its own id when it is that piece. */
  readonly rootId: string;
  readonly parentId: string | undefined;
  /** Hash of the parent, or the fingerprint when there is none. */
  readonly parentHash: string;
  readonly hash: string;
  readonly state: CertificateState;
  /** Since when its holder has it; undefined until the first holder accepts. */
  readonly heldSince: Day | undefined;
  /** What its approval has reserved on the chain limit, while FINANCING. */
  readonly reservationId: string | undefined;
  readonly version: number;
}

export type FinancingState = 'OPEN' | 'REPAID';

/** Money that a bank paid for one piece (凭证融资), at a discount taken when it is paid out. */
export interface Financing {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly programmeId: string;
  readonly certificateId: string;
  readonly fingerprint: string;
  readonly tier: number;
  readonly face: Money;
  readonly rateAnnual: string;
  readonly days: number;
  readonly interest: Money;
  readonly net: Money;
  readonly valueOn: Day;
  readonly dueOn: Day;
  readonly reviewOpinion: string | undefined;
  readonly state: FinancingState;
  readonly settledOn: Day | undefined;
  readonly operationId: string;
  readonly version: number;
}
