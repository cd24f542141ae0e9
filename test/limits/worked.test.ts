// Every worked case of limits through the trial calculation, step by step.
import { expect } from 'chai';
import { calculate } from '../../src/platform/calculation.ts';
import { limitScenario } from '../../src/limits/index.ts';
import type { Answered } from './worked.ts';
import { partExpected, workedCases } from './worked.ts';

describe('limit-scenario: the worked cases', () => {
  it('has all of them', () => {
    const ids = new Set(workedCases.map(({ id }) => id.split(' ')[0]));
    expect([...ids]).to.deep.equal([
      'P-1',
      'P-2',
      'P-3',
      'P-7',
      'P-8',
      'P-9',
      'P-15',
      'P-22',
      'P-4',
      'P-5',
      'P-6',
      'P-26',
      'P-27',
      'P-28',
      'P-29',
      'P-30',
      'P-31',
      'D1-D7',
      'C058',
      'C059',
    ]);
  });

  for (const { id, text, scenario, expected } of workedCases) {
    it(`${id}: ${text}`, () => {
      const { steps } = calculate(limitScenario, scenario);
      expect(steps).to.have.length(scenario.steps.length);
      const byRef = new Map(steps.map((step) => [(step as { ref: string }).ref, step]));
      for (const [ref, wanted] of Object.entries(expected)) {
        const part = partExpected(byRef.get(ref) as Answered, wanted);
        expect(part, ref).to.deep.equal(wanted);
      }
    });
  }
});
