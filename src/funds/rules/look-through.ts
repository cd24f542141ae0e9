/**
 * Look-through (穿透): whose yuan stand behind each fund. A fund's share of a source is the average
 * of its partners' shares, weighted by amount; the funds are walked once, owners before owned, so
 * ten thousand funds cost one pass. Shares stay fractions; nothing is rounded on the way.
 */
import { Failure } from '../../kernel/index.ts';
import { fundRefusals as no } from '../refusals.ts';
import { Fraction } from './fraction.ts';

export const sourceClasses = ['gov', 'state', 'private'] as const;
/** 政府、国资、社会: what a yuan counts as. */
export type SourceClass = (typeof sourceClasses)[number];

/** Decimal text by name, all in one unit. */
export type Amounts = Readonly<Record<string, string>>;

/** How the mother fund is called among the partners of a sub-fund. */
export const motherKey = 'M';

export interface OwnershipGraph {
  /** What each source put into the mother fund. */
  readonly mother: Amounts;
  /** By sub-fund, its partners: `M`, the name of another sub-fund, or a source. */
  readonly subFunds: Readonly<Record<string, Amounts>>;
  readonly classOfSource: Readonly<Record<string, SourceClass>>;
}

export interface Holding {
  readonly partner: string;
  readonly amount: Fraction;
}

export type Shares = ReadonlyMap<string, Fraction>;

export interface LookThrough {
  /** Partners with an amount above zero, by fund, the mother included. */
  readonly holdings: ReadonlyMap<string, readonly Holding[]>;
  readonly sizes: ReadonlyMap<string, Fraction>;
  /** By fund, the share of each source; a fund without capital has none. */
  readonly shares: ReadonlyMap<string, Shares>;
}

/** The funds with their partners, or the first name that cannot be read one way only. */
function holdingsOf(graph: OwnershipGraph): Map<string, readonly Holding[]> | Failure {
  const funds: [string, Amounts][] = [[motherKey, graph.mother], ...Object.entries(graph.subFunds)];
  const names = new Set(funds.map(([name]) => name));
  const ambiguous = [motherKey, ...Object.keys(graph.classOfSource)].find((name) =>
    name === motherKey ? Object.hasOwn(graph.subFunds, name) : names.has(name),
  );
  if (ambiguous !== undefined) return new Failure(no['name-ambiguous'], { name: ambiguous });
  const holdings = new Map<string, readonly Holding[]>();
  for (const [fund, amounts] of funds) {
    const partners = Object.entries(amounts)
      .map(([partner, text]) => ({ partner, amount: Fraction.of(text) }))
      .filter(({ amount }) => !amount.isZero());
    const stranger = partners.find(
      ({ partner }) => !names.has(partner) && !Object.hasOwn(graph.classOfSource, partner),
    );
    if (stranger) {
      return new Failure(no['source-without-class'], { fund, source: stranger.partner });
    }
    holdings.set(fund, partners);
  }
  return holdings;
}

/** A way round among funds that wait for each other, owner before owned, first name repeated. */
function cycleAmong(waiting: ReadonlyMap<string, readonly string[]>): string[] {
  const path: string[] = [];
  let at = [...waiting.keys()][0] as string;
  while (!path.includes(at)) {
    path.push(at);
    at = waiting.get(at)?.find((owner) => waiting.has(owner)) as string;
  }
  return [at, ...path.slice(path.indexOf(at) + 1).reverse(), at];
}

/**
 * The nodes, owners before owned (Kahn), or the path of a cycle.
 * @param owners by node, the nodes that own a part of it; names that are no node are passed over.
 */
export function ownersFirst(
  owners: ReadonlyMap<string, readonly string[]>,
): { readonly order: readonly string[] } | { readonly cycle: readonly string[] } {
  const ownedBy = new Map<string, string[]>();
  const waitsFor = new Map<string, number>();
  for (const [node, above] of owners) {
    const known = above.filter((owner) => owners.has(owner));
    waitsFor.set(node, known.length);
    for (const owner of known) {
      const owned = ownedBy.get(owner);
      if (owned) owned.push(node);
      else ownedBy.set(owner, [node]);
    }
  }
  const order = [...owners.keys()].filter((node) => waitsFor.get(node) === 0);
  // The list grows while it is walked.
  for (const owner of order) {
    for (const node of ownedBy.get(owner) ?? []) {
      const left = (waitsFor.get(node) as number) - 1;
      waitsFor.set(node, left);
      if (left === 0) order.push(node);
    }
  }
  if (order.length === owners.size) return { order };
  const done = new Set(order);
  return { cycle: cycleAmong(new Map([...owners].filter(([node]) => !done.has(node)))) };
}

function sharesOf(
  partners: readonly Holding[],
  size: Fraction,
  known: ReadonlyMap<string, Shares>,
): Shares {
  const amounts = new Map<string, Fraction>();
  const add = (source: string, amount: Fraction): void => {
    amounts.set(source, (amounts.get(source) ?? Fraction.zero).plus(amount));
  };
  for (const { partner, amount } of partners) {
    const behind = known.get(partner);
    if (!behind) add(partner, amount);
    else for (const [source, share] of behind) add(source, amount.times(share));
  }
  return new Map([...amounts].map(([source, amount]) => [source, amount.dividedBy(size)]));
}

/**
 * Sizes and shares of every fund. Refuses a name with two readings, a source without class, a cycle
 * (its path is named), and money that comes out of a fund which nobody has paid into.
 */
export function lookThrough(graph: OwnershipGraph): LookThrough | Failure {
  const holdings = holdingsOf(graph);
  if (holdings instanceof Failure) return holdings;
  const owners = new Map(
    [...holdings].map(([fund, partners]) => [fund, partners.map(({ partner }) => partner)]),
  );
  const sorted = ownersFirst(owners);
  if ('cycle' in sorted) return new Failure(no['fund-cycle'], { path: sorted.cycle });
  const sizes = new Map<string, Fraction>();
  const shares = new Map<string, Shares>();
  for (const fund of sorted.order) {
    const partners = holdings.get(fund) as readonly Holding[];
    const size = Fraction.sum(partners.map(({ amount }) => amount));
    const empty = partners.find(({ partner }) => sizes.get(partner)?.isZero());
    if (empty) return new Failure(no['fund-without-capital'], { fund: empty.partner, owns: fund });
    sizes.set(fund, size);
    shares.set(fund, size.isZero() ? new Map() : sharesOf(partners, size, shares));
  }
  return { holdings, sizes, shares };
}
