// The nominal check as a calculation: at the policy, one fen above, and on a day that is to come.
import { expect } from 'chai';
import { overSubscriptionCalc } from '../../src/limits/over-subscription-calc.ts';

const ask = (more: object = {}) => {
  const input = overSubscriptionCalc.input.parse({
    on: '2026-03-01',
    limit: { name: '产业集群', amount: '1000' },
    children: [
      { name: '甲', amount: '300' },
      { name: '乙', amount: '400' },
    ],
    requested: { amount: '300' },
    ...more,
  });
  return JSON.parse(JSON.stringify(overSubscriptionCalc.run(input))) as {
    readonly allowed: boolean;
    readonly room: string;
    readonly refused: Record<string, string> | null;
  };
};

describe('calc over-subscription', () => {
  it('admits exactly the room and refuses a fen more', () => {
    expect(ask()).to.include({ allowed: true, most: '1000.00', allocated: '700.00' });
    expect(ask()).to.include({ room: '300.00', ratio: '0.700000', refused: null });
    const { allowed, refused } = ask({ requested: { amount: '300.01' } });
    expect(allowed).to.equal(false);
    expect(refused).to.include({
      code: 'over-allocated',
      shortBy: '0.01',
      smallestAdmissible: '300.00',
    });
  });

  it('multiplies by the policy and rounds down', () => {
    const limit = { name: '产业集群', amount: '1000.01' };
    const policy = { limit, oversub: '1.5', children: [] };
    expect(ask({ ...policy, requested: { amount: '1500.01' } }).allowed).to.equal(true);
    expect(ask({ ...policy, requested: { amount: '1500.02' } }).allowed).to.equal(false);
  });

  it('looks at every day on which something turns', () => {
    const schedule = [{ from: '2026-09-01', amount: '900' }];
    const { refused } = ask({ limit: { name: '产业集群', amount: '1000', schedule } });
    expect(refused).to.include({ on: '2026-09-01', shortBy: '100.00' });
    const topUps = [{ ref: '旺季', amount: '0.01', from: '2026-05-01', to: '2026-05-31' }];
    expect(ask({ requested: { amount: '300', topUps } }).refused).to.include({ on: '2026-05-01' });
  });

  it('counts collateral where it bounds or adds', () => {
    const collateral = [{ ref: '厂房', price: '200', quantity: '1', haircut: '0.5' }];
    const bound = { name: '甲', amount: '700', basis: 'MIN', collateral };
    expect(ask({ children: [bound] })).to.include({ allocated: '100.00', room: '900.00' });
    const added = { ...bound, basis: 'SUM' };
    expect(ask({ children: [added] })).to.include({ allocated: '800.00', room: '200.00' });
  });
});
