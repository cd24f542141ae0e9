// Amounts and exact decimals: what is accepted, how it is written, and where it rounds.
import { expect } from 'chai';
import { Exact, isMoneyText, Money, MONEY_INPUT_LIMIT } from '../../src/kernel/money.ts';

const yuan = (text: string) => Money.of(text);
const texts = (amounts: readonly Money[]) => amounts.map(String);

describe('money', () => {
  it('reads plain amounts and writes two decimals', () => {
    const rows = [
      ['1250000', '1250000.00'],
      ['1250000.5', '1250000.50'],
      ['90071992547409.93', '90071992547409.93'],
      ['-0.05', '-0.05'],
      ['0.05', '0.05'],
      ['007', '7.00'],
      ['-0', '0.00'],
      ['-0.00', '0.00'],
      ['999999999999999999.99', '999999999999999999.99'],
    ] as const;
    for (const [text, written] of rows) {
      expect(yuan(text).toString(), text).to.equal(written);
      expect(JSON.stringify(yuan(text)), text).to.equal(`"${written}"`);
    }
  });

  it('refuses what is no amount', () => {
    const wrong = [
      '',
      ' ',
      '1.',
      '.5',
      '1.234',
      '1,000',
      '1e3',
      '+1',
      ' 1',
      '1\n',
      'NaN',
      '-',
      '１',
    ];
    for (const text of [...wrong, '1000000000000000000']) {
      expect(() => yuan(text), text).to.throw(TypeError);
      expect(isMoneyText(text), text).to.equal(false);
    }
    for (const other of [1, 1n, null, undefined, {}]) {
      expect(isMoneyText(other)).to.equal(false);
    }
    expect(isMoneyText('-12.5')).to.equal(true);
  });

  it('adds, subtracts, negates and takes the size', () => {
    expect(yuan('0.10').plus(yuan('0.20')).toString()).to.equal('0.30');
    expect(yuan('1').minus(yuan('1.01')).toString()).to.equal('-0.01');
    expect(yuan('0').negated().toString()).to.equal('0.00');
    expect(yuan('-3.50').abs().toString()).to.equal('3.50');
    expect(Money.sum([yuan('1'), yuan('2.5'), yuan('-4')]).toString()).to.equal('-0.50');
    expect(Money.sum([]).toString()).to.equal('0.00');
    expect(Money.min(yuan('2'), yuan('1')).toString()).to.equal('1.00');
    expect(Money.max(yuan('2'), yuan('1')).toString()).to.equal('2.00');
  });

  it('compares', () => {
    const [less, more] = [yuan('-1'), yuan('2')];
    expect([more, yuan('0'), less].sort((a, b) => a.compare(b)).map(String)).to.deep.equal([
      '-1.00',
      '0.00',
      '2.00',
    ]);
    expect(yuan('2.0').equals(more)).to.equal(true);
    expect([less.lessThan(more), more.lessThan(more), more.lessThan(less)]).to.deep.equal([
      true,
      false,
      false,
    ]);
    expect([less.moreThan(more), more.moreThan(more), more.moreThan(less)]).to.deep.equal([
      false,
      false,
      true,
    ]);
    expect([less.atMost(more), more.atMost(more), more.atMost(less)]).to.deep.equal([
      true,
      true,
      false,
    ]);
    expect([less.atLeast(more), more.atLeast(more), more.atLeast(less)]).to.deep.equal([
      false,
      true,
      true,
    ]);
    expect([less.isNegative(), more.isNegative(), Money.zero.isNegative()]).to.deep.equal([
      true,
      false,
      false,
    ]);
    expect([less.isPositive(), more.isPositive(), Money.zero.isPositive()]).to.deep.equal([
      false,
      true,
      false,
    ]);
    expect([Money.zero.isZero(), more.isZero()]).to.deep.equal([true, false]);
  });

  it('is seen by a deep comparison', () => {
    expect({ amount: yuan('1.00') }).to.deep.equal({ amount: yuan('1') });
    expect({ amount: yuan('1.00') }).not.to.deep.equal({ amount: yuan('2') });
    expect({ share: Exact.of('0.50') }).to.deep.equal({ share: Exact.of('0.5') });
    expect({ share: Exact.of('0.5') }).not.to.deep.equal({ share: Exact.of('0.6') });
  });

  it('rounds a product once, away from zero at the half unless told otherwise', () => {
    const half = Exact.of('0.5');
    expect(yuan('0.01').times(half).toString()).to.equal('0.01');
    expect(yuan('-0.01').times(half).toString()).to.equal('-0.01');
    expect(yuan('0.01').times(half, 'half-even').toString()).to.equal('0.00');
    expect(yuan('0.03').times(half, 'half-even').toString()).to.equal('0.02');
    expect(yuan('0.01').times(half, 'down').toString()).to.equal('0.00');
    expect(yuan('-0.01').times(half, 'down').toString()).to.equal('0.00');
    expect(
      yuan('1000')
        .times({ exact: Exact.of('0.0345') })
        .toString(),
    ).to.equal('34.50');
  });

  it('does not round twice where the product is longer than forty digits', () => {
    const justBelowHalf = Exact.of('0.4999999999999999999999999999999999999999');
    expect(yuan('999999999999999999.99').times(justBelowHalf).toString()).to.equal(
      '499999999999999999.99',
    );
    expect(yuan('0.01').times(justBelowHalf).toString()).to.equal('0.00');
  });

  it('rounds an exact amount to the fen', () => {
    const rows = [
      ['2.675', 'half-up', '2.68'],
      ['-2.675', 'half-up', '-2.68'],
      ['2.665', 'half-even', '2.66'],
      ['2.679', 'down', '2.67'],
      ['-0.004', 'half-up', '0.00'],
    ] as const;
    for (const [text, mode, expected] of rows) {
      expect(Money.round(Exact.of(text), mode).toString(), `${text} ${mode}`).to.equal(expected);
    }
  });

  it('allocates by largest remainder (C095, a capital call)', () => {
    const shares = ['20', '35', '44', '1'].map((text) => Exact.of(text));
    expect(texts(yuan('33333333.33').allocate(shares))).to.deep.equal([
      '6666666.67',
      '11666666.67',
      '14666666.66',
      '333333.33',
    ]);
  });

  it('gives ties to the earlier part, nothing to a weight of zero, and mirrors a negative', () => {
    const thirds = [Exact.one, Exact.zero, Exact.one, Exact.one];
    expect(texts(yuan('1').allocate(thirds))).to.deep.equal(['0.34', '0.00', '0.33', '0.33']);
    expect(texts(yuan('-1').allocate(thirds))).to.deep.equal(['-0.34', '0.00', '-0.33', '-0.33']);
    expect(texts(yuan('0').allocate(thirds))).to.deep.equal(['0.00', '0.00', '0.00', '0.00']);
    expect(texts(yuan('1').allocate([yuan('0.10'), Exact.of('0.3')]))).to.deep.equal([
      '0.25',
      '0.75',
    ]);
  });

  it('refuses weights that divide nothing', () => {
    expect(() => yuan('1').allocate([])).to.throw(RangeError, 'every weight is zero');
    expect(() => yuan('1').allocate([Money.zero])).to.throw(RangeError, 'every weight is zero');
    expect(() => yuan('1').allocate([Exact.of(2), Exact.of(-1)])).to.throw(RangeError, 'negative');
  });

  it('writes a ratio, half-up, and none over zero', () => {
    expect(yuan('1').ratioTo(yuan('3'), 6)).to.equal('0.333333');
    expect(yuan('2').ratioTo(yuan('-3'), 6)).to.equal('-0.666667');
    expect(yuan('1').ratioTo(yuan('8'), 2)).to.equal('0.13');
    expect(yuan('5').ratioTo(yuan('2'), 0)).to.equal('3');
    expect(yuan('-0.01').ratioTo(yuan('1000000'), 4)).to.equal('0.0000');
    expect(yuan('1').ratioTo(Money.zero, 6)).to.equal(undefined);
  });

  it('knows where input ends', () => {
    expect(MONEY_INPUT_LIMIT.toString()).to.equal('10000000000000000.00');
    expect(yuan('9999999999999999.99').lessThan(MONEY_INPUT_LIMIT)).to.equal(true);
  });
});

