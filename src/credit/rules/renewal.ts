/**
 * Whether a renewal without repayment (无还本续贷) qualifies, so that it alone does not lower the
 * class, and how the amount of a renewed line is shared with what its predecessor still owes.
 */
import type { Day } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';
import type { RenewalRule } from '../packs/renewal-2024.ts';

export type RenewalSize = RenewalRule['sizes'][number]['size'];
export type RenewalFinding = RenewalRule['findings'][number];

/** The words that the classification knows. */
export type RenewalBorrowing = 'qualifying-renewal' | 'renewal';

interface AskedRenewal {
  readonly size: RenewalSize;
  readonly findings: readonly RenewalFinding[];
  readonly on: Day;
}

/** What the renewal is, and what it lacks to qualify: a size that counts, findings. */
export function renewalOf(
  asked: AskedRenewal,
  { sizes, findings }: RenewalRule,
): {
  readonly borrowing: RenewalBorrowing;
  readonly missing: readonly ('size' | RenewalFinding)[];
} {
  const sized = sizes.some(
    ({ size, until }) => size === asked.size && (until === null || asked.on <= until),
  );
  const lacking = findings.filter((one) => !asked.findings.includes(one));
  const missing = [...(sized ? [] : (['size'] as const)), ...lacking];
  return { borrowing: missing.length === 0 ? 'qualifying-renewal' : 'renewal', missing };
}

export const borrowingOf = (asked: AskedRenewal, rule: RenewalRule): RenewalBorrowing =>
  renewalOf(asked, rule).borrowing;

/** What the successor may lend itself while the predecessor owes the rest. */
export const roomOf = (granted: Money, stillOwed: Money): Money =>
  Money.max(granted.minus(stillOwed), Money.zero);
