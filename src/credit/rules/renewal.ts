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

export function borrowingOf(
  asked: { readonly size: RenewalSize; readonly findings: readonly RenewalFinding[]; on: Day },
  { sizes, findings }: RenewalRule,
): RenewalBorrowing {
  const sized = sizes.some(
    ({ size, until }) => size === asked.size && (until === null || asked.on <= until),
  );
  const found = findings.every((one) => asked.findings.includes(one));
  return sized && found ? 'qualifying-renewal' : 'renewal';
}

/** What the successor may lend itself while the predecessor owes the rest. */
export const roomOf = (granted: Money, stillOwed: Money): Money =>
  Money.max(granted.minus(stillOwed), Money.zero);
