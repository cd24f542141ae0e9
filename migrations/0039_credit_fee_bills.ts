/**
 * Why: the commitment fee is billed. An account per line says which night is the first without a
 * bill and when the job looks next; rates are dated facts; a bill is never edited, it keeps the
 * parts it was computed from and what it adjusts of earlier bills; movements cover what it says.
 * Lines of before are billed from the settlement period on in which this runs: what was charged
 * earlier was charged outside this book.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

const accounts = `
  create table credit_fee_accounts (
    line_id text primary key references credit_lines (id),
    zone_id text not null,
    owner_id text not null,
    billed_to date not null,
    next_on date not null check (next_on > billed_to),
    ended boolean not null default false,
    version bigint not null default 1
  ) with (fillfactor = 80);
  comment on column credit_fee_accounts.billed_to is 'The first night that no bill has.';
  comment on column credit_fee_accounts.next_on is
    'The end of the settlement period that is looked at next.';
  comment on column credit_fee_accounts.ended is
    'At the last look nothing could be drawn any more; a line that is extended lives again.';
  create index credit_fee_accounts_next on credit_fee_accounts (next_on, line_id);
  create index credit_fee_accounts_live on credit_fee_accounts (line_id) where not ended;

  create table credit_fee_rates (
    line_id text not null references credit_lines (id),
    from_on date not null,
    no int not null check (no > 0),
    zone_id text not null,
    owner_id text not null,
    rate_annual numeric(18,12) not null check (rate_annual >= 0),
    reason text not null,
    operation_id text not null,
    recorded_at timestamptz not null,
    primary key (line_id, from_on, no)
  );
  comment on table credit_fee_rates is 'Of one day the last recorded holds.';
`;

const bills = `
  create table credit_fee_bills (
    id text primary key,
    line_id text not null references credit_lines (id),
    zone_id text not null,
    owner_id text not null,
    enterprise_id text not null,
    from_on date not null,
    to_on date not null check (to_on >= from_on),
    settled_on date not null,
    amount numeric(20,2) not null check (amount >= 0),
    adjustment numeric(20,2) not null,
    total numeric(20,2) not null check (total = amount + adjustment),
    covered numeric(20,2) not null default 0
      check (covered between least(total, 0) and greatest(total, 0)),
    due_on date not null,
    pack text not null,
    operation_id text not null,
    billed_at timestamptz not null,
    version bigint not null default 1,
    unique (line_id, settled_on)
  ) with (fillfactor = 80);
  comment on column credit_fee_bills.to_on is
    'Not counted itself; as from_on where only earlier bills are adjusted.';
  comment on column credit_fee_bills.covered is
    'What movements cover of the total; below zero on a credit.';
  create index credit_fee_bills_open on credit_fee_bills (due_on, id) where covered <> total;
  create index credit_fee_bills_enterprise on credit_fee_bills (enterprise_id);

  create table credit_fee_adjustments (
    bill_id text not null references credit_fee_bills (id),
    of_bill_id text not null references credit_fee_bills (id),
    zone_id text not null,
    owner_id text not null,
    was numeric(20,2) not null,
    now numeric(20,2) not null check (now <> was),
    primary key (bill_id, of_bill_id)
  );
  create index credit_fee_adjustments_of on credit_fee_adjustments (of_bill_id);

  create table credit_fee_parts (
    bill_id text not null references credit_fee_bills (id),
    of_bill_id text not null references credit_fee_bills (id),
    no int not null check (no > 0),
    zone_id text not null,
    owner_id text not null,
    from_on date not null,
    to_on date not null check (to_on > from_on),
    undrawn numeric(20,2) not null check (undrawn >= 0),
    rate_annual numeric(18,12) not null check (rate_annual >= 0),
    primary key (bill_id, of_bill_id, no)
  );
  comment on column credit_fee_parts.of_bill_id is
    'The bill itself, or the earlier one whose period is counted anew.';

  create table credit_fee_movements (
    id text primary key,
    bill_id text not null references credit_fee_bills (id),
    zone_id text not null,
    owner_id text not null,
    kind text not null check (kind in ('PAYMENT', 'WAIVER', 'REFUND', 'OFFSET')),
    amount numeric(20,2) not null check (amount <> 0),
    value_on date not null,
    reason text,
    reverses text unique references credit_fee_movements (id),
    operation_id text not null,
    made_at timestamptz not null,
    check (kind = 'OFFSET' or (amount > 0) = ((kind <> 'REFUND') = (reverses is null)))
  );
  comment on column credit_fee_movements.amount is
    'What it covers of the bill; negative where it takes back or gives back.';
  create index credit_fee_movements_bill on credit_fee_movements (bill_id);
`;

const access = `
  ${scoped('credit_fee_accounts')}
  ${scoped('credit_fee_rates')}
  ${scoped('credit_fee_bills')}
  ${scoped('credit_fee_adjustments')}
  ${scoped('credit_fee_parts')}
  ${scoped('credit_fee_movements')}
  grant select, insert on credit_fee_accounts, credit_fee_rates, credit_fee_bills,
    credit_fee_adjustments, credit_fee_parts, credit_fee_movements to yuanxin_app;
  grant update (billed_to, next_on, ended, version) on credit_fee_accounts to yuanxin_app;
  grant update (covered, version) on credit_fee_bills to yuanxin_app;
`;

/** The 20th of the last month of a quarter closes its period, its own night included. */
const backfill = `
  with clock as (
    select (now() at time zone 'Asia/Shanghai')::date as today
  ), quarter as (
    select today,
      (date_trunc('quarter', today::timestamp) + interval '2 months 20 days')::date as closes
    from clock
  ), running as (
    select today, case when closes <= today then closes
      else (closes - interval '3 months')::date end as begins from quarter
  ), counted as (
    select l.id, l.zone_id, l.owner_id, greatest(n.starts_on, r.begins) as billed_to
    from credit_lines l join limits_nodes n on n.id = l.node_id cross join running r
    where l.commitment_rate_annual is not null and l.parent_line_id is null
  ), ends as (
    select c.*,
      (date_trunc('quarter', billed_to::timestamp) + interval '2 months 20 days')::date as closes
    from counted c
  )
  insert into credit_fee_accounts (line_id, zone_id, owner_id, billed_to, next_on)
  select id, zone_id, owner_id, billed_to, case when closes > billed_to then closes
    else (date_trunc('quarter', billed_to::timestamp) + interval '5 months 20 days')::date end
  from ends;
  insert into credit_fee_rates (line_id, from_on, no, zone_id, owner_id, rate_annual, reason,
    operation_id, recorded_at)
  select l.id, n.starts_on, 1, l.zone_id, l.owner_id, l.commitment_rate_annual, '授信批复', l.id,
    now()
  from credit_lines l join limits_nodes n on n.id = l.node_id
  where l.commitment_rate_annual is not null;
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(accounts);
  await knex.raw(bills);
  await knex.raw(access);
  await knex.raw(backfill);
  await knex.raw(`
    insert into platform_jobs (name, zh, en, cron, operation, input) values
      ('commitment-fee-bills', '承诺费账单', 'Bills of the commitment fee', '35 0 * * *',
        'credit.bill-commitment-fees', '{"asOf":"$day"}');
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
