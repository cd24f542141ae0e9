// Money against decimal.js as an independent oracle, and what must hold of every allocation.
import { expect } from 'chai';
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import type { Rounding } from '../../src/kernel/money.ts';
import { Exact, Money } from '../../src/kernel/money.ts';

const Oracle = Decimal.clone({ precision: 200 });
const LIMIT = 10n ** 20n - 1n;

const fenText = (fen: bigint) => new Oracle(fen.toString()).dividedBy(100).toFixed(2);
const amountText = fc.bigInt({ min: -LIMIT, max: LIMIT }).map(fenText);
const factorText = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.integer({ min: 0, max: 30 }))
  .map(([digits, places]) => new Oracle(`${digits}e-${places}`).toFixed());

const modes: readonly [Rounding, Decimal.Rounding][] = [
  ['half-up', Decimal.ROUND_HALF_UP],
  ['half-even', Decimal.ROUND_HALF_EVEN],
  ['down', Decimal.ROUND_DOWN],
];

/** What decimal.js writes, without its negative zero. */
const written = (value: Decimal, places = 2, rounding: Decimal.Rounding = Decimal.ROUND_HALF_UP) =>
  value.toFixed(places, rounding).replace(/^-(?=[0.]+$)/, '');

describe('money, random', () => {
  it('adds, subtracts and compares as decimal.js does', () => {
    fc.assert(
      fc.property(amountText, amountText, (a, b) => {
        expect(Money.of(a).plus(Money.of(b)).toString()).to.equal(written(new Oracle(a).plus(b)));
        expect(Money.of(a).minus(Money.of(b)).toString()).to.equal(written(new Oracle(a).minus(b)));
        expect(Money.of(a).compare(Money.of(b))).to.equal(new Oracle(a).comparedTo(b));
        expect(Money.of(a).exact().toString()).to.equal(written(new Oracle(a), new Oracle(a).dp()));
      }),
    );
  });

  it('multiplies as decimal.js does at any length, in each rounding', () => {
    fc.assert(
      fc.property(
        amountText,
        factorText,
        fc.constantFrom(...modes),
        (a, factor, [mode, rounding]) => {
          const product = new Oracle(a).times(factor);
          expect(Money.of(a).times(Exact.of(factor), mode).toString()).to.equal(
            written(product, 2, rounding),
          );
        },
      ),
    );
  });

  it('divides as decimal.js does', () => {
    fc.assert(
      fc.property(amountText, amountText, fc.integer({ min: 0, max: 12 }), (a, b, places) => {
        fc.pre(!Money.of(b).isZero());
        expect(Money.of(a).ratioTo(Money.of(b), places)).to.equal(
          written(new Oracle(a).dividedBy(b), places),
        );
      }),
    );
  });

  it('allocates to parts that add up, each within one fen of its exact share', () => {
    const weight = fc.oneof(
      fc.bigInt({ min: 0n, max: 10n ** 16n }).map((fen) => Money.of(fenText(fen))),
      fc.nat().map((n) => Exact.of(n)),
      factorText.map((text) => Exact.of(text).abs()),
    );
    let allocated = 0;
    fc.assert(
      fc.property(amountText, fc.array(weight, { minLength: 1, maxLength: 12 }), (a, weights) => {
        const total = weights.reduce((sum, w) => sum.plus(w.toString()), new Oracle(0));
        fc.pre(!total.isZero());
        const parts = Money.of(a).allocate(weights);
        expect(parts).to.have.length(weights.length);
        expect(Money.sum(parts).toString()).to.equal(Money.of(a).toString());
        for (const [index, part] of parts.entries()) {
          const share = new Oracle(a).times(weights[index]!.toString()).dividedBy(total);
          expect(share.minus(part.toString()).abs().lessThan('0.01')).to.equal(true);
        }
        allocated += 1;
      }),
    );
    expect(allocated).to.be.greaterThan(50);
  });
});
