/**
 * Signing in and staying signed in. These are no operations (they carry no idempotency key), so
 * each opens its own transaction and leaves its own entry in the log. An actor is remembered for at
 * most five seconds: that is how long a revocation may take to reach another process.
 */
import type { Knex } from 'knex';
import { Failure, canonicalJson, newId, sha256Hex } from '../kernel/index.ts';
import { appendToLog, platformChain } from '../platform/operation-log.ts';
import { withRetry } from '../platform/perform.ts';
import type { Tx } from '../platform/transaction.ts';
import { withTransaction } from '../platform/transaction.ts';
import type { SignedIn } from './actors.ts';
import { accountOf, ownAccount } from './actors.ts';
import type { Session, Settings, Tokens } from './model.ts';
import { nobodysHash, passwordMatches } from './passwords.ts';
import { Recent } from './recent.ts';
import { identityRefusals as no } from './refusals.ts';
import { afterFailure, isLocked, mayEnter, minutesAfter, mustChangePassword } from './rules.ts';
import { nothing } from './scope.ts';
import type { Credentials, RefreshToken } from './session-store.ts';
import {
  credentialsOf,
  lockedCredentials,
  lockedFamily,
  openSession,
  readSettings,
  revokeSession,
  rotate,
  saveFailures,
  userOfSession,
} from './session-store.ts';
import type { AccessClaims } from './tokens.ts';
import { newRefreshToken, readAccessToken, refreshHash, signAccessToken } from './tokens.ts';

const rememberedMs = 5_000;
const rememberedEntries = 10_000;

interface Remembered {
  readonly untilMs: number;
  readonly actor: Promise<SignedIn | undefined>;
}

/** One entry on the platform's chain: who came, went, or was turned away. */
async function log(
  tx: Tx,
  entry: {
    operation: string;
    actor: { id: string; organisationId: string } | undefined;
    input?: { from: string | undefined };
    outcome: 'done' | 'refused';
    result: unknown;
    now: Date;
  },
): Promise<void> {
  const id = newId('op');
  const input = canonicalJson(entry.input ?? {});
  await appendToLog(tx, [
    {
      id,
      chain: platformChain,
      actorId: entry.actor?.id ?? 'unknown',
      organisationId: entry.actor?.organisationId ?? 'unknown',
      operation: entry.operation,
      idempotencyKey: id,
      payloadHash: sha256Hex(input),
      input,
      outcome: entry.outcome,
      result: canonicalJson(entry.result),
      rules: '[]',
      approvalId: null,
      recordedAt: entry.now.toISOString(),
    },
  ]);
}

export class Sessions {
  readonly #db: Knex;
  readonly #secret: string;
  readonly #claims = new Recent<string, AccessClaims>(rememberedEntries);
  readonly #actors = new Recent<string, Remembered>(rememberedEntries);

  /** The secret signs access tokens: at least 32 characters, the same in every process. */
  constructor(db: Knex, secret: string) {
    if (secret.length < 32) throw new Error('The secret of the tokens is shorter than 32.');
    this.#db = db;
    this.#secret = secret;
  }

  /**
   * Throws `sign-in-refused` whatever is wrong, after the same work. `from` is the caller's
   * address, for the log; the name that was typed is not logged, for it may be a password.
   */
  async signIn(username: string, password: string, from?: string): Promise<Tokens> {
    const name = username.trim().toLowerCase();
    const found = await this.#write((tx) => credentialsOf(tx, name));
    const matches = await passwordMatches(password, found?.passwordHash ?? nobodysHash);
    const tokens = await this.#write((tx) => this.#enter(tx, { found, matches, from }));
    if (!tokens) throw new Failure(no['sign-in-refused']);
    return tokens;
  }

  /**
   * Exchanges a refresh token for new tokens. A token that was exchanged before has been copied:
   * its whole family ends. Throws `session-ended`.
   */
  async refresh(refreshToken: string): Promise<Tokens> {
    const answer = await this.#write((tx) => this.#exchange(tx, refreshHash(refreshToken)));
    if (answer.ended !== undefined) this.#actors.delete(answer.ended);
    if (!answer.tokens) throw new Failure(no['session-ended']);
    return answer.tokens;
  }

