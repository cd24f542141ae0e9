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

const selectStride = statement(
  'credit.select-drawdown-stride',
  `select max(id) as upto, count(*)::int as drawdowns from (select id from credit_drawdowns
     where id > $1 order by id limit $2::int) part`,
);
const clearTallies = statement(
  'credit.clear-risk-tallies',
  'update credit_risk_tallies set loans = 0, balance = 0, overdue = 0',
);

/**
 * A change may have closed nights behind the day already: then the range is looked up. What has no
 * terms is due whole on its due day.
 */
const rangeOnDay = `case when l.id is null then ${delinquencyOf('($1::date - d.due_on)')}
  when l.closed_on = $1::date then l.delinquency
  else (select g.delinquency from credit_loan_ranges g where g.drawdown_id = l.id
    and g.since <= $1::date order by g.since desc, g.no desc limit 1) end`;

/**
 * Every table is read by the bounds of the portion and once. Materialized, and the instalments
 * taken loan by loan behind `offset 0`, because the planner takes the few that are overdue for
 * fewer still and would read those of the whole book.
 */
const tallyPortion = statement(
  'credit.tally-risk',
  `with repaid as (select drawdown_id as id, sum(principal) as later from credit_repayments
     where drawdown_id > $2 and drawdown_id <= $3
       and (value_on > $1::date or made_at > $4::timestamptz) group by 1
   ), paid_out as (select drawdown_id as id, sum(amount) as later from credit_loan_tranches
     where drawdown_id > $2 and drawdown_id <= $3 and reversed_by is null
       and (value_on > $1::date or recorded_at > $4::timestamptz) group by 1
   ), owed as materialized (
     select d.zone_id, d.owner_id, ${classOfDrawdown} as risk_class, ${rangeOnDay} as delinquency,
       d.outstanding + coalesce(r.later, 0) - coalesce(p.later, 0) as balance, l.id, l.paused,
       l.state = 'OPEN' as open
     from credit_drawdowns d
     left join credit_loans l on l.id = d.id and l.id > $2 and l.id <= $3
     left join repaid r on r.id = d.id left join paid_out p on p.id = d.id
     where d.id > $2 and d.id <= $3 and d.value_on <= $1::date and d.made_at <= $4::timestamptz
       and d.state not in ('REVERSED', 'WRITTEN_OFF')
       and (l.state = 'OPEN' or d.outstanding + coalesce(r.later, 0) > coalesce(p.later, 0))
   ), paid_since as (
     select l.id from owed l where l.delinquency is not null and exists (
       select from credit_loan_payments p where p.drawdown_id = l.id and p.reversed_by is null
         and p.value_on > $1::date)
   ), found as (
     select zone_id, owner_id, risk_class, delinquency, 1 as loans, balance, 0 as overdue
     from owed where balance > 0
     union all
     select zone_id, owner_id, risk_class, delinquency, 0, 0, balance
     from owed where id is null and delinquency is not null and balance > 0
     union all
     select l.zone_id, l.owner_id, l.risk_class, ${delinquencyOf(agedDays('i.due_on'))}, 0, 0,
       i.unpaid
     from owed l cross join lateral (
       select due_on, interest + principal - paid_interest - paid_ahead - paid_principal as unpaid
       from credit_instalments where drawdown_id = l.id and live and due_on < $1::date offset 0) i
     where l.open and l.delinquency is not null and i.unpaid > 0
       and l.id not in (select id from paid_since)
   ), added as (
   insert into credit_risk_tallies as t (zone_id, owner_id, risk_class, delinquency, loans, balance,
     overdue)
   select zone_id, owner_id, risk_class, delinquency, sum(loans), sum(balance), sum(overdue)
   from found group by 1, 2, 3, 4
   on conflict (zone_id, owner_id, risk_class, delinquency) do update set
     loans = t.loans + excluded.loans, balance = t.balance + excluded.balance,
     overdue = t.overdue + excluded.overdue
   )
   select id from paid_since order by id`,
);
const tallyOverdue = statement(
  'credit.tally-overdue',
  `insert into credit_risk_tallies as t (zone_id, owner_id, risk_class, delinquency, loans, balance,
     overdue)
   select $1, $2, l.risk_class, n.code, 0, 0, n.overdue
   from credit_loans l, unnest($4::text[], $5::numeric[]) n (code, overdue) where l.id = $3
   on conflict (zone_id, owner_id, risk_class, delinquency) do update set
     overdue = t.overdue + excluded.overdue`,
);
const selectTallies = statement(
  'credit.select-risk-tallies',
  `select zone_id as "zoneId", owner_id as "ownerId", risk_class as "riskClass", delinquency, loans,
     balance, overdue
   from credit_risk_tallies where loans > 0 or overdue > 0 order by 1, 2, 3, 4`,
);
const selectBegun = statement(
  'credit.select-report-begun',
  `select min(done_at) as at from credit_day_end_portions
   where business_day = $1::date and step = 'report' and seq > (
     select max(seq) from credit_day_end_portions where business_day = $1::date
       and step = 'classify')`,
);

