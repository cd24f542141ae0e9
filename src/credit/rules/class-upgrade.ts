/**
 * When a non-performing loan may be lifted to a performing class: arrears and costs paid, then
 * normal payment for the longer of some months and some repayment periods. Every condition that is
 * missing is named, not only the first.
 */
import type { Day } from '../../kernel/index.ts';
import { addMonths } from '../../kernel/index.ts';
import type { ClassificationRule } from '../packs/rule-shapes.ts';

export interface Cure {
  /** The day on which arrears and costs were fully paid. */
  readonly curedOn: Day;
  /** Months between two repayments: 1, 3, 6 or 12. */
  readonly periodMonths: number;
  readonly paidNormallySince: boolean;
  /** A person found that the debtor can go on paying. */
  readonly abilityAssessed: boolean;
  /** A person found that the class rests on facts corrected since: then nothing was to be cured. */
  readonly factsCorrected?: boolean;
}

export type MissingForUpgrade =
  | 'arrears-paid'
  | 'time-of-normal-payment'
  | 'normal-payment'
  | 'ability-assessed'
  | 'no-impaired-asset-left';

export interface UpgradeDecision {
  readonly allowed: boolean;
  /** The first day on which time alone would not stand in the way; undefined when not cured. */
  readonly earliestOn: Day | undefined;
  readonly missing: readonly MissingForUpgrade[];
}

export function earliestUpgrade(
  { curedOn, periodMonths }: Pick<Cure, 'curedOn' | 'periodMonths'>,
  { months, periods }: Pick<ClassificationRule['upgrade'], 'months' | 'periods'>,
): Day {
  return addMonths(curedOn, Math.max(months, periods * periodMonths));
}

export function upgradeDecision(
  cure: Cure | undefined,
  { on, impairedLeft }: { readonly on: Day; readonly impairedLeft: boolean },
  rule: ClassificationRule['upgrade'],
): UpgradeDecision {
  if (cure?.factsCorrected === true) return { allowed: true, earliestOn: undefined, missing: [] };
  const left: MissingForUpgrade[] = impairedLeft ? ['no-impaired-asset-left'] : [];
  if (!cure || cure.curedOn > on) {
    return { allowed: false, earliestOn: undefined, missing: ['arrears-paid', ...left] };
  }
  const earliestOn = earliestUpgrade(cure, rule);
  const missing: MissingForUpgrade[] = [];
  if (on < earliestOn) missing.push('time-of-normal-payment');
  if (!cure.paidNormallySince) missing.push('normal-payment');
  if (!cure.abilityAssessed) missing.push('ability-assessed');
  missing.push(...left);
  return { allowed: missing.length === 0, earliestOn, missing };
}
