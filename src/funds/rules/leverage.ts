/**
 * 放大倍数 is a family, not a number: one ownership graph gives 2× to 18× by level, basis and
 * perspective. So a figure always carries its definition, and both halves of it, unrounded. Levels
 * after the practice of the guidance funds and the European fund's internal and external
 * multiplier.
 */
import { Failure } from '../../kernel/index.ts';
import type { Money } from '../../kernel/index.ts';
import { fundRefusals as no } from '../refusals.ts';
import { Fraction } from './fraction.ts';
import type { Amounts, LookThrough, OwnershipGraph, SourceClass } from './look-through.ts';
import { lookThrough, motherKey } from './look-through.ts';

/** Decimals of a printed multiple, and of a share. */
export const multiplePlaces = 4;
export const sharePlaces = 6;

/** What a multiple means; two figures may be compared only when theirs are equal. */
export interface LeverageDefinition {
  /** L0 mother ÷ fiscal, L1 sub-funds ÷ mother, L2 look-through, L3 rounds ÷ cost, L4 both. */
  readonly level: 'L0' | 'L1' | 'L1c' | 'L1s' | 'L2' | 'L3' | 'L4';
  /** Both halves are measured on it: committed money is never divided by paid-in money. */
  readonly basis: 'committed' | 'paid-in' | 'invested';
  /** Whose yuan is the denominator. */
  readonly perspective: string;
  readonly numerator: 'all' | 'non-government' | 'private';
  /** Whether flows between funds of the group are left out. */
  readonly consolidated: boolean;
  readonly asOf: string;
}

/** Why there is no multiple, in words for the screen: a guess would be worse. */
export const notComputable = {
  denominator: '不可计算：缺出资额',
  numerator: '不可计算：缺规模',
} as const;

export interface Multiple {
  readonly multiple: Fraction | undefined;
  readonly reason?: string;
}

/** One half missing, or nothing to divide by: no multiple, but the reason. */
export function multipleOf(
  numerator: Fraction | undefined,
  denominator: Fraction | undefined,
): Multiple {
  if (!denominator || denominator.isZero()) {
    return { multiple: undefined, reason: notComputable.denominator };
  }
  if (!numerator) return { multiple: undefined, reason: notComputable.numerator };
  return { multiple: numerator.dividedBy(denominator) };
}

export interface LeverageFigure {
  readonly definition: LeverageDefinition;
  readonly numerator: Money | undefined;
  readonly denominator: Money | undefined;
  /** Four decimals, half-up; undefined when it cannot be computed. */
  readonly multiple: string | undefined;
  readonly reason?: string;
}

/** The multiple of two amounts of the book under a definition; undefined stands for "not known". */
export function leverageFigure(
  definition: LeverageDefinition,
  numerator: Money | undefined,
  denominator: Money | undefined,
): LeverageFigure {
  const exact = (amount: Money | undefined) => amount && Fraction.of(amount.toString());
  const { multiple, ...why } = multipleOf(exact(numerator), exact(denominator));
  return { definition, numerator, denominator, multiple: multiple?.toText(multiplePlaces), ...why };
}

/** A financing round of a project: what each sub-fund put in, and `other` for everybody else. */
export const outsideKey = 'other';

export interface LeverageGraph extends OwnershipGraph {
  readonly rounds?: Readonly<Record<string, Amounts>> | undefined;
}

/** Amounts of the graph, by name, from which every level is a ratio of two. */
export interface GraphAmounts {
  readonly motherSize: Fraction;
  readonly motherInSubFunds: Fraction;
  readonly sumOfSizes: Fraction;
  /** What came from outside the sub-funds; the mother is looked through, not outside. */
  readonly externalCapital: Fraction;
  readonly privateDirect: Fraction;
  readonly externalBySource: ReadonlyMap<string, Fraction>;
  readonly externalByClass: Readonly<Record<SourceClass, Fraction>>;
  readonly governmentInMother: Fraction;
  readonly governmentShareOfFund: ReadonlyMap<string, Fraction>;
  readonly rounds: RoundAmounts | undefined;
}

export interface RoundAmounts {
  /** Every round once, however many sub-funds took part. */
  readonly total: Fraction;
  /** What the sub-funds paid for their parts. */
  readonly cost: Fraction;
  /** Cost × share of each source, looked through. */
  readonly bySource: ReadonlyMap<string, Fraction>;
  readonly government: Fraction;
}

