/**
 * What a limit that takes over from another has of it (续授信). The amount is agreed anew, so what
 * dates it (额度计划、季节、临时额度) ends with the old one; every bound that somebody agreed holds on.
 */
import { Money } from '../../kernel/index.ts';
import type { DatedTerms } from './dated-terms.ts';
import { orPlain } from './dated-terms.ts';

const undated = { steps: [], seasons: [], topUps: [], priorClaim: undefined } as const;

/** Terms of a successor that is granted an amount: no tenor may have more than all of it. */
export const inheritedTerms = (terms: DatedTerms, granted: Money): DatedTerms =>
  orPlain({
    ...terms,
    ...undated,
    buckets: terms.buckets.map(({ days, amount }) => ({
      days,
      amount: Money.min(amount, granted),
    })),
  });

/** Terms of a limit that lends no more: it is what it owes, whatever was once added to it. */
export const keptTerms = (terms: DatedTerms): DatedTerms =>
  orPlain({ ...terms, ...undated, basis: 'LINE' });

/** The terms while the same collateral secures an older debt first; where it adds, none does. */
export const securingBefore = (terms: DatedTerms, owed: Money): DatedTerms =>
  terms.basis === 'MIN' ? { ...terms, priorClaim: owed.isPositive() ? owed : undefined } : terms;
