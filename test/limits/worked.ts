// The worked cases of limits, and which part of an answer one of them speaks about.
import type { z } from 'zod';
import type { termsChangeShape, termsShape } from '../../src/limits/terms-input.ts';
import { readCases } from '../kernel/cases.ts';

/** Dated terms of a tree, and a change of them, as they are taken. */
type CaseTerms = z.input<z.ZodObject<typeof termsShape>>;
type CaseTermsChange = z.input<z.ZodObject<typeof termsChangeShape>>;

type Figures = Readonly<Record<string, string | null>>;

export interface CaseStep {
  readonly op: string;
  readonly ref: string;
  readonly node?: string;
  readonly amount?: string;
  readonly of?: string;
  readonly spill?: boolean;
  readonly restore?: boolean;
  readonly tenorDays?: number;
  /** The day of this step and of those after it. */
  readonly at?: string;
  /** Of `set-terms`. */
  readonly terms?: CaseTermsChange;
}

export interface CaseNode extends CaseTerms {
  readonly id: string;
  readonly limit: string;
  readonly parent?: string;
  readonly kind?: string;
  readonly revolving?: 'R' | 'NR' | 'NRS';
  readonly contribution?: 'consumed' | 'outstanding';
  readonly caps?: readonly string[];
  readonly startsOn?: string;
  readonly expiresOn?: string;
}

export interface ExpectedStep {
  readonly outcome?: string;
  readonly code?: string | null;
  readonly binding?: readonly (readonly [node: string, shortBy: string, cause: string])[];
  readonly smallestAdmissible?: string;
  readonly nodes?: Readonly<Record<string, Figures>>;
}

export interface Case {
  readonly id: string;
  readonly text: string;
  readonly scenario: {
    readonly at: string;
    readonly nodes: readonly CaseNode[];
    readonly steps: readonly CaseStep[];
  };
  readonly expected: Readonly<Record<string, ExpectedStep>>;
}

export const workedCases: readonly Case[] = (
  readCases('limits') as { readonly cases: readonly Case[] }
).cases;

export interface Answered {
  readonly outcome: string;
  readonly code: string | null;
  readonly binding: readonly {
    readonly nodeId: string;
    readonly shortBy: string;
    readonly cause: string;
  }[];
  readonly smallestAdmissible: string | null;
  readonly nodes: Readonly<Record<string, Figures>>;
}

/** The properties of `whole` that `like` has: what a case does not mention is free. */
const partLike = (whole: object | undefined, like: object): object =>
  Object.fromEntries(
    Object.keys(like).map((name) => [name, (whole as Record<string, unknown>)?.[name]]),
  );

/** What the answer says about everything that the case says, in the words of the case. */
export function partExpected(answer: Answered, expected: ExpectedStep): object {
  const said = {
    ...answer,
    binding: answer.binding.map((one) => [one.nodeId, one.shortBy, one.cause]),
    nodes: Object.fromEntries(
      Object.entries(expected.nodes ?? {}).map(([id, like]) => [
        id,
        partLike(answer.nodes[id], like),
      ]),
    ),
  };
  return partLike(said, expected);
}
