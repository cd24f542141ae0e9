// A second calculation of repayment schedules that shares nothing with the first: it goes day by
// day, in exact fractions of bigints, with the calendar of JavaScript's Date, and finds the
// instalment by discounting instead of by the growing product.

/** An exact ratio, in lowest terms. */
export class Ratio {
  static readonly zero: Ratio = new Ratio(0n, 1n);
  static readonly one: Ratio = new Ratio(1n, 1n);

  readonly over: bigint;
  readonly under: bigint;

  constructor(over: bigint, under: bigint) {
    const common = greatestDivisor(over < 0n ? -over : over, under);
    this.over = over / common;
    this.under = under / common;
  }

  static of(text: string): Ratio {
    const [whole = '0', decimals = ''] = text.split('.');
    return new Ratio(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
  }

  plus(other: Ratio): Ratio {
    return new Ratio(this.over * other.under + other.over * this.under, this.under * other.under);
  }

  times(other: Ratio): Ratio {
    return new Ratio(this.over * other.over, this.under * other.under);
  }

  dividedBy(other: Ratio): Ratio {
    return new Ratio(this.over * other.under, this.under * other.over);
  }

  equals(other: Ratio): boolean {
    return this.over === other.over && this.under === other.under;
  }

  /** To whole units of `unit` fen; this is yuan and not negative. */
  toFen(unit: bigint, isEven: boolean): bigint {
    const over = this.over * 100n;
    const under = this.under * unit;
    const down = over / under;
    const twice = 2n * (over - down * under);
    const up = twice > under || (twice === under && (!isEven || down % 2n === 1n));
    return (down + (up ? 1n : 0n)) * unit;
  }
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestDivisor(b, a % b);
}

export interface OracleTerms {
  readonly rate: string;
  readonly from: string;
  readonly method: 'equal-instalment' | 'equal-principal' | 'interest-first' | 'flat';
  readonly instalments: number;
  readonly every: { readonly months: number } | { readonly days: number };
  readonly monthEnd: 'clamp' | 'roll';
  readonly dayCount: '30/360' | 'ACT/360' | 'ACT/364' | 'ACT/365' | 'ACT/ACT';
  readonly rounding: 'half-up' | 'half-even';
  readonly principalGrace: number;
  readonly instalmentUnit: string;
  readonly drawdowns: readonly { readonly on: string; readonly amount: string }[];
  readonly rateChanges: readonly { readonly from: string; readonly rate: string }[];
  readonly newRateCounts: 'its-day' | 'night-before';
}

/** Amounts in fen. */
export interface OracleRow {
  readonly dueOn: string;
  readonly interest: bigint;
  readonly principal: bigint;
  readonly balance: bigint;
}

const dayMs = 86_400_000;
const dateOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const textOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The due days: setUTCMonth overflows into the next month, which is how a lacking day shows. */
export function dueDays({ from, instalments, every, monthEnd }: OracleTerms): number[] {
  const first = new Date(dateOf(from));
  return Array.from({ length: instalments + 1 }, (_, i) => {
    if ('days' in every) return first.getTime() + i * every.days * dayMs;
    const month = first.getUTCMonth() + i * every.months;
    const due = Date.UTC(first.getUTCFullYear(), month, first.getUTCDate());
    const isOver = new Date(due).getUTCDate() !== first.getUTCDate();
    if (!isOver) return due;
    const firstOfNext = Date.UTC(first.getUTCFullYear(), month + 1, 1);
    return monthEnd === 'roll' ? firstOfNext : firstOfNext - dayMs;
  });
}

/** The part of a year that one day of the period is. */
function dayShare(terms: OracleTerms, day: number, days: number): Ratio {
  const { dayCount, every } = terms;
  if (dayCount === 'ACT/ACT') {
    const year = new Date(day).getUTCFullYear();
    return new Ratio(1n, BigInt((Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / dayMs));
  }
  if (dayCount !== '30/360') return new Ratio(1n, BigInt(dayCount.slice(4)));
  if (!('months' in every)) throw new Error('30/360 is for months here');
  return new Ratio(BigInt(30 * every.months), 360n * BigInt(days));
}

function rateOnDay(terms: OracleTerms, day: number): string {
  const back = terms.newRateCounts === 'night-before' ? dayMs : 0;
  let rate = terms.rate;
  for (const change of terms.rateChanges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (dateOf(change.from) - back <= day) rate = change.rate;
  }
  return rate;
}

const fenOf = (text: string): bigint => Ratio.of(text).toFen(1n, false);
const drawnOn = (terms: OracleTerms, day: number): bigint =>
  terms.drawdowns
    .filter(({ on }) => dateOf(on) === day)
    .reduce((sum, { amount }) => sum + fenOf(amount), 0n);

interface Walked {
  readonly interest: bigint;
  readonly drawn: bigint;
  readonly factor: Ratio;
  readonly share: Ratio;
  readonly lastRate: string;
  readonly isRepriced: boolean;
}

/** One period, day by day: what accrues in a run of equal days is rounded when the run ends. */
function walk(terms: OracleTerms, from: number, to: number, opening: bigint): Walked {
  const days = (to - from) / dayMs;
  const isEven = terms.rounding === 'half-even';
  let [bearing, interest, drawn] = [opening, 0n, 0n];
  let [run, factor, share] = [Ratio.zero, Ratio.zero, Ratio.zero];
  let rate = rateOnDay(terms, from);
  let isRepriced = rateOnDay(terms, from) !== rateOnDay(terms, from - dayMs);
  for (let day = from; day < to; day += dayMs) {
    const drawnToday = drawnOn(terms, day);
    const rateToday = rateOnDay(terms, day);
    if (drawnToday !== 0n || rateToday !== rate) {
      interest += run.toFen(1n, isEven);
      run = Ratio.zero;
    }
    isRepriced ||= rateToday !== rate;
    rate = rateToday;
    bearing += drawnToday;
    drawn += drawnToday;
    const part = dayShare(terms, day, days);
    const accrued = Ratio.of(rate).times(part);
    run = run.plus(accrued.times(new Ratio(bearing, 100n)));
    factor = factor.plus(accrued);
    share = share.plus(part);
  }
  interest += run.toFen(1n, isEven);
  return { interest, drawn, factor, share, lastRate: rate, isRepriced };
}

/** Present value: the instalment is the balance ÷ Σ of the discount factors. */
function discounted(balance: bigint, factors: readonly Ratio[]): Ratio {
  let discount = Ratio.one;
  let sum = Ratio.zero;
  for (const factor of factors) {
    discount = discount.dividedBy(Ratio.one.plus(factor));
    sum = sum.plus(discount);
  }
  return new Ratio(balance, 100n).dividedBy(sum);
}

export function oracleRows(terms: OracleTerms): OracleRow[] {
  const due = dueDays(terms);
  const rows: OracleRow[] = [];
  const unit = fenOf(terms.instalmentUnit);
  const { instalments: n, method } = terms;
  let [balance, drawn, instalment] = [0n, 0n, -1n];
  const shares = due.slice(1).map((to, i) => walk(terms, due[i] as number, to, 0n).share);
  for (let no = 1; no <= n; no += 1) {
    const [from, to] = [due[no - 1] as number, due[no] as number];
    const walked = walk(terms, from, to, method === 'flat' ? drawn : balance);
    balance += walked.drawn;
    drawn += walked.drawn;
    const begins = no > terms.principalGrace;
    const isNew = walked.drawn > 0n || (method === 'equal-instalment' && walked.isRepriced);
    if (method !== 'interest-first' && begins && balance > 0n && (instalment < 0n || isNew)) {
      const later = shares.slice(no).map((share) => Ratio.of(walked.lastRate).times(share));
      const exact =
        method === 'equal-instalment'
          ? discounted(balance, [walked.factor, ...later])
          : new Ratio(balance, 100n * BigInt(n - no + 1));
      const rounded = exact.toFen(unit, terms.rounding === 'half-even');
      instalment = rounded === 0n ? unit : rounded;
    }
    const part = method === 'equal-instalment' ? instalment - walked.interest : instalment;
    const pays = method !== 'interest-first' && begins && instalment >= 0n && part > 0n;
    const isLast = no === n;
    const wanted = pays ? part : 0n;
    const principal = isLast || wanted > balance ? balance : wanted;
    balance -= principal;
    rows.push({ dueOn: textOf(to), interest: walked.interest, principal, balance });
  }
  return rows;
}
