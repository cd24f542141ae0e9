/**
 * Why: whole-park credit. Intent, approved, drawn and outstanding are four facts in four places and
 * never one column; whoever may draw is decided by the node in the limit tree, not by these rows.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

const schema = `
  create table credit_agreements (
    id text primary key,
    zone_id text not null references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    name text not null,
    intent_amount numeric(20,2) not null check (intent_amount > 0),
    sense text not null check (sense in ('AT_LEAST', 'AT_MOST')),
    qualifier text check (qualifier in ('不少于', '约', '超', '近', '最高', '预计')),
    source text,
    starts_on date not null,
    ends_on date not null check (ends_on > starts_on),
    node_id text not null unique references limits_nodes (id),
    generated boolean not null default false,
    version bigint not null default 1
  );
  create index credit_agreements_zone on credit_agreements (zone_id, owner_id);

  create table credit_segments (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    agreement_id text not null references credit_agreements (id),
    name text not null,
    scope text not null check (scope in ('infrastructure', 'cluster', 'operations')),
    node_id text not null unique references limits_nodes (id),
    version bigint not null default 1
  );
  create index credit_segments_agreement on credit_segments (agreement_id);

  create table credit_whitelist_entries (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    enterprise_id text not null references parties_enterprises (id),
    state text not null check (state in
      ('RECOMMENDED', 'ACTIVE', 'DECLINED', 'SUSPENDED', 'EXITED')),
    reason text,
    nominated_on date not null,
    decision_due_on date not null,
    decided_on date,
    expires_on date,
    version bigint not null default 1
  );
  create unique index credit_whitelist_entries_live
    on credit_whitelist_entries (owner_id, enterprise_id)
    where state in ('RECOMMENDED', 'ACTIVE', 'SUSPENDED');

  create table credit_lines (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    agreement_id text not null references credit_agreements (id),
    segment_id text not null references credit_segments (id),
    enterprise_id text not null references parties_enterprises (id),
    parent_line_id text references credit_lines (id),
    product text not null,
    rate_annual numeric(12,8) not null check (rate_annual >= 0),
    node_id text not null unique references limits_nodes (id),
    approved_on date not null,
    renewal boolean not null default false,
    generated boolean not null default false,
    version bigint not null default 1
  );
  create index credit_lines_segment on credit_lines (segment_id);
  create index credit_lines_enterprise on credit_lines (enterprise_id);

  create table credit_drawdowns (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    line_id text not null,
    node_id text not null,
    enterprise_id text not null,
    amount numeric(20,2) not null check (amount > 0),
    outstanding numeric(20,2) not null check (outstanding >= 0 and outstanding <= amount),
    value_on date not null,
    due_on date not null check (due_on >= value_on),
    state text not null check (state in
      ('DISBURSED', 'PARTLY_REPAID', 'REPAID', 'NPL', 'REVERSED')),
    purpose text not null,
    reservation_id text,
    enrolment_id text,
    defaulted_on date,
    operation_id text not null,
    made_at timestamptz not null,
    version bigint not null default 1
  ) with (fillfactor = 80);
  create index credit_drawdowns_line on credit_drawdowns (line_id);

  create table credit_repayments (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    drawdown_id text not null,
    principal numeric(20,2) not null check (principal >= 0),
    interest numeric(20,2) not null check (interest >= 0),
    value_on date not null,
    operation_id text not null,
    made_at timestamptz not null,
    check (principal + interest > 0)
  );
  create index credit_repayments_drawdown on credit_repayments (drawdown_id);

  ${scoped('credit_agreements')}
  ${scoped('credit_segments')}
  ${scoped('credit_whitelist_entries')}
  ${scoped('credit_lines')}
  ${scoped('credit_drawdowns')}
  ${scoped('credit_repayments')}
  grant select, insert, update on credit_agreements, credit_segments, credit_whitelist_entries,
    credit_lines, credit_drawdowns to yuanxin_app;
  grant select, insert on credit_repayments to yuanxin_app;
  `;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
