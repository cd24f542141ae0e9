// Allocation of a payment through the trial calculation: the usual orders, orders as data, payments
// in advance, over-payment, and that no fen is lost or paid twice.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { repaymentAllocationCalc } from '../../src/credit/loan-calcs.ts';
import { parts, stages } from '../../src/credit/rules/allocation.ts';
import { isFailure } from '../../src/kernel/index.ts';
import { calculate } from '../../src/platform/calculation.ts';

type Members = Readonly<Record<string, unknown>>;
type Amounts = Readonly<Record<string, string>>;
interface Answer {
  readonly rows: readonly Amounts[];
  readonly totals: Amounts;
  readonly credit: string;
  readonly remaining: Amounts;
  readonly steps: readonly Members[];
}

const calc = (input: unknown): Answer =>
  JSON.parse(JSON.stringify(calculate(repaymentAllocationCalc, input))) as Answer;

/** One instalment long overdue, one due today, two ahead. */
const dues = [
  {
    no: 1,
    dueOn: '2026-03-20',
    costs: '50',
    penalty: '20',
    compound: '5',
    interest: '100',
    principal: '1000',
  },
  { no: 2, dueOn: '2026-04-20', interest: '90', principal: '1000' },
  { no: 3, dueOn: '2026-05-20', interest: '80', principal: '1000' },
  { no: 4, dueOn: '2026-06-20', interest: '70', principal: '600' },
];
const on = '2026-04-20';
const aDueCost = { stage: 'due', part: 'costs' };

/** What each instalment gets, as costs/penalty/compound/interest/principal. */
const paid = ({ rows }: Answer): string[] =>
  rows.map((row) => parts.map((part) => (row[part] ?? '').replace('.00', '')).join('/'));

const cases: readonly (readonly [string, Members, readonly string[], string])[] = [
  ['costs come first', { amount: '60' }, ['50/10/0/0/0', '0/0/0/0/0'], '0.00'],
  ['then penalty, compound, interest', { amount: '180' }, ['50/20/5/100/5'], '0.00'],
  ['what is past due before what is due', { amount: '1175' }, ['50/20/5/100/1000'], '0.00'],
  [
    'all that fell due, exactly',
    { amount: '2265' },
    ['50/20/5/100/1000', '0/0/0/90/1000', '0/0/0/0/0'],
    '0.00',
  ],
  [
    'ahead: the principal of the next instalment, no interest that is not earned',
    { amount: '3365' },
    ['50/20/5/100/1000', '0/0/0/90/1000', '0/0/0/0/1000', '0/0/0/0/100'],
    '0.00',
  ],
  [
    'ahead: the last instalment first',
    { amount: '3065', future: 'last' },
    ['50/20/5/100/1000', '0/0/0/90/1000', '0/0/0/0/200', '0/0/0/0/600'],
    '0.00',
  ],
  [
    'ahead: spread, and what one cannot take goes to the other',
    { amount: '3665', future: 'spread' },
    ['50/20/5/100/1000', '0/0/0/90/1000', '0/0/0/0/800', '0/0/0/0/600'],
    '0.00',
  ],
  [
    'ahead: spread, the odd fen to the larger',
    { amount: '2265.01', future: 'spread' },
    ['50/20/5/100/1000', '0/0/0/90/1000', '0/0/0/0/0.01', '0/0/0/0/0'],
    '0.00',
  ],
  [
    'over-payment is credit',
    { amount: '4000' },
    ['50/20/5/100/1000', '0/0/0/90/1000', '0/0/0/0/1000', '0/0/0/0/600'],
    '135.00',
  ],
  [
    'a bad loan: principal first',
    { amount: '1010', order: 'principal-first' },
    ['10/0/0/0/1000', '0/0/0/0/0'],
    '0.00',
  ],
  [
    'an order as data: interest of both stages before any principal',
    {
      amount: '300',
      order: ['interest', 'principal'].flatMap((part) =>
        ['past-due', 'due'].map((stage) => ({ stage, part })),
      ),
    },
    ['0/0/0/100/110', '0/0/0/90/0'],
    '0.00',
  ],
  [
    'a part that is not in the order is not paid',
    { amount: '5000', order: [{ stage: 'due', part: 'interest' }] },
    ['0/0/0/0/0', '0/0/0/90/0', '0/0/0/0/0', '0/0/0/0/0'],
    '4910.00',
  ],
];

