/**
 * Why: at the end of each day a bank's loans in a zone are summed by class and by range of days
 * past due, with the provisions they ask for. A report is kept as it was said. What stands behind
 * it is not copied: a loan's range, like its class, is a row when it changes and holds until the
 * next, and what a loan owed on a day follows from its dated facts.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

const schema = `
  alter table credit_loans add column delinquency text, add column delinquency_since date;
  comment on column credit_loans.delinquency is
    'The range of its days past due; null: nothing is overdue.';
  -- Days past due begin with a range, which changes a few times while they change every night.
  drop index credit_loans_watched;
  create index credit_loans_watched on credit_loans (enterprise_id)
    where state = 'OPEN' and (delinquency is not null or risk_class <> 'NORMAL');

  create table credit_loan_ranges (
    drawdown_id text not null references credit_drawdowns (id),
    since date not null,
    zone_id text not null,
    owner_id text not null,
    delinquency text,
    days_past_due int not null check (days_past_due >= 0),
    primary key (drawdown_id, since)
  );

  create table credit_held_provisions (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    as_of date not null,
    amount numeric(20,2) not null check (amount >= 0),
    evidence text not null,
    operation_id text not null,
    recorded_at timestamptz not null
  );
  create index credit_held_provisions_book on credit_held_provisions (owner_id, zone_id, as_of);
  comment on table credit_held_provisions is
    'What a bank says that it holds for its loans in the zone; it holds until the next.';

  create table credit_risk_reports (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    as_of date not null,
    loans int not null,
    balance numeric(20,2) not null,
    non_performing numeric(20,2) not null,
    special numeric(20,2) not null,
    general numeric(20,2) not null,
    required numeric(20,2) not null,
    held_id text references credit_held_provisions (id),
    classes jsonb not null,
    ranges jsonb not null,
    ratios jsonb not null,
    provision_pack text not null,
    range_pack text not null,
    operation_id text not null,
    computed_at timestamptz not null,
    unique (owner_id, zone_id, as_of)
  );

  create index credit_repayments_value on credit_repayments using brin (value_on);

  alter table credit_day_end_portions drop constraint credit_day_end_portions_step_check;
  alter table credit_day_end_portions add constraint credit_day_end_portions_step_check
    check (step in ('accrue', 'classify', 'report'));

  ${scoped('credit_loan_ranges')}
  ${scoped('credit_held_provisions')}
  ${scoped('credit_risk_reports')}
  grant select, insert on credit_loan_ranges, credit_held_provisions, credit_risk_reports
    to yuanxin_app;
  select identity_grant(role, 'credit:provision')
    from unnest(array['bank-maker', 'job', 'console']) role;
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
