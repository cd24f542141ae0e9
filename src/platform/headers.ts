/**
 * The headers that HTTP reads and writes. API answers carry one frozen set of security headers
 * instead of helmet's middleware, because the same bytes would otherwise be computed for every
 * request.
 */
import { randomUUID } from 'node:crypto';
import { Failure } from '../kernel/failure.ts';
import { sentence } from '../kernel/sentence.ts';
import { invalidInput, platformRefusals as no } from './refusals.ts';

/** Sent with every answer of the API. Nothing may be cached: figures change with the day. */
export const apiHeaders: Readonly<Record<string, string>> = Object.freeze({
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** A header that Node gives as a list only when it may repeat; ours never may. */
export const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;

/** https://www.w3.org/TR/trace-context-1/#traceparent-header; ids of zeros are invalid there. */
const traceparentPattern =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/;

/** The caller's trace id, or a new one when there is none that can be trusted to be well-formed. */
export function traceIdOf(traceparent: string | undefined): string {
  const given = traceparent === undefined ? null : traceparentPattern.exec(traceparent);
  return given?.[1] ?? randomUUID().replaceAll('-', '');
}

/** The access token of `Authorization: Bearer`; throws not-signed-in when there is none. */
export function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new Failure(no['not-signed-in']);
  return token;
}

/**
 * The version named by `If-Match`: `"7"`, `W/"7"` or plain `7`. `*` names none and counts as
 * absent, so that a change which needs a version still gets its 428. Throws invalid-input on
 * anything else.
 */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = /^(?:(?:W\/)?"(\d{1,15})"|(\d{1,15}))$/.exec(ifMatch.trim());
  if (version) return parseInt(version[1] ?? version[2] ?? '', 10);
  throw invalidInput({
    path: 'If-Match',
    message: sentence('须为一个版本号，例如 "7"', 'one version such as "7"'),
  });
}

/** The ETag of an answer that has a `version`; undefined for any other. */
export function etagOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('version' in answer)) return undefined;
  const { version } = answer;
  const known = Number.isInteger(version) || /^\d{1,15}$/.test(String(version));
  return known ? `"${String(version)}"` : undefined;
}
