// The compensation of a claim against the worked cases of 广州 2025 and their boundaries, then each
// cap in its order, and what makes a claim ineligible.
import { expect } from 'chai';
import { guangzhou2025, guangzhou2025Clauses } from '../../migrations/0008_rulebook.ts';
import { Day, Money } from '../../src/kernel/index.ts';
import { computeClaim, type ClaimFacts } from '../../src/risk-pool/index.ts';
import { PoolRuleInput } from '../../src/rulebook/pool-rule.ts';
import type { Clauses, PoolRule } from '../../src/rulebook/index.ts';
import { readCases } from '../kernel/cases.ts';

interface ClaimCase {
  id: string;
  loan: string;
  loss?: string;
  recovered?: string;
  flags?: string[];
  expected: { ratio: string; compensation: string; bound: string | null };
}

const { claims } = readCases('pool') as { claims: ClaimCase[] };
const guangzhou = PoolRuleInput.parse(guangzhou2025);

const facts = (loan: string, more: Partial<ClaimFacts> = {}): ClaimFacts => ({
  loanAmount: Money.of(loan),
  enrolledOn: Day.of('2025-11-03'),
  defaultedOn: Day.of('2026-05-04'),
  claimedOn: Day.of('2026-08-10'),
  principalLoss: Money.of(loan),
  recoveredBefore: Money.zero,
  flags: [],
  ...more,
});

const rule = (parts: object): PoolRule =>
  PoolRuleInput.parse({
    basis: 'PRINCIPAL_ONLY',
    ratio: { by: 'tiers', mode: 'whole-loan', tiers: [{ upTo: null, ratio: '0.5' }] },
    ...parts,
  });

describe('compensation of a claim', () => {
  for (const one of claims) {
    const { id, loan, loss, recovered, flags, expected } = one;
    const about = [`loan ${loan}`, ...(loss ? [`loss ${loss}`] : []), ...(flags ?? [])].join(', ');
    it(`${id}: ${about}`, () => {
      const result = computeClaim(
        guangzhou,
        facts(loan, {
          flags: flags ?? [],
          principalLoss: Money.of(loss ?? loan),
          recoveredBefore: Money.of(recovered ?? '0'),
        }),
      );
      expect(result.eligible).to.equal(true);
      expect(result.ratio).to.equal(expected.ratio);
      expect(result.compensation.toString()).to.equal(expected.compensation);
      expect(result.bound).to.equal(expected.bound);
    });
  }

  it('reads the same tiers as slabs when the pack says so', () => {
    const slab = PoolRuleInput.parse({
      ...guangzhou2025,
      ratio: { ...guangzhou2025.ratio, mode: 'slab' },
    });
    const at = (loan: string) => computeClaim(slab, facts(loan)).compensation.toString();
    expect(at('5000000')).to.equal('2000000.00');
    expect(at('5000100')).to.equal('2000030.00');
    expect(at('30000000')).to.equal('8000000.00');
  });

  it('pays a ratio fixed loan by loan exactly, half-up to the fen', () => {
    const replay = rule({ ratio: { by: 'loan' } });
    const pay = (loss: string, numerator: string, denominator: string) =>
      computeClaim(
        replay,
        facts('1000000', {
          principalLoss: Money.of(loss),
          ratio: { numerator: Money.of(numerator), denominator: Money.of(denominator) },
        }),
      ).compensation.toString();
    expect(pay('100', '85', '100')).to.equal('85.00');
    expect(pay('12345.67', '215250', '287000')).to.equal('9259.25');
    expect(pay('0.06', '1', '12')).to.equal('0.01');
    expect(pay('0.05', '1', '12')).to.equal('0.00');
    expect(pay('100', '1', '3')).to.equal('33.33');
    expect(pay('100', '2', '3')).to.equal('66.67');
  });

  it('takes of a group of add-ons the largest, and without a group each', () => {
    const addons = [
      { flag: 'a', points: '0.05', group: 'g' },
      { flag: 'b', points: '0.1', group: 'g' },
      { flag: 'c', points: '0.02' },
      { flag: 'd', points: '0.03' },
    ];
    const at = (...flags: string[]) =>
      computeClaim(rule({ addons }), facts('100', { flags })).compensation.toString();
    expect(at('a')).to.equal('55.00');
    expect(at('a', 'b')).to.equal('60.00');
    expect(at('a', 'b', 'c', 'd')).to.equal('65.00');
  });
});

