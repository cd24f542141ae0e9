// The size class of an enterprise: both lower bounds or the next class, and no guessing.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { sizeClasses } from '../../src/credit/rules/size-class.ts';
import type { Explained } from './risk-stage.ts';
import { answerOf, expectCited, refusalOf, riskCases } from './risk-stage.ts';

interface Answer extends Explained {
  readonly class: (typeof sizeClasses)[number];
  readonly shortOf: string[];
}
const sizeOf = (industry: string, staff: unknown, revenue: string) =>
  answerOf('size-class', { industry, staff, revenue }) as Answer;

interface Row {
  readonly id: string;
  readonly industry: string;
  readonly staff: number;
  readonly revenue: string;
  readonly class: string;
}

describe('size class', () => {
  for (const row of riskCases('sizeClass') as Row[]) {
    it(row.id, () => {
      const answer = sizeOf(row.industry, row.staff, row.revenue);
      expect(answer.class).to.equal(row.class);
      expectCited(answer.steps);
    });
  }

  it('says what keeps the enterprise out of the next class', () => {
    expect(sizeOf('industry', 320, '19000000').shortOf).to.deep.equal(['revenue']);
    expect(sizeOf('industry', 250, '19000000').shortOf).to.deep.equal(['staff', 'revenue']);
    expect(sizeOf('industry', 9999, '9000000000').shortOf).to.deep.equal([]);
  });

  it('refuses an industry that the pack lacks, and names those it has', () => {
    for (const industry of ['retail', '零售业', 'constructor']) {
      const refusal = refusalOf(() => sizeOf(industry, 10, '100'));
      expect(refusal.code).to.equal('industry-not-in-pack');
      expect(refusal.kind).to.equal('refused');
      expect(refusal.facts['known']).to.deep.equal(['industry', 'software-and-it']);
    }
  });

  it('takes no negative and no broken figure', () => {
    for (const [staff, revenue] of [
      [-1, '1'],
      [1.5, '1'],
      [1, '-1'],
      ['1', '1'],
    ] as const) {
      expect(refusalOf(() => sizeOf('industry', staff, revenue)).code).to.equal('invalid-input');
    }
  });

  it('never shrinks an enterprise that grows', () => {
    const staff = fc.integer({ min: 0, max: 2000 });
    const revenue = fc.integer({ min: 0, max: 800_000_000 });
    const rank = (one: Answer) => sizeClasses.indexOf(one.class);
    fc.assert(
      fc.property(staff, staff, revenue, revenue, (people, hired, earned, more) => {
        const before = sizeOf('industry', people, String(earned));
        const after = sizeOf('industry', people + hired, String(earned + more));
        expect(rank(after)).to.be.at.most(rank(before));
      }),
    );
  });
});
