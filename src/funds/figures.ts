/**
 * The figures of funds as of a day, and as they were known at an instant: sums of dated facts, so
 * the same question has the same answer for ever. Each comes with the steps that lead to its
 * facts.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import { DayInput, InstantInput } from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { CalculationStep } from './rules/steps.ts';
import { halfUp, notRounded } from './rules/steps.ts';

/** The two times of every report: business days up to `asOf`, facts recorded up to `knownAt`. */
export const timeShape = {
  asOf: DayInput.optional(),
  knownAt: InstantInput.optional(),
};

export interface AsOf {
  readonly day: Day;
  /** RFC 3339; undefined: everything that is known now. */
  readonly knownAt: string | undefined;
}

export const asOfFrom = (
  { asOf, knownAt }: { asOf?: Day | undefined; knownAt?: string | undefined },
  today: Day,
): AsOf => ({ day: asOf ?? today, knownAt });

const measures = ['committed', 'called', 'paid-in', 'invested'] as const;
type Measure = (typeof measures)[number];

/** A sum, and of how many facts. */
interface Sum {
  readonly amount: Money;
  readonly facts: number;
}

export type Figures = Readonly<Record<Measure, Sum>>;

const nothing: Sum = { amount: Money.zero, facts: 0 };
const none: Figures = {
  committed: nothing,
  called: nothing,
  'paid-in': nothing,
  invested: nothing,
};

interface SumRow {
  readonly id: string;
  readonly measure: Measure;
  readonly amount: string;
  readonly facts: number;
}

const sumsByFund = statement(
  'funds.sums-by-fund',
  `select fund_id as id, measure, sum(amount) as amount, count(*)::int as facts from funds_sizes_v
   where fund_id = any ($1::text[]) and value_on <= $2::date
     and ($3::timestamptz is null or recorded_at <= $3::timestamptz)
   group by fund_id, measure`,
);
const sumsByPartner = statement(
  'funds.sums-by-partner',
  `select partner_id as id, measure, sum(amount) as amount, count(*)::int as facts
   from funds_contributions_v
   where fund_id = any ($1::text[]) and value_on <= $2::date
     and ($3::timestamptz is null or recorded_at <= $3::timestamptz)
   group by partner_id, measure`,
);

function gathered(rows: readonly SumRow[]): (id: string) => Figures {
  const byId = new Map<string, Figures>();
  for (const { id, measure, amount, facts } of rows) {
    const sum = { amount: Money.of(amount), facts };
    byId.set(id, { ...(byId.get(id) ?? none), [measure]: sum });
  }
  return (id) => byId.get(id) ?? none;
}

/** The figures of these funds, by fund. */
export async function figuresOfFunds(
  tx: Tx,
  fundIds: readonly string[],
  { day, knownAt }: AsOf,
): Promise<(fundId: string) => Figures> {
  return gathered(await tx.rows<SumRow>(sumsByFund, [fundIds, day, knownAt ?? null]));
}

/** The figures of the partners of a fund, by partner; nothing is invested by a partner here. */
export async function figuresOfPartners(
  tx: Tx,
  fundId: string,
  { day, knownAt }: AsOf,
): Promise<(partnerId: string) => Figures> {
  return gathered(await tx.rows<SumRow>(sumsByPartner, [[fundId], day, knownAt ?? null]));
}

/** Amounts as they are answered. */
export const amountsOf = (figures: Figures) => {
  const paidIn = figures['paid-in'].amount;
  return {
    committed: figures.committed.amount.toString(),
    called: figures.called.amount.toString(),
    paidIn: paidIn.toString(),
    invested: figures.invested.amount.toString(),
    unfunded: figures.committed.amount.minus(figures.called.amount).toString(),
    cash: paidIn.minus(figures.invested.amount).toString(),
  };
};

/** How each figure of a fund came about; `list` is where its facts can be read one by one. */
export function figureSteps(fundId: string, figures: Figures, at: AsOf): CalculationStep[] {
  const amounts = amountsOf(figures);
  const time = { asOf: at.day, ...(at.knownAt === undefined ? {} : { knownAt: at.knownAt }) };
  const where = new URLSearchParams({ fundId, ...time }).toString();
  const sum = (measure: Measure, clause: string, list: string, result: string) => ({
    rule: `funds.${measure}`,
    clause,
    inputs: { ...time, facts: String(figures[measure].facts), list: `/${list}?${where}` },
    formula: 'Σ of the facts with a value day up to asOf',
    result,
    rounding: notRounded,
  });
  const difference = (
    rule: string,
    clause: string,
    from: [string, string],
    less: [string, string],
  ) => ({
    rule: `funds.${rule}`,
    clause,
    inputs: Object.fromEntries([from, less]) as Record<string, string>,
    formula: `${from[0]} - ${less[0]}`,
    result: Money.of(from[1]).minus(Money.of(less[1])).toString(),
    rounding: notRounded,
  });
  const { committed, called, paidIn, invested } = amounts;
  return [
    sum('committed', '认缴：初始、追加与减资之和', 'commitments', committed),
    sum('called', '已通知缴款', 'capital-calls', called),
    sum('paid-in', '实缴：只计到账现金', 'capital-calls', paidIn),
    sum('invested', '已投：按成本', 'investments', invested),
    difference('unfunded', '未缴余额', ['committed', committed], ['called', called]),
    difference('cash', '账户余额', ['paidIn', paidIn], ['invested', invested]),
    {
      rule: 'funds.paid-in-ratio',
      clause: '到位率＝实缴÷认缴',
      inputs: { paidIn, committed },
      formula: 'paidIn ÷ committed',
      result: Money.of(paidIn).ratioTo(Money.of(committed), 4) ?? null,
      rounding: halfUp(4),
    },
  ];
}
