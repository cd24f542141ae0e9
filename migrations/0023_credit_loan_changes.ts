/**
 * Why: what happens to a loan after it was agreed — extended, restructured, written off, misused,
 * paused, lifted, refunded — is a fact of its own, and the products that it is sold as are dated
 * data. A fact is never edited: a reversal names the operation that took it back.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  for (const part of [reschedules, writeOffs, findings, products]) await knex.raw(part);
  await knex.raw(rights);
}

const facts = `
    id text primary key,
    drawdown_id text not null references credit_drawdowns (id),
    zone_id text not null,
    owner_id text not null,
    reason text not null,
    operation_id text not null,
    recorded_at timestamptz not null`;

const reschedules = `
  alter table credit_drawdowns add column limit_due_on date;
  comment on column credit_drawdowns.limit_due_on is
    'Once extended: the first due day, by which the limit counts its tenor still.';
  alter table credit_loans add column watched boolean not null default false,
    add column by_rules boolean not null default false;
  comment on column credit_loans.watched is 'Classified every night, whatever its class is.';
  comment on column credit_loans.by_rules is
    'Bears misuse penalty: the pure rules close its nights, not the SQL of the day-end.';
  create index credit_loans_always_watched on credit_loans (enterprise_id)
    where state = 'OPEN' and watched;
  create index credit_loans_by_rules on credit_loans (id) where state = 'OPEN' and by_rules;

  alter table credit_loan_tranches add column payments jsonb not null default '[]';

  create table credit_reschedules (${facts},
    no int not null check (no > 0),
    kind text not null check (kind in ('EXTENSION', 'RESTRUCTURING')),
    agreed_on date not null,
    due_on_before date not null,
    due_on_after date not null check (due_on_after >= agreed_on),
    timetable jsonb not null,
    fixes_rate boolean not null,
    class_before text not null,
    first_repayment_on date not null,
    period_months int not null check (period_months > 0),
    reversed_by text,
    unique (drawdown_id, no)
  );

  create table credit_restructuring_quotas (
    zone_id text not null references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    no int not null check (no > 0),
    share numeric(16,12) not null check (share >= 0 and share <= 1),
    value_on date not null,
    reason text not null,
    operation_id text not null,
    recorded_at timestamptz not null,
    version bigint not null default 1,
    primary key (zone_id, owner_id, no)
  );
  create table credit_restructuring_claims (
    id text primary key,
    drawdown_id text not null references credit_drawdowns (id),
    zone_id text not null,
    owner_id text not null,
    amount numeric(20,2) not null check (amount >= 0),
    state text not null check (state in ('HELD', 'USED', 'RELEASED')),
    operation_id text not null,
    version bigint not null default 1
  );
  create index credit_restructuring_claims_book on credit_restructuring_claims (zone_id, owner_id)
    where state <> 'RELEASED';
`;

const writeOffs = `
  alter table credit_drawdowns drop constraint credit_drawdowns_state_check;
  alter table credit_drawdowns add constraint credit_drawdowns_state_check check (state in
    ('DISBURSED', 'PARTLY_REPAID', 'REPAID', 'NPL', 'WRITTEN_OFF', 'REVERSED'));
  alter table credit_loans drop constraint credit_loans_state_check;
  alter table credit_loans add constraint credit_loans_state_check check (state in
    ('OPEN', 'SETTLED', 'WRITTEN_OFF', 'REVERSED'));

  create table credit_write_offs (${facts},
    written_off_on date not null,
    principal numeric(20,2) not null check (principal >= 0),
    interest numeric(20,2) not null check (interest >= 0),
    recovered_principal numeric(20,2) not null default 0,
    recovered_interest numeric(20,2) not null default 0,
    risk_class text not null,
    state_before text not null,
    reversed_by text,
    check (recovered_principal between 0 and principal
      and recovered_interest between 0 and interest)
  );
  create unique index credit_write_offs_live on credit_write_offs (drawdown_id)
    where reversed_by is null;

  create table credit_refunds (${facts},
    amount numeric(20,2) not null check (amount > 0),
    value_on date not null
  );
  create index credit_refunds_drawdown on credit_refunds (drawdown_id);
`;

const findings = `
  create table credit_misuses (${facts},
    from_on date not null,
    amount numeric(20,2) not null check (amount > 0),
    markup numeric(16,12) not null,
    cleared_on date check (cleared_on >= from_on),
    cleared_by text
  );
  create index credit_misuses_drawdown on credit_misuses (drawdown_id);

  create table credit_ageing_pauses (${facts},
    from_on date not null,
    to_on date,
    resumed_by text
  );
  create index credit_ageing_pauses_drawdown on credit_ageing_pauses (drawdown_id);

  create table credit_upgrade_findings (${facts},
    found_on date not null,
    cured_on date not null,
    period_months int not null check (period_months > 0)
  );
  create index credit_upgrade_findings_drawdown on credit_upgrade_findings (drawdown_id);
`;

const products = `
  create table credit_loan_products (
    code text not null check (code ~ '^[a-z][a-z0-9-]{0,59}$'),
    version int not null check (version > 0),
    zh text not null,
    en text not null,
    methods text[] not null,
    day_counts text[] not null,
    roundings text[] not null,
    tenor_months_least int not null check (tenor_months_least >= 0),
    tenor_months_most int not null check (tenor_months_most >= tenor_months_least),
    line text not null check (line in ('REQUIRED', 'OPTIONAL', 'NONE')),
    valid_from date not null,
    valid_to date check (valid_to >= valid_from),
    evidence text not null,
    source text not null,
    operation_id text,
    recorded_at timestamptz,
    primary key (code, version)
  );
  comment on table credit_loan_products is
    'The same list for every zone; of the versions valid on a day the newest holds.';
  insert into credit_loan_products
  select code, 1, zh, en,
    '{equal-instalment,equal-principal,interest-first,bullet,flat}',
    '{30/360,ACT/360,ACT/364,ACT/365,ACT/ACT}', '{half-up,half-even}', 0, most, 'REQUIRED',
    '2000-01-01', null, evidence, source, null, null
  from (values
    ('working-capital', '流动资金贷款', 'Working-capital loan', 60, '[M-high]',
      '流动资金贷款管理办法（金融监管总局令2024年第2号）：一般不超过3年，经营周期较长的最长5年'),
    ('fixed-asset', '固定资产贷款', 'Fixed-asset loan', 120, '[M-high]',
      '固定资产贷款管理办法（金融监管总局令2024年第1号）：一般不超过10年'),
    ('technology-transfer', '科技成果转化项目贷款', 'Loan for turning research into products',
      120, '[D]', '本平台参数，以园区与银行的产品说明为准'),
    ('ip-pledge', '知识产权质押贷款', 'Loan on pledged intellectual property', 60, '[D]',
      '本平台参数，以银行的产品说明为准'),
    ('technology-renovation', '技术改造贷款', 'Technology renovation loan', 120, '[D]',
      '本平台参数，以银行的产品说明为准')
  ) as p (code, zh, en, most, evidence, source);
`;

const rights = `
  ${scoped('credit_reschedules')}
  ${scoped('credit_restructuring_quotas')}
  ${scoped('credit_restructuring_claims')}
  ${scoped('credit_write_offs')}
  ${scoped('credit_refunds')}
  ${scoped('credit_misuses')}
  ${scoped('credit_ageing_pauses')}
  ${scoped('credit_upgrade_findings')}
  grant select, insert, update (reversed_by) on credit_reschedules to yuanxin_app;
  grant select, insert on credit_refunds, credit_upgrade_findings,
    credit_loan_products to yuanxin_app;
  grant select, insert, update (version) on credit_restructuring_quotas to yuanxin_app;
  grant select, insert, update (state, amount, operation_id, version)
    on credit_restructuring_claims to yuanxin_app;
  grant select, insert, update (recovered_principal, recovered_interest, reversed_by)
    on credit_write_offs to yuanxin_app;
  grant select, insert, update (cleared_on, cleared_by) on credit_misuses to yuanxin_app;
  grant select, insert, update (to_on, resumed_by) on credit_ageing_pauses to yuanxin_app;
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
