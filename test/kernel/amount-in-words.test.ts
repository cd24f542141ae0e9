// 大写 against the annex's examples and our derived ones, and read back by an independent reader.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { amountInWords, dateInWords } from '../../src/kernel/amount-in-words.ts';
import { Day } from '../../src/kernel/day.ts';
import { Money } from '../../src/kernel/money.ts';
import { readCases } from './cases.ts';

interface Cases {
  readonly amounts: {
    readonly id: string;
    readonly inputs: { readonly amount: string };
    readonly expected: { readonly words: string };
  }[];
  readonly dates: {
    readonly id: string;
    readonly inputs: { readonly day: string };
    readonly expected: { readonly words: string };
  }[];
}

const cases = readCases('words') as Cases;

/** Fen from words: an adder of places that knows nothing of sections or of where 零 belongs. */
function readWords(words: string): bigint {
  const units = new Map([
    ['拾', 10n],
    ['佰', 100n],
    ['仟', 1000n],
    ['', 1n],
  ]);
  const whole = (text: string): bigint => {
    for (const [unit, size] of [
      ['亿', 10n ** 8n],
      ['万', 10n ** 4n],
    ] as const) {
      const at = text.lastIndexOf(unit);
      if (at >= 0) return whole(text.slice(0, at)) * size + whole(text.slice(at + 1));
    }
    let sum = 0n;
    for (const [, figure, unit] of text.matchAll(/([零壹贰叁肆伍陆柒捌玖])([仟佰拾]?)/g)) {
      sum += BigInt('零壹贰叁肆伍陆柒捌玖'.indexOf(figure!)) * units.get(unit!)!;
    }
    return sum;
  };
  const part = (unit: string) => whole(new RegExp(`([^元角分]*)${unit}`).exec(words)?.[1] ?? '');
  return part('元') * 100n + part('角') * 10n + part('分');
}

describe('amount in words', () => {
  it('has its worked cases', () => {
    expect(cases.amounts.length).to.be.at.least(26);
    expect(cases.dates.length).to.be.at.least(8);
  });

  for (const { id, inputs, expected } of cases.amounts) {
    it(`${id}: ${inputs.amount} → ${expected.words}`, () => {
      const amount = Money.of(inputs.amount);
      expect(amountInWords(amount)).to.equal(expected.words);
      expect(`人民币${amountInWords(amount, { prefix: false })}`).to.equal(expected.words);
    });
  }

  for (const { id, inputs, expected } of cases.dates) {
    it(`${id}: ${inputs.day} → ${expected.words}`, () => {
      expect(dateInWords(Day.of(inputs.day))).to.equal(expected.words);
    });
  }

  it('has no words from 10^16 yuan on', () => {
    for (const text of ['10000000000000000', '-10000000000000000']) {
      expect(() => amountInWords(Money.of(text))).to.throw(RangeError, 'no words');
    }
  });

  it('reads back to the same amount, with no 零 doubled and 整 only after 元', () => {
    const figures = fc.array(fc.constantFrom(...'0001259'.split('')), {
      minLength: 1,
      maxLength: 18,
    });
    fc.assert(
      fc.property(figures, (fenFigures) => {
        const fen = BigInt(fenFigures.join(''));
        const text = fen.toString().padStart(3, '0');
        const words = amountInWords(Money.of(`${text.slice(0, -2)}.${text.slice(-2)}`));
        expect(words).to.match(/^人民币[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整]+$/);
        expect(words).not.to.match(/零零|零[拾佰仟万亿角分整]|[^元]整/);
        expect(readWords(words.slice(3))).to.equal(fen);
      }),
      { numRuns: 2000 },
    );
  });
});
