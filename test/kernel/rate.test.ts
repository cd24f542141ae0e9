// Rates as text, and simple interest against the worked cases.
import { expect } from 'chai';
import { Day } from '../../src/kernel/day.ts';
import type { Rounding } from '../../src/kernel/money.ts';
import { Exact, Money } from '../../src/kernel/money.ts';
import type { DayCount } from '../../src/kernel/rate.ts';
import { daysCounted, interest, isRateText, Rate } from '../../src/kernel/rate.ts';
import { readCases } from './cases.ts';

interface InterestCase {
  readonly id: string;
  readonly inputs: {
    readonly principal: string;
    readonly rate: string;
    readonly from: string;
    readonly to: string;
    readonly dayCount: DayCount;
  };
  readonly mode?: Rounding;
  readonly expected: { readonly days: number; readonly interest: string };
}

describe('rate', () => {
  it('keeps the text without zeros that say nothing', () => {
    const rows = [
      ['0.0345', '0.0345', '3.45%'],
      ['0.03450', '0.0345', '3.45%'],
      ['0.06525', '0.06525', '6.525%'],
      ['0.03', '0.03', '3.00%'],
      ['1', '1', '100.00%'],
      ['-0.005', '-0.005', '-0.50%'],
      ['-0.0', '0', '0.00%'],
      ['999999.123456789012', '999999.123456789012', '99999912.3456789012%'],
    ] as const;
    for (const [text, plain, percent] of rows) {
      expect(Rate.of(text).toString(), text).to.equal(plain);
      expect(JSON.stringify(Rate.of(text)), text).to.equal(`"${plain}"`);
      expect(Rate.of(text).percentText(), text).to.equal(percent);
    }
  });

  it('refuses what is no rate', () => {
    const wrong = ['', '3.45%', '.5', '1.', '1e-2', '1234567', '0.1234567890123', '+1', ' 1'];
    for (const text of wrong) {
      expect(() => Rate.of(text), text).to.throw(TypeError);
      expect(isRateText(text), text).to.equal(false);
    }
    expect(isRateText(0.5)).to.equal(false);
  });

  it('compares', () => {
    expect(Rate.of('0.030').compare(Rate.of('0.03'))).to.equal(0);
    expect(Rate.of('-0.01').compare(Rate.zero)).to.equal(-1);
    expect([Rate.zero.isZero(), Rate.of('0.1').isZero()]).to.deep.equal([true, false]);
    expect([Rate.of('-1').isNegative(), Rate.of('1').isNegative()]).to.deep.equal([true, false]);
  });
});

describe('interest', () => {
  const cases = readCases('interest') as InterestCase[];

  it('has its worked cases', () => {
    expect(cases.length).to.be.at.least(19);
  });

  for (const { id, inputs, mode, expected } of cases) {
    it(`${id}: ${inputs.principal} at ${inputs.rate} → ${expected.interest}`, () => {
      const terms = {
        principal: Money.of(inputs.principal),
        rate: Rate.of(inputs.rate),
        from: Day.of(inputs.from),
        to: Day.of(inputs.to),
        dayCount: inputs.dayCount,
      };
      const result = interest(terms, mode);
      expect(result.days).to.equal(expected.days);
      expect(result.interest.toString()).to.equal(expected.interest);
      expect(Money.round(result.exact, mode).toString()).to.equal(expected.interest);
    });
  }

  it('C034, C037: periods that are posted one by one add up to the posted totals', () => {
    const posted = (prefix: string) =>
      Money.sum(
        cases
          .filter(({ id }) => id.startsWith(prefix))
          .map(({ expected }) => Money.of(expected.interest)),
      ).toString();
    expect(posted('C034-')).to.equal('185034.72');
    expect(posted('C037-')).to.equal('70797.23');
  });

  it('stays unrounded for adding up: three thirds of a fen are one fen', () => {
    const daily = interest({
      principal: Money.of('120'),
      rate: Rate.of('0.01'),
      from: Day.of('2025-01-01'),
      to: Day.of('2025-01-02'),
      dayCount: 'ACT/360',
    });
    expect(daily.interest.toString()).to.equal('0.00');
    const threeDays = [daily, daily, daily].reduce((sum, { exact }) => sum.plus(exact), Exact.zero);
    expect(Money.round(threeDays).toString()).to.equal('0.01');
  });

  it('refuses to run backwards', () => {
    const terms = {
      principal: Money.of('1'),
      rate: Rate.of('0.01'),
      from: Day.of('2025-01-02'),
      to: Day.of('2025-01-01'),
      dayCount: 'ACT/360',
    } as const;
    expect(() => interest(terms)).to.throw(RangeError, '2025-01-02 back to 2025-01-01');
  });

  it('counts a 30/360 month as thirty days, whatever its length', () => {
    const days = (from: string, to: string) => daysCounted(Day.of(from), Day.of(to), '30/360');
    expect(days('2025-01-31', '2025-03-31')).to.equal(60);
    expect(days('2024-12-15', '2025-02-15')).to.equal(60);
  });
});
