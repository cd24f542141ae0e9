// Penalty and compound interest through the trial calculation: the worked cases, heavier only and
// never both, the published bands, and settlement days on which unpaid interest compounds.
import { expect } from 'chai';
import { penaltyCalc } from '../../src/credit/loan-calcs.ts';
import { isFailure } from '../../src/kernel/index.ts';
import { calculate } from '../../src/platform/calculation.ts';

type Members = Readonly<Record<string, unknown>>;
interface Answer {
  readonly rate: string;
  readonly penalty: string;
  readonly compound: string;
  readonly total: string;
  readonly rows: readonly (Members & { readonly charges: readonly Members[] })[];
  readonly steps: readonly Members[];
}

const calc = (input: unknown): Answer =>
  JSON.parse(JSON.stringify(calculate(penaltyCalc, input))) as Answer;

const million = { from: '2025-03-01', amount: '1000000' };
const markups = { overdue: '0.5', misuse: '1' };
const sound = { rate: '0.0435', markups, to: '2025-03-31' };

/** The title, what is added to the sound terms, and what must be in the answer. */
const cases: readonly (readonly [title: string, Members, Members])[] = [
  ['C038 overdue, +50 %, 30 days', { overdue: [million] }, { rate: '0.06525', penalty: '5437.50' }],
  [
    'C040 misused and also overdue: the heavier alone',
    { overdue: [million], misused: [million] },
    { rate: '0.087', penalty: '7250.00', compound: '0.00', total: '7250.00' },
  ],
  ['misused alone', { misused: [million] }, { rate: '0.087', penalty: '7250.00' }],
  [
    'the least of both bands',
    { overdue: [million], markups: { overdue: '0.3' } },
    // 0.0435 × 1.3 = 0.05655; × 30 ÷ 360
    { rate: '0.05655', penalty: '4712.50' },
  ],
  [
    'bands that touch at +50 %: one rate, still once',
    { overdue: [million], misused: [million], markups: { overdue: '0.5', misuse: '0.5' } },
    { rate: '0.06525', penalty: '5437.50' },
  ],
  [
    'more overdue than misused: the rest bears its own rate',
    { overdue: [million], misused: [{ from: '2025-03-01', amount: '400000' }] },
    // 400,000 × 0.087 × 30/360 + 600,000 × 0.06525 × 30/360
    { rate: '0.087', penalty: '6162.50' },
  ],
  [
    'compound interest on unpaid interest at the penalty rate',
    { overdue: [million], unpaidInterest: [{ from: '2025-03-01', amount: '3625' }] },
    // 3,625 × 0.06525 × 30/360 = 19.7109375
    { penalty: '5437.50', compound: '19.71', total: '5457.21' },
  ],
  [
    'unpaid interest alone',
    { unpaidInterest: [{ from: '2025-03-01', amount: '3625' }] },
    { penalty: '0.00', compound: '19.71' },
  ],
  [
    'paid down on the way: two rows, each rounded',
    { overdue: [million, { from: '2025-03-11', amount: '333333.33' }] },
    // 1,000,000 × 0.06525 × 10/360 = 1812.50; 333,333.33 × 0.06525 × 20/360 = 1208.33
    { penalty: '3020.83' },
  ],
  [
    'cleared before the end',
    { overdue: [million, { from: '2025-03-11', amount: '0' }] },
    { penalty: '1812.50' },
  ],
  [
    'a new contract rate: the penalty rate follows it',
    { overdue: [million], rateChanges: [{ from: '2025-03-16', rate: '0.0425' }] },
    // 15 days at 0.06525 (2718.75) and 15 at 0.06375 (2656.25)
    { rate: '0.06375', penalty: '5375.00' },
  ],
  [
    'settled on the 20th: what accrued compounds from the 21st',
    { overdue: [million], settleOn: ['2025-03-20'] },
    // 20 days: 3625.00; 10 days: 1812.50; 3,625.00 × 0.06525 × 10/360 = 6.5703
    { penalty: '5437.50', compound: '6.57' },
  ],
  [
    'one day of ACT/365',
    { overdue: [{ from: '2025-03-30', amount: '1000000' }], dayCount: 'ACT/365' },
    { penalty: '178.77' },
  ],
  ['no rate', { rate: '0', overdue: [million] }, { rate: '0', penalty: '0.00' }],
];

