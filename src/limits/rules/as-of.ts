/**
 * A node as it stood on a day, and the limit that its terms of then make on that day. What is
 * recorded last has the last word from its value day on, also over what was recorded before it
 * with a later value day: so changes may be told out of the order of their days.
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
  readonly newValue: string | null;
  /** `oldValue` and `newValue` of terms, read. */
  readonly oldTerms?: DatedTerms | undefined;
  readonly newTerms?: DatedTerms | undefined;
  readonly valueOn: Day;
  readonly recordedAt: Date;
}

function withTerm(
  node: LimitNode,
  field: ChangedTerm,
  value: string | null,
  terms: DatedTerms | undefined,
): LimitNode {
  switch (field) {
    case 'amount':
      return { ...node, granted: Money.of(value ?? '0') };
    case 'terms':
      return { ...node, terms: terms ?? plainTerms };
    case 'state':
      return { ...node, state: value as LimitNode['state'] };
    case 'parent':
      return { ...node, parentId: value ?? undefined };
    case 'caps':
      return { ...node, caps: (value ?? '').split(',').filter((id) => id !== '') };
    case 'expires_on':
      return { ...node, expiresOn: (value ?? undefined) as Day | undefined };
  }
}

/** The records of a change of amount, terms or state, as a trial keeps them in memory. */
export function recordsOf(
  { id: nodeId, granted, terms, state }: LimitNode,
  change: Partial<Pick<LimitNode, 'state' | 'granted' | 'terms'>>,
  when: Pick<TermRecord, 'valueOn' | 'recordedAt'>,
): TermRecord[] {
  const values = { oldValue: null, newValue: null };
  const records: TermRecord[] = [];
  if (change.granted) {
    const amounts = { oldValue: granted.toString(), newValue: change.granted.toString() };
    records.push({ nodeId, field: 'amount', ...amounts, ...when });
  }
  if (change.terms) {
    const read = { oldTerms: terms, newTerms: change.terms };
    records.push({ nodeId, field: 'terms', ...values, ...read, ...when });
  }
  if (change.state) {
    const states = { oldValue: state, newValue: change.state };
    records.push({ nodeId, field: 'state', ...states, ...when });
  }
  return records;
}

/** @param changes of this node, in the order in which they were recorded. */
export function nodeAsOf(
  node: LimitNode,
  changes: readonly TermRecord[],
  { day, knownAt }: { readonly day: Day; readonly knownAt: Date | undefined },
): LimitNode {
  const counts = ({ valueOn, recordedAt }: TermRecord): boolean =>
    valueOn <= day && (knownAt === undefined || recordedAt <= knownAt);
  let then = node;
  for (const field of new Set(changes.map((one) => one.field))) {
    const own = changes.filter((one) => one.field === field);
    const last = own.findLast(counts);
    const [first] = own;
    if (last) then = withTerm(then, field, last.newValue, last.newTerms);
    else if (first) then = withTerm(then, field, first.oldValue, first.oldTerms);
  }
  return onDay(then, day);
}