describe('exact decimal', () => {
  it('reads plain text, bigints and whole numbers only', () => {
    expect(Exact.of('-12.500').toString()).to.equal('-12.5');
    expect(Exact.of(10n ** 30n).toString()).to.equal('1000000000000000000000000000000');
    expect(Exact.of(-7).toString()).to.equal('-7');
    for (const text of ['', '1e3', '.5', '5.', '+1', 'NaN', 'Infinity', '0x1', ' 1']) {
      expect(() => Exact.of(text), text).to.throw(TypeError);
    }
    for (const number of [0.5, Number.NaN, Infinity, 2 ** 53]) {
      expect(() => Exact.of(number), String(number)).to.throw(TypeError);
    }
  });

  it('calculates exactly and writes no exponent and no negative zero', () => {
    const tenth = Exact.of('0.1');
    expect(tenth.plus(Exact.of('0.2')).toString()).to.equal('0.3');
    expect(tenth.minus(1).toString()).to.equal('-0.9');
    expect(tenth.times(3n).toString()).to.equal('0.3');
    expect(Exact.one.dividedBy(3).toString()).to.equal(`0.${'3'.repeat(40)}`);
    expect(Exact.of('0.00000000001').times(tenth).toString()).to.equal('0.000000000001');
    expect(Exact.zero.negated().toString()).to.equal('0');
    expect(Exact.of('-0.001').toFixed(2)).to.equal('0.00');
    expect(Exact.of('-0.0').toJSON()).to.equal('0');
    expect(Exact.of('-2.5').abs().toFixed(0)).to.equal('3');
    expect(() => Exact.one.dividedBy(0)).to.throw(RangeError, 'division by zero');
  });

  it('is a count when it is whole, or said how to become so', () => {
    expect(Exact.of('182.5').wholeCount('down')).to.equal(182);
    expect(Exact.of('182.5').wholeCount()).to.equal(183);
    expect(Exact.of('182.5').wholeCount('half-even')).to.equal(182);
    expect(Exact.of('-182.5').wholeCount('down')).to.equal(-182);
    expect(Object.is(Exact.of('-0.5').wholeCount('down'), 0)).to.equal(true);
    expect(Exact.of('9007199254740991.4').wholeCount()).to.equal(Number.MAX_SAFE_INTEGER);
    for (const text of ['9007199254740992', '-9007199254740992', '9007199254740991.5']) {
      expect(() => Exact.of(text).wholeCount(), text).to.throw(RangeError, 'not a count');
    }
  });

  it('compares', () => {
    expect(Exact.of('1.0').compare(1)).to.equal(0);
    expect(Exact.of('-1').compare(Exact.zero)).to.equal(-1);
    expect(Exact.of('1').compare(0n)).to.equal(1);
    expect([Exact.zero.isZero(), Exact.one.isZero()]).to.deep.equal([true, false]);
    expect([Exact.of('-0').isNegative(), Exact.of('-1').isNegative()]).to.deep.equal([false, true]);
  });
});
