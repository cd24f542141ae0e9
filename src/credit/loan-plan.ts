/**
 * The plan of an extension or a restructuring: by which timetable what is not due yet will be
 * repaid. What it leaves out stays as it was agreed.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { addDays, addMonths } from '../kernel/index.ts';
import { DayInput } from '../platform/schemas.ts';
import type { LoanTerms } from './loan-terms.ts';
import { timetableOf } from './loan-terms.ts';
import type { NewTimetable } from './rules/loan-stand.ts';
import { mostInstalments } from './rules/schedule/faults.ts';
import type { Every } from './rules/schedule/terms.ts';
import { methods } from './rules/schedule/terms.ts';

export const PlanInput = z.strictObject({
  method: z.enum(methods).optional(),
  /** With `every`; or `settlement`; or `atOnce`: all of it on the new due day. */
  instalments: z.number().int().min(1).max(mostInstalments).optional(),
  every: z
    .union([
      z.strictObject({ months: z.number().int().min(1).max(120) }),
      z.strictObject({ weeks: z.number().int().min(1).max(520) }),
      z.strictObject({ days: z.number().int().min(1).max(3660) }),
    ])
    .optional(),
  firstDueOn: DayInput.optional(),
  settlement: z
    .strictObject({
      everyMonths: z.literal([1, 2, 3, 4, 6, 12]),
      day: z.number().int().min(1).max(31).default(20),
    })
    .optional(),
  atOnce: z.boolean().default(false),
  principalGrace: z.number().int().min(0).max(mostInstalments).default(0),
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
