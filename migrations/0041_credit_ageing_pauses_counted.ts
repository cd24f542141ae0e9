/**
 * Why: a pause of ageing moves the range of a loan in every night, so the loan's own row carries
 * the days on which its ageing stands still; null costs the night of all others nothing. A range
 * that a later record (a pause, a back-dated payment) changes for a past day is one more row of
 * that day with the instant of its recording, because reports made before it stay as they were.
 */
import type { Knex } from 'knex';

const schema = `
  alter table credit_loans add column paused datemultirange;
  comment on column credit_loans.paused is
    'Days on which its ageing stands still; null: none. They move ranges and never classes.';
  update credit_loans l set watched = true, paused = p.days
    from (select drawdown_id, range_agg(daterange(from_on, to_on + 1)) as days
      from credit_ageing_pauses group by 1) p
    where p.drawdown_id = l.id;

  create function credit_paused_days(paused datemultirange, due_on date, upto date) returns int
    immutable language sql as $$
    select coalesce(sum(upper(r) - lower(r)), 0)::int
    from unnest(paused * datemultirange(daterange(due_on, upto, '(]'))) r
  $$;
  comment on function credit_paused_days is 'Days of pauses after due_on up to upto.';

  alter table credit_loan_ranges
    add column no int not null default 1 check (no > 0),
    add column recorded_at timestamptz not null default '-infinity',
    drop constraint credit_loan_ranges_pkey,
    add primary key (drawdown_id, since, no);
  alter table credit_loan_ranges alter column recorded_at drop default;
  comment on column credit_loan_ranges.no is
    'Above 1: what a later record made of that day; the last of a day holds.';
  comment on column credit_loan_ranges.days_past_due is
    'Those that the range is of: without the days of a pause.';
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
