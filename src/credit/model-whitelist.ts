/**
 * Nouns of the whitelists (白名单): an entry before one bank, the tags of a firm, and the financing
 * list whose firms banks and funds answer for. Which step may follow which stands here as a table.
 */
import type { Day } from '../kernel/index.ts';

export const entryStates = [
  'DRAFT',
  'SUBMITTED',
  'SCREENED',
  'RECOMMENDED',
  'BANK_ACCEPTED',
  'ACTIVE',
  'SUSPENDED',
  'EXITED',
  'DECLINED',
] as const;
export type EntryState = (typeof entryStates)[number];

/** A firm that was declined or has left comes back by a new nomination, never by a step. */
export const entrySteps: Readonly<Record<EntryState, readonly EntryState[]>> = {
  DRAFT: ['SUBMITTED', 'EXITED'],
  SUBMITTED: ['SCREENED', 'DECLINED', 'EXITED'],
  // Screened again when papers were added.
  SCREENED: ['SCREENED', 'RECOMMENDED', 'DECLINED', 'EXITED'],
  RECOMMENDED: ['BANK_ACCEPTED', 'DECLINED', 'EXITED'],
  BANK_ACCEPTED: ['ACTIVE', 'EXITED'],
  ACTIVE: ['SUSPENDED', 'EXITED'],
  SUSPENDED: ['ACTIVE', 'EXITED'],
  EXITED: [],
  DECLINED: [],
};

export const exitReasons = [
  'EXPIRED_TAG',
  'MOVED_OUT',
  'NPL',
  'LIST_HIT',
  'FRAUD',
  'VOLUNTARY',
  'MERGED',
] as const;
export type ExitReason = (typeof exitReasons)[number];

export type ClockUnit = 'calendar-days' | 'working-days';

export interface Entry {
  readonly id: string;
  readonly zoneId: string;
  /** The bank. */
  readonly ownerId: string;
  readonly enterpriseId: string;
  readonly state: EntryState;
  readonly reason: string | null;
  readonly batch: string | null;
  readonly nominatedOn: Day;
  readonly fileCompleteOn: Day | null;
  readonly clockCount: number | null;
  readonly clockUnit: ClockUnit | null;
  readonly decisionDueOn: Day | null;
  readonly decidedOn: Day | null;
  readonly expiresOn: Day | null;
  readonly exitReason: ExitReason | null;
  readonly renominableOn: Day | null;
  readonly screeningPassed: boolean | null;
  /** Limits that its suspension froze. */
  readonly frozenNodes: readonly string[];
  readonly version: number;
}

/** What a person found about one standard. */
export interface Finding {
  readonly standard: string;
  readonly met: boolean;
  readonly evidence: string;
}

/** A finding as it is kept: with the standard's words and the clause behind it. */
export interface Judged extends Finding {
  readonly name: string;
  readonly by: 'person' | 'tag' | 'uscc';
  readonly clause: string | null;
}

export interface TagTerm {
  readonly tag: string;
  readonly certificateNo: string;
  readonly grantedOn: Day;
  readonly expiresOn: Day;
  readonly revokedOn: Day | null;
}

export const reviewTriggers = [
  'YEARLY',
  'OVERDUE_DEBT',
  'LIST_HIT',
  'OWNERSHIP_CHANGE',
  'TAG_EXPIRY',
  'CONTAGION',
  'OTHER',
] as const;
export type ReviewTrigger = (typeof reviewTriggers)[number];

export const referralStates = ['SENT', 'CONTACTED', 'CREDITED', 'INVESTED', 'DECLINED'] as const;
export type ReferralState = (typeof referralStates)[number];
export type Answer = Exclude<ReferralState, 'SENT'>;

/** A recipient who declined may think again; who has credited may still invest, and the reverse. */
export const referralSteps: Readonly<Record<ReferralState, readonly Answer[]>> = {
  SENT: ['CONTACTED', 'CREDITED', 'INVESTED', 'DECLINED'],
  CONTACTED: ['CREDITED', 'INVESTED', 'DECLINED'],
  CREDITED: ['INVESTED'],
  INVESTED: ['CREDITED'],
  DECLINED: ['CONTACTED'],
};
