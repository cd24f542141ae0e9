/**
 * A past day in the questions of this module. Counters answer for now; an earlier day, or what was
 * known at an instant, is summed from the journal of movements.
 */
import type { Day } from '../../kernel/index.ts';
import { DayInput, InstantInput } from '../../platform/schemas.ts';

export const historyShape = {
  asOf: DayInput.optional(),
  /** Only what had been recorded by this instant. */
  knownAt: InstantInput.optional(),
};

export interface History {
  readonly day: Day;
  readonly knownAt: string | null;
}

/** Undefined when the question is about now, which counters answer. */
export function historyOf(
  { asOf, knownAt }: { readonly asOf?: Day | undefined; readonly knownAt?: string | undefined },
  today: Day,
): History | undefined {
  if (knownAt === undefined && (asOf === undefined || asOf >= today)) return undefined;
  return { day: asOf ?? today, knownAt: knownAt ?? null };
}
