// The commitment fee without a database: nights, rates and settlement days as tables, each figure
// worked by hand; and what a bill is that comes after facts were learnt late.
import { expect } from 'chai';
import { Day, Money, Rate } from '../../src/kernel/index.ts';
import { commitmentFeeRule } from '../../src/credit/packs/commitment-fee.ts';
import type { Standing } from '../../src/credit/rules/commitment-fee.ts';
import { commitmentFee, feeParts } from '../../src/credit/rules/commitment-fee.ts';
import type { BilledPeriod, FeeLine } from '../../src/credit/rules/fee-bill.ts';
import { feeBill, feePeriodEnd, offsetsOf } from '../../src/credit/rules/fee-bill.ts';

const day = (text: string): Day => Day.of(text);
const at = (
  from: string,
  limit: string,
  outstanding = '0',
  drawable: Standing['drawable'] = 'open',
): Standing => ({
  from: day(from),
  limit: Money.of(limit),
  outstanding: Money.of(outstanding),
  drawable,
});
const rate = (from: string, text: string) => ({ from: day(from), rateAnnual: Rate.of(text) });
const always = [rate('2020-01-01', '0.0036')];

interface FeeRow {
  readonly title: string;
  readonly steps: readonly Standing[];
  readonly rates?: readonly ReturnType<typeof rate>[];
  readonly from: string;
  readonly to: string;
  /** Nights and undrawn amount of each part. */
  readonly parts: readonly (readonly [days: number, undrawn: string])[];
  readonly fee: string;
}

// At 0.36 % a year one million costs 10 yuan a night.
const rows: readonly FeeRow[] = [
  {
    title: 'drawn on the first day: that night is on the rest',
    steps: [at('2026-01-01', '1000000', '400000')],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [[10, '600000.00']],
    fee: '60.00',
  },
  {
    title: 'drawn and repaid on one day: nothing changes, one part',
    steps: [at('2026-01-01', '1000000'), at('2026-01-05', '1000000', '0')],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [[10, '1000000.00']],
    fee: '100.00',
  },
  {
    title: 'drawn to the limit: nothing is undrawn, the nights still count',
    steps: [at('2026-01-01', '1000000', '1000000')],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [[10, '0.00']],
    fee: '0.00',
  },
  {
    title: 'above the limit earns none, and takes none off',
    steps: [at('2026-01-01', '1000000', '1200000'), at('2026-01-06', '1000000', '0')],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [
      [5, '0.00'],
      [5, '1000000.00'],
    ],
    fee: '50.00',
  },
  {
    title: 'a step of the limit inside the period',
    steps: [at('2025-06-01', '1000000'), at('2026-01-06', '2000000')],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [
      [5, '1000000.00'],
      [5, '2000000.00'],
    ],
    fee: '150.00',
  },
  {
    title: 'the rate changes inside the period; rounded once',
    steps: [at('2025-06-01', '1000000')],
    rates: [rate('2025-06-01', '0.0036'), rate('2026-01-06', '0.005')],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [
      [5, '1000000.00'],
      [5, '1000000.00'],
    ],
    // 50 + 69.444…
    fee: '119.44',
  },
  {
    title: 'no rate yet: the first nights are free',
    steps: [at('2025-06-01', '1000000')],
    rates: [rate('2026-01-06', '0.0036')],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [
      [5, '1000000.00'],
      [5, '1000000.00'],
    ],
    fee: '50.00',
  },
  {
    title: 'two rates of one day: the last holds',
    steps: [at('2025-06-01', '1000000')],
    rates: [rate('2025-06-01', '0.1'), rate('2025-06-01', '0.0036')],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [[10, '1000000.00']],
    fee: '100.00',
  },
  {
    title: 'frozen for three nights',
    steps: [
      at('2025-06-01', '1000000'),
      at('2026-01-04', '1000000', '0', 'shut'),
      at('2026-01-07', '1000000'),
    ],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [
      [3, '1000000.00'],
      [4, '1000000.00'],
    ],
    fee: '70.00',
  },
  {
    title: 'expired inside the period',
    steps: [at('2025-06-01', '1000000'), at('2026-01-04', '1000000', '0', 'over')],
    from: '2026-01-01',
    to: '2026-01-11',
    parts: [[3, '1000000.00']],
    fee: '30.00',
  },
  {
    title: 'the 29th of February is a night',
    steps: [at('2025-06-01', '1000000')],
    from: '2028-02-28',
    to: '2028-03-01',
    parts: [[2, '1000000.00']],
    fee: '20.00',
  },
  {
    title: 'a quarter of a leap year: 21 December to 20 March, both included',
    steps: [at('2025-06-01', '1000000')],
    from: '2027-12-21',
    to: '2028-03-21',
    parts: [[91, '1000000.00']],
    fee: '910.00',
  },
  {
    title: 'half a fen is rounded up, over all parts together',
    steps: [at('2026-01-01', '250', '0'), at('2026-01-02', '250.01', '0')],
    rates: [rate('2025-01-01', '0.0036')],
    from: '2026-01-01',
    to: '2026-01-03',
    parts: [
      [1, '250.00'],
      [1, '250.01'],
    ],
    // 0.0025 + 0.0025001; rounded apart each would be nothing
    fee: '0.01',
  },
  {
    title: 'no night',
    steps: [at('2025-06-01', '1000000')],
    from: '2026-01-01',
    to: '2026-01-01',
    parts: [],
    fee: '0.00',
  },
  {
    title: 'what begins later',
    steps: [at('2026-02-01', '1000000')],
    from: '2026-01-01',
    to: '2026-01-31',
    parts: [],
    fee: '0.00',
  },
];

