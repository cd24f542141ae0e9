// Counters of temporary limits (临时额度): what of the use stands in each, to the fen.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { limitScenario } from '../../src/limits/index.ts';
import { calculate } from '../../src/platform/calculation.ts';

interface Shown {
  readonly available: string;
  readonly used: string;
  readonly reserved: string;
  readonly topUps: readonly Record<string, string>[];
}
interface Answer {
  readonly outcome: string;
  readonly code: string | null;
  readonly nodes: { readonly a: Shown };
}

const run = (nodes: readonly object[], steps: readonly object[]): Answer[] =>
  calculate(limitScenario, { at: '2026-03-02', nodes, steps }).steps as unknown as Answer[];
const lastOf = (nodes: readonly object[], steps: readonly object[]): Shown =>
  (run(nodes, steps).at(-1) as Answer).nodes.a;
const node = (id: string, limit: string, more: object = {}) => ({ id, limit, ...more });
const draw = (on: string, amount: string, more: object = {}) => ({
  op: 'draw',
  node: on,
  amount,
  ...more,
});

describe('counters of a top-up', () => {
  const may = { ref: '五月', amount: '20', from: '2026-05-01', to: '2026-05-31' };
  const spring = { ref: '春季', amount: '30', from: '2026-04-01', to: '2026-06-30' };
  const line = node('a', '100', { topUps: [spring, may] });
  const at = '2026-05-10';
  const counters = (steps: readonly object[], of: object = line): string[] => {
    return lastOf([of], steps).topUps.map(
      ({ ref, sanctioned, used, blocked, available }) =>
        `${ref} ${[sanctioned, used, blocked, available].join(' ')}`,
    );
  };

  it('stays untouched while the standing limit holds all, to the fen', () => {
    expect(counters([draw('a', '100', { at })])).to.deep.equal([
      '春季 30.00 0.00 0.00 30.00',
      '五月 20.00 0.00 0.00 20.00',
    ]);
    expect(counters([draw('a', '100.01', { at })])).to.deep.equal([
      '春季 30.00 0.00 0.00 30.00',
      '五月 20.00 0.01 0.00 19.99',
    ]);
  });

  it('fills that which ends first, and then the other', () => {
    expect(counters([draw('a', '120', { at })])).to.deep.equal([
      '春季 30.00 0.00 0.00 30.00',
      '五月 20.00 20.00 0.00 0.00',
    ]);
    expect(counters([draw('a', '120.01', { at })])[0]).to.equal('春季 30.00 0.01 0.00 29.99');
    const full = [draw('a', '150', { at }), draw('a', '0.01', { at })];
    expect(run([line], full).map(({ code, outcome }) => code ?? outcome)).to.deep.equal([
      'accepted',
      'limit-exceeded',
    ]);
    expect(counters(full)).to.deep.equal([
      '春季 30.00 30.00 0.00 0.00',
      '五月 20.00 20.00 0.00 0.00',
    ]);
  });

  it('tells what is used from what is held', () => {
    const hold = { op: 'reserve', node: 'a', amount: '25', at };
    expect(counters([draw('a', '105', { at }), hold])).to.deep.equal([
      '春季 30.00 0.00 10.00 20.00',
      '五月 20.00 5.00 15.00 0.00',
    ]);
  });

  it('shows what still stands in one that has ended, as less than nothing', () => {
    const drawn = draw('a', '150', { at });
    const after = (day: string) => counters([drawn, draw('a', '0.01', { at: day })]);
    // The other top-up takes what of the ended one it can hold: it is full already.
    expect(after('2026-06-01')).to.deep.equal([
      '春季 30.00 30.00 0.00 0.00',
      '五月 0.00 20.00 0.00 -20.00',
    ]);
    expect(after('2026-07-01')).to.deep.equal([
      '春季 0.00 30.00 0.00 -30.00',
      '五月 0.00 20.00 0.00 -20.00',
    ]);
    const repaid = { op: 'repay', node: 'a', amount: '25', at: '2026-06-01' };
    expect(counters([drawn, repaid])).to.deep.equal([
      '春季 30.00 25.00 0.00 5.00',
      '五月 0.00 0.00 0.00 0.00',
    ]);
  });

  it('counts for nothing before its first day, and for what collateral leaves of it', () => {
    expect(counters([draw('a', '100', { at: '2026-03-31' })])).to.deep.equal([
      '春季 0.00 0.00 0.00 0.00',
      '五月 0.00 0.00 0.00 0.00',
    ]);
    const pledge = { ref: '专利', price: '110', quantity: '1', haircut: '0' };
    const bound = { ...line, basis: 'MIN', collateral: [pledge] };
    expect(counters([draw('a', '105', { at })], bound)).to.deep.equal([
      '春季 0.00 0.00 0.00 0.00',
      '五月 10.00 5.00 0.00 5.00',
    ]);
    const raised = { ...line, basis: 'SUM', collateral: [pledge] };
    expect(counters([draw('a', '211', { at })], raised)).to.deep.equal([
      '春季 30.00 0.00 0.00 30.00',
      '五月 20.00 1.00 0.00 19.00',
    ]);
  });

  it('adds up to what is available, whatever is used, held and in force', () => {
    const cents = fc.integer({ min: 1, max: 15_000 });
    const amountOf = (fen: number): string =>
      `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
    const days = fc.constantFrom('2026-05-10', '2026-06-01', '2026-07-01');
    fc.assert(
      fc.property(cents, cents, days, (drawn, held, day) => {
        const steps = [
          draw('a', amountOf(drawn), { at }),
          { op: 'reserve', node: 'a', amount: amountOf(held), at },
          { op: 'set-limit', node: 'a', amount: '100', at: day },
        ];
        const shown = lastOf([line], steps);
        const fen = (text: string | undefined): bigint => BigInt((text ?? '').replace('.', ''));
        const sum = (name: string): bigint =>
          shown.topUps.reduce((total, one) => total + fen(one[name]), 0n);
        // What the top-ups do not take stands in the limit of 100.
        const standing =
          10_000n - (fen(shown.used) + fen(shown.reserved) - sum('used') - sum('blocked'));
        expect(standing + sum('available')).to.equal(fen(shown.available));
        for (const one of shown.topUps) {
          expect(fen(one['used']) >= 0n && fen(one['blocked']) >= 0n).to.equal(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
