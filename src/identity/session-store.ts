/**
 * Rows of sessions and refresh tokens, and what a sign-in reads and counts on the account. The
 * session row is the lock of its family: it is locked before its tokens are read.
 */
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { EndReason, Session, Settings, User } from './model.ts';

const settings = statement(
  'identity.read-settings',
  `select failures_before_lock as "failuresBeforeLock", lock_minutes as "lockMinutes",
     access_minutes as "accessMinutes", session_hours as "sessionHours",
     idle_minutes as "idleMinutes", password_length_min as "passwordLengthMin",
     password_age_days as "passwordAgeDays", old_passwords_refused as "oldPasswordsRefused"
   from identity_settings`,
);

export async function readSettings(tx: Tx): Promise<Settings> {
  const [row] = await tx.rows<Settings>(settings);
  if (!row) throw new Error('identity_settings has lost its row.');
  return row;
}

export type Credentials = Pick<
  User,
  'id' | 'organisationId' | 'passwordHash' | 'failedAttempts' | 'lockedUntil' | 'state'
>;

const credentialColumns = `id, organisation_id as "organisationId", password_hash as "passwordHash",
  failed_attempts as "failedAttempts", locked_until as "lockedUntil", state`;

const findCredentials = statement(
  'identity.find-credentials',
  `select ${credentialColumns} from identity_users where username = $1`,
);
const lockCredentials = statement(
  'identity.lock-credentials',
  `select ${credentialColumns} from identity_users where id = $1 for no key update`,
);
const setFailures = statement(
  'identity.set-failures',
  'update identity_users set failed_attempts = $2, locked_until = $3 where id = $1',
);

export async function credentialsOf(tx: Tx, username: string): Promise<Credentials | undefined> {
  const [row] = await tx.rows<Credentials>(findCredentials, [username]);
  return row;
}

export async function lockedCredentials(tx: Tx, id: string): Promise<Credentials | undefined> {
  const [row] = await tx.rows<Credentials>(lockCredentials, [id]);
  return row;
}

export async function saveFailures(
  tx: Tx,
  userId: string,
  counters: Pick<User, 'failedAttempts' | 'lockedUntil'>,
): Promise<void> {
  await tx.rows(setFailures, [userId, counters.failedAttempts, counters.lockedUntil]);
}

const insertSession = statement(
  'identity.insert-session',
  `insert into identity_sessions (id, user_id, created_at, expires_at) values ($1, $2, $3, $4)`,
);
const insertToken = statement(
  'identity.insert-refresh-token',
  `insert into identity_refresh_tokens (hash, session_id, issued_at) values ($1, $2, $3)`,
);
// The successor is inserted after it, for only one token of a session is live at any moment; its
// foreign key waits for the commit.
const rotateToken = statement(
  'identity.rotate-refresh-token',
  'update identity_refresh_tokens set rotated_at = $2, replaced_by = $3 where hash = $1',
);
const findToken = statement(
  'identity.find-refresh-token',
  `select session_id as "sessionId", issued_at as "issuedAt", rotated_at as "rotatedAt"
   from identity_refresh_tokens where hash = $1`,
);
const lockSession = statement(
  'identity.lock-session',
  `select s.id, s.user_id as "userId", u.organisation_id as "organisationId",
     u.state as "userState", s.expires_at as "expiresAt", s.revoked_at as "revokedAt"
   from identity_sessions s join identity_users u on u.id = s.user_id
   where s.id = $1 for no key update of s`,
);
const findLiveSession = statement(
  'identity.find-live-session',
  `select user_id as "userId" from identity_sessions
   where id = $1 and revoked_at is null and expires_at > $2`,
);
const endSession = statement(
  'identity.end-session',
  `update identity_sessions set revoked_at = $2, reason = $3 where id = $1 and revoked_at is null`,
);
const endSessionsOf = statement(
  'identity.end-sessions-of-user',
  `update identity_sessions set revoked_at = $2, reason = $3
   where user_id = $1 and revoked_at is null and id is distinct from $4 returning id`,
);

export interface RefreshToken {
  readonly sessionId: string;
  readonly issuedAt: Date;
  readonly rotatedAt: Date | null;
}

export async function openSession(
  tx: Tx,
  session: { id: string; userId: string; createdAt: Date; expiresAt: Date },
  tokenHash: string,
): Promise<void> {
  const { id, userId, createdAt, expiresAt } = session;
  await tx.rows(insertSession, [id, userId, createdAt, expiresAt]);
  await tx.rows(insertToken, [tokenHash, id, createdAt]);
}

/** The token and its session, the session locked; both as they are after the lock was granted. */
export async function lockedFamily(
  tx: Tx,
  tokenHash: string,
): Promise<{ session: Session; token: RefreshToken } | undefined> {
  const [seen] = await tx.rows<RefreshToken>(findToken, [tokenHash]);
  if (!seen) return undefined;
  const [session] = await tx.rows<Session>(lockSession, [seen.sessionId]);
  const [token] = await tx.rows<RefreshToken>(findToken, [tokenHash]);
  if (!session || !token) throw new Error('A refresh token has lost its session.');
  return { session, token };
}

/** Retires the token `from` of a locked family in favour of `to`. */
export async function rotate(
  tx: Tx,
  family: { sessionId: string; from: string; to: string; at: Date },
): Promise<void> {
  await tx.rows(rotateToken, [family.from, family.at, family.to]);
  await tx.rows(insertToken, [family.to, family.sessionId, family.at]);
}

/** The user of a session that is open at `now`. */
export async function userOfSession(
  tx: Tx,
  sessionId: string,
  now: Date,
): Promise<string | undefined> {
  const [row] = await tx.rows<{ userId: string }>(findLiveSession, [sessionId, now]);
  return row?.userId;
}

export async function revokeSession(
  tx: Tx,
  sessionId: string,
  at: Date,
  reason: EndReason,
): Promise<void> {
  await tx.rows(endSession, [sessionId, at, reason]);
}

/** Ends all sessions of the user but `except`; answers how many. */
export async function revokeSessionsOf(
  tx: Tx,
  userId: string,
  ending: { at: Date; reason: EndReason; except?: string | undefined },
): Promise<number> {
  const values = [userId, ending.at, ending.reason, ending.except ?? null];
  return (await tx.rows(endSessionsOf, values)).length;
}
