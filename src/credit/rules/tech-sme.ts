/**
 * Whether a firm is a technology SME (科技型中小企业): small enough, and either enough points with some
 * of them for its staff, or directly qualified. Everything that is missing is named.
 */
import type { Money } from '../../kernel/index.ts';
import type { shortcuts, TechSmeRule } from '../packs/tech-sme-2017.ts';

export interface TechFirm {
  readonly staff: number;
  readonly revenue: Money;
  readonly assets: Money;
  readonly points: Readonly<Record<keyof TechSmeRule['points'], number>>;
  readonly shortcut: (typeof shortcuts)[number] | undefined;
}

export type MissingForTechSme =
  | 'staff-above'
  | 'revenue-above'
  | 'assets-above'
  | 'points-below'
  | 'staff-points-zero';

export function techSmeMissing(firm: TechFirm, rule: TechSmeRule): readonly MissingForTechSme[] {
  const { points } = firm;
  const missing: MissingForTechSme[] = [];
  if (firm.staff > rule.staffMost) missing.push('staff-above');
  if (firm.revenue.moreThan(rule.revenueMost)) missing.push('revenue-above');
  if (firm.assets.moreThan(rule.assetsMost)) missing.push('assets-above');
  if (firm.shortcut !== undefined) return missing;
  if (points.staff + points.research + points.results < rule.pointsLeast) {
    missing.push('points-below');
  }
  if (points.staff === 0) missing.push('staff-points-zero');
  return missing;
}