describe('penalty', () => {
  for (const [title, members, expected] of cases) {
    it(title, () => {
      expect(calc({ ...sound, ...members })).to.deep.include(expected);
    });
  }

  it('rounds half-even when the product says so', () => {
    // 100 × 0.06 × 1.5 × 2/360 = 0.05; 50 × 0.09 × 2/360 = 0.025
    const terms = { rate: '0.06', markups, to: '2025-03-03' };
    const tie = { ...terms, overdue: [{ from: '2025-03-01', amount: '50' }] };
    expect(calc(tie).penalty).to.equal('0.03');
    expect(calc({ ...tie, rounding: 'half-even' }).penalty).to.equal('0.02');
  });

  it('quotes the clause and says that the heavier rate bound', () => {
    const { steps } = calc({ ...sound, overdue: [million], misused: [million] });
    expect(steps.length).to.equal(1);
    expect(steps[0]).to.include({ rule: 'penalty.misuse', result: '7250.00' });
    expect(steps[0]?.['clause']).to.contain('银发〔2003〕251号');
    expect(steps[0]?.['bound']).to.contain('heavier');
    const [alone] = calc({ ...sound, misused: [million] }).steps;
    expect(alone).not.to.have.property('bound');
  });

  const band = { least: '0.2', most: '0.4', clause: '示例规则包 第一条' };
  it('takes another band with its clause', () => {
    const own = { overdue: [million], markups: { overdue: '0.2' }, bands: { overdue: band } };
    const { rate, steps } = calc({ ...sound, ...own });
    expect(rate).to.equal('0.0522');
    expect(steps[0]?.['clause']).to.equal(band.clause);
  });

  const wrong: readonly (readonly [string, Members, string])[] = [
    ['nothing overdue', {}, 'something overdue'],
    ['29.99 % for overdue', { overdue: [million], markups: { overdue: '0.2999' } }, 'outside 30'],
    ['50.01 % for overdue', { overdue: [million], markups: { overdue: '0.5001' } }, 'outside 30'],
    [
      '49.99 % for misuse',
      { misused: [million], markups: { ...markups, misuse: '0.4999' } },
      '50.00% to 100.00%',
    ],
    ['100.01 % for misuse', { markups: { ...markups, misuse: '1.0001' } }, '50.00% to 100.00%'],
    ['misuse without its markup', { misused: [million], markups: { overdue: '0.5' } }, 'misuse'],
    [
      'a markup outside its own band',
      { overdue: [million], bands: { overdue: band } },
      '示例规则包',
    ],
    ['a band turned round', { bands: { overdue: { ...band, least: '0.5' } } }, 'a band from'],
    ['a breach on the last day', { overdue: [{ ...million, from: '2025-03-31' }] }, 'last day'],
    ['two balances for a day', { overdue: [million, million] }, 'one value for a day'],
    ['a negative balance', { overdue: [{ ...million, amount: '-1' }] }, 'overdue'],
    ['a rate in percent', { rate: '4.35', overdue: [million] }, '4.35 %'],
    ['an unknown member', { days: 30, overdue: [million] }, 'days'],
  ];
  for (const [name, members, says] of wrong) {
    it(`refuses ${name}`, () => {
      try {
        calc({ ...sound, ...members });
      } catch (problem) {
        if (!isFailure(problem)) throw problem;
        expect(JSON.stringify(problem.facts)).to.contain(says);
        return;
      }
      expect.fail('it was accepted');
    });
  }
});
