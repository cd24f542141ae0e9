// Exact decimals and yuan. The only file that knows decimal.js, through a private clone.
// Money holds whole fen as a bigint, so that plus, minus and compare, which every posting does, are
// integer operations; decimal.js is met only where a factor is. Fields are plain, not #private, so
// that a deep comparison of two amounts sees their value.
import { Decimal } from 'decimal.js';

const plainNotation = { toExpNeg: -9e15, toExpPos: 9e15 };
const D = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_UP, ...plainNotation });
/** Wide enough that amount × factor has every digit, so that `times` rounds once and not twice. */
const Wide = Decimal.clone({ precision: 120, rounding: Decimal.ROUND_HALF_UP, ...plainNotation });

/** 'half-up' is away from zero at the half, for both signs; 'down' cuts towards zero. */
export type Rounding = 'half-up' | 'half-even' | 'down';

const decimalRounding = {
  'half-up': Decimal.ROUND_HALF_UP,
  'half-even': Decimal.ROUND_HALF_EVEN,
  down: Decimal.ROUND_DOWN,
} as const satisfies Record<Rounding, Decimal.Rounding>;

const DECIMAL_TEXT = /^-?\d+(\.\d+)?$/;
const MONEY_TEXT = /^-?\d{1,18}(\.\d{1,2})?$/;

/** A whole number may stand for itself in a calculation; a JS number must be a safe integer. */
export type Whole = bigint | number;

/**
 * An exact decimal of up to 40 significant digits: unrounded interest, a rate, a share. Results
 * with more digits than that, such as 1 ÷ 3, are cut half-up at the 40th.
 */
export class Exact {
  static readonly zero: Exact = new Exact(new D(0));
  static readonly one: Exact = new Exact(new D(1));

  private readonly value: Decimal;

  private constructor(value: Decimal) {
    this.value = value;
  }

  /** From plain decimal text ("-12.5", no exponent), a bigint, or a whole JS number. */
  static of(source: string | Whole): Exact {
    if (typeof source === 'string') {
      if (!DECIMAL_TEXT.test(source)) throw new TypeError(`not a decimal: '${source}'`);
      return new Exact(new D(source));
    }
    if (typeof source === 'number' && !Number.isSafeInteger(source)) {
      throw new TypeError(`not a whole number: ${source}`);
    }
    return new Exact(new D(source.toString()));
  }

  plus(other: Exact | Whole): Exact {
    return new Exact(this.value.plus(decimalOf(other)));
  }

  minus(other: Exact | Whole): Exact {
    return new Exact(this.value.minus(decimalOf(other)));
  }

  times(other: Exact | Whole): Exact {
    return new Exact(this.value.times(decimalOf(other)));
  }

  /** Throws RangeError when the divisor is zero. */
  dividedBy(other: Exact | Whole): Exact {
    const divisor = decimalOf(other);
    if (divisor.isZero()) throw new RangeError('division by zero');
    return new Exact(this.value.dividedBy(divisor));
  }

  negated(): Exact {
    return new Exact(this.value.negated());
  }

  abs(): Exact {
    return new Exact(this.value.abs());
  }

  /** Negative, zero or positive, as `sort` wants it. */
  compare(other: Exact | Whole): number {
    return this.value.comparedTo(decimalOf(other));
  }

  isZero(): boolean {
    return this.value.isZero();
  }

  isNegative(): boolean {
    return this.value.isNegative() && !this.value.isZero();
  }

  /**
   * The whole number beside it as a JS number, for a count of days or of parts, never for an
   * amount. Throws RangeError beyond the safe integers.
   */
  wholeCount(mode: Rounding = 'half-up'): number {
    const count = this.value.toDecimalPlaces(0, decimalRounding[mode]).toNumber();
    if (!Number.isSafeInteger(count)) throw new RangeError(`not a count: ${this.toString()}`);
    return count === 0 ? 0 : count;
  }

  /** Plain text with exactly `places` decimals. */
  toFixed(places: number, mode: Rounding = 'half-up'): string {
    return withoutNegativeZero(this.value.toFixed(places, decimalRounding[mode]));
  }

  /** Plain text, never an exponent, no trailing zeros. */
  toString(): string {
    return withoutNegativeZero(this.value.toString());
  }

  toJSON(): string {
    return this.toString();
  }
}

function decimalOf(x: Exact | Whole): Decimal {
  return (x instanceof Exact ? x : Exact.of(x))['value'];
}

function withoutNegativeZero(text: string): string {
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}

/** What an amount may be multiplied by: an exact decimal, or a Rate. */
export type Factor = Exact | { readonly exact: Exact };

/** Yuan with two decimals, of any sign; immutable. Text on the wire and in `numeric(20,2)`. */
export class Money {
  static readonly zero: Money = new Money(0n);

  private readonly fen: bigint;

  private constructor(fen: bigint) {
    this.fen = fen;
  }

  /** From "1250000", "1250000.5" or "-1250000.00"; anything else throws TypeError. */
  static of(text: string): Money {
    if (!isMoneyText(text)) throw new TypeError(`not an amount of money: '${text}'`);
    const point = text.indexOf('.');
    if (point < 0) return new Money(BigInt(text + '00'));
    const decimals = text.slice(point + 1);
    return new Money(BigInt(text.slice(0, point) + decimals.padEnd(2, '0')));
  }

