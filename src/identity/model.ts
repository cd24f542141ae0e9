/**
 * Nouns of identity. An account (user) belongs to one organisation and one natural person; a
 * session is one sign-in and the family of refresh tokens that grew from it.
 */
import type { OrganisationKind } from '../parties/index.ts';

export type UserState = 'ACTIVE' | 'DISABLED';

/** The row of identity_settings: every number of the sign-in rules. */
export interface Settings {
  readonly failuresBeforeLock: number;
  readonly lockMinutes: number;
  readonly accessMinutes: number;
  readonly sessionHours: number;
  readonly idleMinutes: number;
  readonly passwordLengthMin: number;
  readonly passwordAgeDays: number;
  readonly oldPasswordsRefused: number;
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly organisationId: string;
  readonly personId: string;
  readonly personName: string;
  readonly passwordHash: string;
  readonly passwordSetAt: Date;
  readonly mustChangePassword: boolean;
  readonly failedAttempts: number;
  readonly lockedUntil: Date | null;
  readonly state: UserState;
  readonly demo: boolean;
  readonly version: number;
}

export interface Role {
  readonly role: string;
  readonly organisationKinds: readonly OrganisationKind[];
}

/** Two roles that one person may not hold together, over all accounts of that person. */
export interface RoleConflict {
  readonly role: string;
  readonly other: string;
}

export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly organisationId: string;
  readonly userState: UserState;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export type EndReason =
  | 'signed-out'
  | 'refresh-reused'
  | 'password-changed'
  | 'user-disabled'
  | 'revoked';

/** What a sign-in and a refresh answer; seconds until the access token ends. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}