describe('commitment fee: the nights', () => {
  for (const { title, steps, rates = always, from, to, parts, fee } of rows) {
    it(title, () => {
      const found = feeParts(steps, rates, day(from), day(to));
      expect(found.map(({ days, undrawn }) => [days, undrawn.toString()])).to.deep.equal(parts);
      expect(commitmentFee(found).toString()).to.equal(fee);
    });
  }
});

describe('commitment fee: settlement periods', () => {
  const end = (from: string, everyMonths: 1 | 3 | 6 | 12 = 3, settled = 20) =>
    feePeriodEnd(day(from), { settlement: { everyMonths, day: settled }, dueDays: 10 });

  for (const [from, to] of [
    ['2026-01-01', '2026-03-21'],
    ['2026-03-20', '2026-03-21'],
    ['2026-03-21', '2026-06-21'],
    ['2026-09-21', '2026-12-21'],
    ['2026-12-21', '2027-03-21'],
    ['2027-12-31', '2028-03-21'],
  ] as const) {
    it(`from ${from}, closes before ${to}`, () => {
      expect(end(from)).to.equal(to);
    });
  }
  it('follows the pack: monthly, half-yearly, yearly, a day that a month lacks', () => {
    expect(end('2026-01-21', 1)).to.equal('2026-02-21');
    expect(end('2026-01-21', 6)).to.equal('2026-06-21');
    expect(end('2026-12-21', 12)).to.equal('2027-12-21');
    expect(end('2028-02-01', 1, 31)).to.equal('2028-03-01');
    expect(commitmentFeeRule.parameters.settlement).to.deep.equal({ everyMonths: 3, day: 20 });
  });
});

const line = (more: Partial<FeeLine>): FeeLine => ({
  steps: [at('2026-01-01', '1000000')],
  rates: always,
  billedTo: day('2026-03-21'),
  billed: [],
  ...more,
});
const first: BilledPeriod = {
  id: 'first',
  from: day('2026-01-01'),
  to: day('2026-03-21'),
  billed: Money.of('790.00'),
};
/** What a bill says, as text. */
const told = (of: FeeLine, upTo: string) => {
  const { bill, over } = feeBill(of, day(upTo));
  if (!bill) return { bill: undefined, over };
  const { from, to, settledOn, amount, adjustment, total, adjustments } = bill;
  const money = [amount, adjustment, total].map(String);
  const changed = adjustments.map(({ billId, was, now }) => [
    billId,
    was.toString(),
    now.toString(),
  ]);
  return { period: [from, to, settledOn], money, changed, over };
};

