// 支付系统行号 (CNAPS): bank 3, city 4, branch 4, check 1. Twelve digits are the hard rule; the check
// digit (ISO 7064 MOD 11,10) is derived from public bank numbers and stated by no document we
// know of, so a wrong one only warns.
import type { CodeCheck } from './normal-form.ts';
import { normalForm } from './normal-form.ts';

/** Warning: 'check-digit-expected-N'. */
export function checkCnaps(code: string): CodeCheck {
  const normalised = normalForm(code);
  const wrong = { valid: false, normalised, warnings: [] };
  if (normalised.length !== 12) return { ...wrong, class: 'LENGTH' };
  if (!/^\d+$/.test(normalised)) return { ...wrong, class: 'ILLEGAL_CHAR' };
  const expectedCheck = checkDigit(normalised.slice(0, 11));
  const valid = { valid: true, class: null, normalised };
  if (normalised[11] === expectedCheck) return { ...valid, warnings: [] };
  return { ...valid, warnings: [`check-digit-expected-${expectedCheck}`], expectedCheck };
}

function checkDigit(first11: string): string {
  let product = 10;
  for (const digit of first11) {
    const sum = (product + parseInt(digit, 10)) % 10;
    product = (2 * (sum === 0 ? 10 : sum)) % 11;
  }
  return String((11 - product) % 10);
}