/** All amounts of the graph, or why it cannot be read. */
export function graphAmounts(graph: LeverageGraph): GraphAmounts | Failure {
  const stranger = refuseStranger(graph);
  if (stranger) return stranger;
  const through = lookThrough(graph);
  if (through instanceof Failure) return through;
  const rounds = roundAmounts(graph, through);
  if (rounds instanceof Failure) return rounds;
  const classOf = (source: string) => graph.classOfSource[source] as SourceClass;
  const paidBy = amountsByPartner(graph, through);
  const direct = (partner: string): Fraction => paidBy.get(partner) ?? Fraction.zero;
  const sources = Object.keys(graph.classOfSource);
  const motherInSubFunds = direct(motherKey);
  const sumOfSizes = Fraction.sum(paidBy.values());
  const internal = Fraction.sum(Object.keys(graph.subFunds).map(direct));
  const behindMother = through.shares.get(motherKey);
  const externalBySource = new Map(
    sources.map((source) => {
      const viaMother = (behindMother?.get(source) ?? Fraction.zero).times(motherInSubFunds);
      return [source, direct(source).plus(viaMother)];
    }),
  );
  const byClass = classSums(externalBySource, classOf);
  const externalCapital = sumOfSizes.minus(internal);
  assertIdentities(through, byClass, externalCapital);
  const governmentOf = (fund: string): Fraction =>
    classSums(through.shares.get(fund) ?? new Map(), classOf).gov;
  return {
    motherSize: through.sizes.get(motherKey) as Fraction,
    motherInSubFunds,
    sumOfSizes,
    externalCapital,
    privateDirect: Fraction.sum(sources.filter((s) => classOf(s) === 'private').map(direct)),
    externalBySource,
    externalByClass: byClass,
    governmentInMother: governmentOf(motherKey).times(through.sizes.get(motherKey) as Fraction),
    governmentShareOfFund: new Map(
      Object.keys(graph.subFunds)
        .filter((fund) => !through.sizes.get(fund)?.isZero())
        .map((fund) => [fund, governmentOf(fund)]),
    ),
    rounds,
  };
}

/** What each partner put into all sub-funds together. */
function amountsByPartner(graph: LeverageGraph, { holdings }: LookThrough): Map<string, Fraction> {
  const amounts = new Map<string, Fraction>();
  for (const fund of Object.keys(graph.subFunds)) {
    for (const { partner, amount } of holdings.get(fund) ?? []) {
      amounts.set(partner, (amounts.get(partner) ?? Fraction.zero).plus(amount));
    }
  }
  return amounts;
}

function classSums(
  bySource: ReadonlyMap<string, Fraction>,
  classOf: (source: string) => SourceClass,
): Record<SourceClass, Fraction> {
  const sums = { gov: Fraction.zero, state: Fraction.zero, private: Fraction.zero };
  for (const [source, amount] of bySource) {
    const key = classOf(source);
    sums[key] = sums[key].plus(amount);
  }
  return sums;
}

/** What must hold exactly; a difference is a fault of this file, never of the input. */
function assertIdentities(
  { shares }: LookThrough,
  { gov, state, private: social }: Readonly<Record<SourceClass, Fraction>>,
  externalCapital: Fraction,
): void {
  if (!gov.plus(state).plus(social).equals(externalCapital)) {
    throw new Error('Government, state and private money do not add up to the external capital.');
  }
  for (const [fund, bySource] of shares) {
    if (bySource.size > 0 && !Fraction.sum(bySource.values()).isNear(Fraction.one, 60)) {
      throw new Error(`The shares of ${fund} do not add up to one.`);
    }
  }
}

/** Refuses a part of somebody who is neither a sub-fund nor `other`. */
function refuseStranger({ rounds = {}, subFunds }: LeverageGraph): Failure | undefined {
  for (const [round, parts] of Object.entries(rounds)) {
    const known = (name: string) => name === outsideKey || Object.hasOwn(subFunds, name);
    const participant = Object.keys(parts).find((name) => !known(name));
    if (participant !== undefined) {
      return new Failure(no['round-participant-unknown'], { round, participant });
    }
  }
  return undefined;
}

/** Rounds count once; refuses a part of a fund that nobody has paid into. */
function roundAmounts(
  graph: LeverageGraph,
  through: LookThrough,
): RoundAmounts | Failure | undefined {
  if (graph.rounds === undefined) return undefined;
  let total = Fraction.zero;
  let cost = Fraction.zero;
  const bySource = new Map<string, Fraction>();
  for (const [round, parts] of Object.entries(graph.rounds)) {
    for (const [participant, text] of Object.entries(parts)) {
      const amount = Fraction.of(text);
      total = total.plus(amount);
      if (participant === outsideKey || amount.isZero()) continue;
      if (through.sizes.get(participant)?.isZero()) {
        return new Failure(no['fund-without-capital'], { fund: participant, round });
      }
      cost = cost.plus(amount);
      for (const [source, share] of through.shares.get(participant) ?? []) {
        bySource.set(source, (bySource.get(source) ?? Fraction.zero).plus(amount.times(share)));
      }
    }
  }
  const classOf = (source: string) => graph.classOfSource[source] as SourceClass;
  return { total, cost, bySource, government: classSums(bySource, classOf).gov };
}
