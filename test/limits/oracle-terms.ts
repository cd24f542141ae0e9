// Dated terms as the independent model understands them: whole fen, plain days, no shared code.

/** What a limit says of itself, and which borrowers another one lends to. */
export interface Attributes {
  readonly funded?: boolean;
  readonly committed?: boolean;
  readonly secured?: boolean;
  readonly category?: string;
}
export interface LendTo extends Pick<Attributes, 'funded' | 'committed' | 'secured'> {
  readonly revolving?: readonly ('R' | 'NR' | 'NRS')[];
  readonly categories?: readonly string[];
}

export interface Terms {
  readonly steps: readonly { readonly from: string; readonly amount: bigint }[];
  /** `MM-DD` to `MM-DD`, both included, perhaps over the turn of the year. */
  readonly seasons: readonly { readonly from: string; readonly to: string; amount: bigint }[];
  readonly topUps: readonly { readonly from: string; readonly to: string; amount: bigint }[];
  readonly basis: 'LINE' | 'MIN' | 'SUM';
  readonly pieces: readonly {
    readonly price: bigint;
    readonly quantity: bigint;
    readonly haircutPercent: bigint;
  }[];
  readonly buckets: readonly { readonly days: number; readonly amount: bigint }[];
  readonly lend: bigint | undefined;
  readonly borrow: bigint | undefined;
  readonly attributes: Attributes | undefined;
  readonly lendTo: LendTo | undefined;
  readonly tolerancePercent: bigint | undefined;
  readonly toleranceAmount: bigint | undefined;
}

export const noTerms: Terms = {
  steps: [],
  seasons: [],
  topUps: [],
  basis: 'LINE',
  pieces: [],
  buckets: [],
  lend: undefined,
  borrow: undefined,
  attributes: undefined,
  lendTo: undefined,
  tolerancePercent: undefined,
  toleranceAmount: undefined,
};

/** Whether siblings lend to it, or it to them, otherwise than freely. */
export const shares = ({ lend, borrow, lendTo }: Terms): boolean =>
  lend !== undefined || borrow !== undefined || lendTo !== undefined;

/** eff(n, t): the season before the latest step before the granted amount, and what is on top. */
export function limitOn(granted: bigint, terms: Terms, day: string): bigint {
  let amount = granted;
  let since = '';
  for (const step of terms.steps) {
    if (step.from <= day && step.from > since) {
      since = step.from;
      amount = step.amount;
    }
  }
  const date = day.slice(5);
  const season = terms.seasons.find(({ from, to }) =>
    from > to ? date >= from || date <= to : date >= from && date <= to,
  );
  if (season) amount = season.amount;
  for (const { from, to, amount: more } of terms.topUps)
    if (from <= day && day <= to) amount += more;
  let pledged = 0n;
  for (const { price, quantity, haircutPercent } of terms.pieces) {
    pledged += (price * quantity * (100n - haircutPercent) + 50n) / 100n;
  }
  if (terms.basis === 'SUM') return amount + pledged;
  return terms.basis === 'MIN' && pledged < amount ? pledged : amount;
}

export const toleranceOn = (limit: bigint, terms: Terms): bigint =>
  terms.tolerancePercent === undefined
    ? (terms.toleranceAmount ?? 0n)
    : (limit * terms.tolerancePercent) / 100n;

/** The bucket with the fewest days that is long enough. */
export function bucketOf({ buckets }: Terms, days: number | undefined) {
  if (days === undefined) return undefined;
  const long = buckets.filter((bucket) => bucket.days >= days);
  return long.sort((a, b) => a.days - b.days)[0];
}
