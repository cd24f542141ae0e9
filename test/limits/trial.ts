// What tables of limits are written with: nodes and steps of the trial calculation.
import { limitScenario } from '../../src/limits/index.ts';
import { calculate } from '../../src/platform/calculation.ts';

export interface Answer {
  readonly outcome: string;
  readonly code: string | null;
  readonly smallestAdmissible: string | null;
  readonly binding: readonly Record<string, string>[];
  readonly nodes: Record<string, Record<string, string>>;
}

export const run = (nodes: readonly object[], steps: readonly object[]): Answer[] =>
  calculate(limitScenario, { at: '2026-03-02', nodes, steps }).steps as unknown as Answer[];
export const outcomes = (answers: readonly Answer[]): string[] =>
  answers.map(({ outcome, code }) => code ?? outcome);
export const node = (id: string, limit: string, more: object = {}) => ({ id, limit, ...more });
export const draw = (on: string, amount: string, more: object = {}) => ({
  op: 'draw',
  node: on,
  amount,
  ...more,
});
