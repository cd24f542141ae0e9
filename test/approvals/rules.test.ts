// Whether a second person is needed: tiers by owner, day, version and band.
import { expect } from 'chai';
import type { Tier } from '../../src/approvals/model.ts';
import { needOf, tierInForce } from '../../src/approvals/rules.ts';
import { Day, Money } from '../../src/kernel/index.ts';

const tier = (ownerId: string | null, version: number, validFrom: string, from = '100'): Tier => ({
  operation: 'x.do',
  ownerId,
  version,
  validFrom: Day.of(validFrom),
  bands: [{ fromAmount: Money.of(from), permission: null }],
});

describe('the tier in force', () => {
  const tiers = [
    tier(null, 1, '2026-01-01'),
    tier(null, 2, '2026-06-01'),
    tier('bank', 1, '2026-03-01'),
    tier('bank', 2, '2026-12-01'),
  ];
  const rows = [
    ['2025-12-31', 'bank', undefined],
    ['2026-01-01', 'bank', [null, 1]],
    ['2026-02-28', 'other', [null, 1]],
    ['2026-03-01', 'bank', ['bank', 1]],
    ['2026-06-01', 'other', [null, 2]],
    ['2026-11-30', 'bank', ['bank', 1]],
    ['2026-12-01', 'bank', ['bank', 2]],
  ] as const;
  for (const [day, ownerId, expected] of rows) {
    it(`of ${ownerId} on ${day} is ${String(expected ?? 'none')}`, () => {
      const found = tierInForce(tiers, { operation: 'x.do', ownerId, today: Day.of(day) });
      expect(found && [found.ownerId, found.version]).to.deep.equal(expected);
    });
  }

  it('is of the operation asked about', () => {
    const asked = { operation: 'x.other', ownerId: 'bank', today: Day.of('2026-12-31') };
    expect(tierInForce(tiers, asked)).to.equal(undefined);
  });
});

describe('the need of a second person', () => {
  const bands = {
    ...tier(null, 3, '2026-01-01'),
    bands: [
      { fromAmount: Money.of('100'), permission: null },
      { fromAmount: Money.of('1000'), permission: 'x:approve-large' },
    ],
  };
  const rows = [
    ['99.99', false, bands, undefined],
    ['100.00', false, bands, undefined],
    ['100.01', false, bands, ['x:approve', 3]],
    ['1000.00', false, bands, ['x:approve', 3]],
    ['1000.01', false, bands, ['x:approve-large', 3]],
    ['0.01', true, bands, ['x:approve', 3]],
    ['1000.01', true, bands, ['x:approve-large', 3]],
    ['0.01', false, undefined, ['x:approve', undefined]],
    [undefined, false, bands, undefined],
    [undefined, true, bands, ['x:approve', undefined]],
    [undefined, true, undefined, ['x:approve', undefined]],
  ] as const;
  for (const [text, always, tiers, expected] of rows) {
    const name = `${text ?? 'no amount'}${always ? ', always' : ''}${tiers ? '' : ', no tier'}`;
    it(`${name}: ${expected?.[0] ?? 'none'}`, () => {
      const amount = text === undefined ? undefined : Money.of(text);
      const asked = { operation: 'x.do', amount, always, permission: 'x:approve' };
      const need = needOf(asked, tiers);
      expect(need && [need.permission, need.tierVersion]).to.deep.equal(expected);
    });
  }
});
