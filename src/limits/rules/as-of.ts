/**
 * The terms of a node as they stood: the changes that came later, or were not known yet, undone.
 */
import type { Day } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';
import type { LimitNode } from '../model.ts';

/** One change of a term, as it was recorded. */
export interface TermRecord {
  readonly nodeId: string;
  readonly field: 'amount' | 'state' | 'expires_on';
  readonly oldValue: string | null;
  readonly valueOn: Day;
  readonly recordedAt: Date;
}

function undone(node: LimitNode, { field, oldValue }: TermRecord): LimitNode {
  switch (field) {
    case 'amount':
      return { ...node, limit: Money.of(oldValue ?? '0') };
    case 'state':
      return { ...node, state: oldValue as LimitNode['state'] };
    case 'expires_on':
      return { ...node, expiresOn: (oldValue ?? undefined) as Day | undefined };
  }
}

/** @param changes of this node, the latest first. */
export const termsAsOf = (
  node: LimitNode,
  changes: readonly TermRecord[],
  { day, knownAt }: { readonly day: Day; readonly knownAt: Date | undefined },
): LimitNode =>
  changes
    .filter((one) => one.valueOn > day || (knownAt !== undefined && one.recordedAt > knownAt))
    .reduce(undone, node);
