/**
 * Why: from demand to line. A firm's demand waits for a bank, the first that claims it has it; the
 * bank's application is its own affair until a line stands in the limit tree. What was decided is
 * kept step by step.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(demands);
  await knex.raw(applications);
  await knex.raw(renewals);
  await knex.raw(inspections);
  await knex.raw(rights);
}

const inZone = `((select platform_all_zones())
  or zone_id = any ((select platform_zones())::text[]))`;
const owns = (column: string) => `${column} = any ((select platform_owners())::text[])`;

const demands = `
  create table credit_demands (
    id text primary key,
    zone_id text not null references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    enterprise_id text not null references parties_enterprises (id),
    amount numeric(20,2) not null check (amount > 0),
    purpose text not null,
    term_months int not null check (term_months > 0),
    state text not null default 'OPEN'
      check (state in ('OPEN', 'CLAIMED', 'DECLINED', 'MET', 'WITHDRAWN')),
    entered_on date not null,
    due_on date not null check (due_on >= entered_on),
    claimed_by text references parties_organisations (id),
    claimed_on date,
    closed_on date,
    reason text,
    version bigint not null default 1,
    check ((claimed_by is null) = (claimed_on is null)),
    check (state not in ('CLAIMED', 'DECLINED', 'MET') or claimed_by is not null),
    check (state not in ('OPEN', 'WITHDRAWN') or claimed_by is null),
    check ((state in ('OPEN', 'CLAIMED')) = (closed_on is null)),
    check (state not in ('DECLINED', 'WITHDRAWN') or reason is not null)
  );
  comment on column credit_demands.due_on is
    'The last day for an answer. The clock is the firm''s: a claim does not restart it.';
  create index credit_demands_zone on credit_demands (zone_id, state, due_on);
  create index credit_demands_enterprise on credit_demands (enterprise_id);

  create table credit_demand_steps (
    demand_id text not null references credit_demands (id),
    version bigint not null,
    zone_id text not null,
    owner_id text not null references parties_organisations (id),
    to_state text not null,
    reason text,
    value_on date not null,
    made_by text not null,
    made_at timestamptz not null,
    operation_id text not null,
    primary key (demand_id, version)
  );
  comment on column credit_demand_steps.owner_id is
    'Whose step it was: a bank''s reason is for the zone, not for the next bank.';

  alter table credit_demands enable row level security;
  alter table credit_demands force row level security;
  -- An unclaimed demand is offered to every bank of the zone; a claimed one is that bank's alone.
  create policy scope on credit_demands to yuanxin_app using (
    ${inZone} and ((select platform_all_owners()) or ${owns('owner_id')} or ${owns('claimed_by')}
      or (state = 'OPEN' and exists (select from parties_organisations o
        where o.kind = 'bank' and ${owns('o.id')}))));
  ${scoped('credit_demand_steps')}
  grant select, insert, update on credit_demands to yuanxin_app;
  grant select, insert on credit_demand_steps to yuanxin_app;
`;

/** A bank's working papers: not even the zone office, which sees all owners of its zone, reads. */
const banksOwn = (table: string) => `
  ${scoped(table)}
  create policy of_the_bank on ${table} as restrictive to yuanxin_app using (
    ${owns('owner_id')}
    or ((select platform_all_zones()) and (select platform_all_owners())));`;

