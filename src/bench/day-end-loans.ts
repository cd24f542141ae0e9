/**
 * The book for `bench day-end`, made in SQL: half of the loans pay interest on the 20th of each
 * month, a fifth on that of each quarter, the rest instalments on days of their own, so that 20
 * March 2026 is the heaviest day there can be. Four in a hundred are overdue; one debtor has a
 * fiftieth of all loans.
 */
import type { Client } from 'pg';

/** The last day that the book has closed when it is made. */
export const madeThrough = '2026-03-17';
/** The day that the plans and the cache are warmed by, and the two that are measured. */
export const days = { warm: '2026-03-18', ordinary: '2026-03-19', heavy: '2026-03-20' } as const;

const chunk = 50_000;

const workTables = `
  create unlogged table bench_loans (
    id text, zone_id text, owner_id text, enterprise_id text, kind int, amount numeric(20,2),
    rate numeric(16,12), value_on date, unpaid int) with (autovacuum_enabled = off);
  create unlogged table bench_dues (
    id text, no int, from_on date, to_on date, principal numeric(20,2), balance numeric(20,2),
    interest numeric(20,2), paid boolean) with (autovacuum_enabled = off);`;

/** Kinds: 0 settles monthly, 1 quarterly, 2 pays equal principal. */
const drawLoans = `
  insert into bench_loans
  select 'draw_' || lpad(g::text, 26, '0'), $3::text, ($4::text[])[1 + g % 4],
    'ent_' || lpad((case when g % 50 = 0 then 0
      else 1 + h / 7 % greatest($5::int / 3, 1) end)::text, 26, '0'),
    case when g % 10 < 5 then 0 when g % 10 < 7 then 1 else 2 end,
    12000.00 * (1 + h % 500), 0.03 + (h % 40) * 0.001,
    '2025-03-25'::date + h % 330, case when h % 100 < 4 then 1 + h / 100 % 4 else 0 end
  from generate_series($1::int, $2::int) g, lateral (select abs(hashint4(g)) as h) x`;

const drawDues = `
  insert into bench_dues
  select id, no, from_on, to_on,
    case when kind = 2 then amount / times when no = times then amount else 0 end, balance,
    round(balance * rate * (to_on - from_on) / 360, 2),
    to_on <= '${madeThrough}' and no <= count(*) filter (where to_on <= '${madeThrough}')
      over (partition by id) - unpaid
  from (
    select l.*, no, case kind when 1 then 4 else 12 end as times,
      lag(to_on, 1, value_on) over (partition by l.id order by no) as from_on, to_on,
      case when kind = 2 then amount * (13 - no) / 12 else amount end as balance
    from bench_loans l
    cross join lateral generate_series(1, case kind when 1 then 4 else 12 end) no
    cross join lateral (select (date_trunc('month', value_on) + case kind
      when 0 then make_interval(months => no, days => 19)
      when 1 then make_interval(months => no * 3 - (extract(month from value_on)::int % 3),
        days => 19)
      else make_interval(months => no, days => extract(day from value_on)::int % 28) end)::date
      as to_on) d) x
  order by id, no`;

