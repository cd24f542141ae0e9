// Working-capital need: by days and by statements, its borders, the tenor, and what is refused.
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Explained } from './risk-stage.ts';
import { answerOf, expectCited, refusalOf, riskCases } from './risk-stage.ts';

interface Answer extends Explained {
  readonly days: Readonly<Record<string, string>>;
  readonly cycleDays: string;
  readonly turns: string | null;
  readonly need: string;
  readonly newLoan: string;
  readonly bound: string | null;
  readonly ratios?: Readonly<Record<string, string | null>>;
  readonly tenor?: Readonly<Record<string, unknown>>;
}
type Facts = Readonly<Record<string, unknown>>;

const needOf = (input: unknown) => answerOf('working-capital-need', input) as Answer;
const { input: c049, expected } = riskCases('workingCapital') as {
  input: Facts & { days: Facts };
  expected: object;
};
const withDays = (days: Facts) => ({ ...c049, days: { ...c049.days, ...days } });

const sheet = {
  inventory: '15000000',
  receivables: '25000000',
  prepaid: '3750000',
  payables: '11250000',
  advancesReceived: '5000000',
  currentAssets: '60000000',
  currentLiabilities: '30000000',
  totalAssets: '100000000',
  totalLiabilities: '45000000',
};
const income = {
  sales: '100000000',
  priorSales: '80000000',
  costOfSales: '90000000',
  totalProfit: '10000000',
  interestExpense: '2500000',
};
const money = {
  growth: '0.2',
  ownFunds: '8000000',
  existingLoans: '10000000',
  otherFinancing: '2000000',
};
const statements = { opening: sheet, closing: sheet, income };
const needBy = (changed: Facts = {}) =>
  needOf({ ...money, statements: { ...statements, ...changed } });

describe('working-capital need', () => {
  it('C049', () => {
    const answer = needOf(c049);
    expect(answer).to.include(expected);
    expectCited(answer.steps);
  });

  it('from statements: each days figure is 360 ÷ its own turns', () => {
    const answer = needBy();
    expect(answer).to.include({
      cycleDays: '102.000000',
      turns: '3.529412',
      need: '30600000.00',
      newLoan: '10600000.00',
    });
    expectCited(answer.steps);
    expect(answer.days).to.deep.equal({
      inventory: '60.000000',
      receivable: '90.000000',
      payable: '45.000000',
      prepaid: '15.000000',
      advanceReceived: '18.000000',
    });
  });

  it('rounds the need once, not the turns', () => {
    const answer = needOf({ ...withDays({ inventory: '60.5' }), sales: '1000000.01' });
    expect(answer.turns).to.equal('3.582090');
    expect(answer.need).to.equal('301500.00');
  });

  it('needs nothing when suppliers and advances carry the business', () => {
    for (const payable of [145, 500]) {
      const answer = needOf(withDays({ payable }));
      const bound = 'cycle-not-positive';
      expect(answer).to.include({ need: '0.00', newLoan: '0.00', turns: null, bound });
    }
    expect(needOf(withDays({ payable: 144 })).turns).to.equal('360.000000');
  });

  it('lends nothing beyond what is financed already', () => {
    const exactly = needOf({ ...c049, otherFinancing: '12000000' });
    expect(exactly).to.include({ newLoan: '0.00', bound: 'financed-already' });
    const room = needOf({ ...c049, otherFinancing: '11999999.99' });
    expect(room).to.include({ newLoan: '0.01', bound: null });
  });

  it('takes a loss and a shrinking year', () => {
    expect(needOf({ ...c049, margin: '-0.1', growth: '-0.5' }).need).to.equal('15277777.78');
  });

  it('computes the ratios of the statements', () => {
    expect(needBy().ratios).to.deep.equal({
      currentRatio: '2.000000',
      debtRatio: '0.450000',
      interestCover: '5.000000',
      margin: '0.100000',
      growth: '0.250000',
    });
    const { priorSales: _, ...noPrior } = income;
    const bare = { ...sheet, payables: '0', advancesReceived: '0', currentLiabilities: '0' };
    const few = needBy({ closing: bare, income: { ...noPrior, interestExpense: '0' } });
    expect(few.ratios).to.include({ currentRatio: null, interestCover: null, growth: null });
  });

  it('takes the mean of opening and closing balances', () => {
    const answer = needBy({ opening: { ...sheet, inventory: '5000000' } });
    expect(answer.days['inventory']).to.equal('40.000000');
  });
});

