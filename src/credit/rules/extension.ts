/**
 * How far a loan may be extended: all extensions together, counted from its first due day. Half a
 * term is counted in days and rounded down.
 */
import type { Day } from '../../kernel/index.ts';
import { addDays, addMonths, daysBetween, Exact } from '../../kernel/index.ts';
import type { ExtensionRule } from '../packs/extension-1996.ts';

export interface LatestExtension {
  readonly latestDueOn: Day;
  /** Which of the rule's terms decides: the index in its list. */
  readonly term: number;
}

/** @param firstDueOn as the loan was agreed, before any extension. */
export function latestExtension(
  { valueOn, firstDueOn }: { readonly valueOn: Day; readonly firstDueOn: Day },
  { terms }: ExtensionRule,
): LatestExtension {
  const term = terms.findIndex(
    ({ upToMonths }) => upToMonths === null || firstDueOn <= addMonths(valueOn, upToMonths),
  );
  const rule = terms[term];
  if (!rule) throw new Error('An extension rule has no last term.');
  if (rule.months !== undefined) return { term, latestDueOn: addMonths(firstDueOn, rule.months) };
  const days = Exact.of(daysBetween(valueOn, firstDueOn)).times(rule.share?.exact ?? Exact.zero);
  return { term, latestDueOn: addDays(firstDueOn, days.wholeCount('down')) };
}
