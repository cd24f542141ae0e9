// Waivers of the commitment fee that lapse, without a database: each row worked by hand.
import { expect } from 'chai';
import { Money } from '../../src/kernel/index.ts';
import { lapsesOf } from '../../src/credit/rules/fee-bill.ts';

describe('commitment fee: waivers of what is not owed after all', () => {
  const fall = (billId: string, was: string, now: string) => ({
    billId,
    was: Money.of(was),
    now: Money.of(now),
    parts: [],
  });
  const waived = (id: string, left: string) => ({ id, left: Money.of(left) });
  const raise = (billId: string, ofBillId: string, amount: string) => ({
    billId,
    ofBillId,
    amount: Money.of(amount),
  });
  const lapsed = (...given: Parameters<typeof lapsesOf>) =>
    lapsesOf(...given).map(({ billId, amount }) => [billId, amount.toString()]);

  type Row = readonly [
    title: string,
    given: Parameters<typeof lapsesOf>,
    expected: readonly (readonly [billId: string, amount: string])[],
  ];
  const lapses: readonly Row[] = [
    ['all of it', [[fall('a', '100', '0')], [waived('a', '100')], []], [['a', '-100.00']]],
    [
      'no more than it fell',
      [[fall('a', '100', '70')], [waived('a', '80')], []],
      [['a', '-30.00']],
    ],
    [
      'no more than was waived',
      [[fall('a', '100', '0')], [waived('a', '40')], []],
      [['a', '-40.00']],
    ],
    ['nothing where it rose', [[fall('a', '70', '100')], [waived('a', '70')], []], []],
    ['nothing of other bills', [[fall('a', '100', '0')], [waived('b', '100')], []], []],
    [
      'what was waived of a bill that had raised it, up to the raise',
      [[fall('a', '150', '60')], [waived('a', '20'), waived('b', '80')], [raise('b', 'a', '50')]],
      [
        ['a', '-20.00'],
        ['b', '-50.00'],
      ],
    ],
    [
      'once, though two periods of it fell',
      [
        [fall('a', '50', '0'), fall('b', '50', '0')],
        [waived('c', '60')],
        [raise('c', 'a', '50'), raise('c', 'b', '50')],
      ],
      [
        ['c', '-50.00'],
        ['c', '-10.00'],
      ],
    ],
  ];
  for (const [title, given, expected] of lapses) {
    it(`lapse: ${title}`, () => {
      expect(lapsed(...given)).to.deep.equal(expected);
    });
  }
});
