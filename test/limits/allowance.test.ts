// What an approved exception lets one draw take beyond a limit, by the pure engine.
import { expect } from 'chai';
import { Money } from '../../src/kernel/index.ts';
import type { Allowance } from '../../src/limits/index.ts';
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
