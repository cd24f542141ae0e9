/**
 * Amounts as people read them. They arrive as decimal text and stay text: digits go through BigInt,
 * never through a JS number, which would turn 90071992547409.93 into …409.94.
 */

/** The unit switch: how far the decimal point moves, and how many decimals are shown. */
export const units = Object.freeze({
  yuan: Object.freeze({ name: '元', shift: 0, places: 2 }),
  wan: Object.freeze({ name: '万元', shift: 4, places: 2 }),
  yi: Object.freeze({ name: '亿元', shift: 8, places: 4 }),
});

/** @typedef {{ name: string, shift: number, places: number }} Unit */

/** What stands where there is no figure; a figure that is zero is 0.00. */
export const missing = '—';

const decimalPattern = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The text as `digits` ÷ 10^`scale`. Throws TypeError on anything but a plain decimal as text. */
function decimalOf(text) {
  const found = typeof text === 'string' ? decimalPattern.exec(text) : null;
  if (found === null) throw new TypeError(`not a decimal: '${String(text)}'`);
  const [, sign, whole, part = ''] = found;
  const digits = BigInt(whole + part);
  return { digits: sign === '-' ? -digits : digits, scale: part.length };
}

/** Half-up, away from zero, as the books round. Positive `places` after the point. */
function rounded({ digits, scale }, places) {
  if (scale <= places) return digits * 10n ** BigInt(places - scale);
  const step = 10n ** BigInt(scale - places);
  const size = digits < 0n ? -digits : digits;
  const up = (size * 2n + step) / (step * 2n);
  return digits < 0n ? -up : up;
}

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** `digits` ÷ 10^`places` with thousands separators; a rounded zero has no sign. */
function written(digits, places) {
  const size = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0');
  const whole = grouped(places === 0 ? size : size.slice(0, -places));
  return `${digits < 0n ? '-' : ''}${places === 0 ? whole : `${whole}.${size.slice(-places)}`}`;
}

/** Moves the point `shift` places to the left, then rounds to `places`. */
function shifted(text, shift, places) {
  const { digits, scale } = decimalOf(text);
  const moved = scale + shift;
  const exact =
    moved >= 0 ? { digits, scale: moved } : { digits: digits * 10n ** BigInt(-moved), scale: 0 };
  return written(rounded(exact, places), places);
}

/**
 * An amount of yuan in a unit: 3333.33 in 万元 is 0.33; nothing is —.
 * @param {string | null | undefined} text
 * @param {Unit} unit
 */
export const amountText = (text, unit) =>
  text === null || text === undefined ? missing : shifted(text, unit.shift, unit.places);

/** The whole amount for tooltips and copies, to the fen: 33,333,333.33 元. */
export const fullText = (text) => `${amountText(text, units.yuan)} ${units.yuan.name}`;

/** A count such as 531.00: whole ones lose their empty decimals. */
export function countText(text) {
  const { scale } = decimalOf(text);
  return shifted(text, 0, scale).replace(/\.0+$/, '');
}

/** A ratio such as a multiple; nothing is —. */
export const ratioText = (text, places = 2) =>
  text === null || text === undefined ? missing : shifted(text, 0, places);

/** A share as a percentage: 0.0345 is 3.45%; nothing is —. */
export const percentText = (text, places = 2) =>
  text === null || text === undefined ? missing : `${shifted(text, -2, places)}%`;

export const isNegative = (text) => typeof text === 'string' && decimalOf(text).digits < 0n;

export const isZero = (text) => typeof text === 'string' && decimalOf(text).digits === 0n;

/** The exact sum of decimal texts, as text. */
export function sum(texts) {
  const parts = texts.map(decimalOf);
  const scale = Math.max(2, ...parts.map((part) => part.scale));
  const digits = parts.reduce((all, part) => all + rounded(part, scale), 0n);
  return written(digits, scale).replaceAll(',', '');
}

/**
 * A total is the rounding of the exact sum; `differs` when the rounded rows add up to something
 * else, which the table's foot has to say.
 * @param {readonly string[]} texts
 * @param {Unit} unit
 */
export function totalOf(texts, unit) {
  const exact = sum(texts);
  const shown = amountText(exact, unit);
  const plain = (text) => text.replaceAll(',', '');
  const rows = texts.map((text) => plain(amountText(text, unit)));
  return { exact, shown, differs: !isZero(sum([...rows, opposite(plain(shown))])) };
}

const opposite = (text) => (text.startsWith('-') ? text.slice(1) : `-${text}`);
