// Prefixed, time-ordered ids: `line_01KAJ…`, a ULID in Crockford base 32 behind the noun's
// prefix. Within one process ids only grow, also inside a millisecond and when the clock steps
// back, so that rows made in one batch sort in the order of their making. An id is a name, never
// a secret.
import { randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const PREFIX = /^[a-z][a-z0-9-]*$/;
const RANDOM_LENGTH = 16;

/** An id of the noun with this prefix. */
export type Id<P extends string> = `${P}_${string}`;

/** Random bytes are drawn in bulk: one draw serves 256 milliseconds that make ids. */
const pool = new Uint8Array(256 * RANDOM_LENGTH);
let poolAt = pool.length;

let lastMs = 0;
let timeText = '';
/** The 80 random bits of the last id, five in each cell, the most significant first. */
const random = new Uint8Array(RANDOM_LENGTH);

/** The prefix is a lower-case noun (`line`, `bank-statement`); another shape throws TypeError. */
export function newId<P extends string>(prefix: P): Id<P> {
  if (!PREFIX.test(prefix)) throw new TypeError(`not an id prefix: '${prefix}'`);
  return `${prefix}_${nextUlid(Date.now())}`;
}

export function isId<P extends string>(prefix: P, text: unknown): text is Id<P> {
  return (
    typeof text === 'string' &&
    text.startsWith(`${prefix}_`) &&
    ULID.test(text.slice(prefix.length + 1))
  );
}

function nextUlid(nowMs: number): string {
  if (nowMs > lastMs) startMillisecond(nowMs);
  else if (!increment()) startMillisecond(lastMs + 1);
  let text = timeText;
  for (const cell of random) text += ALPHABET[cell];
  return text;
}

function startMillisecond(ms: number): void {
  lastMs = ms;
  timeText = '';
  for (let rest = ms, cell = 0; cell < 10; cell += 1, rest = Math.floor(rest / 32)) {
    timeText = ALPHABET[rest % 32]! + timeText;
  }
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  for (let cell = 0; cell < RANDOM_LENGTH; cell += 1) random[cell] = pool[poolAt + cell]! & 31;
  poolAt += RANDOM_LENGTH;
}

/** Adds one to the random part; false when it was all ones and has wrapped round. */
function increment(): boolean {
  for (let cell = RANDOM_LENGTH - 1; cell >= 0; cell -= 1) {
    if (random[cell]! < 31) {
      random[cell]! += 1;
      return true;
    }
    random[cell] = 0;
  }
  return false;
}
