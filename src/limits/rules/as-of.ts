/**
 * A node as it stood on a day: the changes of terms that came later, or were not known yet, undone,
 * and the limit that the remaining terms make on that day.
 */
import type { Day } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';
import type { LimitNode } from '../model.ts';
import type { DatedTerms } from './dated-terms.ts';
import { onDay, plainTerms } from './dated-terms.ts';

/** Those of the changes that say what a limit was on a past day. */
export const changedTerms = ['amount', 'state', 'expires_on', 'terms', 'parent', 'caps'] as const;
type ChangedTerm = (typeof changedTerms)[number];

/** One change of a term, as it was recorded. */
export interface TermRecord {
  readonly nodeId: string;
  readonly field: ChangedTerm;
  readonly oldValue: string | null;
  /** `oldValue` of terms, read. */
  readonly oldTerms?: DatedTerms | undefined;
  readonly valueOn: Day;
  readonly recordedAt: Date;
}

function undone(node: LimitNode, { field, oldValue, oldTerms }: TermRecord): LimitNode {
  switch (field) {
    case 'amount':
      return { ...node, granted: Money.of(oldValue ?? '0') };
    case 'terms':
      return { ...node, terms: oldTerms ?? plainTerms };
    case 'state':
      return { ...node, state: oldValue as LimitNode['state'] };
    case 'parent':
      return { ...node, parentId: oldValue ?? undefined };
    case 'caps':
      return { ...node, caps: (oldValue ?? '').split(',').filter((id) => id !== '') };
    case 'expires_on':
      return { ...node, expiresOn: (oldValue ?? undefined) as Day | undefined };
  }
}

/** @param changes of this node, the latest first. */
export function nodeAsOf(
  node: LimitNode,
  changes: readonly TermRecord[],
  { day, knownAt }: { readonly day: Day; readonly knownAt: Date | undefined },
): LimitNode {
  const later = changes.filter(
    (one) => one.valueOn > day || (knownAt !== undefined && one.recordedAt > knownAt),
  );
  return onDay(later.reduce(undone, node), day);
}
