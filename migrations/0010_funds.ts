/**
 * Why: mother and sub-funds (母子基金). What was committed, called, paid in and invested are four
 * facts with a value day and a recorded instant, only ever appended; the counters of a partner are
 * their projection and are guarded by a check. A mother fund is a partner of its sub-funds, never
 * a column.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(structure);
  await knex.raw(money);
  await knex.raw(published);
  await knex.raw(`
    select identity_grant(role, 'funds:establish')
      from unnest(array['fund-maker', 'job', 'console']) role`);
}

const structure = `
  create table funds_funds (
    id text primary key,
    zone_id text not null references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    kind text not null check (kind in ('MOTHER', 'SUB', 'PILOT')),
    name text not null,
    currency text not null default 'CNY' check (currency = 'CNY'),
    target_size numeric(20,2) check (target_size > 0),
    state text not null check (state in ('PLANNED', 'ESTABLISHED', 'FILED', 'INVESTING', 'EXITING',
      'EXTENDED', 'LIQUIDATING', 'CLOSED')),
    established_on date not null,
    first_call_minimum_share numeric(13,12) check (first_call_minimum_share between 0 and 1),
    first_call_minimum_clause text,
    concentration_share numeric(13,12) check (concentration_share between 0 and 1),
    concentration_clause text,
    generated boolean not null default false,
    recorded_at timestamptz not null,
    operation_id text not null,
    version bigint not null default 1,
    constraint funds_funds_name unique (zone_id, owner_id, name),
    constraint funds_funds_scope unique (id, zone_id, owner_id),
    check ((first_call_minimum_share is null) = (first_call_minimum_clause is null)),
    check ((concentration_share is null) = (concentration_clause is null))
  );
  comment on column funds_funds.owner_id is 'The fund manager (基金管理人) whose book the fund is.';
  comment on column funds_funds.first_call_minimum_clause is
    'A share without its clause is no rule.';

  create table funds_partners (
    id text primary key,
    fund_id text not null,
    zone_id text not null,
    owner_id text not null,
    place int not null check (place > 0),
    name text not null,
    partner_fund_id text references funds_funds (id) check (partner_fund_id <> fund_id),
    source text check (source in ('central', 'province', 'city', 'district', 'guidance-fund', 'soe',
      'bank', 'private')),
    source_class text check (source_class in ('gov', 'state', 'private')),
    committed numeric(20,2) not null default 0,
    called numeric(20,2) not null default 0,
    paid_in numeric(20,2) not null default 0,
    generated boolean not null default false,
    version bigint not null default 1,
    foreign key (fund_id, zone_id, owner_id) references funds_funds (id, zone_id, owner_id),
    constraint funds_partners_fund unique (id, fund_id),
    constraint funds_partners_place unique (fund_id, place),
    constraint funds_partners_name unique (fund_id, name),
    constraint funds_partners_partner_fund unique (fund_id, partner_fund_id),
    check (num_nonnulls(partner_fund_id, source) = 1),
    check ((source is null) = (source_class is null)),
    check (paid_in >= 0 and paid_in <= called and called <= committed)
  ) with (fillfactor = 80);
  comment on column funds_partners.place is
    'Fixed order of the partners: equal remainders of a split go by it.';
  create index funds_partners_owned_by on funds_partners (partner_fund_id)
    where partner_fund_id is not null;

  create table funds_commitments (
    id text primary key,
    fund_id text not null,
    partner_id text not null,
    zone_id text not null,
    owner_id text not null,
    kind text not null check (kind in ('initial', 'increase', 'reduce')),
    change numeric(20,2) not null check (change <> 0),
    value_on date not null,
    recorded_at timestamptz not null,
    operation_id text not null,
    foreign key (fund_id, zone_id, owner_id) references funds_funds (id, zone_id, owner_id),
    foreign key (partner_id, fund_id) references funds_partners (id, fund_id),
    check ((kind = 'reduce') = (change < 0))
  );
  create index funds_commitments_fund on funds_commitments (fund_id, value_on);
  create index funds_commitments_partner on funds_commitments (partner_id);
  create unique index funds_commitments_initial on funds_commitments (partner_id)
    where kind = 'initial';

  ${scoped('funds_funds')}
  ${scoped('funds_partners')}
  ${scoped('funds_commitments')}
  grant select, insert on funds_funds, funds_partners, funds_commitments to yuanxin_app;
  grant update (state, version) on funds_funds to yuanxin_app;
  grant update (committed, called, paid_in) on funds_partners to yuanxin_app;
`;

const money = `
  create table funds_capital_calls (
    id text primary key,
    fund_id text not null,
    zone_id text not null,
    owner_id text not null,
    number int not null check (number > 0),
    amount numeric(20,2) not null check (amount > 0),
    issued_on date not null,
    due_on date not null check (due_on >= issued_on),
    purpose text,
    state text not null check (state in ('DRAFT', 'ISSUED', 'PARTLY_PAID', 'PAID', 'OVERDUE',
      'DEFAULTED')),
    recorded_at timestamptz not null,
    operation_id text not null,
    version bigint not null default 1,
    foreign key (fund_id, zone_id, owner_id) references funds_funds (id, zone_id, owner_id),
    constraint funds_capital_calls_fund unique (id, fund_id),
    constraint funds_capital_calls_number unique (fund_id, number)
  );

  create table funds_call_items (
    id text primary key,
    call_id text not null,
    fund_id text not null,
    partner_id text not null,
    zone_id text not null,
    owner_id text not null,
    amount numeric(20,2) not null check (amount > 0),
    paid numeric(20,2) not null default 0 check (paid >= 0 and paid <= amount),
    version bigint not null default 1,
    foreign key (call_id, fund_id) references funds_capital_calls (id, fund_id),
    foreign key (partner_id, fund_id) references funds_partners (id, fund_id),
    foreign key (fund_id, zone_id, owner_id) references funds_funds (id, zone_id, owner_id),
    constraint funds_call_items_partner unique (call_id, partner_id)
  ) with (fillfactor = 80);
  create index funds_call_items_of_partner on funds_call_items (partner_id);
  create index funds_call_items_fund on funds_call_items (fund_id);

  create function funds_calls_add_up() returns trigger language plpgsql as $$
  declare bad text;
  begin
    select c.id into bad from funds_capital_calls c
      join funds_call_items i on i.call_id = c.id
      where c.id in (select call_id from written)
      group by c.id having sum(i.amount) <> c.amount limit 1;
    if bad is not null then
      raise exception 'The items of call % do not add up', bad using errcode = 'YX010';
    end if;
    return null;
  end $$;
  create trigger funds_calls_add_up after insert on funds_call_items
    referencing new table as written for each statement execute function funds_calls_add_up();

  create table funds_investments (
    id text primary key,
    fund_id text not null,
    zone_id text not null,
    owner_id text not null,
    sub_fund_id text references funds_funds (id) check (sub_fund_id <> fund_id),
    project text,
    enterprise_id text references parties_enterprises (id),
    round text,
    round_total numeric(20,2),
    amount numeric(20,2) not null check (amount > 0),
    value_on date not null,
    recorded_at timestamptz not null,
    operation_id text not null,
    version bigint not null default 1,
    foreign key (fund_id, zone_id, owner_id) references funds_funds (id, zone_id, owner_id),
    check (num_nonnulls(sub_fund_id, project) = 1),
    check (project is not null or (enterprise_id is null and round is null)),
    check ((round is null) = (round_total is null)),
    check (round_total >= amount)
  );
  comment on table funds_investments is
    'Money that left the fund, at cost: into a project, or as the paid-in of a sub-fund.';
  create index funds_investments_fund on funds_investments (fund_id, value_on);
  create index funds_investments_enterprise on funds_investments (enterprise_id);
  create index funds_investments_project on funds_investments (project, round);

  create table funds_receipts (
    id text primary key,
    fund_id text not null,
    partner_id text not null,
    call_id text not null,
    zone_id text not null,
    owner_id text not null,
    amount numeric(20,2) not null check (amount > 0),
    value_on date not null,
    investment_id text unique references funds_investments (id),
    recorded_at timestamptz not null,
    operation_id text not null,
    foreign key (call_id, partner_id) references funds_call_items (call_id, partner_id),
    foreign key (partner_id, fund_id) references funds_partners (id, fund_id),
    foreign key (fund_id, zone_id, owner_id) references funds_funds (id, zone_id, owner_id)
  );
  comment on table funds_receipts is 'Cash received: only this counts as paid in (实缴).';
  comment on column funds_receipts.investment_id is
    'The same money in the book of the fund that paid it, when the partner is a fund.';
  create index funds_receipts_fund on funds_receipts (fund_id, value_on);
  create index funds_receipts_item on funds_receipts (call_id, partner_id);
  create index funds_receipts_partner on funds_receipts (partner_id);

  ${scoped('funds_capital_calls')}
  ${scoped('funds_call_items')}
  ${scoped('funds_investments')}
  ${scoped('funds_receipts')}
  grant select, insert on funds_capital_calls, funds_call_items, funds_investments, funds_receipts
    to yuanxin_app;
  grant update (state, version) on funds_capital_calls to yuanxin_app;
  grant update (paid) on funds_call_items to yuanxin_app;
`;

const published = `
  create view funds_funds_v with (security_invoker = true) as
    select id as fund_id, zone_id, owner_id, kind, name, target_size, established_on, recorded_at,
      generated
    from funds_funds;

  create view funds_contributions_v with (security_invoker = true) as
    select f.zone_id, f.owner_id, f.id as fund_id, f.kind as fund_kind, f.name as fund_name,
      f.generated, p.id as partner_id, p.name as partner_name, p.partner_fund_id, p.source,
      p.source_class, e.measure, e.amount, e.value_on, e.recorded_at, e.fact_id
    from (
      select partner_id, 'committed' as measure, change as amount, value_on, recorded_at,
        id as fact_id
      from funds_commitments
      union all
      select i.partner_id, 'called', i.amount, c.issued_on, c.recorded_at, i.id
      from funds_call_items i join funds_capital_calls c on c.id = i.call_id
      union all
      select partner_id, 'paid-in', amount, value_on, recorded_at, id from funds_receipts
    ) e
    join funds_partners p on p.id = e.partner_id
    join funds_funds f on f.id = p.fund_id;
  comment on view funds_contributions_v is
    'Dated facts per partner; the figure as of a day is the sum of those with value_on <= day.';

  create view funds_investments_v with (security_invoker = true) as
    select f.zone_id, f.owner_id, f.id as fund_id, f.kind as fund_kind, f.name as fund_name,
      f.generated, i.id as investment_id, i.sub_fund_id, i.project, i.enterprise_id, i.round,
      i.round_total, i.amount, i.value_on, i.recorded_at
    from funds_investments i join funds_funds f on f.id = i.fund_id;
  comment on view funds_investments_v is
    'At cost. sub_fund_id is set where the money went into a fund, project where it went into one.';

  create view funds_sizes_v with (security_invoker = true) as
    select zone_id, owner_id, fund_id, fund_kind, fund_name, generated, measure, amount, value_on,
      recorded_at, fact_id
    from funds_contributions_v
    union all
    select zone_id, owner_id, fund_id, fund_kind, fund_name, generated, 'invested', amount,
      value_on, recorded_at, investment_id
    from funds_investments_v;
  comment on view funds_sizes_v is
    'Dated facts per fund: committed, called, paid-in, invested. Sum them up to the day wanted.';

  grant select on funds_funds_v, funds_contributions_v, funds_investments_v, funds_sizes_v
    to yuanxin_app;
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
