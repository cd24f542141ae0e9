// Pace of an agreement at its boundaries, and in which direction an alert is raised.
import { expect } from 'chai';
import { Day, Money, Rate } from '../../src/kernel/index.ts';
import type { PaceTerms } from '../../src/credit/rules/pace.ts';
import { paceOf, shareOf } from '../../src/credit/rules/pace.ts';

/** 1,000.00 over ten days. */
const terms: PaceTerms = {
  intentAmount: Money.of('1000.00'),
  sense: 'AT_LEAST',
  startsOn: Day.of('2026-01-01'),
  endsOn: Day.of('2026-01-10'),
  paceBehindBelow: Rate.of('0.9'),
  paceAheadAbove: Rate.of('1.1'),
};
const atMost: PaceTerms = { ...terms, sense: 'AT_MOST' };
const pace = (of: PaceTerms, counted: string, on: string) => {
  const found = paceOf(of, Money.of(counted), Day.of(on));
  return `${found.share} of ${found.elapsedShare} ${found.pace} ${found.alert ?? '-'}`;
};

describe('pace of an agreement', () => {
  const half = '2026-01-05';
  for (const [counted, expected] of [
    ['449.99', '0.4500 of 0.5000 BEHIND behind-pace'],
    ['450.00', '0.4500 of 0.5000 ON_PACE -'],
    ['500.00', '0.5000 of 0.5000 ON_PACE -'],
    ['550.00', '0.5500 of 0.5000 ON_PACE -'],
    ['550.01', '0.5500 of 0.5000 AHEAD -'],
    ['1000.01', '1.0000 of 0.5000 AHEAD -'],
  ] as const) {
    it(`at least: ${counted} at half the term is ${expected}`, () => {
      expect(pace(terms, counted, half)).to.equal(expected);
    });
  }

  for (const [counted, expected] of [
    ['0.00', '0.0000 of 0.5000 BEHIND -'],
    ['550.00', '0.5500 of 0.5000 ON_PACE -'],
    ['550.01', '0.5500 of 0.5000 AHEAD ahead-of-pace'],
    ['1000.00', '1.0000 of 0.5000 AHEAD ahead-of-pace'],
    ['1000.01', '1.0000 of 0.5000 AHEAD above-intent'],
  ] as const) {
    it(`at most: ${counted} at half the term is ${expected}`, () => {
      expect(pace(atMost, counted, half)).to.equal(expected);
    });
  }

  it('counts the first day and the last, and no day outside the term', () => {
    expect(pace(terms, '0.00', '2025-12-31')).to.equal('0.0000 of 0.0000 ON_PACE -');
    expect(pace(terms, '0.01', '2025-12-31')).to.equal('0.0000 of 0.0000 AHEAD -');
    expect(pace(terms, '0.00', '2026-01-01')).to.equal('0.0000 of 0.1000 BEHIND behind-pace');
    expect(pace(terms, '900.00', '2026-01-10')).to.equal('0.9000 of 1.0000 ON_PACE -');
    expect(pace(terms, '899.99', '2027-01-10')).to.equal('0.9000 of 1.0000 BEHIND behind-pace');
  });

  it('above the intent at the end is told even when that is on pace', () => {
    expect(pace(atMost, '1000.00', '2026-01-10')).to.equal('1.0000 of 1.0000 ON_PACE -');
    expect(pace(atMost, '1000.01', '2026-01-10')).to.equal('1.0000 of 1.0000 ON_PACE above-intent');
  });

  it('takes the thresholds from the terms, and a third exactly', () => {
    const third = { ...terms, endsOn: Day.of('2026-01-03'), paceBehindBelow: Rate.of('1') };
    expect(pace({ ...third, intentAmount: Money.of('999.99') }, '333.33', '2026-01-01')).to.equal(
      '0.3333 of 0.3333 ON_PACE -',
    );
    expect(pace({ ...third, intentAmount: Money.of('999.99') }, '333.32', '2026-01-01')).to.equal(
      '0.3333 of 0.3333 BEHIND behind-pace',
    );
  });

  it('has no share of nothing', () => {
    expect(shareOf(Money.of('1.00'), Money.zero)).to.equal(undefined);
    expect(shareOf(Money.of('2.00'), Money.of('3.00'))).to.equal('0.6667');
  });
});
