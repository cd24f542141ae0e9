/**
 * What a loan product allows: how it is repaid, how days are counted and rounded, how long it runs,
 * and whether it needs a line. All that a loan's terms miss is named, not the first of it.
 */
import type { Day } from '../../kernel/index.ts';
import { addMonths } from '../../kernel/index.ts';

export interface LoanProduct {
  readonly code: string;
  readonly version: number;
  readonly methods: readonly string[];
  readonly dayCounts: readonly string[];
  readonly roundings: readonly string[];
  readonly tenorMonthsLeast: number;
  readonly tenorMonthsMost: number;
  readonly line: 'REQUIRED' | 'OPTIONAL' | 'NONE';
}

export interface ProductTerms {
  readonly method: string;
  readonly dayCount: string;
  readonly rounding: string;
}

export type OutsideProduct = 'method' | 'dayCount' | 'rounding' | 'tenor' | 'line';

/** Both ends of the tenor belong to it. @param hasLine whether it is drawn under a line. */
export function outsideProduct(
  product: LoanProduct,
  terms: ProductTerms,
  { valueOn, dueOn, hasLine }: { valueOn: Day; dueOn: Day; hasLine: boolean },
): OutsideProduct[] {
  const outside: OutsideProduct[] = [];
  if (!product.methods.includes(terms.method)) outside.push('method');
  if (!product.dayCounts.includes(terms.dayCount)) outside.push('dayCount');
  if (!product.roundings.includes(terms.rounding)) outside.push('rounding');
  const isShort = dueOn < addMonths(valueOn, product.tenorMonthsLeast);
  if (isShort || dueOn > addMonths(valueOn, product.tenorMonthsMost)) outside.push('tenor');
  const wrong = { REQUIRED: !hasLine, OPTIONAL: false, NONE: hasLine }[product.line];
  if (wrong) outside.push('line');
  return outside;
}
