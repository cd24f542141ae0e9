// The split of a call, the first call's minimum, and what is free on a day when facts come late.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { Day, Failure, Money, Rate } from '../../src/kernel/index.ts';
import type { CallPartner } from '../../src/funds/rules/call-allocation.ts';
import { firstCallMinimum, splitCall } from '../../src/funds/rules/call-allocation.ts';
import { leastFrom, sumOn } from '../../src/funds/rules/dated.ts';
import { readCases } from '../kernel/cases.ts';

interface Cases {
  readonly splits: readonly {
    readonly id: string;
    readonly input: { readonly amount: string; readonly commitments: readonly string[] };
    readonly expected: readonly string[];
  }[];
  readonly firstCalls: readonly {
    readonly id: string;
    readonly input: { readonly committed: string; readonly share: string };
    readonly expected: { readonly minimum: string };
  }[];
}

const cases = readCases('call-allocation') as Cases;
const unlimited = Money.of('1000000000');

const partner = (i: number, committed: Money, unfunded: Money): CallPartner => ({
  partnerId: `partner_${i}`,
  name: `合伙人${i}`,
  committed,
  unfunded,
});

function split(amount: Money, partners: readonly CallPartner[]) {
  const answer = splitCall(amount, partners);
  if (answer instanceof Failure) throw answer;
  return answer;
}

describe('split of a capital call', () => {
  for (const { id, input, expected } of cases.splits) {
    it(`splits ${id}`, () => {
      const partners = input.commitments.map((text, i) => partner(i, Money.of(text), unlimited));
      const { parts, steps } = split(Money.of(input.amount), partners);
      expect(parts.map(({ amount }) => amount.toString())).to.deep.equal(expected);
      expect(steps[0]?.result).to.equal(Money.of(input.amount).toString());
    });
  }

  it('covers the worked cases', () => {
    expect(cases.splits).to.have.length(4);
    expect(cases.firstCalls).to.have.length(2);
  });

  for (const { id, input, expected } of cases.firstCalls) {
    it(`asks at least the minimum of ${id}`, () => {
      const minimum = firstCallMinimum(Money.of(input.committed), Rate.of(input.share));
      expect(minimum.toString()).to.equal(expected.minimum);
    });
  }

  it('takes exactly what is unfunded when everything is called', () => {
    // Earlier calls gave the first partner the odd fen; what is left must still be callable.
    const partners = [
      partner(0, Money.of('33.33'), Money.of('16.60')),
      partner(1, Money.of('33.33'), Money.of('16.70')),
      partner(2, Money.of('33.34'), Money.of('16.70')),
    ];
    const { parts, steps } = split(Money.of('50.00'), partners);
    expect(parts.map(({ amount }) => amount.toString())).to.deep.equal(['16.60', '16.70', '16.70']);
    expect(steps[0]).to.include({ clause: '缴清全部未缴余额', rounding: 'none: exact' });
  });

  it('names every partner that has too little left, and what would be admitted', () => {
    const partners = [
      partner(0, Money.of('60'), Money.of('60')),
      partner(1, Money.of('40'), Money.of('4')),
    ];
    const failure = splitCall(Money.of('20'), partners);
    if (!(failure instanceof Failure)) throw new Error('not refused');
    expect(failure.code).to.equal('call-above-unfunded');
    expect(JSON.parse(JSON.stringify(failure.facts))).to.deep.equal({
      amount: '20.00',
      unfunded: '64.00',
      largestByCommitment: '10.00',
      partners: [
        {
          partnerId: 'partner_1',
          name: '合伙人1',
          asked: '8.00',
          unfunded: '4.00',
          shortBy: '4.00',
        },
      ],
    });
    expect(split(Money.of('10'), partners).parts).to.have.length(2);
    expect(split(Money.of('64'), partners).parts).to.have.length(2);
  });

  it('is refused when nothing is committed, and asks nobody for nothing', () => {
    expect(splitCall(Money.of('1'), [])).to.include({ code: 'nothing-committed' });
    const partners = [partner(0, Money.of('1'), unlimited), partner(1, Money.zero, Money.zero)];
    expect(split(Money.of('1'), partners).parts).to.have.length(1);
  });

  it('adds up to the fen, and its own largest amount is always admitted', () => {
    const fen = fc.bigInt({ min: 0n, max: 10n ** 9n });
    const money = fen.map((n) => Money.of(`${n / 100n}.${String(n % 100n).padStart(2, '0')}`));
    fc.assert(
      fc.property(
        money,
        fc.array(fc.tuple(money, money), { minLength: 1, maxLength: 20 }),
        (amount, list) => {
          const partners = list.map(([a, b], i) => partner(i, Money.max(a, b), Money.min(a, b)));
          const answer = splitCall(amount, partners);
          if (!(answer instanceof Failure)) {
            const parts = Money.sum(answer.parts.map((part) => part.amount));
            expect(parts.toString()).to.equal(amount.toString());
            return;
          }
          if (answer.code === 'nothing-committed') return;
          const largest = answer.facts['largestByCommitment'] as Money;
          expect(splitCall(largest, partners)).to.not.be.instanceOf(Failure);
          expect(splitCall(answer.facts['unfunded'] as Money, partners)).to.have.property('parts');
        },
      ),
    );
  });
});

describe('what is free from a day on', () => {
  const change = (day: string, text: string) => ({
    valueOn: Day.of(day),
    amount: Money.of(text),
  });
  const changes = [
    change('2026-03-01', '100'),
    change('2026-01-01', '50'),
    change('2026-02-01', '-40'),
    change('2026-02-01', '10'),
  ];

  for (const [day, sum, least] of [
    ['2025-12-31', '0.00', '0.00'],
    ['2026-01-01', '50.00', '20.00'],
    ['2026-02-01', '20.00', '20.00'],
    ['2026-02-28', '20.00', '20.00'],
    ['2026-03-01', '120.00', '120.00'],
  ] as const) {
    it(`on ${day}: the sum is ${sum}, of which ${least} is free`, () => {
      expect(sumOn(changes, Day.of(day)).toString()).to.equal(sum);
      expect(leastFrom(changes, Day.of(day)).toString()).to.equal(least);
    });
  }
});
