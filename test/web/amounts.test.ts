// The page's amounts: the vectors of the conventions, and random ones against BigInt.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { loadAmounts, type Amounts } from './page-modules.ts';

describe('web: amounts of the page', () => {
  let a: Amounts;
  before(async () => {
    a = await loadAmounts();
  });

  it('shows 元 and 万元 with two decimals and 亿元 with four, grouped by thousands', () => {
    const { yuan, wan, yi } = a.units;
    expect(a.amountText('20000000000.00', yuan)).to.equal('20,000,000,000.00');
    expect(a.amountText('20000000000.00', wan)).to.equal('2,000,000.00');
    expect(a.amountText('20000000000.00', yi)).to.equal('200.0000');
    expect(a.amountText('999.99', yuan)).to.equal('999.99');
    expect(a.amountText('1000', yuan)).to.equal('1,000.00');
    expect([yuan.name, wan.name, yi.name]).to.deep.equal(['元', '万元', '亿元']);
  });

  it('keeps every digit that a JS number would lose', () => {
    expect(a.amountText('90071992547409.93', a.units.yuan)).to.equal('90,071,992,547,409.93');
    expect(a.fullText('9999999999999999.99')).to.equal('9,999,999,999,999,999.99 元');
  });

  it('shows — for nothing and 0.00 for zero', () => {
    const { yuan, wan, yi } = a.units;
    expect(a.amountText(null, wan)).to.equal('—');
    expect(a.amountText(undefined, wan)).to.equal('—');
    expect(a.amountText('0.00', yuan)).to.equal('0.00');
    expect(a.amountText('0.00', yi)).to.equal('0.0000');
    expect(a.ratioText(null)).to.equal('—');
    expect(a.percentText(null)).to.equal('—');
  });

  it('rounds half-up, away from zero, and writes no minus before a zero', () => {
    const { wan } = a.units;
    expect(a.amountText('49.99', wan)).to.equal('0.00');
    expect(a.amountText('50.00', wan)).to.equal('0.01');
    expect(a.amountText('149.99', wan)).to.equal('0.01');
    expect(a.amountText('-50.00', wan)).to.equal('-0.01');
    expect(a.amountText('-49.99', wan)).to.equal('0.00');
    expect(a.amountText('-12345678.90', wan)).to.equal('-1,234.57');
  });

  it('rounds a total from the exact sum: three rows of 3333.33 in 万元 (A-4)', () => {
    const rows = ['3333.33', '3333.33', '3333.33'];
    const { wan, yuan } = a.units;
    expect(rows.map((row) => a.amountText(row, wan))).to.deep.equal(['0.33', '0.33', '0.33']);
    expect(a.totalOf(rows, wan)).to.deep.equal({ exact: '9999.99', shown: '1.00', differs: true });
    expect(a.totalOf(rows, yuan).differs).to.equal(false);
    expect(a.totalOf([], wan)).to.deep.equal({ exact: '0.00', shown: '0.00', differs: false });
  });

  it('writes counts, ratios and shares', () => {
    expect(a.countText('531.00')).to.equal('531');
    expect(a.countText('1300.00')).to.equal('1,300');
    expect(a.countText('2.50')).to.equal('2.50');
    expect(a.ratioText('9.498588')).to.equal('9.50');
    expect(a.ratioText('4.7123', 4)).to.equal('4.7123');
    expect(a.percentText('0.03')).to.equal('3.00%');
    expect(a.percentText('0.028')).to.equal('2.80%');
    expect(a.percentText('1')).to.equal('100.00%');
  });

  it('tells a sign and a zero from the text', () => {
    expect(['-0.01', '0.00', '-0.00'].map(a.isNegative)).to.deep.equal([true, false, false]);
    expect(['0.00', '-0.00', '0.01'].map(a.isZero)).to.deep.equal([true, true, false]);
    expect(a.isNegative(null)).to.equal(false);
  });

  it('takes plain decimals as text and nothing else', () => {
    for (const wrong of ['', '1e3', '1,000', ' 1', '.5', '1.', 'NaN', '１']) {
      expect(() => a.amountText(wrong, a.units.yuan), wrong).to.throw(TypeError);
    }
    expect(() => a.amountText(5 as unknown as string, a.units.yuan)).to.throw(TypeError);
  });

  it('is never further from the amount than half of the last decimal', () => {
    const fen = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
    const size = (n: bigint): bigint => (n < 0n ? -n : n);
    fc.assert(
      fc.property(fen, fc.constantFrom('yuan', 'wan', 'yi'), (amount, key) => {
        const unit = a.units[key];
        const digits = size(amount).toString().padStart(3, '0');
        const text = `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        const shown = a.amountText(text, unit);
        expect(shown).to.match(/^-?\d{1,3}(,\d{3})*\.\d+$/);
        expect(shown.split('.')[1]).to.have.lengthOf(unit.places);
        const back = BigInt(shown.replace(/[,.]/g, ''));
        // One step of the last decimal, in fen.
        const step = 10n ** BigInt(unit.shift + 2 - unit.places);
        expect(size(back * step - amount) * 2n <= step).to.equal(true);
      }),
    );
  });

  it('adds up exactly', () => {
    const amounts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 17n }), { maxLength: 30 });
    fc.assert(
      fc.property(amounts, (fen) => {
        const text = (n: bigint): string => {
          const digits = n.toString().padStart(3, '0');
          return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
        };
        const total = fen.reduce((all, one) => all + one, 0n);
        expect(a.sum(fen.map(text))).to.equal(text(total));
      }),
    );
  });
});
