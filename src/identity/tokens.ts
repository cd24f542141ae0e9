/**
 * The two tokens of a session. The access token is a JWT that says who and which session and
 * nothing else; the refresh token is 32 random bytes of which only the digest is kept.
 */
import { randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { sha256Hex } from '../kernel/index.ts';

const algorithm = 'HS256';
const issuer = 'yuanxin';
const audience = 'yuanxin-api';

export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** The second, since 1970, at which it ends. */
  readonly endsAt: number;
}

export function signAccessToken(claims: AccessClaims, secret: string): string {
  const payload = { sid: claims.sessionId, exp: claims.endsAt };
  return jwt.sign(payload, secret, { algorithm, issuer, audience, subject: claims.userId });
}

/** The claims of a token that we signed and that has not ended; undefined for anything else. */
export function readAccessToken(token: string, secret: string): AccessClaims | undefined {
  try {
    const claims = jwt.verify(token, secret, { algorithms: [algorithm], issuer, audience });
    if (typeof claims === 'string') return undefined;
    const { sub: userId, exp: endsAt } = claims;
    const sessionId: unknown = claims['sid'];
    if (userId === undefined || endsAt === undefined) return undefined;
    return typeof sessionId === 'string' ? { userId, sessionId, endsAt } : undefined;
  } catch (problem) {
    // The library decodes before it verifies, and lets bytes that are no JSON through as they fail.
    if (problem instanceof jwt.JsonWebTokenError || problem instanceof SyntaxError)
      return undefined;
    throw problem;
  }
}

export const newRefreshToken = (): string => randomBytes(32).toString('base64url');

export const refreshHash = (refreshToken: string): string => sha256Hex(refreshToken);
