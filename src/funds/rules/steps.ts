// How a figure came to be: one step per rule, so that whoever doubts a number can redo it by hand.

export interface CalculationStep {
  /** Id of the rule, for instance `leverage.L1`. */
  readonly rule: string;
  /** What the rule says, or the clause that demands it. */
  readonly clause: string;
  /** Every number that went in, by name, as decimal text. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly formula: string;
  /** Null when it cannot be computed; `clause` of the figure then says why. */
  readonly result: string | null;
  readonly rounding: string;
}

export const notRounded = 'none: exact';
export const halfUp = (places: number): string => `half-up, ${places} decimals`;