describe('repayment-allocation', () => {
  for (const [title, members, expected, credit] of cases) {
    it(title, () => {
      const answer = calc({ on, dues, ...members });
      expect(paid(answer).slice(0, expected.length)).to.deep.equal(expected);
      expect(answer.credit).to.equal(credit);
    });
  }

  it('by part pays all interest before principal; by instalment the oldest first', () => {
    const overdue = dues.map((due) => ({ ...due, costs: '0', penalty: '0', compound: '0' }));
    const terms = { on: '2026-07-01', dues: overdue, amount: '1200' };
    expect(paid(calc(terms))).to.deep.equal([
      '0/0/0/100/860',
      '0/0/0/90/0',
      '0/0/0/80/0',
      '0/0/0/70/0',
    ]);
    expect(paid(calc({ ...terms, processing: 'by-instalment' }))).to.deep.equal([
      '0/0/0/100/1000',
      '0/0/0/90/10',
      '0/0/0/0/0',
      '0/0/0/0/0',
    ]);
  });

  it('with nothing owed all is credit', () => {
    const { credit, steps, totals } = calc({ on, dues: [], amount: '10' });
    expect(credit).to.equal('10.00');
    expect(totals['total']).to.equal('0.00');
    expect(steps.map(({ rule }) => rule)).to.deep.equal(['repayment-allocation.credit']);
  });

  it('explains every entry that paid', () => {
    const { steps, remaining } = calc({ on, dues, amount: '60' });
    expect(steps.map(({ rule, result }) => [rule, result])).to.deep.equal([
      ['repayment-allocation.past-due.costs', '50.00'],
      ['repayment-allocation.past-due.penalty', '10.00'],
      ['repayment-allocation.credit', '0.00'],
    ]);
    expect(steps[0]?.['clause']).to.contain('第五百六十一条');
    expect(remaining).to.include({ costs: '0.00', penalty: '10.00', total: '3955.00' });
  });

  const wrong: readonly (readonly [string, Members])[] = [
    ['a payment of nothing', { amount: '0' }],
    ['a negative payment', { amount: '-1' }],
    ['a number given twice', { dues: [dues[0], dues[0]] }],
    ['an entry given twice', { order: [aDueCost, aDueCost] }],
    ['an empty order', { order: [] }],
    ['an unknown stage', { order: [{ stage: 'later', part: 'costs' }] }],
    ['an unknown order', { order: 'interest-first' }],
    ['a negative debt', { dues: [{ ...dues[0], costs: '-1' }] }],
    ['an unknown member', { value: '1' }],
  ];
  for (const [name, members] of wrong) {
    it(`refuses ${name}`, () => {
      try {
        calc({ on, dues, amount: '1', ...members });
      } catch (problem) {
        expect(isFailure(problem) && problem.kind).to.equal('invalid');
        return;
      }
      expect.fail('it was accepted');
    });
  }

  it('loses no fen, pays nothing twice, keeps credit only when the order finds no debt', () => {
    const amount = fc.integer({ min: 0, max: 500_000 }).map(yuan);
    const due = fc.record({
      dueOn: fc.constantFrom('2026-03-20', '2026-04-20', '2026-05-20', '2026-06-20'),
      costs: amount,
      penalty: amount,
      compound: amount,
      interest: amount,
      principal: amount,
    });
    const entries = stages.flatMap((stage) => parts.map((part) => ({ stage, part })));
    const order = fc.oneof(
      fc.constantFrom('costs-first', 'principal-first'),
      fc.shuffledSubarray(entries, { minLength: 1 }),
    );
    const input = fc.record({
      on: fc.constant(on),
      amount: fc.integer({ min: 1, max: 9_000_000 }).map(yuan),
      dues: fc
        .array(due, { maxLength: 8 })
        .map((list) => list.map((one, i) => ({ ...one, no: i + 1 }))),
      order,
      processing: fc.constantFrom('by-part', 'by-instalment'),
      future: fc.constantFrom('next', 'last', 'spread'),
    });
    fc.assert(
      fc.property(input, (terms) => {
        const { rows, totals, credit } = calc(terms);
        expect(fen(totals['total']) + fen(credit)).to.equal(fen(terms.amount));
        const paying = (row: Amounts, part: (typeof parts)[number]) =>
          typeof terms.order === 'string'
            ? row['stage'] !== 'in-advance' || part === 'principal'
            : terms.order.some((entry) => entry.stage === row['stage'] && entry.part === part);
        for (const row of rows) {
          const owed = terms.dues.find(({ no }) => String(no) === String(row['no']));
          for (const part of parts) {
            const got = fen(row[part]);
            expect(got >= 0n && got <= fen(owed?.[part])).to.equal(true);
            if (!paying(row, part)) expect(got).to.equal(0n);
            else if (credit !== '0.00') expect(got).to.equal(fen(owed?.[part]));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

function yuan(amount: number): string {
  return `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
}

function fen(text = '0'): bigint {
  const [whole = '0', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(2, '0'));
}
