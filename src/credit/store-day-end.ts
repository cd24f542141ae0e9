/**
 * The day-end of all loans in SQL, a portion of them at a time. Nothing is added up from day to day
 * but whole stretches of penalty interest: accrued interest is counted anew from the part it lies
 * in, so that a day run twice, or late, gives the same figures.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

const selectLastClosed = statement(
  'credit.select-last-day-end',
  'select max(business_day) as day from credit_day_ends',
);

export async function lastClosedDay(tx: Tx): Promise<Day | undefined> {
  const [row] = await tx.rows<{ day: Day | null }>(selectLastClosed);
  return row?.day ?? undefined;
}

const selectFirstUnfinished = statement(
  'credit.select-first-unfinished-day',
  `select least(
     (select min(closed_on) + 1 from credit_loans where state = 'OPEN'),
     (select min(business_day) from credit_day_end_portions
      where business_day > coalesce((select max(business_day) from credit_day_ends), '-infinity'))
   ) as day`,
);

/** The first day that some open loan has not closed, or whose steps were begun and not ended. */
export async function firstUnfinishedDay(tx: Tx): Promise<Day | undefined> {
  const [row] = await tx.rows<{ day: Day | null }>(selectFirstUnfinished);
  return row?.day ?? undefined;
}

const lockDayEnd = statement(
  'credit.lock-day-end',
  `select pg_advisory_xact_lock(hashtext('credit.run-day-end'))`,
);

/** One day-end at a time in the whole book, whoever started it. */
export const lockTheDayEnd = async (tx: Tx): Promise<void> => {
  await tx.rows(lockDayEnd);
};

const portionEnd = statement(
  'credit.select-day-end-portion',
  `select max(id) as upto, count(*)::int as loans from (
     select id from credit_loans
     where id > $2 and state = 'OPEN' and closed_on = $1::date - 1
     order by id limit $3::int) p`,
);

export interface Portion {
  readonly day: Day;
  readonly after: string;
  readonly upto: string;
  readonly loans: number;
}

/** The next loans by id whose turn it is; undefined when there are none. */
export async function nextPortion(
  tx: Tx,
  day: Day,
  after: string,
  most: number,
): Promise<Portion | undefined> {
  type Row = { upto: string | null; loans: number };
  const [row] = await tx.rows<Row>(portionEnd, [day, after, most]);
  if (!row || row.upto === null) return undefined;
  return { day, after, upto: row.upto, loans: row.loans };
}

const billDue = statement(
  'credit.bill-due-instalments',
  `with turn as (
     select id, zone_id, owner_id from credit_loans
     where id > $2 and id <= $3 and state = 'OPEN' and closed_on = $1::date - 1
       and next_event_on <= $1::date
     order by id for no key update
   ), due as (
     update credit_instalments i set billed = true from turn t
     where i.drawdown_id = t.id and i.live and not i.billed and i.due_on <= $1::date
     returning i.zone_id, i.owner_id, i.due_on, i.interest
   )
   select zone_id as "zoneId", owner_id as "ownerId", due_on as "dueOn",
     sum(interest)::numeric(20,2) as interest, count(*)::int as instalments
   from due group by 1, 2, 3 order by 1, 2, 3`,
);

/** What fell due in one book on one day. */
export interface DueInBook {
  readonly zoneId: string;
  readonly ownerId: string;
  readonly dueOn: Day;
  readonly interest: Money;
  readonly instalments: number;
}

type Values = readonly [Day, string, string];
const valuesOf = ({ day, after, upto }: Portion): Values => [day, after, upto];

/** Instalments of the portion that fall due: marked, and summed by book for the ledger. */
export async function billDueInstalments(tx: Tx, portion: Portion): Promise<DueInBook[]> {
  type Row = Omit<DueInBook, 'interest'> & { interest: string };
  const rows = await tx.rows<Row>(billDue, valuesOf(portion));
  return rows.map((row) => ({ ...row, interest: Money.of(row.interest) }));
}

/**
 * Loans on whose figures something happens by itself today: a part of interest begins or ends, an
 * instalment becomes due or bears penalty from tonight, the rate changes. A stretch of penalty that
 * ends is rounded and closed.
 */
