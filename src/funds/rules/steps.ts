// How a figure came to be: one step per rule, so that whoever doubts a number can redo it by hand.
// Amounts and ratios are decimal text here, never anything else.
import type { ExplainedStep } from '../../platform/calculation.ts';

export interface CalculationStep extends ExplainedStep {
  readonly inputs: Readonly<Record<string, string>>;
  /** Null when it cannot be computed; the clause then says why. */
  readonly result: string | null;
  readonly rounding: string;
}

export const notRounded = 'none: exact';
export const halfUp = (places: number): string => `half-up, ${places} decimals`;
