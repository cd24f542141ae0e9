// An exact ratio of whole numbers. A share of a fund is rarely a finite decimal (700 ÷ 3000), and
// the identity "government + state + private = external capital" must hold exactly. Only a
// denominator of more than 80 digits, which takes many layers of unequal funds, is cut to 80
// decimals: without that bound the time for a deep graph would have none either.

const reduceAbove = 10n ** 40n;
const cutAt = 10n ** 80n;

export class Fraction {
  static readonly zero: Fraction = new Fraction(0n, 1n);
  static readonly one: Fraction = new Fraction(1n, 1n);

  private readonly numerator: bigint;
  /** Above zero; in lowest terms only where that was needed to keep it short. */
  private readonly denominator: bigint;

  private constructor(numerator: bigint, denominator: bigint) {
    this.numerator = numerator;
    this.denominator = denominator;
  }

  /** From plain decimal text ("-12.5", no exponent); anything else throws TypeError. */
  static of(text: string): Fraction {
    if (!/^-?\d+(\.\d+)?$/.test(text)) throw new TypeError(`not a decimal: '${text}'`);
    const point = text.indexOf('.');
    if (point < 0) return new Fraction(BigInt(text), 1n);
    const places = BigInt(text.length - point - 1);
    return new Fraction(BigInt(text.replace('.', '')), 10n ** places);
  }

  static sum(terms: Iterable<Fraction>): Fraction {
    let total = Fraction.zero;
    for (const term of terms) total = total.plus(term);
    return total;
  }

  private static short(numerator: bigint, denominator: bigint): Fraction {
    if (denominator <= reduceAbove) return new Fraction(numerator, denominator);
    const common = greatestDivisor(numerator < 0n ? -numerator : numerator, denominator);
    const lowest = denominator / common;
    if (lowest <= cutAt) return new Fraction(numerator / common, lowest);
    return Fraction.cut(numerator, denominator);
  }

  private static cut(numerator: bigint, denominator: bigint): Fraction {
    return new Fraction(halfUp(numerator * cutAt, denominator), cutAt);
  }

  /** What was cut once stays so: looking for its lowest terms would cost much and find nothing. */
  private resultWith(other: Fraction, numerator: bigint, denominator: bigint): Fraction {
    const wasCut = this.denominator === cutAt || other.denominator === cutAt;
    return wasCut ? Fraction.cut(numerator, denominator) : Fraction.short(numerator, denominator);
  }

  plus(other: Fraction): Fraction {
    if (this.denominator === other.denominator) {
      return new Fraction(this.numerator + other.numerator, this.denominator);
    }
    return this.resultWith(
      other,
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  minus(other: Fraction): Fraction {
    return this.plus(new Fraction(-other.numerator, other.denominator));
  }

  times(other: Fraction): Fraction {
    return this.resultWith(
      other,
      this.numerator * other.numerator,
      this.denominator * other.denominator,
    );
  }

  /** Throws RangeError when the divisor is zero. */
  dividedBy(other: Fraction): Fraction {
    if (other.isZero()) throw new RangeError('division by zero');
    const sign = other.isNegative() ? -1n : 1n;
    return this.resultWith(
      other,
      this.numerator * other.denominator * sign,
      this.denominator * other.numerator * sign,
    );
  }

  isZero(): boolean {
    return this.numerator === 0n;
  }

  isNegative(): boolean {
    return this.numerator < 0n;
  }

  equals(other: Fraction): boolean {
    return this.numerator * other.denominator === other.numerator * this.denominator;
  }

  /** Whether the two differ by less than 10^-places. */
  isNear(other: Fraction, places: number): boolean {
    const { numerator, denominator } = this.minus(other);
    return (numerator < 0n ? -numerator : numerator) * 10n ** BigInt(places) < denominator;
  }

  /** Decimal text, half-up to at most `places` decimals, without zeros that say nothing. */
  toText(places: number): string {
    const scale = 10n ** BigInt(places);
    const units = halfUp(this.numerator * scale, this.denominator);
    const above = units < 0n ? -units : units;
    const decimals = (above % scale).toString().padStart(places, '0').replace(/0+$/, '');
    const whole = `${units < 0n ? '-' : ''}${above / scale}`;
    return places > 0 && decimals !== '' ? `${whole}.${decimals}` : whole;
  }
}

/** Rounded to a whole number, away from zero at the half. */
function halfUp(numerator: bigint, denominator: bigint): bigint {
  const above = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * above + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

/** Euclid's algorithm; never zero, as the second number never is. */
function greatestDivisor(a: bigint, b: bigint): bigint {
  let [large, small] = [b, a];
  while (small !== 0n) [large, small] = [small, large % small];
  return large;
}
