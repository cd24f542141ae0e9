// What an approved exception lets one draw take beyond a limit, by the pure engine.
import { expect } from 'chai';
import type { Failure } from '../../src/kernel/index.ts';
import { Money } from '../../src/kernel/index.ts';
import type { Allowance } from '../../src/limits/index.ts';
import { limitScenario } from '../../src/limits/index.ts';
import { calculate } from '../../src/platform/calculation.ts';
import { allowancesUsed, withAllowances } from '../../src/limits/rules/allowance.ts';
import type { LimitNode } from '../../src/limits/index.ts';

const node = { id: 'lim_1' } as LimitNode;
const of = (amount: string, more: Partial<Allowance> = {}): Allowance => ({
  nodeId: 'lim_1',
  amount: Money.of(amount),
  ...more,
});
const zero = Money.zero;
const below = zero.minus(Money.of('20'));

describe('limits: allowances', () => {
  const rows: [string, Money, Allowance[] | undefined, number | undefined, string][] = [
    ['none leaves what is there', Money.of('30'), undefined, undefined, '30.00'],
    ['one adds its amount', Money.of('30'), [of('20')], undefined, '50.00'],
    ['several add up', Money.of('30'), [of('20'), of('5')], undefined, '55.00'],
    ['what is below zero counts as empty', below, [of('20')], undefined, '20.00'],
    ['without one it stays below zero', below, undefined, undefined, '-20.00'],
    ['another node’s does not count', zero, [of('20', { nodeId: 'lim_2' })], undefined, '0.00'],
    ['a bucket’s is not the limit’s', zero, [of('20', { bucketDays: 90 })], undefined, '0.00'],
    ['a bucket’s is that bucket’s', zero, [of('20', { bucketDays: 90 })], 90, '20.00'],
    ['and no other’s', zero, [of('20', { bucketDays: 90 })], 365, '0.00'],
  ];
  for (const [what, left, allowances, bucketDays, expected] of rows) {
    it(what, () => {
      expect(withAllowances(left, node, allowances, bucketDays).toString()).to.equal(expected);
    });
  }

  const used: [string, string, Allowance[], string[]][] = [
    ['the part beyond what was there', '105.5', [of('20')], ['5.50']],
    ['nothing when it fitted', '100', [of('20')], ['0.00']],
    ['all of it', '120', [of('20')], ['20.00']],
    ['the first before the second', '130', [of('20'), of('20')], ['20.00', '10.00']],
    [
      'each bucket and limit by itself',
      '110',
      [of('20'), of('9', { bucketDays: 90 })],
      ['10.00', '9.00'],
    ],
  ];
  for (const [what, amount, allowances, expected] of used) {
    it(`a draw uses ${what}`, () => {
      const each = allowancesUsed(
        allowances,
        () => Money.of(amount),
        () => Money.of('100'),
      );
      expect(each.map(String)).to.deep.equal(expected);
    });
  }
});

describe('limit-scenario with exceptions', () => {
  interface Answer {
    readonly code: string | null;
    readonly exceeded?: readonly string[];
    readonly smallestAdmissible: string | null;
    readonly nodes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }
  const nodes = [
    { id: 'root', limit: '1000' },
    { id: 'a', parent: 'root', limit: '100', buckets: [{ days: 30, amount: '60' }] },
  ];
  const draw = (amount: string, allowances?: readonly object[]) => ({
    op: 'draw',
    node: 'a',
    amount,
    tenorDays: 30,
    ...(allowances ? { allowances } : {}),
  });
  const run = (...steps: readonly object[]): Answer[] =>
    calculate(limitScenario, { at: '2026-05-01', nodes, steps }).steps as Answer[];
  const limit = (amount: string) => ({ node: 'a', amount });
  const bucket = (amount: string) => ({ node: 'a', amount, bucketDays: 30 });

  it('lets one draw pass limit and bucket by what each names, and not one fen more', () => {
    const [above, passed, after] = run(
      draw('120.01', [limit('20'), bucket('60.01')]),
      draw('120', [limit('20'), bucket('70')]),
      draw('0.01'),
    );
    expect(above).to.deep.include({ code: 'limit-exceeded' });
    expect(above).not.to.have.property('exceeded');
    expect(above?.smallestAdmissible).to.equal('120.00');
    expect(passed).to.deep.include({ code: null, exceeded: ['20.00', '60.00'] });
    expect(passed?.nodes['a']).to.include({ used: '120.00', available: '-20.00' });
    expect(after?.code).to.equal('bucket-full');
  });

  it('needs each by itself, tells what was needed, and keeps nothing for the next draw', () => {
    expect(run(draw('120', [limit('20')]))[0]?.code).to.equal('bucket-full');
    expect(run(draw('61', [limit('20')]))[0]?.code).to.equal('bucket-full');
    expect(run(draw('120', [bucket('60')]))[0]?.code).to.equal('limit-exceeded');
    const [fits, full] = run(draw('60', [limit('20'), bucket('60')]), draw('1'));
    expect(fits?.exceeded).to.deep.equal(['0.00', '0.00']);
    expect(full?.code).to.equal('bucket-full');
  });

  it('is refused where it cannot count', () => {
    const wrong = (step: object): unknown => {
      try {
        return run(step);
      } catch (problem) {
        return (problem as Failure).facts['problems'];
      }
    };
    expect(wrong({ ...draw('1'), op: 'reserve', allowances: [limit('1')] })).to.deep.equal([
      {
        path: 'steps.0.allowances',
        message: '例外只用于用款',
        messageEn: 'exceptions are of a draw',
      },
    ]);
    expect(wrong(draw('1', [{ node: 'b', amount: '1' }]))).to.have.nested.property(
      '[0].path',
      'steps.0.allowances.0.node',
    );
  });
});
