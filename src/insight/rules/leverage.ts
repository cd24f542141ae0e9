/**
 * Leverage (放大倍数) from dated facts. L1 = Σ sub-fund size ÷ Σ mother contribution, once on
 * commitments and once on paid-in money, never mixed; a pool: enrolled loans ÷ what is in it. A
 * family is the sub-funds of the mother's own zone to which she has committed.
 */
import { leverageFigure, notComputable } from '../../funds/index.ts';
import type { Day } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';
import type { Figure, Input, Qualifier, Question } from '../model.ts';

export const bases = ['committed', 'paid-in'] as const;
export type Basis = (typeof bases)[number];

export interface Mother {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly name: string;
  readonly generated: boolean;
}

/** Money of one partner in one fund; `motherId` when the partner is a fund. */
export interface FundFact {
  readonly factId: string;
  readonly zoneId: string;
  readonly fundId: string;
  readonly fundName: string;
  readonly partnerFundId: string | null;
  readonly measure: Basis;
  readonly amount: Money;
  readonly valueOn: Day;
}

const sum = (inputs: readonly Input[], side: Input['side']): Money =>
  Money.sum(inputs.filter((input) => input.side === side).map((input) => input.amount));

const some = (inputs: readonly Input[], side: Input['side']): Money | undefined =>
  inputs.some((input) => input.side === side) ? sum(inputs, side) : undefined;

/** The funds to which the mother has committed something by that day. */
function familyOf(mother: Mother, facts: readonly FundFact[]): Set<string> {
  const committed = new Map<string, Money>();
  for (const { partnerFundId, fundId, zoneId, measure, amount } of facts) {
    if (partnerFundId !== mother.id || measure !== 'committed' || zoneId !== mother.zoneId)
      continue;
    committed.set(fundId, (committed.get(fundId) ?? Money.zero).plus(amount));
  }
  return new Set([...committed].filter(([, amount]) => amount.isPositive()).map(([id]) => id));
}

function motherFigure(
  mother: Mother,
  family: ReadonlySet<string>,
  basis: Basis,
  facts: readonly FundFact[],
  { asOf }: Question,
): Figure {
  const inputs = facts
    .filter((fact) => fact.measure === basis && family.has(fact.fundId))
    .flatMap((fact): Input[] => {
      const { factId: id, fundName: label, amount, valueOn } = fact;
      const input = { id, label, amount, valueOn };
      const size = { ...input, side: 'numerator', source: 'funds_sizes_v' } as const;
      if (fact.partnerFundId !== mother.id) return [size];
      return [size, { ...input, side: 'denominator', source: 'funds_contributions_v' }];
    });
  const { definition, numerator, denominator, multiple, reason } = leverageFigure(
    { level: 'L1', basis, perspective: '母基金出资', numerator: 'all', consolidated: false, asOf },
    some(inputs, 'numerator'),
    some(inputs, 'denominator'),
  );
  return {
    kind: 'leverage',
    zoneId: mother.zoneId,
    ownerId: mother.ownerId,
    subjectId: mother.id,
    subjectName: mother.name,
    measure: `L1-${basis}`,
    part: 'all',
    definition: { ...definition },
    labels: {},
    unit: '倍',
    qualifier: null,
    numerator,
    denominator,
    value: multiple,
    reason,
    amounts: {},
    generated: mother.generated,
    inputs,
  };
}

/** Both bases of each mother fund. `facts` are those of the day: value days up to it, as known. */
export function motherFigures(
  mothers: readonly Mother[],
  facts: readonly FundFact[],
  question: Question,
): Figure[] {
  return mothers.flatMap((mother) => {
    const family = familyOf(mother, facts);
    return bases.map((basis) => motherFigure(mother, family, basis, facts, question));
  });
}

export interface Pool extends Mother {
  readonly scheme: string;
}

export interface PoolFacts {
  readonly contributions: readonly PoolFact[];
  /** Paid for claims. */
  readonly payments: readonly PoolFact[];
  /** Outstanding principal per enrolled loan. */
  readonly loans: readonly PoolFact[];
}

