// Tolerance above a limit, and reservations in tenor buckets: exactly at the boundary and one fen
// beyond it.
import { expect } from 'chai';
import { limitScenario } from '../../src/limits/index.ts';
import { calculate } from '../../src/platform/calculation.ts';

interface Answer {
  readonly outcome: string;
  readonly code: string | null;
  readonly smallestAdmissible: string | null;
  readonly nodes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const run = (nodes: readonly object[], steps: readonly object[]): Answer[] =>
  calculate(limitScenario, { at: '2026-05-01', nodes, steps }).steps as Answer[];
const codes = (answers: readonly Answer[]) => answers.map((one) => one.code ?? one.outcome);
const draw = (node: string, amount: string, more: object = {}) => ({
  op: 'draw',
  node,
  amount,
  ...more,
});
const line = (limit: string, more: object = {}) => ({ id: 'a', limit, ...more });

describe('tolerance above a limit', () => {
  for (const [what, terms, most, above] of [
    ['a share', { toleranceRate: '0.05' }, '105.00', '105.01'],
    ['an amount', { toleranceAmount: '7.31' }, '107.31', '107.32'],
    ['nothing', { toleranceRate: '0' }, '100.00', '100.01'],
    ['a share, never rounded up', { toleranceRate: '0.00019' }, '100.01', '100.02'],
  ] as const) {
    it(`lets through the limit and ${what}, and not one fen more`, () => {
      expect(codes(run([line('100', terms)], [draw('a', above), draw('a', most)]))).to.deep.equal([
        'limit-exceeded',
        'accepted',
      ]);
    });
  }

  it('counts the total, never one draw alone', () => {
    const answers = run(
      [line('100', { toleranceRate: '0.1' })],
      [draw('a', '60'), draw('a', '50.01'), draw('a', '50'), draw('a', '0.01')],
    );
    expect(codes(answers)).to.deep.equal([
      'accepted',
      'limit-exceeded',
      'accepted',
      'limit-exceeded',
    ]);
    expect(answers[0]?.nodes['a']).to.include({
      available: '40.00',
      headroom: '40.00',
    });
    expect(answers[1]?.smallestAdmissible).to.equal('50.00');
    expect(answers[3]?.nodes['a']).to.include({ available: '-10.00', headroom: '-10.00' });
    expect(answers[3]?.smallestAdmissible).to.equal('0.00');
  });

  it('follows the limit of the day, and reservations count like draws', () => {
    const nodes = [
      line('100', { toleranceRate: '0.1', schedule: [{ from: '2026-05-02', amount: '200' }] }),
    ];
    const reserve = { op: 'reserve', node: 'a', ref: 'r', amount: '110' };
    const answers = run(nodes, [
      { ...reserve, amount: '110.01', ref: 'q' },
      reserve,
      draw('a', '0.01'),
      draw('a', '110', { at: '2026-05-02' }),
      draw('a', '110', { of: 'r' }),
      draw('a', '0.01'),
    ]);
    expect(codes(answers)).to.deep.equal([
      'limit-exceeded',
      'accepted',
      'limit-exceeded',
      'accepted',
      'accepted',
      'limit-exceeded',
    ]);
  });

  it('of one node is not that of another', () => {
    const nodes = [
      { id: 'top', limit: '100' },
      { ...line('100', { toleranceRate: '0.5' }), parent: 'top' },
    ];
    expect(codes(run(nodes, [draw('a', '100.01'), draw('a', '100')]))).to.deep.equal([
      'limit-exceeded',
      'accepted',
    ]);
  });

  it('is a share or an amount', () => {
    expect(() => run([line('1', { toleranceRate: '0.1', toleranceAmount: '1' })], []))
      .to.throw()
      .with.property('code', 'terms-malformed');
  });
});

describe('a reservation in a tenor bucket', () => {
  const buckets = [
    { days: 30, amount: '60' },
    { days: 90, amount: '40' },
  ];
  const nodes = [line('1000', { buckets })];
  const hold = (ref: string, amount: string, more: object = { tenorDays: 45 }) => ({
    op: 'reserve',
    node: 'a',
    ref,
    amount,
    ...more,
  });

  it('holds its place until it is used, given back or over', () => {
    const answers = run(nodes, [
      hold('x', '40.01'),
      hold('y', '40', { tenorDays: 45, expiresAt: '2026-05-03' }),
      draw('a', '0.01', { tenorDays: 31 }),
      hold('z', '0.01', { tenorDays: 90 }),
      draw('a', '60', { tenorDays: 30 }),
      draw('a', '40', { tenorDays: 90, of: 'y' }),
      draw('a', '0.01', { tenorDays: 31 }),
    ]);
    expect(codes(answers)).to.deep.equal([
      'bucket-full',
      'accepted',
      'bucket-full',
      'bucket-full',
      'accepted',
      'accepted',
      'bucket-full',
    ]);
    const over = run(nodes, [
      hold('y', '40', { tenorDays: 45, expiresAt: '2026-05-03' }),
      draw('a', '40', { tenorDays: 45, at: '2026-05-04' }),
    ]);
    expect(codes(over)).to.deep.equal(['accepted', 'accepted']);
    const released = run(nodes, [
      hold('y', '40'),
      { op: 'release', of: 'y', amount: '10' },
      draw('a', '10.01', { tenorDays: 45 }),
      draw('a', '10', { tenorDays: 45 }),
    ]);
    expect(codes(released)).to.deep.equal(['accepted', 'accepted', 'bucket-full', 'accepted']);
  });

  it('is drawn in another bucket only where that has room', () => {
    const answers = run(nodes, [
      hold('x', '40'),
      draw('a', '50', { tenorDays: 10 }),
      draw('a', '10.01', { tenorDays: 20, of: 'x' }),
      draw('a', '10', { tenorDays: 20, of: 'x' }),
      draw('a', '40', { tenorDays: 90 }),
    ]);
    expect(codes(answers)).to.deep.equal([
      'accepted',
      'accepted',
      'bucket-full',
      'accepted',
      'accepted',
    ]);
  });

  it('without a tenor holds no place, and is asked when it is drawn', () => {
    const answers = run(nodes, [
      hold('x', '500', {}),
      draw('a', '40.01', { tenorDays: 90, of: 'x' }),
      draw('a', '40', { tenorDays: 90, of: 'x' }),
    ]);
    expect(codes(answers)).to.deep.equal(['accepted', 'bucket-full', 'accepted']);
  });
});