const applications = `
  create table credit_applications (
    id text primary key,
    zone_id text not null references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    demand_id text references credit_demands (id),
    segment_id text not null references credit_segments (id),
    enterprise_id text not null references parties_enterprises (id),
    product text not null,
    amount numeric(20,2) not null check (amount > 0),
    term_months int not null check (term_months > 0),
    purpose text not null,
    revolving text not null check (revolving in ('R', 'NR', 'NRS')),
    state text not null default 'APPLIED' check (state in ('APPLIED', 'DUE_DILIGENCE', 'APPROVED',
      'SIGNED', 'EFFECTIVE', 'DECLINED', 'WITHDRAWN', 'LAPSED')),
    manager_user text not null,
    manager_person text not null,
    applied_on date not null,
    approved_amount numeric(20,2) check (approved_amount > 0 and approved_amount <= amount),
    collateral_basis text check (collateral_basis in ('LINE', 'MIN')),
    exception text,
    prime_term text check (prime_term in ('1Y', '5Y')),
    spread_bp int,
    rate_annual numeric(12,8) check (rate_annual >= 0),
    approved_on date,
    valid_until date check (valid_until >= approved_on),
    contract_no text,
    signed_on date check (signed_on >= approved_on),
    line_id text unique references credit_lines (id),
    closed_on date,
    reason text,
    version bigint not null default 1,
    check (state not in ('APPROVED', 'SIGNED', 'EFFECTIVE') or (approved_amount is not null
      and collateral_basis is not null and prime_term is not null and spread_bp is not null
      and rate_annual is not null and approved_on is not null and valid_until is not null)),
    check (state not in ('SIGNED', 'EFFECTIVE') or (contract_no is not null
      and signed_on is not null)),
    check ((state = 'EFFECTIVE') = (line_id is not null)),
    check ((state in ('DECLINED', 'WITHDRAWN', 'LAPSED', 'EFFECTIVE')) = (closed_on is not null)),
    check (state not in ('DECLINED', 'WITHDRAWN') or reason is not null)
  );
  create unique index credit_applications_demand on credit_applications (demand_id)
    where state not in ('DECLINED', 'WITHDRAWN', 'LAPSED');
  create unique index credit_applications_contract on credit_applications (owner_id, contract_no);
  create index credit_applications_owner on credit_applications (owner_id, state);
  comment on column credit_applications.collateral_basis is
    'MIN: the collateral after haircut caps the amount; LINE: it does not.';
  comment on column credit_applications.exception is
    'Why more is granted than the sizing allows; the second person reads it.';
  comment on column credit_applications.manager_person is
    'The relationship manager, who proposes and never decides.';

  create table credit_application_steps (
    application_id text not null references credit_applications (id),
    version bigint not null,
    zone_id text not null,
    owner_id text not null,
    to_state text not null,
    reason text,
    value_on date not null,
    made_by text not null,
    made_at timestamptz not null,
    operation_id text not null,
    primary key (application_id, version)
  );

  create table credit_diligences (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    application_id text not null references credit_applications (id),
    statements json not null,
    ratios json not null,
    sizing json not null,
    need numeric(20,2) not null check (need >= 0),
    new_loan numeric(20,2) not null check (new_loan >= 0),
    opinion text not null,
    recorded_on date not null,
    made_by text not null,
    operation_id text not null
  );
  create index credit_diligences_application on credit_diligences (application_id);
  comment on table credit_diligences is 'Appended only: the last one of an application holds.';

  create table credit_collaterals (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    application_id text not null references credit_applications (id),
    diligence_id text not null references credit_diligences (id),
    kind text not null
      check (kind in ('credit', 'ip-pledge', 'receivable', 'guarantee', 'property')),
    name text not null,
    value numeric(20,2) not null check (value >= 0),
    haircut numeric(12,8) not null check (haircut between 0 and 1),
    counted numeric(20,2) not null check (counted >= 0 and counted <= value)
  );
  create index credit_collaterals_diligence on credit_collaterals (diligence_id);

  create table credit_conditions (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    application_id text not null references credit_applications (id),
    kind text not null check (kind in ('precedent', 'covenant')),
    wording text not null,
    met_on date,
    evidence text,
    met_by text,
    check ((met_on is null) = (evidence is null) and (met_on is null) = (met_by is null))
  );
  create index credit_conditions_application on credit_conditions (application_id);

  ${banksOwn('credit_applications')}
  ${banksOwn('credit_application_steps')}
  ${banksOwn('credit_diligences')}
  ${banksOwn('credit_collaterals')}
  ${banksOwn('credit_conditions')}
  grant select, insert, update on credit_applications, credit_conditions to yuanxin_app;
  grant select, insert on credit_application_steps, credit_diligences, credit_collaterals
    to yuanxin_app;
`;

const renewals = `
  alter table credit_lines
    add column predecessor_id text unique references credit_lines (id),
    add column renewed_amount numeric(20,2) check (renewed_amount > 0),
    add check ((predecessor_id is null) = (renewed_amount is null)),
    add check (predecessor_id is null or renewal);
  comment on column credit_lines.renewed_amount is
    'What the renewal grants in all: its own limit and what the predecessor still owes.';

  create table credit_loan_renewals (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    old_drawdown_id text not null unique references credit_drawdowns (id),
    new_drawdown_id text not null unique references credit_drawdowns (id),
    amount numeric(20,2) not null check (amount > 0),
    size_class text not null,
    findings json not null,
    borrowing text not null check (borrowing in ('qualifying-renewal', 'renewal')),
    pack text not null,
    reason text not null,
    value_on date not null,
    operation_id text not null
  );
  comment on column credit_loan_renewals.borrowing is
    'As the classification asks: a qualifying renewal alone does not lower the class.';
  ${scoped('credit_loan_renewals')}
  grant select, insert on credit_loan_renewals to yuanxin_app;
`;

const inspections = `
  create table credit_inspections (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    drawdown_id text not null references credit_drawdowns (id),
    done_on date not null,
    due_on date not null,
    risk_class text not null,
    result text not null check (result in ('NO_CONCERN', 'CONCERN', 'MISUSE')),
    finding text not null,
    use_evidence json not null,
    made_by text not null,
    made_at timestamptz not null,
    operation_id text not null
  );
  create index credit_inspections_drawdown on credit_inspections (drawdown_id, done_on);
  comment on column credit_inspections.due_on is
    'Until when it was due, by the class of the loan on that day; late when before done_on.';
  ${scoped('credit_inspections')}
  grant select, insert on credit_inspections to yuanxin_app;
`;

const rights = `
  select identity_grant(role, 'credit:inspect')
    from unnest(array['bank-maker', 'job', 'console']) role;
  insert into identity_roles values
    ('firm-maker', '企业经办', 'Firm finance officer', '{enterprise}', false, false);
  select identity_grant(role, 'demand:read')
    from unnest(array['bank-maker', 'bank-checker', 'zone-maker', 'zone-checker', 'firm-maker',
      'auditor', 'job', 'console']) role;
  select identity_grant(role, 'demand:enter')
    from unnest(array['zone-maker', 'firm-maker', 'job', 'console']) role;
  select identity_grant(role, 'demand:claim')
    from unnest(array['bank-maker', 'job', 'console']) role;
  select identity_grant(role, 'application:read')
    from unnest(array['bank-maker', 'bank-checker', 'auditor', 'job', 'console']) role;
  select identity_grant(role, 'application:work')
    from unnest(array['bank-maker', 'job', 'console']) role;
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
