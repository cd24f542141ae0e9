// 统一社会信用代码, GB 32100-2015: authority, type, six digits of region, the nine characters of the
// organisation code (GB 11714-1997, with a check of its own) and a check character over all. The
// two checks use different alphabets: there A is 10 and Z 35, here I, O, S, V and Z do not exist.
import type { CodeCheck, CodeClass } from './normal-form.ts';
import { normalForm } from './normal-form.ts';

const SYMBOLS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const LEGAL = /^[0-9A-HJ-NP-RTUWXY]*$/;
/** 3^(i−1) mod 31. */
const OUTER_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const INNER_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const INNER_CHECKS = '0123456789X';

/** Region of codes that we generate, so that none can belong to a real company. */
export const GENERATED_REGION = '000000';

/** First two digits of GB/T 2260 regions; 10 stands for the national registrars. */
const PROVINCES = new Set(
  (
    '10 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 ' +
    '61 62 63 64 65 71 81 82'
  ).split(' '),
);

/** Warnings: 'generated' for region 000000, 'region-unknown' for a region no province has. */
export function checkUscc(code: string): CodeCheck {
  const normalised = normalForm(code);
  const wrong = (kind: CodeClass, warnings: string[] = []) =>
    ({ valid: false, class: kind, normalised, warnings }) as const;
  if (normalised.length !== 18) return wrong('LENGTH');
  if (!LEGAL.test(normalised)) return wrong('ILLEGAL_CHAR');
  const warnings = regionWarnings(normalised.slice(2, 8));
  const inner = innerCheck(normalised.slice(8, 16));
  if (normalised[16] !== inner) return { ...wrong('INNER_CHECK', warnings), expectedCheck: inner };
  const outer = outerCheck(normalised.slice(0, 17));
  if (normalised[17] !== outer) return { ...wrong('OUTER_CHECK', warnings), expectedCheck: outer };
  return { valid: true, class: null, normalised, warnings };
}

/**
 * A valid code of a company (authority 9, type 1) for demo data and replays. `region` is six
 * digits, `serial` a whole number below 10^8; another value throws RangeError. One serial, one
 * code.
 */
export function makeUscc(region: string, serial: number): string {
  if (!/^\d{6}$/.test(region)) throw new RangeError(`not a region: '${region}'`);
  if (!Number.isInteger(serial) || serial < 0 || serial > 99_999_999) {
    throw new RangeError(`not a serial of an organisation code: ${serial}`);
  }
  const organisation = String(serial).padStart(8, '0');
  const body = `91${region}${organisation}${innerCheck(organisation)}`;
  return body + outerCheck(body);
}

/** (31 − Σ mod 31) mod 31; the outer mod matters when the sum is divisible by 31. */
function outerCheck(first17: string): string {
  let sum = 0;
  for (let at = 0; at < 17; at += 1) sum += SYMBOLS.indexOf(first17[at]!) * OUTER_WEIGHTS[at]!;
  return SYMBOLS[(31 - (sum % 31)) % 31]!;
}

/** 11 − Σ mod 11, where 10 is written X and 11 is written 0. */
function innerCheck(first8: string): string {
  let sum = 0;
  for (let at = 0; at < 8; at += 1) sum += Number.parseInt(first8[at]!, 36) * INNER_WEIGHTS[at]!;
  return INNER_CHECKS[(11 - (sum % 11)) % 11]!;
}

function regionWarnings(region: string): string[] {
  if (region === GENERATED_REGION) return ['generated'];
  const known = /^\d{6}$/.test(region) && PROVINCES.has(region.slice(0, 2));
  return known ? [] : ['region-unknown'];
}
