/** The due day of whatever is lent: drawn, renewed, extended or restructured. */
import type { Day } from '../kernel/index.ts';
import { Failure } from '../kernel/index.ts';
import { latestDueOn } from './packs/working-capital-2024.ts';
import { creditRefusals as no } from './refusals.ts';

export function refuseDueDay(valueOn: Day, dueOn: Day): Failure | undefined {
  if (dueOn < valueOn) return new Failure(no['due-before-value-day'], { valueOn, dueOn });
  const latest = latestDueOn(valueOn);
  if (dueOn <= latest) return undefined;
  return new Failure(no['due-day-too-far'], { valueOn, dueOn, latestDueOn: latest });
}
