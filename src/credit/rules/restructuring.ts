/**
 * The observation of restructured loans 重组观察期. A second restructuring inside a period restarts
 * it and leaves its own mark; one after the period ended is a first again.
 */
import type { Day } from '../../kernel/index.ts';
import { addMonths } from '../../kernel/index.ts';
import type { ClassificationRule } from '../packs/rule-shapes.ts';
import type { RiskClass } from './risk-class.ts';
import { isNonPerforming, worstOf } from './risk-class.ts';

export interface Restructuring {
  readonly agreedOn: Day;
  /** The first repayment day of the changed contract: the observation runs from it. */
  readonly firstRepaymentOn: Day;
  readonly classBefore: RiskClass;
  /** Months between two repayments of the changed contract. */
  readonly periodMonths: number;
}

export interface Observation {
  /** The last day of the observation, itself included. */
  readonly until: Day;
  /** The class it must not be better than. */
  readonly floor: RiskClass;
  /** It was non-performing before a restructuring of this observation. */
  readonly badBefore: boolean;
  /** It was restructured once more inside an observation. */
  readonly again: boolean;
}

type Rule = ClassificationRule['restructuring'];

/** At least so many months and so many repayment periods from the first repayment on. */
export const observedUntil = (
  { firstRepaymentOn, periodMonths }: Pick<Restructuring, 'firstRepaymentOn' | 'periodMonths'>,
  { months, periods }: Pick<Rule, 'months' | 'periods'>,
): Day => addMonths(firstRepaymentOn, Math.max(months, periods * periodMonths));

/** The observation that the loan is in on that day; later restructurings are not known yet. */
export function observationOn(
  restructurings: readonly Restructuring[],
  on: Day,
  rule: Rule,
): Observation | undefined {
  let running: Observation | undefined;
  const known = restructurings.filter(({ agreedOn }) => agreedOn <= on);
  for (const one of known.sort((a, b) => (a.agreedOn < b.agreedOn ? -1 : 1))) {
    const before = running !== undefined && one.agreedOn <= running.until ? running : undefined;
    const bad = isNonPerforming(one.classBefore);
    const own = bad ? worstOf([rule.nonPerforming, one.classBefore]) : rule.performing;
    const until = observedUntil(one, rule);
    // The period restarts, and a restart never ends it earlier.
    running = {
      until: before && before.until > until ? before.until : until,
      floor: before ? worstOf([before.floor, own, rule.again]) : own,
      badBefore: bad || before?.badBefore === true,
      again: before !== undefined,
    };
  }
  return running && on <= running.until ? running : undefined;
}