describe('caps of a claim, in their order', () => {
  const all = {
    loanShare: '0.8',
    firmYear: '900',
    bankYear: '800',
    poolYear: '600',
  };
  const year = (firm: string, bank: string, pool: string) => ({
    firm: Money.of(firm),
    bank: Money.of(bank),
    pool: Money.of(pool),
  });
  // Base 1,600, ratio 50 %: raw 800.
  const table: [name: string, caps: object, more: Partial<ClaimFacts>, paid: string, by: string][] =
    [
      [
        'all levels together',
        { loanShare: '0.8' },
        { otherCompensation: Money.of('700') },
        '580.00',
        'loan-share',
      ],
      [
        'a firm in a year',
        all,
        { compensatedInYear: year('200', '0', '0') },
        '600.00',
        'pool-year',
      ],
      [
        'a firm, lowest',
        all,
        { compensatedInYear: year('400', '100', '0') },
        '500.00',
        'firm-year',
      ],
      [
        'a bank, lowest',
        all,
        { compensatedInYear: year('0', '500', '200') },
        '300.00',
        'bank-year',
      ],
      [
        'what the pool has left',
        all,
        { poolAvailable: Money.of('123.45') },
        '123.45',
        'pool-balance',
      ],
      [
        'the budget of the year',
        all,
        { compensatedInYear: year('0', '0', '599.99') },
        '0.01',
        'pool-year',
      ],
      [
        'a cap already passed',
        all,
        { compensatedInYear: year('950', '0', '0') },
        '0.00',
        'firm-year',
      ],
    ];
  for (const [name, caps, more, paid, by] of table) {
    it(`${name}: ${paid}, held by ${by}`, () => {
      const result = computeClaim(rule({ caps }), facts('1600', more));
      expect(result.raw.toString()).to.equal('800.00');
      expect(result.compensation.toString()).to.equal(paid);
      expect(result.bound).to.equal(by);
    });
  }

  it('leaves an amount that equals the cap alone, and then no cap bound', () => {
    const result = computeClaim(
      rule({ caps: { poolYear: '800' } }),
      facts('1600', { poolAvailable: Money.of('800') }),
    );
    expect([result.compensation.toString(), result.bound]).to.deep.equal(['800.00', null]);
  });

  it('keeps the ratio cap as the reason when no later cap binds', () => {
    const result = computeClaim(
      rule({ ratioCap: '0.4', caps: { poolYear: '1000' } }),
      facts('1600'),
    );
    expect([result.compensation.toString(), result.bound]).to.deep.equal(['640.00', 'ratio-cap']);
  });
});

describe('eligibility of a claim', () => {
  const table: [reason: string, rule: PoolRule, facts: ClaimFacts][] = [
    ['enrolled-after-default', guangzhou, facts('100', { enrolledOn: Day.of('2026-05-05') })],
    ['claim-window-closed', rule({ claimWindowDays: 97 }), facts('100')],
    ['compensated-elsewhere', guangzhou, facts('100', { compensatedElsewhere: true })],
    ['above-top-tier', guangzhou, facts('30000000.01')],
    ['ratio-missing', rule({ ratio: { by: 'loan' } }), facts('100')],
  ];
  for (const [reason, of, one] of table) {
    it(`${reason} pays nothing and says why`, () => {
      const result = computeClaim(of, one);
      expect(result.eligible).to.equal(false);
      expect(result.reason).to.equal(reason);
      expect(result.compensation.toString()).to.equal('0.00');
      expect(result.steps.map((step) => step.result)).to.deep.equal([reason]);
    });
  }

  it('names the first reason in this order', () => {
    const everything = facts('30000000.01', {
      enrolledOn: Day.of('2026-05-05'),
      compensatedElsewhere: true,
    });
    expect(computeClaim(guangzhou, everything).reason).to.equal('enrolled-after-default');
  });

  it('takes a loan enrolled on the day of its default, and the last day of the window', () => {
    const sameDay = facts('100', { enrolledOn: Day.of('2026-05-04') });
    expect(computeClaim(guangzhou, sameDay).eligible).to.equal(true);
    expect(computeClaim(rule({ claimWindowDays: 98 }), facts('100')).eligible).to.equal(true);
  });
});

describe('explanation of a claim', () => {
  it('goes line by line, with the clause and its evidence', () => {
    const result = computeClaim(
      guangzhou,
      facts('4800000', { flags: ['ip'], poolAvailable: Money.of('1000000') }),
      guangzhou2025Clauses as Clauses,
    );
    expect(result.steps.map((step) => [step.rule, step.result, step.bound])).to.deep.equal([
      ['pool.eligible', 'eligible', null],
      ['pool.base', '4800000.00', null],
      ['pool.ratio', '0.400000', null],
      ['pool.addon', '0.550000', null],
      ['pool.ratio-cap', '0.500000', 'ratio-cap'],
      ['pool.raw', '2400000.00', null],
      ['pool.pool-balance', '1000000.00', 'pool-balance'],
      ['pool.pool-year', '1000000.00', null],
      ['pool.fuse', 'PASS', null],
    ]);
    const tier = result.steps[2];
    expect(tier?.clause).to.contain('500 万元及以下 40%');
    expect(tier?.evidence).to.equal('[rep]');
    expect(result.steps.filter((step) => step.rounding !== null)).to.have.length(1);
  });

  it('suspends on a tripped fuse and still says what would be paid', () => {
    const result = computeClaim(
      guangzhou,
      facts('100', {
        figures: { 'loss-to-entered': { part: Money.of('2900.01'), whole: Money.of('100000') } },
      }),
    );
    expect([result.suspended, result.compensation.toString()]).to.deep.equal([true, '40.00']);
    expect(result.fuses[0]?.part.toString()).to.equal('3000.01');
  });
});
