/**
 * Rows of risk reports. Balances are those of the report's own day: what was repaid or paid out
 * with a later value day is put back. A report is written once, and a second run adds nothing.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { RiskClass } from './rules/risk-class.ts';
import type { RatioName, RiskFigures } from './rules/risk-report.ts';
import { agedDays, delinquencyOf } from './store-day-end.ts';
import { classOfDrawdown } from './store-inspections.ts';

/** Whose loans where: a bank in a zone. */
export interface Book {
  readonly zoneId: string;
  readonly ownerId: string;
}

/** Drawdowns that one statement reads at most. */
const stride = 100_000;

const selectStride = statement(
  'credit.select-drawdown-stride',
  `select max(id) as upto from (select id from credit_drawdowns where id > $1 order by id
     limit ${stride}) part`,
);
/** A change may have closed nights behind the day already: then the range is looked up. */
const rangeOnDay = `case when l.id is null or l.closed_on = $1::date then l.delinquency
  else (select g.delinquency from credit_loan_ranges g where g.drawdown_id = l.id
    and g.since <= $1::date order by g.since desc, g.no desc limit 1) end`;
const selectSums = statement(
  'credit.select-risk-sums',
  `with repaid as (select drawdown_id as id, sum(principal) as later from credit_repayments
     where value_on > $1::date group by 1
   ), paid_out as (select drawdown_id as id, sum(amount) as later from credit_loan_tranches
     where value_on > $1::date and reversed_by is null group by 1
   ), owed as (
     select d.zone_id, d.owner_id, ${classOfDrawdown} as risk_class, ${rangeOnDay} as delinquency,
       d.outstanding + coalesce(r.later, 0) - coalesce(p.later, 0) as balance
     from credit_drawdowns d left join credit_loans l on l.id = d.id
     left join repaid r on r.id = d.id left join paid_out p on p.id = d.id
     where d.id > $2 and d.id <= $3 and d.value_on <= $1::date
       and d.state not in ('REVERSED', 'WRITTEN_OFF')
   )
   select zone_id as "zoneId", owner_id as "ownerId", risk_class as "riskClass", delinquency,
     count(*)::int as loans, sum(balance)::numeric(20,2) as balance
   from owed where balance > 0 group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
);

/** Loans of one class and one range in a book. */
export interface RiskSum extends Book {
  readonly riskClass: RiskClass;
  readonly delinquency: string | null;
  readonly loans: number;
  readonly balance: Money;
}

const selectOverdue = statement(
  'credit.select-overdue-by-range',
  `select i.zone_id as "zoneId", i.owner_id as "ownerId",
     ${delinquencyOf(agedDays('i.due_on'))} as delinquency,
     sum(i.interest + i.principal - i.paid_interest - i.paid_ahead - i.paid_principal)
       ::numeric(20,2) as amount
   from credit_loans l join credit_instalments i on i.drawdown_id = l.id
   where l.id > $2 and l.id <= $3 and i.drawdown_id > $2 and i.drawdown_id <= $3
     and l.state = 'OPEN' and l.delinquency is not null
     and i.live and i.due_on < $1::date
     and i.interest + i.principal > i.paid_interest + i.paid_ahead + i.paid_principal
   group by 1, 2, 3 order by 1, 2, 3`,
);

/** What is unpaid of instalments, each in the range of its own days past due. */
export interface OverdueSum extends Book {
  readonly delinquency: string;
  readonly amount: Money;
}

/** All books that have a loan, as the day leaves them; a book is in it once per stride. */
export async function riskSums(
  tx: Tx,
  day: Day,
): Promise<{ readonly sums: RiskSum[]; readonly overdue: OverdueSum[] }> {
  const sums: RiskSum[] = [];
  const overdue: OverdueSum[] = [];
  for (let after = ''; ;) {
    const [next] = await tx.rows<{ upto: string | null }>(selectStride, [after]);
    const upto = next?.upto;
    if (!upto) return { sums, overdue };
    type Owed = Omit<RiskSum, 'balance'> & { balance: string };
    const owed = await tx.rows<Owed>(selectSums, [day, after, upto]);
    sums.push(...owed.map((row) => ({ ...row, balance: Money.of(row.balance) })));
    type Unpaid = Omit<OverdueSum, 'amount'> & { amount: string };
    const unpaid = await tx.rows<Unpaid>(selectOverdue, [day, after, upto]);
    overdue.push(...unpaid.map((row) => ({ ...row, amount: Money.of(row.amount) })));
    after = upto;
  }
}

const selectHeld = statement(
  'credit.select-held-provisions',
  `select distinct on (owner_id, zone_id) id, owner_id as "ownerId", zone_id as "zoneId", amount
   from credit_held_provisions where as_of <= $1::date
   order by owner_id, zone_id, as_of desc, recorded_at desc, id desc`,
);

export interface Held extends Book {
  readonly id: string;
  readonly amount: Money;
}

/** What each bank last said that it holds, of this day or an earlier one. */
export async function heldProvisions(tx: Tx, day: Day): Promise<Held[]> {
  type Row = Omit<Held, 'amount'> & { amount: string };
  const rows = await tx.rows<Row>(selectHeld, [day]);
  return rows.map((row) => ({ ...row, amount: Money.of(row.amount) }));
}

const insertHeld = statement(
  'credit.insert-held-provision',
  `insert into credit_held_provisions (id, zone_id, owner_id, as_of, amount, evidence, operation_id,
     recorded_at) values ($1, $2, $3, $4::date, $5::numeric, $6, $7, $8::timestamptz)`,
);

export const addHeldProvision = (
  tx: Tx,
  one: Held & { asOf: Day; evidence: string; operationId: string; at: Date },
): void =>
  tx.send(insertHeld, [
    one.id,
    one.zoneId,
    one.ownerId,
    one.asOf,
    one.amount.toString(),
    one.evidence,
    one.operationId,
    one.at.toISOString(),
  ]);

const selectBelow = statement(
  'credit.select-ratios-below',
  `select zone_id as "zoneId", owner_id as "ownerId", r.name
   from credit_risk_reports, lateral (select key as name, value from jsonb_each(ratios)) r
   where as_of = $1::date - 1 and r.value ->> 'standing' = 'BELOW'`,
);

/** Which ratios stood below their band on the day before, so that only news is told. */
export const belowTheDayBefore = (
  tx: Tx,
  day: Day,
): Promise<(Book & { readonly name: RatioName })[]> => tx.rows(selectBelow, [day]);

const insertReport = statement(
  'credit.insert-risk-report',
  `insert into credit_risk_reports (id, zone_id, owner_id, as_of, loans, balance, non_performing,
     special, general, required, held_id, classes, ranges, ratios, provision_pack, range_pack,
     operation_id, computed_at)
   values ($1, $2, $3, $4::date, $5::int, $6::numeric, $7::numeric, $8::numeric, $9::numeric,
     $10::numeric, $11, $12::jsonb, $13::jsonb, $14::jsonb, $15, $16, $17, $18::timestamptz)
   on conflict (owner_id, zone_id, as_of) do nothing returning id`,
);

/** One range: loans whose oldest unpaid due lies in it, and what instalments in it are unpaid. */
export interface RangeSum {
  readonly code: string;
  readonly loans: number;
  readonly balance: Money;
  readonly overdue: Money;
}

export interface NewReport extends Book {
  readonly id: string;
  readonly day: Day;
  readonly figures: RiskFigures;
  readonly ranges: readonly RangeSum[];
  readonly heldId: string | undefined;
  readonly packs: { readonly provision: string; readonly range: string };
  readonly operationId: string;
  readonly at: Date;
}

/** False when the book has a report of the day already. */
export async function addRiskReport(tx: Tx, one: NewReport): Promise<boolean> {
  const { figures, ranges } = one;
  const { special, general, required } = figures.provisions;
  const written = await tx.rows(insertReport, [
    one.id,
    one.zoneId,
    one.ownerId,
    one.day,
    figures.loans,
    figures.balance.toString(),
    figures.nonPerforming.toString(),
    special.toString(),
    general.toString(),
    required.toString(),
    one.heldId ?? null,
    JSON.stringify(figures.classes),
    JSON.stringify(ranges),
    JSON.stringify(figures.ratios, (_, value: unknown) => value ?? null),
    one.packs.provision,
    one.packs.range,
    one.operationId,
    one.at.toISOString(),
  ]);
  return written.length > 0;
}

const selectBook = statement(
  'credit.select-book',
  'select 1 from credit_agreements where zone_id = $1 and owner_id = $2 limit 1',
);

/** A bank has a book where it has an agreement, in force or not. */
export const hasBook = async (tx: Tx, { zoneId, ownerId }: Book): Promise<boolean> =>
  (await tx.rows(selectBook, [zoneId, ownerId])).length > 0;