describe('commitment fee: a bill', () => {
  it('is of the period that no bill has', () => {
    expect(told(line({ billed: [first] }), '2026-06-21')).to.deep.equal({
      period: ['2026-03-21', '2026-06-21', '2026-06-20'],
      money: ['920.00', '0.00', '920.00'],
      changed: [],
      over: false,
    });
  });

  it('carries what a back-dated draw takes off a billed period', () => {
    const steps = [at('2026-01-01', '1000000'), at('2026-03-01', '1000000', '500000')];
    // Twenty nights of the first period on half, and 92 of this one.
    expect(told(line({ steps, billed: [first] }), '2026-06-21')).to.deep.include({
      money: ['460.00', '-100.00', '360.00'],
      changed: [['first', '790.00', '690.00']],
    });
  });

  it('adjusts once: what was adjusted is part of what was billed', () => {
    const steps = [at('2026-01-01', '1000000'), at('2026-03-01', '1000000', '500000')];
    const billed = [{ ...first, billed: Money.of('690.00') }];
    const answer = told(line({ steps, billed }), '2026-06-21');
    expect(answer).to.deep.include({ money: ['460.00', '0.00', '460.00'], changed: [] });
  });

  it('adds what a draw that was taken back gives', () => {
    const billed = [{ ...first, billed: Money.of('690.00') }];
    expect(told(line({ billed }), '2026-06-21')).to.deep.include({
      money: ['920.00', '100.00', '1020.00'],
      changed: [['first', '690.00', '790.00']],
    });
  });

  it('follows a rate that was agreed back to a billed night', () => {
    const rates = [...always, rate('2026-03-11', '0.0072')];
    expect(told(line({ rates, billed: [first] }), '2026-06-21')).to.deep.include({
      money: ['1840.00', '100.00', '1940.00'],
    });
  });

  it('is a credit when the adjustments are more than the period', () => {
    const steps = [at('2026-01-01', '1000000', '1000000')];
    expect(told(line({ steps, billed: [first] }), '2026-06-21')).to.deep.include({
      money: ['0.00', '-790.00', '-790.00'],
    });
  });

  it('is the last one, for the broken period, of a line that is over', () => {
    const steps = [at('2026-01-01', '1000000'), at('2026-04-10', '1000000', '0', 'over')];
    for (const upTo of ['2026-04-10', '2026-04-11', '2026-06-21']) {
      expect(told(line({ steps, billed: [first] }), upTo), upTo).to.deep.equal({
        period: ['2026-03-21', '2026-04-10', '2026-04-09'],
        money: ['200.00', '0.00', '200.00'],
        changed: [],
        over: true,
      });
    }
  });

  it('is of adjustments alone once the last one was made', () => {
    const steps = [
      at('2026-01-01', '1000000'),
      at('2026-02-01', '1000000', '1000000'),
      at('2026-03-21', '1000000', '1000000', 'over'),
    ];
    expect(told(line({ steps, billed: [first] }), '2026-06-21')).to.deep.equal({
      period: ['2026-03-21', '2026-03-21', '2026-06-20'],
      money: ['0.00', '-480.00', '-480.00'],
      changed: [['first', '790.00', '310.00']],
      over: true,
    });
  });

  it('is none where nothing could be drawn, or no rate was agreed', () => {
    const steps = [at('2026-01-01', '1000000'), at('2026-03-21', '1000000', '0', 'shut')];
    const none = { bill: undefined, over: false };
    expect(told(line({ steps, billed: [first] }), '2026-06-21')).to.deep.equal(none);
    expect(told(line({ rates: [], billed: [] }), '2026-06-21')).to.deep.equal(none);
    expect(told(line({ rates: [rate('2020-01-01', '0')] }), '2026-06-21')).to.deep.equal(none);
  });

  it('is of nothing owed where all was drawn, since the period has its bill all the same', () => {
    const steps = [at('2026-01-01', '1000000'), at('2026-03-21', '1000000', '1000000')];
    expect(told(line({ steps, billed: [first] }), '2026-06-21')).to.deep.include({
      money: ['0.00', '0.00', '0.00'],
    });
  });

  it('leaves nights of a frozen period to the next bill', () => {
    const steps = [
      at('2026-01-01', '1000000'),
      at('2026-03-21', '1000000', '0', 'shut'),
      at('2026-07-01', '1000000'),
    ];
    expect(told(line({ steps, billed: [first] }), '2026-09-21')).to.deep.include({
      period: ['2026-03-21', '2026-09-21', '2026-09-20'],
      money: ['820.00', '0.00', '820.00'],
    });
  });
});

describe('commitment fee: credits', () => {
  const open = (...lefts: readonly string[]) =>
    lefts.map((left, i) => ({ id: `b${i + 1}`, left: Money.of(left) }));
  const paired = (...lefts: readonly string[]) =>
    offsetsOf(open(...lefts)).map(({ billId, amount }) => [billId, amount.toString()]);

  it('pay what is owed, the oldest first', () => {
    expect(paired('50', '80', '-100')).to.deep.equal([
      ['b1', '50.00'],
      ['b3', '-50.00'],
      ['b2', '50.00'],
      ['b3', '-50.00'],
    ]);
    expect(paired('-30', '-20', '40')).to.deep.equal([
      ['b3', '30.00'],
      ['b1', '-30.00'],
      ['b3', '10.00'],
      ['b2', '-10.00'],
    ]);
  });

  it('are left where nothing is owed', () => {
    expect(paired('-30')).to.deep.equal([]);
    expect(paired('30', '40')).to.deep.equal([]);
    expect(paired()).to.deep.equal([]);
  });
});