export interface PoolFact {
  readonly poolId: string;
  readonly id: string;
  readonly amount: Money;
  readonly valueOn: Day;
}

/**
 * Decimal text of n ÷ d without zeros that say nothing, as the calculation `leverage` writes it.
 */
const ratio = (n: Money, d: Money, places: number): string | undefined =>
  n.ratioTo(d, places)?.replace(/\.?0+$/, '');

const emptyPool = '不可计算：资金池余额为零';

/** Loans that a pool backs ÷ what is in the pool. */
export function poolFigures(
  pools: readonly Pool[],
  facts: PoolFacts,
  { asOf, knownAt }: Question,
): Figure[] {
  const of = (pool: Pool, list: readonly PoolFact[]) => list.filter((f) => f.poolId === pool.id);
  return pools.flatMap((pool) => {
    const input = (
      side: Input['side'],
      source: string,
      label: string,
      { id, amount, valueOn }: PoolFact,
    ): Input => ({ side, source, id, label, amount, valueOn });
    const inputs = [
      ...of(pool, facts.loans).map((f) =>
        input('numerator', 'risk_pool_enrolments_v', '入池贷款余额', f),
      ),
      ...of(pool, facts.contributions).map((f) =>
        input('denominator', 'risk_pool_balances_v', '出资', f),
      ),
      ...of(pool, facts.payments).map((f) =>
        input('denominator', 'risk_pool_enrolments_v', '风险补偿支出', {
          ...f,
          amount: f.amount.negated(),
        }),
      ),
    ];
    // A pool has no recorded instant of its own: it is known from its first known fact on.
    if (knownAt && inputs.length === 0) return [];
    const numerator = sum(inputs, 'numerator');
    const denominator = some(inputs, 'denominator');
    const value = denominator?.isPositive() ? ratio(numerator, denominator, 4) : undefined;
    const reason = denominator ? emptyPool : notComputable.denominator;
    return {
      kind: 'leverage',
      zoneId: pool.zoneId,
      ownerId: pool.ownerId,
      subjectId: pool.id,
      subjectName: pool.name,
      measure: 'pool',
      part: 'all',
      definition: {
        level: 'pool',
        basis: 'outstanding',
        perspective: '资金池余额',
        numerator: '入池贷款余额',
        consolidated: false,
        asOf,
      },
      labels: { scheme: pool.scheme },
      unit: '倍',
      qualifier: null,
      numerator,
      denominator,
      value,
      reason: value === undefined ? reason : undefined,
      amounts: {},
      generated: pool.generated,
      inputs,
    };
  });
}

/** A published figure of which one half alone was published. */
export interface ReportedHalf {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly subject: string;
  readonly measure: string;
  readonly value: Money;
  readonly qualifier: Qualifier | null;
  readonly source: string;
  readonly reportedOn: Day | null;
  /** What is said in place of the ratio. */
  readonly otherHalf: string;
}

/** What was reported, with its qualifier and no multiple: the other half is not known. */
export const reportedFigures = (halves: readonly ReportedHalf[], { asOf }: Question): Figure[] =>
  halves.map((half) => ({
    kind: 'leverage',
    zoneId: half.zoneId,
    ownerId: half.ownerId,
    subjectId: half.id,
    subjectName: half.subject,
    measure: 'reported',
    part: 'all',
    definition: {
      level: half.measure,
      basis: 'announced',
      perspective: '报道口径',
      numerator: half.subject,
      consolidated: false,
      asOf,
    },
    labels: { source: half.source },
    unit: '倍',
    qualifier: half.qualifier,
    numerator: half.value,
    denominator: undefined,
    value: undefined,
    reason: half.otherHalf,
    amounts: {},
    generated: false,
    inputs: [
      {
        side: 'numerator',
        source: 'parties_reported_figures_v',
        id: half.id,
        label: half.source,
        amount: half.value,
        valueOn: half.reportedOn,
      },
    ],
  }));
