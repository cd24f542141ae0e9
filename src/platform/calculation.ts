/**
 * A trial calculation: a pure function of the domain behind a strict schema, the same over HTTP
 * and on the command line. It needs no key, writes nothing, and every answer explains itself in
 * `steps`.
 */
import type { z } from 'zod';
import { isFailure } from '../kernel/failure.ts';
import { parseInput } from './perform.ts';

/**
 * One step of an explanation: the rule with its clause, what went in, the formula, what came out.
 */
export interface ExplainedStep {
  readonly rule: string;
  /** Document and clause, or the decision of this project. */
  readonly clause: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly formula: string;
  readonly result: unknown;
  readonly rounding?: string;
  /** The cap that bound, when one did. */
  readonly bound?: string;
}

export interface Explained {
  readonly steps: readonly unknown[];
}

export interface Calculation<I = unknown, O extends Explained = Explained> {
  /** The NAME of `calc NAME` and of `POST /calc/NAME`. */
  readonly name: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly input: z.ZodType<I>;
  run(input: I): O;
}

export const calculation = <I, O extends Explained>(
  definition: Calculation<I, O>,
): Calculation<I, O> => definition;

/** Validates and calculates. Throws the Failure that says what is wrong with the input. */
export function calculate(one: Calculation, raw: unknown): Explained {
  const input = parseInput(one.input, raw);
  if (isFailure(input)) throw input;
  return one.run(input);
}
