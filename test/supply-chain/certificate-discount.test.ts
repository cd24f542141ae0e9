// The trial calculation: the published case, the edges of rounding, a strict input and honest
// steps.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { addDays, Day, interest, Money, Rate } from '../../src/kernel/index.ts';
import {
  certificateDiscountCalc,
  certificateDiscountInput,
  certificateDiscountOutput,
} from '../../src/supply-chain/certificate-discount-calc.ts';
import { discountOf } from '../../src/supply-chain/rules.ts';
import { readCases } from '../kernel/cases.ts';

interface DiscountCase {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

const cases = (readCases('certificates') as { readonly discount: readonly DiscountCase[] })
  .discount;
const calc = (raw: unknown) => certificateDiscountCalc(certificateDiscountInput.parse(raw));

describe('certificate-discount', () => {
  for (const { id, input, expected } of cases) {
    it(id, () => {
      const answer = calc(input);
      expect(certificateDiscountOutput.parse(answer)).to.deep.equal(answer);
      expect(answer).to.deep.include(expected);
    });
  }

  it('shows how it came to its figures', () => {
    const { steps } = calc({
      face: '1000000',
      rate: '0.0345',
      from: '2026-01-10',
      to: '2026-01-17',
    });
    expect(steps.map(({ rule, formula, result }) => [rule, formula, result])).to.deep.equal([
      ['certificate-discount.days', 'to - from', '7'],
      [
        'certificate-discount.interest',
        'face × rate × days ÷ 360 = 670.8333333333333333333333333333333333333',
        '670.83',
      ],
      ['certificate-discount.net', 'face - interest', '999329.17'],
    ]);
  });

  const sound = { face: '100', rate: '0.03', days: 30 };
  const wrong: [string, unknown][] = [
    ['no days at all', { face: '100', rate: '0.03' }],
    ['days and days of the calendar', { ...sound, from: '2026-01-01', to: '2026-02-01' }],
    ['days and one day of the calendar', { ...sound, to: '2026-02-01' }],
    ['one day of the calendar', { face: '100', rate: '0.03', from: '2026-01-01' }],
    ['due on the day of payment', { face: '100', rate: '0', from: '2026-01-01', to: '2026-01-01' }],
    ['due before it is paid', { face: '100', rate: '0', from: '2026-01-02', to: '2026-01-01' }],
    ['a day that does not exist', { face: '1', rate: '0', from: '2026-02-29', to: '2026-03-01' }],
    ['no days', { ...sound, days: 0 }],
    ['half a day', { ...sound, days: 1.5 }],
    ['days as text', { ...sound, days: '30' }],
    ['no face', { ...sound, face: '0' }],
    ['half a fen', { ...sound, face: '0.005' }],
    ['a number for money', { ...sound, face: 100 }],
    ['a negative rate', { ...sound, rate: '-0.03' }],
    ['an unknown member', { ...sound, fee: '1' }],
  ];
  for (const [name, input] of wrong) {
    it(`refuses ${name}`, () => {
      expect(certificateDiscountInput.safeParse(input).success).to.equal(false);
    });
  }

  it('is simple interest on ACT/360, and net and interest add up to the face', () => {
    const from = Day.of('2026-01-01');
    const amount = fc.bigInt({ min: 1n, max: 10n ** 15n });
    const millionths = fc.integer({ min: 0, max: 400_000 });
    const days = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(amount, millionths, days, (fen, rateText, n) => {
        const face = Money.of(`${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`);
        const rate = Rate.of(`0.${String(rateText).padStart(6, '0')}`);
        const terms = { principal: face, rate, from, to: addDays(from, n) };
        const discount = discountOf(face, rate, n);
        const plain = interest({ ...terms, dayCount: 'ACT/360' });
        expect(discount.interest.toString()).to.equal(plain.interest.toString());
        expect(discount.net.plus(discount.interest).equals(face)).to.equal(true);
        // 6 decimals of the rate, 2 of the face: whole numbers, rounded half-up by hand.
        const exact = fen * BigInt(rateText) * BigInt(n);
        const unit = 360n * 1_000_000n;
        const rounded = (2n * exact + unit) / (2n * unit);
        expect(discount.interest.times(Rate.of('100')).toString()).to.equal(`${rounded}.00`);
      }),
    );
  });
});