const keep = [
  `insert into credit_drawdowns (id, zone_id, owner_id, line_id, node_id, enterprise_id, amount,
     outstanding, value_on, due_on, state, purpose, operation_id, made_at, scheduled)
   select l.id, zone_id, owner_id, 'line', 'lim', enterprise_id, amount, amount - d.paid, value_on,
     d.due_on, case when d.paid > 0 then 'PARTLY_REPAID' else 'DISBURSED' end, 'bench', 'bench',
     now(), true
   from bench_loans l join (select id, max(to_on) as due_on,
     coalesce(sum(principal) filter (where paid), 0) as paid from bench_dues group by id) d
     on d.id = l.id order by l.id`,
  `insert into credit_loan_rates (drawdown_id, from_on, zone_id, owner_id, rate, reason,
     operation_id, recorded_at,
     kind)
   select id, value_on, zone_id, owner_id, rate, 'agreed', 'bench', now(), 'AGREED' from bench_loans
   order by id`,
  `insert into credit_instalments (drawdown_id, no, zone_id, owner_id, from_on, to_on, due_on,
     interest, principal, balance, paid_ahead, paid_interest, paid_principal, billed)
   select d.id, no, zone_id, owner_id, from_on, to_on, to_on, interest, principal, balance, 0,
     case when paid then interest else 0 end, case when paid then principal else 0 end,
     to_on <= '${madeThrough}'
   from bench_dues d join bench_loans l on l.id = d.id order by d.id, no`,
  `insert into credit_interest_parts (drawdown_id, no, zone_id, owner_id, from_on, to_on, due_on,
     before, balance, rate, over, under)
   select d.id, no, zone_id, owner_id, from_on, to_on, to_on, 0, balance, rate, to_on - from_on, 360
   from bench_dues d join bench_loans l on l.id = d.id order by d.id, no`,
  `insert into credit_loans (id, zone_id, owner_id, enterprise_id, product, state, value_on, due_on,
     day_count, rounding, penalty_markup, closed_on, next_event_on, part_from, part_to, part_before,
     part_balance, part_rate, part_over, part_under, penal_principal, penal_interest, penalty_rate,
     stretch_from, overdue_since, days_past_due)
   select l.id, zone_id, owner_id, enterprise_id, 'working-capital', 'OPEN', value_on, d.due_on,
     'ACT/360', 'half-up', 0.5, '${madeThrough}', next_on, p.from_on, p.to_on, 0, p.balance,
     case when p.id is null then null else rate end, p.to_on - p.from_on,
     case when p.id is null then null else 360 end, late, late_interest, rate * 1.5,
     coalesce(last_on, value_on), since, coalesce('${madeThrough}'::date - since, 0)
   from bench_loans l
   join (select id, max(to_on) as due_on, min(to_on) filter (where ahead) as next_on,
       max(to_on) filter (where late) as last_on, min(to_on) filter (where late) as since,
       coalesce(sum(principal) filter (where late), 0) as late,
       coalesce(sum(interest) filter (where late), 0) as late_interest
     from (select *, to_on > '${madeThrough}' as ahead,
       to_on <= '${madeThrough}' and not paid as late from bench_dues) x group by id) d
     on d.id = l.id
   left join bench_dues p on p.id = l.id and p.from_on <= '${madeThrough}'
     and p.to_on > '${madeThrough}'
   order by l.id`,
];

/** Their keys are built when they are full, which takes half the time. */
const wideTables = ['credit_instalments', 'credit_interest_parts'];

interface Owners {
  readonly zoneId: string;
  readonly bankIds: readonly string[];
}

/** Fills the migrated database of the superuser `client` with open loans. */
export async function makeLoans(client: Client, loans: number, of: Owners): Promise<void> {
  // What a loan refers to is of no interest to the day-end, and checking it costs half the time.
  await client.query('set session_replication_role = replica');
  await client.query('set synchronous_commit = off');
  await client.query(workTables);
  for (const table of wideTables) {
    await client.query(`alter table ${table} drop constraint ${table}_pkey`);
  }
  for (let from = 1; from <= loans; from += chunk) {
    const to = Math.min(from + chunk - 1, loans);
    await client.query('truncate bench_loans, bench_dues');
    await client.query(drawLoans, [from, to, of.zoneId, of.bankIds, loans]);
    await client.query(drawDues);
    await client.query('analyze bench_loans, bench_dues');
    for (const text of keep) await client.query(text);
  }
  await client.query('drop table bench_loans, bench_dues');
  for (const table of wideTables) {
    await client.query(`alter table ${table} add primary key (drawdown_id, no)`);
  }
  await client.query('analyze');
  await client.query('checkpoint');
}
