// One text for one value: what the audit chain and the idempotency keys hash. The text is the same
// before and after a journey through PostgreSQL jsonb, which forgets the order of keys and keeps no
// undefined. What JSON would lose in silence (NaN, a Map, a function) is refused.
import { createHash } from 'node:crypto';

/**
 * JSON with keys sorted by code unit, undefined members dropped, toJSON respected, no spaces; -0
 * is 0. Throws TypeError on what JSON cannot carry faithfully.
 */
export function canonicalJson(value: unknown): string {
  const text = textOf(value, '');
  if (text === undefined) throw new TypeError('undefined has no canonical JSON');
  return text;
}

/** SHA-256 of the text's UTF-8 bytes, as 64 lower-case hexadecimal digits. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Undefined for undefined: an object leaves the member out, an array writes null. */
function textOf(value: unknown, key: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'object') return value === null ? 'null' : objectText(value, key);
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value !== 'number') throw new TypeError(`${typeof value} has no canonical JSON`);
  if (!Number.isFinite(value)) throw new TypeError(`not a finite number: ${value}`);
  return JSON.stringify(value);
}

function objectText(value: object, key: string): string | undefined {
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return textOf(value.toJSON(key), key);
  }
  if (Array.isArray(value)) {
    const items = Array.from(value, (item, index) => textOf(item, String(index)) ?? 'null');
    return `[${items.join(',')}]`;
  }
  if (value instanceof Map || value instanceof Set) {
    throw new TypeError('a Map or Set has no canonical JSON');
  }
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const member = textOf((value as Record<string, unknown>)[name], name);
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${member}`);
  }
  return `{${members.join(',')}}`;
}
