/**
 * When a loan is inspected next: the first time soon after the drawdown, then after so many days as
 * its class today asks. A worse class brings the day nearer at once.
 */
import type { Day } from '../../kernel/index.ts';
import { addDays } from '../../kernel/index.ts';
import type { InspectionRule } from '../packs/inspection-cycles.ts';
import type { RiskClass } from './risk-class.ts';

export interface Inspected {
  readonly drawnOn: Day;
  /** Undefined before the first inspection. */
  readonly lastOn: Day | undefined;
  readonly riskClass: RiskClass;
}

/** The last day on which the inspection is in time. */
export function inspectionDueOn(
  { drawnOn, lastOn, riskClass }: Inspected,
  { firstDays, everyDays }: InspectionRule,
): Day {
  if (lastOn === undefined) return addDays(drawnOn, firstDays);
  return addDays(lastOn, everyDays[riskClass]);
}
