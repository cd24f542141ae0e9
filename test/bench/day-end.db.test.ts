// The book of `bench day-end` is made in SQL by hand; this tells when the schema has moved on.
import { expect } from 'chai';
import { dayEnd } from '../../src/bench/day-end.ts';

describe('bench day-end', () => {
  it('closes two days of a small book, and the book holds', async () => {
    const { loans, ordinary, heavy, checks, ratios } = (await dayEnd(400)) as {
      loans: number;
      ordinary: { loans: number; instalmentsDue: number };
      heavy: { loans: number; instalmentsDue: number; classified: number };
      checks: Record<string, boolean>;
      ratios: Record<string, number>;
    };
    expect(loans).to.equal(400);
    expect([ordinary.loans, heavy.loans]).to.deep.equal([400, 400]);
    expect(heavy.instalmentsDue).to.be.greaterThan(ordinary.instalmentsDue + 200);
    expect(heavy.classified).to.be.greaterThan(0);
    expect(Object.values(checks)).to.deep.equal([true, true, true, true]);
    expect(ratios).to.have.keys('ordinaryOverBareUpdate', 'heavyOverBareUpdate');
  }).timeout(120_000);
});