describe('tenor of the loan', () => {
  const rows = [
    [{ months: 36 }, 'ALLOWED', 36],
    [{ months: 37 }, 'TOO_LONG', 36],
    [{ months: 60, longCycle: true }, 'ALLOWED', 60],
    [{ months: 61, longCycle: true }, 'TOO_LONG', 60],
    [{ kind: 'fixed-asset', months: 120 }, 'ALLOWED', 120],
    [{ kind: 'fixed-asset', months: 121 }, 'NEEDS_EXCEPTION', 120],
  ] as const;
  for (const [loan, outcome, maximumMonths] of rows) {
    it(`${JSON.stringify(loan)}: ${outcome}`, () => {
      const answer = needOf({ ...c049, loan });
      expect(answer.tenor).to.deep.equal({ outcome, maximumMonths, entrustedPayment: false });
      expectCited(answer.steps);
    });
  }

  it('pays to the payee above 10 million in one payment', () => {
    const entrusted = (largestPayment: string) =>
      needOf({ ...c049, loan: { months: 12, largestPayment } }).tenor?.['entrustedPayment'];
    expect(entrusted('10000000')).to.equal(false);
    expect(entrusted('10000000.01')).to.equal(true);
  });
});

describe('working-capital need refuses', () => {
  const rows: readonly [name: string, changed: Facts, code: string][] = [
    ['no cost of sales', { income: { ...income, costOfSales: '0' } }, 'cost-of-sales-zero'],
    ['no sales', { income: { ...income, sales: '0' } }, 'sales-zero'],
    [
      'current assets smaller than their parts',
      { closing: { ...sheet, currentAssets: '43749999.99' } },
      'balance-sheet-unbalanced',
    ],
    [
      'debts smaller than the current ones',
      { opening: { ...sheet, totalLiabilities: '29999999.99' } },
      'balance-sheet-unbalanced',
    ],
  ];
  for (const [name, changed, code] of rows) {
    it(name, () => {
      const refusal = refusalOf(() => needBy(changed));
      expect([refusal.code, refusal.kind]).to.deep.equal([code, 'refused']);
    });
  }

  const bad: readonly [name: string, input: unknown][] = [
    ['negative sales', { ...c049, sales: '-1' }],
    ['negative days', withDays({ inventory: -1 })],
    ['negative own funds', { ...c049, ownFunds: '-1' }],
    ['a margin of 1', { ...c049, margin: '1' }],
    ['growth of −1', { ...c049, growth: '-1' }],
    [
      'a negative balance',
      { ...money, statements: { ...statements, closing: { ...sheet, inventory: '-1' } } },
    ],
    ['both forms at once', { ...c049, statements }],
    ['half a form', { ...c049, margin: undefined }],
    ['neither form', money],
    ['an unknown key', { ...c049, guess: '1' }],
    ['a number for money', { ...c049, sales: 1 }],
  ];
  for (const [name, input] of bad) {
    it(name, () => {
      expect(refusalOf(() => needOf(input)).code).to.equal('invalid-input');
    });
  }
});

describe('working-capital need of any firm', () => {
  it('never lends more than the need, and never less for a longer cycle', () => {
    const days = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(days, days, days, days, (inventory, receivable, payable, longer) => {
        const before = needOf(withDays({ inventory, receivable, payable }));
        const after = needOf(withDays({ inventory: inventory + longer, receivable, payable }));
        const yuan = (text: string) => BigInt(text.replace('.', ''));
        expect(yuan(before.newLoan) <= yuan(before.need)).to.equal(true);
        expect(yuan(after.newLoan) >= yuan(before.newLoan)).to.equal(true);
      }),
    );
  });
});
