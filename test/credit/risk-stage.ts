/** What the tests of the risk rules share: the worked cases as data, and a calculation by name. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { calculations } from '../../src/calc/index.ts';
import type { Failure } from '../../src/kernel/index.ts';
import { isFailure } from '../../src/kernel/index.ts';
import { calculate } from '../../src/platform/calculation.ts';

/** A row of the worked cases under its name; each test states the shape that it reads. */
export const riskCases = (name: string): unknown =>
  (JSON.parse(readFileSync('test/cases/risk.json', 'utf8')) as Record<string, unknown>)[name];

/** The answer as it goes over the wire. */
export function answerOf(name: string, input: unknown): Explained {
  const one = calculations.find((candidate) => candidate.name === name);
  if (!one) throw new Error(`no calculation '${name}'`);
  return JSON.parse(JSON.stringify(calculate(one, input))) as Explained;
}

/** Each test adds the figures that it reads. */
export interface Explained {
  readonly steps: Step[];
}

export interface Step {
  readonly rule: string;
  readonly clause: string;
  readonly evidence: string;
  readonly pack: string;
  readonly formula: string;
  readonly result: unknown;
  readonly bound?: string;
}

export function refusalOf(run: () => unknown): Failure {
  try {
    run();
  } catch (refusal) {
    if (isFailure(refusal)) return refusal;
    throw refusal;
  }
  throw new Error('nothing was refused');
}

/** Every step names its pack, its clause and, beside the clause, the mark of its evidence. */
export function expectCited(steps: readonly Step[]): void {
  expect(steps.length).to.be.greaterThan(0);
  for (const step of steps) {
    expect(step.evidence, step.rule).to.match(/^\[(S|pub|rep|M-high|M-med|M-low|D)\]$/);
    expect(step.clause, step.rule).to.satisfy((text: string) => text.endsWith(step.evidence));
    expect(step.pack, step.rule).to.match(/^[a-z0-9-]+\/\d+ (TEMPLATE|VERIFIED)$/);
    expect(step.formula, step.rule).to.not.equal('');
  }
}
