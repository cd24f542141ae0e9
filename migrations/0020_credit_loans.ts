/**
 * Why: a loan has terms, a schedule and a day-end. Facts (terms, rates, payments) are kept as they
 * came; instalments, interest parts and the loan's stand are drawn from them by the pure rules and
 * are moved on night by night in SQL, so they are a copy that can be drawn up again at any time. A
 * loan's row is narrow and leaves room on its page, because the day-end writes every one of them.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  for (const part of [facts, stand, dayEnds, functions]) await knex.raw(part);
  await knex.raw(rights);
}

const facts = `
  alter table credit_drawdowns add column scheduled boolean not null default false;
  comment on column credit_drawdowns.scheduled is 'It has loan terms: credit_loans knows it.';

  create table credit_lpr_rates (
    term text not null check (term in ('1Y', '5Y')),
    published_on date not null,
    rate numeric(12,8) not null check (rate >= 0),
    evidence text not null,
    source text not null,
    primary key (term, published_on)
  );
  comment on table credit_lpr_rates is 'Public and the same for every zone; valid until the next.';
  insert into credit_lpr_rates values
    ('1Y', '2025-05-20', 0.03, '[M-med]', '全国银行间同业拆借中心公告'),
    ('5Y', '2025-05-20', 0.035, '[M-med]', '全国银行间同业拆借中心公告');

  create table credit_loan_terms (
    drawdown_id text not null references credit_drawdowns (id),
    version bigint not null check (version > 0),
    zone_id text not null,
    owner_id text not null,
    terms jsonb not null,
    value_on date not null,
    operation_id text not null,
    recorded_at timestamptz not null,
    primary key (drawdown_id, version)
  );

  create table credit_loan_rates (
    drawdown_id text not null references credit_drawdowns (id),
    from_on date not null,
    zone_id text not null,
    owner_id text not null,
    rate numeric(16,12) not null check (rate >= 0),
    reason text not null,
    operation_id text not null,
    recorded_at timestamptz not null,
    primary key (drawdown_id, from_on)
  );
  comment on table credit_loan_rates is 'The first night of the rate is the one after from_on.';

  create table credit_loan_payments (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    drawdown_id text not null references credit_drawdowns (id),
    no int not null check (no > 0),
    amount numeric(20,2) not null check (amount > 0),
    value_on date not null,
    excess text not null check (excess in ('next', 'fewer', 'smaller')),
    penalty numeric(20,2) not null,
    compound numeric(20,2) not null,
    interest numeric(20,2) not null,
    principal numeric(20,2) not null,
    over_paid numeric(20,2) not null,
    operation_id text not null,
    recorded_at timestamptz not null,
    unique (drawdown_id, no),
    check (penalty + compound + interest + principal + over_paid = amount)
  );
  comment on column credit_loan_payments.penalty is
    'How it was divided; a fact entered later may divide it anew, the amount never changes.';
`;

const stand = `
  create table credit_loans (
    id text primary key references credit_drawdowns (id),
    zone_id text not null,
    owner_id text not null,
    enterprise_id text not null,
    product text not null,
    state text not null check (state in ('OPEN', 'SETTLED', 'REVERSED')),
    value_on date not null,
    due_on date not null,
    day_count text not null,
    rounding text not null,
    penalty_markup numeric(16,12) not null,
    early_principal numeric(20,2) not null default 0,
    closed_on date not null,
    next_event_on date,
    part_from date,
    part_to date,
    part_before numeric(20,2),
    part_balance numeric(20,2),
    part_rate numeric(16,12),
    part_over int,
    part_under int,
    accrued numeric(32,14) not null default 0,
    penal_principal numeric(20,2) not null default 0,
    penal_interest numeric(20,2) not null default 0,
    penalty_rate numeric(16,12) not null default 0,
    stretch_from date not null,
    penalty_closed numeric(20,2) not null default 0,
    compound_closed numeric(20,2) not null default 0,
    penalty numeric(32,14) not null default 0,
    compound numeric(32,14) not null default 0,
    overdue_since date,
    days_past_due int not null default 0,
    risk_class text not null default 'NORMAL' check (risk_class in
      ('NORMAL', 'SPECIAL_MENTION', 'SUBSTANDARD', 'DOUBTFUL', 'LOSS')),
    version bigint not null default 1
  ) with (fillfactor = 60);
  create index credit_loans_enterprise on credit_loans (enterprise_id);
  create index credit_loans_watched on credit_loans (enterprise_id)
    where state = 'OPEN' and (days_past_due > 0 or risk_class <> 'NORMAL');
  comment on column credit_loans.closed_on is 'The last business day whose day-end is in the row.';
  comment on column credit_loans.accrued is
    'Interest of the nights up to and with closed_on that is not due yet, unrounded.';
  comment on column credit_loans.stretch_from is
    'Penalty and compound interest are rounded once per stretch of unchanged amounts and rate.';

  create table credit_instalments (
    drawdown_id text not null references credit_drawdowns (id),
    no int not null check (no > 0),
    zone_id text not null,
    owner_id text not null,
    from_on date not null,
    to_on date not null,
    due_on date not null,
    interest numeric(20,2) not null,
    principal numeric(20,2) not null,
    balance numeric(20,2) not null,
    paid_ahead numeric(20,2) not null,
    paid_interest numeric(20,2) not null,
    paid_principal numeric(20,2) not null,
    billed boolean not null,
    live boolean not null default true,
    primary key (drawdown_id, no),
    check (paid_interest <= interest and paid_ahead + paid_principal <= principal)
  ) with (fillfactor = 80);
  comment on column credit_instalments.billed is
    'It fell due, and its interest was posted as receivable.';
  comment on column credit_instalments.live is
    'False: the loan has fewer instalments now; rows are never deleted.';

  create table credit_interest_parts (
    drawdown_id text not null references credit_drawdowns (id),
    no int not null,
    zone_id text not null,
    owner_id text not null,
    from_on date,
    to_on date,
    due_on date,
    before numeric(20,2),
    balance numeric(20,2),
    rate numeric(16,12),
    over int,
    under int,
    live boolean not null default true,
    primary key (drawdown_id, no)
  );
  comment on column credit_interest_parts.before is
    'Interest of the parts before it that is not due yet.';
`;

const dayEnds = `
  create table credit_loan_classes (
    drawdown_id text not null references credit_drawdowns (id),
    classified_on date not null,
    zone_id text not null,
    owner_id text not null,
    risk_class text not null,
    triggers jsonb not null,
    pack text not null,
    operation_id text not null,
    primary key (drawdown_id, classified_on)
  );
  comment on table credit_loan_classes is
    'A row when the class or its triggers change; it holds until the next.';

  create table credit_day_ends (
    business_day date primary key,
    finished_at timestamptz not null,
    operation_id text not null
  );
  create table credit_day_end_portions (
    business_day date not null,
    step text not null check (step in ('accrue', 'classify')),
    after_id text not null,
    upto_id text not null,
    loans int not null,
    due int not null,
    interest_due numeric(20,2) not null,
    operation_id text not null,
    done_at timestamptz not null,
    primary key (business_day, step, after_id, operation_id)
  );
  insert into platform_jobs (name, zh, en, cron, operation, input) values
    ('loan-day-end', '贷款日终', 'Day-end of loans', '10 23 * * *', 'credit.run-day-end',
      '{"asOf":"$day"}');
`;

const functions = `
  create function credit_leap_days(from_on date, to_on date) returns int
    immutable language sql as $$
    select coalesce(sum(least(to_on, make_date(y + 1, 1, 1))
      - greatest(from_on, make_date(y, 1, 1))), 0)::int
    from generate_series(extract(year from from_on)::int, extract(year from to_on)::int) y
    where (y % 4 = 0 and y % 100 <> 0 or y % 400 = 0)
      and least(to_on, make_date(y + 1, 1, 1)) > greatest(from_on, make_date(y, 1, 1))
  $$;
  create function credit_days_over(day_count text, from_on date, to_on date) returns int
    immutable language sql as $$
    select case day_count
      when '30/360' then (12 * (extract(year from to_on) - extract(year from from_on))
        + extract(month from to_on) - extract(month from from_on))::int * 30
        + least(extract(day from to_on), 30)::int - least(extract(day from from_on), 30)::int
      when 'ACT/ACT' then (to_on - from_on) * 366 - credit_leap_days(from_on, to_on)
      else to_on - from_on end
  $$;
  comment on function credit_days_over is 'ACT/ACT: days of other years × 366 + leap days × 365.';
  create function credit_days_under(day_count text) returns int immutable language sql as $$
    select case day_count when 'ACT/ACT' then 365 * 366 when 'ACT/364' then 364
      when 'ACT/365' then 365 else 360 end
  $$;
  create function credit_round(over numeric, under numeric, rounding text) returns numeric
    immutable language sql as $$
    select case when rounding = 'half-even' and 2 * mod(over * 100, under) = under
      then 2 * div(div(over * 100, under) + 1, 2)
      else div(over * 200 + under, under * 2) end / 100.00
  $$;
  comment on function credit_round is
    'over ÷ under in yuan and fen, from whole division: no digit is lost before the rounding.';
`;

const rights = `
  ${scoped('credit_loan_terms')}
  ${scoped('credit_loan_rates')}
  ${scoped('credit_loan_payments')}
  ${scoped('credit_loans')}
  ${scoped('credit_instalments')}
  ${scoped('credit_interest_parts')}
  ${scoped('credit_loan_classes')}
  grant select, insert on credit_loan_terms, credit_loan_rates, credit_loan_classes,
    credit_day_ends, credit_day_end_portions to yuanxin_app;
  grant select, insert, update on credit_loans, credit_instalments, credit_interest_parts,
    credit_loan_payments to yuanxin_app;
  grant select on credit_lpr_rates to yuanxin_app;
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
