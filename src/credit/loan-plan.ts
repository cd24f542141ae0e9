/**
 * The plan of an extension or a restructuring: by which timetable what is not due yet will be
 * repaid. What it leaves out stays as it was agreed.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { addDays, addMonths } from '../kernel/index.ts';
import type { LoanTerms } from './loan-terms.ts';
import type { NewTimetable } from './rules/loan-stand.ts';
import { mostInstalments } from './rules/schedule/faults.ts';
import type { Every } from './rules/schedule/terms.ts';
import { methods } from './rules/schedule/terms.ts';
import { instalmentCount, timetableOf, timetableShape } from './schedule-input.ts';

export const PlanInput = z.strictObject({
  method: z.enum(methods).optional(),
  ...timetableShape,
  /** Instead of a timetable: all of it on the new due day. */
  atOnce: z.boolean().default(false),
  principalGrace: instalmentCount,
});
export type Plan = z.output<typeof PlanInput>;

export const stepBy = (from: Day, every: Every, steps: number): Day => {
  if ('months' in every) return addMonths(from, every.months * steps);
  return addDays(from, ('weeks' in every ? every.weeks * 7 : every.days) * steps);
};

/** The plan with nothing left out; `nextDueOn`: of the first instalment that is not due yet. */
export function completePlan(
  plan: Plan,
  terms: LoanTerms,
  { nextDueOn, dueOn }: { readonly nextDueOn: Day | undefined; readonly dueOn: Day },
): Plan {
  const method = plan.method ?? terms.method;
  if (plan.atOnce || plan.settlement) return { ...plan, method };
  const every = plan.every ?? terms.every;
  if (!every) {
    const { settlement } = terms;
    return { ...plan, method, ...(settlement ? { settlement } : { atOnce: true }) };
  }
  const firstDueOn = plan.firstDueOn ?? nextDueOn ?? dueOn;
  let instalments = plan.instalments ?? 0;
  if (instalments === 0) {
    while (instalments < mostInstalments && stepBy(firstDueOn, every, instalments) <= dueOn) {
      instalments += 1;
    }
  }
  return { ...plan, method, every, firstDueOn, instalments: Math.max(instalments, 1) };
}

/** As the rules take it. */
export function timetableFrom(
  plan: Plan,
  terms: LoanTerms,
  { on, dueOn, carriesOverdue }: { on: Day; dueOn: Day; carriesOverdue: boolean },
): NewTimetable {
  const {
    method = terms.method,
    principalGrace,
    instalments,
    every,
    firstDueOn,
    settlement,
  } = plan;
  const { monthEnd } = terms;
  const timetable = plan.atOnce
    ? ({ kind: 'one', to: dueOn } as const)
    : timetableOf({ instalments, every, firstDueOn, monthEnd, settlement }, dueOn);
  return { on, method, principalGrace, timetable, carriesOverdue };
}
