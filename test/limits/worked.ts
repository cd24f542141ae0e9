// The worked cases of limits, and how an answer is held against what one of them expects.
import { expect } from 'chai';
import { readCases } from '../kernel/cases.ts';

type Figures = Readonly<Record<string, string | null>>;

export interface CaseStep {
  readonly op: string;
  readonly ref: string;
  readonly node?: string;
  readonly amount?: string;
  readonly of?: string;
  readonly spill?: boolean;
  readonly restore?: boolean;
}

export interface CaseNode {
  readonly id: string;
  readonly limit: string;
  readonly parent?: string;
  readonly kind?: string;
  readonly revolving?: 'R' | 'NR' | 'NRS';
  readonly contribution?: 'consumed' | 'outstanding';
  readonly caps?: readonly string[];
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

/** Everything that the case says about the step; what it does not mention is free. */
export function expectStep(answer: Answered, expected: ExpectedStep, ref: string): void {
  const { outcome, code, binding, smallestAdmissible, nodes } = expected;
  if (outcome !== undefined) expect(answer.outcome, ref).to.equal(outcome);
  if (code !== undefined) expect(answer.code, ref).to.equal(code);
  if (binding !== undefined) {
    const given = answer.binding.map((one) => [one.nodeId, one.shortBy, one.cause]);
    expect(given, ref).to.deep.equal(binding);
  }
  if (smallestAdmissible !== undefined) {
    expect(answer.smallestAdmissible, ref).to.equal(smallestAdmissible);
  }
  for (const [id, figures] of Object.entries(nodes ?? {})) {
    expect(answer.nodes[id], `${ref}: ${id}`).to.include(figures);
  }
}