const meetEvents = statement(
  'credit.meet-loan-events',
  `update credit_loans l set
     penalty_closed = l.penalty_closed + case when n.cut then credit_round(l.penal_principal
       * l.penalty_rate * credit_days_over(l.day_count, l.stretch_from, $1::date),
       credit_days_under(l.day_count), l.rounding) else 0 end,
     compound_closed = l.compound_closed + case when n.cut then credit_round(l.penal_interest
       * l.penalty_rate * credit_days_over(l.day_count, l.stretch_from, $1::date),
       credit_days_under(l.day_count), l.rounding) else 0 end,
     stretch_from = case when n.cut then $1::date else l.stretch_from end,
     penal_principal = n.principal, penal_interest = n.interest, penalty_rate = n.penalty_rate,
     overdue_since = n.since, next_event_on = n.next_event_on,
     part_from = n.part_from, part_to = n.part_to, part_before = n.before,
     part_balance = n.balance, part_rate = n.rate, part_over = n.over, part_under = n.under
   from (
     select o.id, i.principal, i.interest, i.since, r.penalty_rate,
       least(i.next_on, p.part_to, r.next_on) as next_event_on, p.*,
       (i.principal, i.interest, r.penalty_rate)
         is distinct from (o.penal_principal, o.penal_interest, o.penalty_rate) as cut
     from credit_loans o
     cross join lateral (
       select coalesce(sum(case when to_on <= $1::date
           then principal - paid_ahead - paid_principal end), 0)::numeric(20,2) as principal,
         coalesce(sum(case when to_on <= $1::date then interest - paid_interest end), 0)
           ::numeric(20,2) as interest,
         min(due_on) filter (where due_on <= $1::date
           and interest + principal > paid_interest + paid_ahead + paid_principal) as since,
         least(min(due_on) filter (where due_on > $1::date),
           min(to_on) filter (where to_on > $1::date)) as next_on
       from credit_instalments where drawdown_id = o.id and live) i
     cross join lateral (
       select round((array_agg(rate order by from_on desc, no desc)
           filter (where from_on <= $1::date))[1]
           * (1 + o.penalty_markup), 12) as penalty_rate,
         min(from_on) filter (where from_on > $1::date) as next_on
       from credit_loan_rates where drawdown_id = o.id) r
     left join lateral (
       select from_on as part_from, to_on as part_to, before, balance, rate, over, under
       from credit_interest_parts
       where drawdown_id = o.id and live and from_on <= $1::date and to_on > $1::date
         and due_on > $1::date limit 1) p on true
     where o.id > $2 and o.id <= $3 and o.state = 'OPEN' and o.closed_on = $1::date - 1
       and o.next_event_on <= $1::date
   ) n
   where n.id = l.id`,
);

const closeNight = statement(
  'credit.close-night',
  `with closed as (
     update credit_loans set closed_on = $1::date,
       accrued = case when part_from is null then 0 else part_before
         + part_balance * part_rate * part_over * ($1::date + 1 - part_from)
         / (part_under * (part_to - part_from)) end,
       penalty = case when penal_principal = 0 then penalty_closed else penalty_closed
         + penal_principal * penalty_rate * credit_days_over(day_count, stretch_from, $1::date + 1)
         / credit_days_under(day_count) end,
       compound = case when penal_interest = 0 then compound_closed else compound_closed
         + penal_interest * penalty_rate * credit_days_over(day_count, stretch_from, $1::date + 1)
         / credit_days_under(day_count) end,
       days_past_due = coalesce(greatest($1::date - overdue_since, 0), 0)
     where id > $2 and id <= $3 and state = 'OPEN' and closed_on = $1::date - 1
     returning id, zone_id, owner_id, due_on, days_past_due
   )
   select id, zone_id as "zoneId", owner_id as "ownerId", due_on as "dueOn",
     days_past_due as "daysPastDue", due_on - $1::date as "daysLeft"
   from closed
   where days_past_due in (1, 31, 61, 91) or due_on - $1::date in (7, 30) order by id`,
);

/** A loan that its bank should hear of. */
export interface Noticed {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly dueOn: Day;
  readonly daysPastDue: number;
  readonly daysLeft: number;
}

/** Closes the night after the day for the portion; answers the loans that give cause for notice. */
export async function closePortion(tx: Tx, portion: Portion): Promise<Noticed[]> {
  const values = valuesOf(portion);
  await tx.rows(meetEvents, values);
  return tx.rows<Noticed>(closeNight, values);
}

const notePortion = statement(
  'credit.note-day-end-portion',
  `insert into credit_day_end_portions (business_day, step, after_id, upto_id, loans, due,
     interest_due, operation_id, done_at)
   values ($1::date, $2, $3, $4, $5::int, $6::int, $7::numeric, $8, $9::timestamptz)`,
);

export interface DonePortion extends Portion {
  readonly step: 'accrue' | 'classify';
  readonly due: number;
  readonly interestDue: Money;
  readonly operationId: string;
  readonly at: Date;
}

export function noteDone(tx: Tx, done: DonePortion): void {
  const { day, step, after, upto, loans, due, interestDue, operationId, at } = done;
  const interest = interestDue.toString();
  const doneAt = at.toISOString();
  tx.send(notePortion, [day, step, after, upto, loans, due, interest, operationId, doneAt]);
}

const finish = statement(
  'credit.finish-day-end',
  `insert into credit_day_ends values ($1::date, $2::timestamptz, $3) on conflict do nothing`,
);

export const finishDay = (tx: Tx, day: Day, operationId: string, at: Date): void =>
  tx.send(finish, [day, at.toISOString(), operationId]);

const countLeft = statement(
  'credit.count-loans-behind',
  `select count(*)::int as loans from credit_loans
   where state = 'OPEN' and closed_on = $1::date - 1 and id > $2`,
);

export async function loansLeft(tx: Tx, day: Day, after: string): Promise<number> {
  const [row] = await tx.rows<{ loans: number }>(countLeft, [day, after]);
  return row?.loans ?? 0;
}
