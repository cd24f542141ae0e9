// Dated terms of random histories: numbers that stand for steps, seasons, top-ups, collateral,
// tenor buckets, what is lent and borrowed, and tolerance, all around the days of the history.
import * as fc from 'fast-check';
import { addDays, dayInShanghai } from '../../src/kernel/index.ts';
import { termsOf } from '../../src/limits/terms-input.ts';
import { z } from 'zod';
import { termsShape } from '../../src/limits/terms-input.ts';
import { noTerms } from './oracle-terms.ts';
import type { Terms } from './oracle-terms.ts';

/** Which members there are, as bits, and their sizes; nothing in half of the cases. */
const members = {
  step: 1,
  season: 2,
  topUp: 4,
  collateral: 8,
  buckets: 16,
  tolerance: 32,
  lend: 64,
  borrow: 128,
  attributes: 256,
  lendTo: 512,
} as const;
const numbers = fc.record({
  members: fc.nat(1023),
  amount: fc.integer({ min: 2_000, max: 60_000 }),
  other: fc.integer({ min: 1_000, max: 60_000 }),
  day: fc.nat(6),
  length: fc.nat(4),
  percent: fc.nat(40),
});
export type DrawnTerms = typeof numbers extends fc.Arbitrary<infer T> ? T : never;
export const drawnTerms: fc.Arbitrary<DrawnTerms | undefined> = fc.option(numbers, {
  nil: undefined,
  freq: 2,
});

/** Each is stated or not; no two go by the same number. */
function attributesFrom(drawn: DrawnTerms): Terms['attributes'] {
  if (!has(drawn, 'attributes')) return undefined;
  const flags = { funded: drawn.percent, committed: drawn.length, secured: drawn.day };
  const stated = Object.entries(flags).filter(([, number]) => number % 3 > 0);
  return {
    ...Object.fromEntries(stated.map(([name, number]) => [name, number % 3 === 1])),
    ...(drawn.amount % 4 > 0 ? { category: categories[drawn.amount % 4] as string } : {}),
  };
}

const categories = ['', '工业', '科技', '农业'] as const;

/** One condition, or now and then two. */
function lendToFrom({ other, amount }: DrawnTerms): NonNullable<Terms['lendTo']> {
  const conditions = [
    { revolving: ['R', 'NRS'] },
    { funded: amount % 2 === 0 },
    { committed: amount % 2 === 0 },
    { secured: amount % 2 === 0 },
    { categories: amount % 2 === 0 ? ['科技'] : ['工业', '农业'] },
    { revolving: ['NR'] },
  ] as const;
  const first = conditions[other % 6];
  return { ...(amount % 5 === 0 ? conditions[(other + 1) % 6] : {}), ...first };
}

const has = ({ members: bits }: DrawnTerms, member: keyof typeof members): boolean =>
  (bits & members[member]) > 0;

/**
 * The terms that the numbers stand for, without lending and borrowing.
 * @param before whose buckets, and what it lends and borrows, stay as they are; to whom it lends
 * may change where that is said at all.
 */
export function termsFrom(
  drawn: DrawnTerms | undefined,
  at: number,
  before: Terms | undefined,
): Terms | undefined {
  const kept = before && {
    buckets: before.buckets,
    lend: before.lend,
    borrow: before.borrow,
    lendTo: before.lendTo && drawn ? lendToFrom(drawn) : before.lendTo,
  };
  if (!drawn) return before && { ...noTerms, ...kept };
  const amount = BigInt(drawn.amount);
  const other = BigInt(drawn.other);
  const on = (later: number): string => addDays(dayInShanghai(new Date(at)), later);
  const span = { from: on(drawn.day - 1), to: on(drawn.day - 1 + drawn.length) };
  const percent = BigInt(drawn.percent);
  const even = drawn.percent % 2 === 0;
  return {
    ...noTerms,
    steps: has(drawn, 'step')
      ? [
          { from: on(drawn.day + drawn.length), amount: other },
          { from: on(drawn.day - 1), amount },
        ].slice(drawn.length === 0 ? 1 : 0)
      : [],
    seasons:
      has(drawn, 'season') && drawn.length < 3
        ? [{ from: span.from.slice(5), to: span.to.slice(5), amount: other }]
        : [],
    topUps: has(drawn, 'topUp') ? [{ ...span, amount: other }] : [],
    ...(has(drawn, 'collateral') && {
      basis: even ? 'MIN' : 'SUM',
      pieces: [
        { price: amount / 3n, quantity: 2n, haircutPercent: percent },
        { price: other / 7n, quantity: 3n, haircutPercent: 100n - percent },
      ],
    }),
    buckets: has(drawn, 'buckets')
      ? [
          { days: 60, amount: other },
          { days: 30, amount },
          { days: 90, amount: other / 2n },
        ]
      : [],
    tolerancePercent: has(drawn, 'tolerance') && even ? percent : undefined,
    toleranceAmount: has(drawn, 'tolerance') && !even ? other / 20n : undefined,
    attributes: attributesFrom(drawn),
    ...kept,
  };
}

/** The terms with what siblings may use of the node, and what it may use of theirs. */
export const sharingTerms = (terms: Terms | undefined, drawn: DrawnTerms): Terms | undefined => ({
  ...(terms ?? noTerms),
  lend: has(drawn, 'lend') ? BigInt(drawn.other) / 3n : undefined,
  borrow: has(drawn, 'borrow') ? BigInt(drawn.amount) / 2n : undefined,
  lendTo: has(drawn, 'lendTo') ? lendToFrom(drawn) : undefined,
});

const yuan = (fen: bigint): string => {
  const digits = fen.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** The same as the JSON of an operation or a trial calculation. */
export const termsJson = (terms: Terms | undefined = noTerms) => ({
  schedule: terms.steps.map((one) => ({ ...one, amount: yuan(one.amount) })),
  seasons: terms.seasons.map((one) => ({ ...one, amount: yuan(one.amount) })),
  topUps: terms.topUps.map((one, i) => ({ ref: `t${i}`, ...one, amount: yuan(one.amount) })),
  basis: terms.basis,
  collateral: terms.pieces.map(({ price, quantity, haircutPercent }, i) => ({
    ref: `p${i}`,
    price: yuan(price),
    quantity: `${quantity}`,
    haircut: yuan(haircutPercent),
  })),
  buckets: terms.buckets.map((one) => ({ ...one, amount: yuan(one.amount) })),
  ...(terms.lend === undefined ? {} : { lend: yuan(terms.lend) }),
  ...(terms.borrow === undefined ? {} : { borrow: yuan(terms.borrow) }),
  ...(terms.attributes && Object.keys(terms.attributes).length > 0
    ? { attributes: terms.attributes }
    : {}),
  ...(terms.lendTo && { lendTo: terms.lendTo }),
  ...(terms.tolerancePercent === undefined ? {} : { toleranceRate: yuan(terms.tolerancePercent) }),
  ...(terms.toleranceAmount === undefined ? {} : { toleranceAmount: yuan(terms.toleranceAmount) }),
});

const Terms = z.strictObject(termsShape);

/** The same as the engine keeps it. */
export const engineTerms = (terms: Terms | undefined) => termsOf(Terms.parse(termsJson(terms)));
