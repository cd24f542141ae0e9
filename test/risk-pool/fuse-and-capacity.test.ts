// Fuses at, below and above their bound with the operator of the rule, and the leverage of a pool.
import { expect } from 'chai';
import { guangzhou2025 } from '../../migrations/0008_rulebook.ts';
import { Money, Rate } from '../../src/kernel/index.ts';
import { leverageOf, readFuses, suspends } from '../../src/risk-pool/index.ts';
import { PoolRuleInput } from '../../src/rulebook/pool-rule.ts';
import { readCases } from '../kernel/cases.ts';

interface Cases {
  guangzhouFuse: {
    id: string;
    lost: string;
    entered: string;
    expected: { figure: string | null; suspended: boolean };
  }[];
  hubeiFuse: { id: string; npl: string; expected: string }[];
  capacity: {
    id: string;
    multiple: string;
    cash: string;
    pending: string;
    outstanding: string;
    expected: { capacity: string; headroom: string; overLeveraged: boolean };
  }[];
}

const cases = readCases('pool') as Cases;
const { fuses } = PoolRuleInput.parse(guangzhou2025);
const hubei = PoolRuleInput.shape.fuses.parse([
  { metric: 'npl-ratio', operator: '>=', value: '0.05', action: 'WARN' },
  { metric: 'npl-ratio', operator: '>=', value: '0.08', action: 'SUSPEND_CLAIMS' },
]);

describe('fuse of a bank', () => {
  for (const { id, lost, entered, expected } of cases.guangzhouFuse) {
    it(`${id}: ${lost} lost of ${entered} entered`, () => {
      const figures = { 'loss-to-entered': { part: Money.of(lost), whole: Money.of(entered) } };
      const readings = readFuses(fuses, figures);
      expect(readings[0]?.figure).to.equal(expected.figure);
      expect(suspends(readings)).to.equal(expected.suspended);
    });
  }

  for (const { id, npl, expected } of cases.hubeiFuse) {
    it(`${id}: an NPL ratio of ${npl} %`, () => {
      const figures = { 'npl-ratio': { part: Money.of(npl), whole: Money.of('100') } };
      const readings = readFuses(hubei, figures);
      const worst = readings.filter((reading) => reading.tripped).at(-1)?.action ?? 'PASS';
      expect(worst).to.equal(expected);
      expect(suspends(readings)).to.equal(expected === 'SUSPEND_CLAIMS');
    });
  }

  it('tells how far the bound is, and how far it was passed', () => {
    const read = (lost: string) =>
      readFuses(fuses, {
        'loss-to-entered': { part: Money.of(lost), whole: Money.of('1000000') },
      })[0]?.room.toString();
    expect(read('12000')).to.equal('18000.00');
    expect(read('30000.01')).to.equal('-0.01');
  });

  it('does not trip on what is not measured', () => {
    expect(suspends(readFuses([...fuses, ...hubei], {}))).to.equal(false);
  });
});

describe('capacity of a pool', () => {
  for (const { id, multiple, cash, pending, outstanding, expected } of cases.capacity) {
    it(`${id}: ${multiple} × (${cash} − ${pending}) against ${outstanding}`, () => {
      const funds = { cash: Money.of(cash), pendingClaims: Money.of(pending) };
      const result = leverageOf(Rate.of(multiple), funds, Money.of(outstanding));
      expect({
        capacity: result.capacity.toString(),
        headroom: result.headroom.toString(),
        overLeveraged: result.overLeveraged,
      }).to.deep.equal(expected);
    });
  }

  it('never falls below zero when claims exceed the balance', () => {
    const funds = { cash: Money.of('1'), pendingClaims: Money.of('2') };
    const { capacity, headroom } = leverageOf(Rate.of('10'), funds, Money.zero);
    expect([capacity.toString(), headroom.toString()]).to.deep.equal(['0.00', '0.00']);
  });
});