/** Loans of one class and one range in a book, and unpaid instalments whose own range it is. */
export interface RiskSum extends Book {
  readonly riskClass: RiskClass;
  readonly delinquency: string | null;
  readonly loans: number;
  readonly balance: Money;
  readonly overdue: Money;
}

/** The instant of the first portion of the day's report: what is recorded later is not in it. */
export async function reportBegunAt(tx: Tx, day: Day): Promise<Date | undefined> {
  const [row] = await tx.rows<{ at: Date | null }>(selectBegun, [day]);
  return row?.at ?? undefined;
}

/** The drawdowns behind one, at most so many, as they were recorded by the instant. */
export interface TallyPortion {
  readonly day: Day;
  readonly after: string;
  readonly most: number;
  readonly at: Date;
}

export interface Tallied {
  readonly drawdowns: number;
  /** Undefined behind the last drawdown. */
  readonly upto: string | undefined;
  /** Overdue loans that were paid on a later day: their rows know it, so the rules are asked. */
  readonly paidSince: readonly string[];
}

/** Adds the portion to the tallies, all but the unpaid instalments of what was paid since. */
export async function tallyRisk(tx: Tx, { day, after, most, at }: TallyPortion): Promise<Tallied> {
  if (after === '') tx.send(clearTallies, []);
  type Stride = { upto: string | null; drawdowns: number };
  const [part] = await tx.rows<Stride>(selectStride, [after, most]);
  const { upto, drawdowns } = part ?? { upto: null, drawdowns: 0 };
  if (upto === null) return { drawdowns, upto: undefined, paidSince: [] };
  const values = [day, after, upto, at.toISOString()];
  const paidSince = (await tx.rows<{ id: string }>(tallyPortion, values)).map(({ id }) => id);
  return { drawdowns, upto: drawdowns < most ? undefined : upto, paidSince };
}

/** Adds unpaid instalments of one loan by the range that each is in. */
export const addOverdue = (
  tx: Tx,
  { id, zoneId, ownerId }: Book & { readonly id: string },
  byRange: ReadonlyMap<string, Money>,
): void =>
  tx.send(tallyOverdue, [
    zoneId,
    ownerId,
    id,
    [...byRange.keys()],
    [...byRange.values()].map((amount) => amount.toString()),
  ]);

/** All books that have a loan, as the day leaves them. */
export async function riskSums(tx: Tx): Promise<RiskSum[]> {
  type Row = Omit<RiskSum, 'balance' | 'overdue'> & Record<'balance' | 'overdue', string>;
  const rows = await tx.rows<Row>(selectTallies);
  return rows.map((row) => ({
    ...row,
    balance: Money.of(row.balance),
    overdue: Money.of(row.overdue),
  }));
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
