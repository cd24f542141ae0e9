/**
 * Why: the risk-compensation pool. Pool rows are read by every bank of the zone, because a shared
 * pot has shared totals; loans and claims belong to the bank alone. Movements are the append-only
 * journal of which every counter here is a sum; hot rows carry no foreign keys, what they name is
 * locked.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(pools);
  await knex.raw(loans);
  await knex.raw(views);
  await knex.raw(`
    ${scoped('risk_pool_pools', { shared: 'shared' })}
    ${scoped('risk_pool_contributions')}
    ${scoped('risk_pool_banks')}
    ${scoped('risk_pool_years', { shared: 'shared' })}
    ${scoped('risk_pool_enrolments')}
    ${scoped('risk_pool_claims')}
    ${scoped('risk_pool_movements')}
    grant select, insert, update on risk_pool_pools, risk_pool_banks, risk_pool_years,
      risk_pool_enrolments, risk_pool_claims to yuanxin_app;
    grant select, insert on risk_pool_contributions, risk_pool_movements to yuanxin_app;
    grant select on risk_pool_balances_v, risk_pool_enrolments_v to yuanxin_app;
  `);
  await knex.raw(sharedJournals);
}

const pools = `
  create table risk_pool_pools (
    id text primary key,
    zone_id text not null references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    shared boolean not null default true,
    name text not null,
    scheme text not null,
    multiple numeric(18,12) check (multiple > 0),
    node_id text unique references limits_nodes (id),
    state text not null default 'OPEN' check (state in ('OPEN', 'CLOSED')),
    opened_on date not null,
    cash numeric(20,2) not null default 0 check (cash >= 0),
    pending_claims numeric(20,2) not null default 0 check (pending_claims >= 0),
    enrolled_outstanding numeric(20,2) not null default 0 check (enrolled_outstanding >= 0),
    generated boolean not null default false,
    operation_id text not null,
    version bigint not null default 1,
    check ((multiple is null) = (node_id is null))
  ) with (fillfactor = 50);
  create index risk_pool_pools_zone on risk_pool_pools (zone_id);
  comment on column risk_pool_pools.cash is
    'Mirrors the ledger''s pool-cash: a bank that claims may not read the zone''s accounts.';

  create table risk_pool_contributions (
    id text primary key,
    pool_id text not null references risk_pool_pools (id),
    zone_id text not null,
    owner_id text not null,
    contributor_id text not null references parties_organisations (id),
    amount numeric(20,2) not null check (amount > 0),
    contributed_on date not null,
    source text,
    recorded_at timestamptz not null,
    operation_id text not null
  );
  create index risk_pool_contributions_pool on risk_pool_contributions (pool_id, contributed_on);

  create table risk_pool_banks (
    id text primary key,
    pool_id text not null references risk_pool_pools (id),
    zone_id text not null,
    owner_id text not null references parties_organisations (id),
    starts_on date not null,
    ends_on date check (ends_on >= starts_on),
    quota numeric(20,2) check (quota > 0),
    node_id text unique references limits_nodes (id),
    operation_id text not null,
    version bigint not null default 1,
    unique (pool_id, owner_id, starts_on),
    check ((quota is null) = (node_id is null))
  );

  create table risk_pool_years (
    pool_id text not null,
    year int not null,
    subject_id text not null,
    zone_id text not null,
    owner_id text not null,
    shared boolean not null,
    entered numeric(20,2) not null default 0 check (entered >= 0),
    lost numeric(20,2) not null default 0 check (lost >= 0),
    compensated numeric(20,2) not null default 0 check (compensated >= 0),
    primary key (pool_id, year, subject_id)
  ) with (fillfactor = 80);
  comment on table risk_pool_years is
    'Figures of a year that caps and fuses ask for; the subject is a pool, a bank or a firm.';
`;

const loans = `
  create table risk_pool_enrolments (
    id text primary key,
    pool_id text not null,
    zone_id text not null,
    owner_id text not null,
    drawdown_id text not null constraint risk_pool_enrolments_drawdown unique,
    enterprise_id text not null,
    loan_amount numeric(20,2) not null check (loan_amount > 0),
    outstanding numeric(20,2) not null check (outstanding between 0 and loan_amount),
    enrolled_on date not null,
    ratio_numerator numeric(20,2) check (ratio_numerator >= 0),
    ratio_denominator numeric(20,2) check (ratio_denominator > 0),
    flags text[] not null default '{}',
    node_id text,
    state text not null check (state in
      ('REGISTERED', 'ABNORMAL', 'CLAIMED', 'COMPENSATED', 'CLOSED')),
    defaulted_on date,
    defaulted_outstanding numeric(20,2),
    operation_id text not null,
    version bigint not null default 1,
    check ((ratio_numerator is null) = (ratio_denominator is null)),
    check ((defaulted_on is null) = (defaulted_outstanding is null)),
    check (state not in ('ABNORMAL', 'CLAIMED', 'COMPENSATED') or defaulted_on is not null),
    check (state not in ('COMPENSATED', 'CLOSED') or outstanding = 0)
  ) with (fillfactor = 80);
  create index risk_pool_enrolments_pool on risk_pool_enrolments (pool_id, owner_id);
  create index risk_pool_enrolments_enterprise on risk_pool_enrolments (enterprise_id);

  create table risk_pool_claims (
    id text primary key,
    enrolment_id text not null,
    pool_id text not null,
    zone_id text not null,
    owner_id text not null,
    enterprise_id text not null,
    principal_loss numeric(20,2) not null check (principal_loss > 0),
    recovered_before numeric(20,2) not null check (recovered_before >= 0),
    base numeric(20,2) not null check (base = principal_loss - recovered_before and base > 0),
    raw numeric(20,2) not null check (raw >= 0),
    compensation numeric(20,2) not null check (compensation > 0 and compensation <= raw),
    bound text,
    steps json not null,
    pack_id text not null,
    pack_version bigint not null,
    claimed_on date not null,
    state text not null check (state in
      ('CLAIM_FILED', 'UNDER_REVIEW', 'APPROVED', 'REJECTED', 'SUSPENDED_FUSE', 'PAID')),
    suspended_on date,
    held_by text,
    decided_on date check (decided_on >= claimed_on),
    decided_by text,
    reason text,
    operation_id text not null,
    decided_operation_id text,
    version bigint not null default 1,
    check ((state = 'UNDER_REVIEW') = (held_by is not null)),
    check ((state in ('PAID', 'REJECTED')) = (decided_on is not null)),
    check ((decided_on is null) = (decided_by is null)),
    check (state <> 'REJECTED' or reason is not null)
  ) with (fillfactor = 80);
  create unique index risk_pool_claims_one on risk_pool_claims (enrolment_id)
    where state <> 'REJECTED';
  create index risk_pool_claims_pool on risk_pool_claims (pool_id, claimed_on);

  create table risk_pool_movements (
    seq bigint generated always as identity primary key,
    pool_id text not null,
    enrolment_id text not null,
    claim_id text,
    zone_id text not null,
    owner_id text not null,
    kind text not null check (kind in
      ('enrol', 'repay', 'default', 'claim', 'suspend', 'pay', 'reject')),
    outstanding numeric(20,2) not null,
    pending numeric(20,2) not null,
    paid numeric(20,2) not null,
    state text not null,
    value_on date not null,
    recorded_at timestamptz not null,
    operation_id text not null
  );
  comment on column risk_pool_movements.outstanding is
    'Changes, signed, as are pending and paid; state is the enrolment''s after it.';
  create index risk_pool_movements_enrolment on risk_pool_movements (enrolment_id, value_on);
  create index risk_pool_movements_pool on risk_pool_movements (pool_id, value_on);
`;

const views = `
  create view risk_pool_balances_v with (security_invoker = true) as
    select c.pool_id, c.zone_id, c.contributed_on as value_on, c.recorded_at,
      c.amount as contributed, 0::numeric(20,2) as paid, 0::numeric(20,2) as pending,
      0::numeric(20,2) as outstanding
    from risk_pool_contributions c
    union all
    select m.pool_id, m.zone_id, m.value_on, m.recorded_at, 0, m.paid, m.pending, m.outstanding
    from risk_pool_movements m;
  comment on view risk_pool_balances_v is
    'Dated changes of a pool: balance = contributed − paid up to a day.';

  create view risk_pool_enrolments_v with (security_invoker = true) as
    select m.seq, m.enrolment_id, m.claim_id, m.pool_id, p.scheme, m.zone_id, m.owner_id,
      e.enterprise_id, e.drawdown_id, e.loan_amount, e.enrolled_on, e.ratio_numerator,
      e.ratio_denominator, e.flags, m.kind, m.state, m.outstanding, m.pending, m.paid, m.value_on,
      m.recorded_at
    from risk_pool_movements m
    join risk_pool_enrolments e on e.id = m.enrolment_id
    join risk_pool_pools p on p.id = m.pool_id;
  comment on view risk_pool_enrolments_v is
    'Dated changes of each enrolled loan; its state on a day is that of the last row up to it.';
`;

/**
 * A bank that enrols or claims moves the pool's node, which the zone owns: it may append to the
 * journals of a node that is shared, although it still cannot read what others wrote there.
 */
const sharedJournals = `
  create policy shared_append on limits_movements for insert to yuanxin_app with check (
    exists (select from limits_nodes n where n.id = node_id and n.shared));
  create policy shared_append on limits_changes for insert to yuanxin_app with check (
    exists (select from limits_nodes n where n.id = node_id and n.shared));
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
