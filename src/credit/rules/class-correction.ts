/**
 * Whether a non-performing class rests on facts that were corrected since (更正分类): a payment told
 * late, say, whose value day lies before the loan was overdue for so long. Such a class was never
 * earned, so the time of normal payment that an upgrade asks for does not apply to it.
 */
import type { Day } from '../../kernel/index.ts';
import type { Rate } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';
import { classification2023 } from '../packs/classification-2023.ts';
import type { CreditPack } from '../packs/pack.ts';
import type { ClassificationRule } from '../packs/rule-shapes.ts';
import type { Trigger } from './classification.ts';
import { isNonPerforming, type RiskClass } from './risk-class.ts';

type Pack = CreditPack<ClassificationRule>;

/** A class as a night found it. */
export interface FoundClass {
  readonly on: Day;
  readonly riskClass: RiskClass;
  readonly triggers: readonly Trigger[];
  /** Of the loans that are corrected together, what that night counted as overdue for too long. */
  readonly overdue: Money;
  /** And what it counted as bad by themselves, contagion left out. */
  readonly bad: Money;
  /** Events of the debtor that did not hold on that day, by what is recorded now. */
  readonly notHeld?: readonly string[] | undefined;
}

export type NotCorrected =
  /** By the corrected facts, too, it was overdue for longer than a performing loan may be. */
  | 'overdue-all-the-same'
  /** Something else than the days of the loans that are corrected made it non-performing. */
  | 'another-trigger';

/** Of the classes in the order of their days, those since the loan is non-performing. */
export function nonPerformingRun(found: readonly FoundClass[]): readonly FoundClass[] {
  const lastPerforming = found.findLastIndex(({ riskClass }) => !isNonPerforming(riskClass));
  return found.slice(lastPerforming + 1);
}

/** The most days past due with which the rule leaves a loan performing. */
export const performingUpTo = ({ parameters }: Pack): number =>
  parameters.overdueDays
    .filter(({ atLeast }) => isNonPerforming(atLeast))
    .reduce((least, { moreThan }) => Math.min(least, moreThan), Number.MAX_SAFE_INTEGER);

/** Whether the share was passed also without what the corrected loans added to it. */
function passedWithout(own: Money, part: unknown, total: unknown, share: Rate): boolean {
  if (typeof part !== 'string' || typeof total !== 'string') return true;
  const others = Money.of(part).minus(own);
  return others.exact().compare(Money.of(total).exact().times(share.exact)) > 0;
}

function isOfOthers(trigger: Trigger, found: FoundClass, pack: Pack): boolean {
  const { overdue, bad, notHeld } = found;
  if (!isNonPerforming(trigger.atLeast)) return false;
  const { overdueAcrossBanks, contagionShareMoreThan } = pack.parameters;
  const { code, facts } = trigger;
  if (code === 'overdue-days' || code === 'upgrade-not-earned') return false;
  if (notHeld?.includes(code) === true) return false;
  if (code === 'overdue-across-banks') {
    return passedWithout(
      overdue,
      facts['overdue'],
      facts['total'],
      overdueAcrossBanks.shareMoreThan,
    );
  }
  if (code === 'contagion') {
    // An event of the debtor makes all its loans here bad: without it they were not, and what else
    // is bad the next night finds again.
    const byEvent = found.triggers.some((one) => notHeld?.includes(one.code));
    if (byEvent) return false;
    return passedWithout(bad, facts['bad'], facts['total'], contagionShareMoreThan);
  }
  return true;
}

/**
 * What stands against correcting the class; nothing when it may be corrected.
 * @param run the classes since the loan is non-performing.
 * @param most days past due on any day of that time, by the facts as they are known now.
 */
export function refusedCorrection(
  run: readonly FoundClass[],
  most: number,
  pack: Pack = classification2023,
): readonly NotCorrected[] {
  const missing: NotCorrected[] = [];
  if (most > performingUpTo(pack)) missing.push('overdue-all-the-same');
  const others = run.some((found) => found.triggers.some((one) => isOfOthers(one, found, pack)));
  if (others) missing.push('another-trigger');
  return missing;
}