  /** The nearest whole fen: the one rounding of an amount that was carried exactly. */
  static round(exact: Exact, mode: Rounding = 'half-up'): Money {
    return new Money(BigInt(exact.toFixed(2, mode).replace('.', '')));
  }

  static sum(amounts: Iterable<Money>): Money {
    let fen = 0n;
    for (const amount of amounts) fen += amount.fen;
    return new Money(fen);
  }

  static min(a: Money, b: Money): Money {
    return b.fen < a.fen ? b : a;
  }

  static max(a: Money, b: Money): Money {
    return b.fen > a.fen ? b : a;
  }

  plus(other: Money): Money {
    return new Money(this.fen + other.fen);
  }

  minus(other: Money): Money {
    return new Money(this.fen - other.fen);
  }

  negated(): Money {
    return new Money(-this.fen);
  }

  abs(): Money {
    return this.fen < 0n ? new Money(-this.fen) : this;
  }

  /** Amount × factor, rounded once to the fen. */
  times(factor: Factor, mode: Rounding = 'half-up'): Money {
    const by = decimalOf(factor instanceof Exact ? factor : factor.exact);
    const product = new Wide(this.fen.toString()).times(by);
    return new Money(BigInt(product.toFixed(0, decimalRounding[mode])));
  }

  /**
   * Splits the amount in proportion to the weights by largest remainder, ties to the earlier
   * part, so that the parts always add up; a weight of zero receives nothing. A negative amount
   * is split as its mirror image. Throws RangeError on a negative weight and when all weights are
   * zero.
   */
  allocate(weights: readonly (Money | Exact)[]): Money[] {
    const shares = wholeWeights(weights);
    const total = shares.reduce((sum, share) => sum + share, 0n);
    if (total === 0n) throw new RangeError('nothing to allocate by: every weight is zero');
    const amount = this.fen < 0n ? -this.fen : this.fen;
    const parts = shares.map((share) => (amount * share) / total);
    const remainders = shares.map((share) => (amount * share) % total);
    const left = amount - parts.reduce((sum, part) => sum + part, 0n);
    const byRemainder = [...parts.keys()].sort(
      (a, b) => compareBigints(remainders[b]!, remainders[a]!) || a - b,
    );
    for (const [at, index] of byRemainder.entries()) if (BigInt(at) < left) parts[index]! += 1n;
    return parts.map((part) => new Money(this.fen < 0n ? -part : part));
  }

  /** Negative, zero or positive, as `sort` wants it. */
  compare(other: Money): number {
    return compareBigints(this.fen, other.fen);
  }

  equals(other: Money): boolean {
    return this.fen === other.fen;
  }

  lessThan(other: Money): boolean {
    return this.fen < other.fen;
  }

  moreThan(other: Money): boolean {
    return this.fen > other.fen;
  }

  atMost(other: Money): boolean {
    return this.fen <= other.fen;
  }

  atLeast(other: Money): boolean {
    return this.fen >= other.fen;
  }

  isZero(): boolean {
    return this.fen === 0n;
  }

  isNegative(): boolean {
    return this.fen < 0n;
  }

  isPositive(): boolean {
    return this.fen > 0n;
  }

  exact(): Exact {
    return Exact.of(this.toString());
  }

  /** This ÷ other as decimal text with `places` decimals, half-up; undefined when other is zero. */
  ratioTo(other: Money, places: number): string | undefined {
    if (other.fen === 0n) return undefined;
    const above = this.fen < 0n ? -this.fen : this.fen;
    const below = other.fen < 0n ? -other.fen : other.fen;
    const scaled = (2n * above * 10n ** BigInt(places) + below) / (2n * below);
    return decimalText(this.fen < 0n === other.fen < 0n ? scaled : -scaled, places);
  }

  /** Always two decimals: "1250000.00". */
  toString(): string {
    return decimalText(this.fen, 2);
  }

  toJSON(): string {
    return decimalText(this.fen, 2);
  }
}

/** Amounts of 10^16 yuan or more are refused at input, though sums may pass it. */
export const MONEY_INPUT_LIMIT: Money = Money.of('10000000000000000');

/** Whether `Money.of` takes the text; the input limit is another question. */
export function isMoneyText(text: unknown): boolean {
  return typeof text === 'string' && MONEY_TEXT.test(text);
}

/** `units` of 10^-places as plain decimal text. */
function decimalText(units: bigint, places: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  if (places === 0) return sign + digits;
  const point = digits.length - places;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function compareBigints(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The weights as integers in the same proportion. */
function wholeWeights(weights: readonly (Money | Exact)[]): bigint[] {
  const texts = weights.map((weight) => weight.toString());
  const decimals = (text: string) => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0);
  const places = Math.max(0, ...texts.map(decimals));
  return texts.map((text) => {
    if (text.startsWith('-')) throw new RangeError(`a weight must not be negative: ${text}`);
    return BigInt(text.replace('.', '') + '0'.repeat(places - decimals(text)));
  });
}
