/**
 * What a limit is on a day (额度计划、临时额度、押品): its standing amount or the dated step in force,
 * plus temporary top-ups, bounded or raised by collateral. The figure is worked out when asked for,
 * so no job stands between a date and its effect.
 */
import type { Day, InputFault, Rate } from '../../kernel/index.ts';
import { Exact, Failure, Money, addDays, problemOfFault, sentence } from '../../kernel/index.ts';
import { limitRefusals as no } from '../refusals.ts';

/** A standing amount from this day on. */
export interface LimitStep {
  readonly from: Day;
  readonly amount: Money;
}

/** A window of every year, `MM-DD` to `MM-DD`, which may run over the turn of the year. */
export interface Season {
  readonly from: string;
  readonly to: string;
  readonly amount: Money;
}

/** A temporary limit 临时额度 with dates of its own, both included. */
export interface TopUp {
  readonly ref: string;
  readonly amount: Money;
  readonly from: Day;
  readonly to: Day;
}

export interface Collateral {
  readonly ref: string;
  /** Yuan for one piece. */
  readonly price: Money;
  readonly quantity: Exact;
  /** Share of the value that does not count, 0 to 1. */
  readonly haircut: Rate;
}

/** Shares of the full value of the collateral: at most at the start, add more, sell (初始、补仓、处置). */
export interface Margin {
  readonly initial: Rate;
  readonly marginCall: Rate;
  readonly liquidation: Rate;
  /** How far below a level the loan must stand before the level counts as cured. */
  readonly buffer: Rate;
}

/** The largest use with a tenor of up to so many days. */
export interface TenorBucket {
  readonly days: number;
  readonly amount: Money;
}

/** What a limit is for (表内外、承诺、担保、类别); what is not stated is not known. */
export interface Attributes {
  readonly funded?: boolean | undefined;
  readonly committed?: boolean | undefined;
  readonly secured?: boolean | undefined;
  readonly category?: string | undefined;
}

/** To whom a limit lends: a borrower that fulfils every condition that is named. */
export interface LendTo {
  readonly revolving?: ('R' | 'NR' | 'NRS')[] | undefined;
  readonly funded?: boolean | undefined;
  readonly committed?: boolean | undefined;
  readonly secured?: boolean | undefined;
  readonly categories?: string[] | undefined;
}

export interface DatedTerms {
  readonly steps: readonly LimitStep[];
  readonly seasons: readonly Season[];
  readonly topUps: readonly TopUp[];
  /** LINE: collateral is not asked. MIN: it bounds the line. SUM: it adds to it. */
  readonly basis: 'LINE' | 'MIN' | 'SUM';
  readonly collateral: readonly Collateral[];
  /** What the collateral secures before this limit, of MIN: a renewed line still owes it. */
  readonly priorClaim: Money | undefined;
  /** By tenor, shortest first; without one every tenor is allowed. */
  readonly buckets: readonly TenorBucket[];
  /** What of its free part siblings may use; undefined: all of it. */
  readonly lend: Money | undefined;
  /** How far it may use what siblings leave free; undefined: not at all. */
  readonly borrow: Money | undefined;
  readonly attributes: Attributes | undefined;
  /** Which siblings it lends to; undefined: all of them. */
  readonly lendTo: LendTo | undefined;
  /** How far use may stand above the limit: a share of the limit in force, or an amount. */
  readonly toleranceRate: Rate | undefined;
  readonly toleranceAmount: Money | undefined;
  /** From which share of the limit on it is warned; undefined: as the rule in force says. */
  readonly warnRate: Rate | undefined;
  /** Levels of its collateral; undefined: as the rule in force says. */
  readonly margin: Margin | undefined;
}

export const plainTerms: DatedTerms = {
  steps: [],
  seasons: [],
  topUps: [],
  basis: 'LINE',
  collateral: [],
  priorClaim: undefined,
  buckets: [],
  lend: undefined,
  borrow: undefined,
  attributes: undefined,
  lendTo: undefined,
  toleranceRate: undefined,
  toleranceAmount: undefined,
  warnRate: undefined,
  margin: undefined,
};

/** `plainTerms` itself when nothing is given, so that a plain limit stays on the short way. */
export const orPlain = (terms: DatedTerms): DatedTerms =>
  (Object.keys(plainTerms) as (keyof DatedTerms)[]).every((name) => {
    const [own, plain] = [terms[name], plainTerms[name]];
    return Array.isArray(own) && Array.isArray(plain) ? own.length === 0 : own === plain;
  })
    ? plainTerms
    : terms;

/** Whether the node may keep something from its siblings. */
export const ringFences = ({ lend, lendTo }: DatedTerms): boolean =>
  lend !== undefined || lendTo !== undefined;

/** Whether lending or borrowing is agreed at all. */
export const sharesHeadroom = (terms: DatedTerms): boolean =>
  ringFences(terms) || terms.borrow !== undefined;

