/**
 * The size class of an enterprise 划型: it holds a class only when both lower bounds are met, else it
 * drops to the next one. Industries are data; one that the pack lacks is refused.
 */
import type { Money } from '../../kernel/index.ts';
import { Failure } from '../../kernel/index.ts';
import type { SizeClassRule } from '../packs/rule-shapes.ts';
import { riskRefusals as no } from '../risk-refusals.ts';

export const sizeClasses = ['LARGE', 'MEDIUM', 'SMALL', 'MICRO'] as const;
export type SizeClass = (typeof sizeClasses)[number];

export const sizeClassTitles: Readonly<Record<SizeClass, { zh: string; en: string }>> = {
  LARGE: { zh: '大型', en: 'Large' },
  MEDIUM: { zh: '中型', en: 'Medium' },
  SMALL: { zh: '小型', en: 'Small' },
  MICRO: { zh: '微型', en: 'Micro' },
};

export interface SizeFacts {
  readonly industry: string;
  readonly staff: number;
  /** Of the last year, in yuan. */
  readonly revenue: Money;
}

const bounded = [
  ['LARGE', 'large'],
  ['MEDIUM', 'medium'],
  ['SMALL', 'small'],
] as const;

export interface SizeFound {
  readonly class: SizeClass;
  /** What keeps the enterprise out of the next larger class. */
  readonly shortOf: readonly ('staff' | 'revenue')[];
}

export function sizeClassOf(
  { industry, staff, revenue }: SizeFacts,
  { industries }: SizeClassRule,
): SizeFound | Failure {
  const bounds = Object.hasOwn(industries, industry) ? industries[industry] : undefined;
  if (!bounds) {
    return new Failure(no['industry-not-in-pack'], { industry, known: Object.keys(industries) });
  }
  let shortOf: SizeFound['shortOf'] = [];
  for (const [sizeClass, key] of bounded) {
    const short: ('staff' | 'revenue')[] = [];
    if (staff < bounds[key].staff) short.push('staff');
    if (revenue.lessThan(bounds[key].revenue)) short.push('revenue');
    if (short.length === 0) return { class: sizeClass, shortOf };
    shortOf = short;
  }
  return { class: 'MICRO', shortOf };
}