  async signOut(actor: SignedIn): Promise<void> {
    const now = new Date();
    await this.#write(async (tx) => {
      await revokeSession(tx, actor.sessionId, now, 'signed-out');
      const who = { id: actor.userId, organisationId: actor.organisationId };
      const result = { sessionId: actor.sessionId };
      await log(tx, { operation: 'identity.sign-out', actor: who, outcome: 'done', result, now });
    });
    this.#actors.delete(actor.sessionId);
  }

  /** Who holds this access token, with the roles of this moment. Throws `session-ended`. */
  async authenticate(accessToken: string): Promise<SignedIn> {
    const claims = this.#read(accessToken);
    const actor = claims && (await this.#actorOf(claims));
    if (!actor || actor.userId !== claims.userId) throw new Failure(no['session-ended']);
    return actor;
  }

  #write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return withRetry(() => withTransaction(this.#db, nothing, work));
  }

  async #enter(
    tx: Tx,
    attempt: { found: Credentials | undefined; matches: boolean; from: string | undefined },
  ): Promise<Tokens | undefined> {
    const { found, matches, from } = attempt;
    const now = new Date();
    const settings = await readSettings(tx);
    const user = await lockedCredentials(tx, found?.id ?? '');
    const entry = { operation: 'identity.sign-in', actor: user, input: { from }, now };
    const unchanged = user !== undefined && user.passwordHash === found?.passwordHash;
    if (!unchanged || !matches || !mayEnter(user, now)) {
      const before = user ?? { id: '', failedAttempts: 0, lockedUntil: null };
      const counted = matches ? before : afterFailure(before, settings, now);
      await saveFailures(tx, before.id, counted);
      const result = new Failure(no['sign-in-refused'], { locked: isLocked(counted, now) });
      await log(tx, { ...entry, outcome: 'refused', result });
      return undefined;
    }
    await saveFailures(tx, user.id, { failedAttempts: 0, lockedUntil: null });
    const sessionId = newId('sess');
    const refreshToken = newRefreshToken();
    const expiresAt = minutesAfter(now, settings.sessionHours * 60);
    const session = { id: sessionId, userId: user.id, createdAt: now, expiresAt };
    await openSession(tx, session, refreshHash(refreshToken));
    await log(tx, { ...entry, outcome: 'done', result: { sessionId } });
    return this.#tokens(session, refreshToken, settings, now);
  }

  /** New tokens, or nothing; `ended` names the session that a copied token has just ended. */
  async #exchange(tx: Tx, from: string): Promise<{ tokens?: Tokens; ended?: string }> {
    const family = await lockedFamily(tx, from);
    if (!family) return {};
    const { session, token } = family;
    const now = new Date();
    if (token.rotatedAt !== null) {
      if (session.revokedAt === null) await endFamily(tx, session, now);
      return { ended: session.id };
    }
    const settings = await readSettings(tx);
    if (!isOpen(session, token, settings, now)) return {};
    const refreshToken = newRefreshToken();
    const to = refreshHash(refreshToken);
    await rotate(tx, { sessionId: session.id, from, to, at: now });
    return { tokens: this.#tokens(session, refreshToken, settings, now) };
  }

  #tokens(
    session: Pick<Session, 'id' | 'userId' | 'expiresAt'>,
    refreshToken: string,
    settings: Settings,
    now: Date,
  ): Tokens {
    const left = Math.floor((session.expiresAt.getTime() - now.getTime()) / 1000);
    const expiresIn = Math.min(settings.accessMinutes * 60, left);
    const endsAt = Math.floor(now.getTime() / 1000) + expiresIn;
    const claims = { userId: session.userId, sessionId: session.id, endsAt };
    return { accessToken: signAccessToken(claims, this.#secret), refreshToken, expiresIn };
  }

  /** The claims of a token whose signature was checked once; it ends at its second all the same. */
  #read(accessToken: string): AccessClaims | undefined {
    const known = this.#claims.get(accessToken);
    if (known && known.endsAt * 1000 > Date.now()) return known;
    const claims = readAccessToken(accessToken, this.#secret);
    if (claims) this.#claims.set(accessToken, claims);
    else this.#claims.delete(accessToken);
    return claims;
  }

  /** Requests that miss together ask together; who must change the password is never remembered. */
  async #actorOf({ userId, sessionId }: AccessClaims): Promise<SignedIn | undefined> {
    const known = this.#actors.get(sessionId);
    if (known && known.untilMs > Date.now()) return known.actor;
    const actor = this.#loadActor(userId, sessionId);
    const entry: Remembered = { untilMs: Date.now() + rememberedMs, actor };
    this.#actors.set(sessionId, entry);
    let loaded: SignedIn | undefined;
    try {
      loaded = await actor;
      return loaded;
    } finally {
      const worthRemembering = loaded !== undefined && !loaded.mustChangePassword;
      if (!worthRemembering && this.#actors.get(sessionId) === entry) {
        this.#actors.delete(sessionId);
      }
    }
  }

  #loadActor(userId: string, sessionId: string): Promise<SignedIn | undefined> {
    return this.#write(async (tx) => {
      const now = new Date();
      if ((await userOfSession(tx, sessionId, now)) !== userId) return undefined;
      const account = await accountOf(tx, userId);
      if (!account || account.state !== 'ACTIVE') return undefined;
      const mustChange = mustChangePassword(account, await readSettings(tx), now);
      const permissions = mustChange ? new Set([ownAccount]) : account.actor.permissions;
      const { username } = account;
      return { ...account.actor, permissions, sessionId, username, mustChangePassword: mustChange };
    });
  }
}

async function endFamily(tx: Tx, session: Session, now: Date): Promise<void> {
  await revokeSession(tx, session.id, now, 'refresh-reused');
  const actor = { id: session.userId, organisationId: session.organisationId };
  const result = new Failure(no['session-ended'], { sessionId: session.id, reused: true });
  await log(tx, { operation: 'identity.refresh', actor, outcome: 'refused', result, now });
}

const isOpen = (session: Session, token: RefreshToken, settings: Settings, now: Date): boolean =>
  session.revokedAt === null &&
  session.expiresAt > now &&
  session.userState === 'ACTIVE' &&
  minutesAfter(token.issuedAt, settings.idleMinutes) > now;