const inSeason = ({ from, to }: Season, day: Day): boolean => {
  const date = day.slice(5);
  return from <= to ? date >= from && date <= to : date >= from || date <= to;
};

/** The standing part on a day: a season before a step before the granted amount. */
export function standingOn(granted: Money, terms: DatedTerms, day: Day): Money {
  const season = terms.seasons.find((one) => inSeason(one, day));
  if (season) return season.amount;
  const reached = terms.steps.filter((step) => step.from <= day);
  return (
    reached.reduce<LimitStep | undefined>(
      (latest, step) => (latest && latest.from > step.from ? latest : step),
      undefined,
    )?.amount ?? granted
  );
}

export const topUpOn = ({ topUps }: DatedTerms, day: Day): Money =>
  Money.sum(topUps.filter((one) => one.from <= day && day <= one.to).map((one) => one.amount));

/** Σ price · quantity, and what of it counts after the haircut; each piece rounds once. */
export function collateralValue(pieces: readonly Collateral[]): { full: Money; counted: Money } {
  return {
    full: Money.sum(pieces.map(({ price, quantity }) => price.times(quantity))),
    counted: Money.sum(
      pieces.map(({ price, quantity, haircut }) =>
        price.times(quantity.times(Exact.one.minus(Exact.of(haircut.toString())))),
      ),
    ),
  };
}

/** The limit in force on a day, never below zero. Source: domain formulas, `eff(n, t)`. */
export function limitOn(granted: Money, terms: DatedTerms, day: Day): Money {
  const sanctioned = standingOn(granted, terms, day).plus(topUpOn(terms, day));
  const { counted } = collateralValue(terms.collateral);
  const base =
    terms.basis === 'MIN'
      ? Money.min(sanctioned, counted.minus(terms.priorClaim ?? Money.zero))
      : terms.basis === 'SUM'
        ? sanctioned.plus(counted)
        : sanctioned;
  return Money.max(base, Money.zero);
}

/** How far use may stand above a limit; a share of it is never rounded up. */
export const toleranceOn = (limit: Money, { toleranceRate, toleranceAmount }: DatedTerms): Money =>
  toleranceRate === undefined
    ? (toleranceAmount ?? Money.zero)
    : limit.times(Exact.of(toleranceRate.toString()), 'down');

/** The most that the terms could let through on any day, with what is borrowed or tolerated. */
export function ceilingOf(granted: Money, terms: DatedTerms): Money {
  const standing = [...terms.steps, ...terms.seasons]
    .map((one) => one.amount)
    .reduce((most, amount) => Money.max(most, amount), granted);
  const { counted } = collateralValue(terms.collateral);
  const limit = Money.sum([
    standing,
    ...terms.topUps.map((one) => one.amount),
    terms.basis === 'SUM' ? counted : Money.zero,
  ]);
  return Money.sum([limit, toleranceOn(limit, terms), terms.borrow ?? Money.zero]);
}

/** The node with the limit that is in force on the day. */
export const onDay = <N extends { readonly granted: Money; readonly terms: DatedTerms }>(
  node: N & { readonly limit: Money },
  day: Day,
): N & { readonly limit: Money } =>
  node.terms === plainTerms && node.limit === node.granted
    ? node
    : { ...node, limit: limitOn(node.granted, node.terms, day) };

/** A temporary limit's own counters on a day (临时额度：核定、已用、预占、可用). */
export interface TopUpUse extends Omit<TopUp, 'amount'> {
  /** What of it counts today: nothing outside its days, less where collateral bounds the limit. */
  readonly sanctioned: Money;
  readonly used: Money;
  readonly blocked: Money;
  /** Negative when it has ended and is still used. */
  readonly available: Money;
}

/** What fills up in order: each place takes what it holds of what the places before it left. */
const filled = (amount: Money, places: readonly Money[]): Money[] => {
  let left = Money.max(amount, Money.zero);
  return places.map((holds) => {
    const here = Money.min(left, holds);
    left = left.minus(here);
    return here;
  });
};

/**
 * How each top-up of a node stands on the day for which the node was read. The standing limit is
 * used first, then the top-ups in force, that which ends first before the others; what stands above
 * the limit stands in those that have ended, the last one first, and beyond them in the standing
 * limit. What is used comes before what is held. In the order of the terms.
 */
export function topUpUse(
  node: {
    readonly limit: Money;
    readonly granted: Money;
    readonly terms: DatedTerms;
    readonly consumed: Money;
    readonly reserved: Money;
  },
  day: Day,
): TopUpUse[] {
  const { limit, granted, terms, consumed, reserved } = node;
  if (terms.topUps.length === 0) return [];
  const ends = (a: TopUp, b: TopUp): number => (a.to === b.to ? 0 : a.to < b.to ? -1 : 1);
  const begun = terms.topUps.filter((one) => one.from <= day);
  const inForce = begun.filter((one) => day <= one.to).toSorted(ends);
  const ended = begun.filter((one) => one.to < day).toSorted((a, b) => ends(b, a));
  const pledged = terms.basis === 'SUM' ? collateralValue(terms.collateral).counted : Money.zero;
  const standing = Money.min(limit, standingOn(granted, terms, day).plus(pledged));
  const sanctioned = filled(
    limit.minus(standing),
    inForce.map((one) => one.amount),
  );
  const places = [standing, ...sanctioned, ...ended.map((one) => one.amount)];
  const used = filled(consumed, places);
  const taken = filled(consumed.plus(reserved), places);
  const at = new Map([...inForce, ...ended].map(({ ref }, i) => [ref, i]));
  return terms.topUps.map(({ ref, from, to }) => {
    const i = at.get(ref);
    const of = (list: readonly Money[], first: number): Money =>
      (i === undefined ? undefined : list[i + first]) ?? Money.zero;
    const mine = { sanctioned: of(sanctioned, 0), used: of(used, 1) };
    const blocked = of(taken, 1).minus(mine.used);
    return {
      ref,
      from,
      to,
      ...mine,
      blocked,
      available: mine.sanctioned.minus(mine.used).minus(blocked),
    };
  });
}

/** Days on which the limit may differ from the day before, after `from` and up to `until`. */
export function turningDays(terms: DatedTerms, from: Day, until: Day, next: (day: Day) => Day) {
  const days = new Set<Day>();
  // Terms may end with the last day there is, which has no next.
  const addEnd = (last: Day): void => void (last < until && days.add(next(last)));
  for (const step of terms.steps) days.add(step.from);
  for (const one of terms.topUps) {
    days.add(one.from);
    addEnd(one.to);
  }
  for (let year = from.slice(0, 4); year <= until.slice(0, 4); year = nextYear(year)) {
    for (const season of terms.seasons) {
      days.add(`${year}-${season.from}` as Day);
      addEnd(`${year}-${season.to}` as Day);
    }
  }
  return [...days].filter((day) => day > from && day <= until).sort();
}

/** What begins or has just ended on a day. */
export interface Turn {
  readonly kind: 'step-begun' | 'season-begun' | 'season-ended' | 'top-up-begun' | 'top-up-ended';
  readonly amount: Money;
  /** Of a top-up. */
  readonly ref?: string;
}

/** The dated terms that begin on the day, or ended with the day before. */
export function turnsOn(terms: DatedTerms, day: Day): Turn[] {
  const before = addDays(day, -1);
  const [date, last] = [day.slice(5), before.slice(5)];
  return [
    ...terms.steps.flatMap(({ from, amount }): Turn[] =>
      from === day ? [{ kind: 'step-begun', amount }] : [],
    ),
    ...terms.seasons.flatMap(({ from, to, amount }): Turn[] => [
      ...(from === date ? [{ kind: 'season-begun', amount } as const] : []),
      ...(to === last ? [{ kind: 'season-ended', amount } as const] : []),
    ]),
    ...terms.topUps.flatMap(({ ref, from, to, amount }): Turn[] => [
      ...(from === day ? [{ kind: 'top-up-begun', ref, amount } as const] : []),
      ...(to === before ? [{ kind: 'top-up-ended', ref, amount } as const] : []),
    ]),
  ];
}

const nextYear = (year: string): string => String(BigInt(year) + 1n).padStart(4, '0');

/** What is wrong with terms by themselves, each by its place. */
export function termsFaults(terms: DatedTerms): InputFault[] {
  const faults: InputFault[] = [];
  const twice = (list: readonly string[], path: string): void => {
    if (new Set(list).size < list.length)
      faults.push({ path, message: sentence('同一项出现两次', 'the same twice') });
  };
  twice(
    terms.steps.map((step) => step.from),
    'steps',
  );
  twice(
    terms.topUps.map((one) => one.ref),
    'topUps',
  );
  twice(
    terms.buckets.map((bucket) => String(bucket.days)),
    'buckets',
  );
  twice(terms.lendTo?.revolving ?? [], 'lendTo.revolving');
  twice(terms.lendTo?.categories ?? [], 'lendTo.categories');
  if (terms.topUps.some((one) => one.to < one.from)) {
    faults.push({ path: 'topUps', message: sentence('止日早于起日', 'ends before it begins') });
  }
  if (terms.toleranceRate !== undefined && terms.toleranceAmount !== undefined) {
    faults.push({
      path: 'toleranceAmount',
      message: sentence('按限额比例或按金额，二者取一', 'a share of the limit or an amount'),
    });
  }
  return faults;
}

/** `terms-malformed` with every problem. */
export function refuseTerms(terms: DatedTerms): Failure | undefined {
  const faults = termsFaults(terms);
  if (faults.length === 0) return undefined;
  return new Failure(no['terms-malformed'], { problems: faults.map(problemOfFault) });
}

/** Throws what `refuseTerms` finds. */
export function demandTerms(terms: DatedTerms): void {
  const refusal = refuseTerms(terms);
  if (refusal) throw refusal;
}
