/**
 * Why: who may do what. Persons stand behind accounts, because four eyes are two persons, not two
 * accounts; roles and their permissions are rows. These tables are read before anybody's scope is
 * known, so they are guarded by narrow grants instead of row-level security; consents alone have
 * it.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

const reads = `approvals:read chain:read credit:read funds:read insight:read ledger:read
  limits:read parties:read pool:read subsidies:read whitelist:read`;
const bankWork = `chain:certificate-issue chain:finance credit:draw credit:line-open credit:repay
  credit:reserve limits:manage parties:register pool:claim pool:enrol whitelist:decide`;
const fundWork = `funds:call funds:commit funds:distribute funds:invest funds:pay-in funds:value`;
const zoneWork = `credit:agreement-open limits:manage parties:register pool:compensate
  pool:contribute pool:manage subsidies:manage whitelist:nominate`;
/** Jobs, imports, replay and the demo do what every maker does, without being anybody. */
const allWork = `${bankWork} ${fundWork} ${zoneWork} approvals:expire audit:read audit:seal
  jobs:run parties:manage users:read`;

/**
 * The matrix as it is shipped. Later modules append with `select identity_grant(role, permission)`.
 */
const matrix: Readonly<Record<string, string>> = {
  'bank-maker': `${reads} ${bankWork} approvals:withdraw tiers:manage tiers:read`,
  'bank-checker': `${reads} approvals:decide chain:approve credit:approve limits:approve
    parties:approve pool:claim-approve tiers:approve tiers:read whitelist:approve`,
  'fund-maker': `${fundWork} approvals:read approvals:withdraw funds:read insight:read ledger:read
    parties:read tiers:manage tiers:read`,
  'fund-checker': `approvals:decide approvals:read funds:approve funds:read insight:read
    ledger:read parties:read tiers:approve tiers:read`,
  'zone-maker': `${reads} ${zoneWork} approvals:withdraw tiers:read`,
  'zone-checker': `${reads} approvals:decide credit:agreement-approve limits:approve
    parties:approve pool:approve subsidies:approve tiers:read whitelist:approve`,
  'system-officer': `approvals:decide approvals:read jobs:read jobs:run parties:manage parties:read
    sessions:revoke tiers:approve tiers:read users:manage users:read`,
  'security-officer': `approvals:read approvals:withdraw parties:read sessions:revoke tiers:manage
    tiers:read users:grant users:read`,
  auditor: `${reads} audit:comment audit:read jobs:read tiers:read users:read`,
  job: `${reads} ${allWork}`,
  console: `${reads} ${allWork} users:grant users:manage`,
};

export async function up(knex: Knex): Promise<void> {
  await knex.raw(people);
  await knex.raw(rights);
  await knex.raw(sessions);
  await knex.raw(consents);
  for (const [role, permissions] of Object.entries(matrix)) {
    await knex.raw('select identity_grant(?, p) from unnest(?::text[]) p', [
      role,
      permissions.split(/\s+/),
    ]);
  }
}

const people = `
  create table identity_settings (
    only_row boolean primary key default true check (only_row),
    failures_before_lock int not null default 5 check (failures_before_lock > 0),
    lock_minutes int not null default 15 check (lock_minutes > 0),
    access_minutes int not null default 10 check (access_minutes between 1 and 60),
    session_hours int not null default 12 check (session_hours between 1 and 24),
    idle_minutes int not null default 30 check (idle_minutes > 0),
    password_length_min int not null default 10 check (password_length_min >= 8),
    password_age_days int not null default 90 check (password_age_days > 0),
    old_passwords_refused int not null default 5 check (old_passwords_refused >= 0)
  );
  insert into identity_settings default values;

  create table identity_persons (
    id text primary key,
    name text not null,
    created_at timestamptz not null,
    version bigint not null default 1
  );
  comment on table identity_persons is
    'A natural person; may have several accounts and is never both maker and checker of one thing.';

  create table identity_users (
    id text primary key,
    username text not null unique check (username ~ '^[a-z][a-z0-9._-]{1,39}$'),
    organisation_id text not null references parties_organisations (id),
    person_id text not null references identity_persons (id),
    password_hash text not null,
    password_set_at timestamptz not null,
    must_change_password boolean not null,
    failed_attempts int not null default 0 check (failed_attempts >= 0),
    locked_until timestamptz,
    state text not null default 'ACTIVE' check (state in ('ACTIVE', 'DISABLED')),
    demo boolean not null default false,
    created_at timestamptz not null,
    version bigint not null default 1,
    constraint identity_users_person unique (id, person_id)
  );
  create index identity_users_of_person on identity_users (person_id);

  create table identity_old_passwords (
    user_id text not null references identity_users (id),
    password_hash text not null,
    replaced_at timestamptz not null,
    primary key (user_id, replaced_at)
  );

  grant select on identity_settings to yuanxin_app;
  grant select, insert, update (version) on identity_persons to yuanxin_app;
  grant select, insert, update (password_hash, password_set_at, must_change_password,
    failed_attempts, locked_until, state, version) on identity_users to yuanxin_app;
  grant select, insert on identity_old_passwords to yuanxin_app;
`;

const rights = `
  create table identity_roles (
    role text primary key check (role ~ '^[a-z][a-z-]*$'),
    zh text not null,
    en text not null,
    organisation_kinds text[] not null,
    sees_everything boolean not null default false,
    read_only boolean not null default false
  );
  comment on column identity_roles.organisation_kinds is
    'Where it may be granted; none: code only.';
  comment on column identity_roles.sees_everything is 'Holds inside an operator organisation only.';
  insert into identity_roles values
    ('bank-maker', '客户经理', 'Bank relationship manager', '{bank}', false, false),
    ('bank-checker', '银行审批人', 'Bank approver', '{bank}', false, false),
    ('fund-maker', '基金经办', 'Fund administrator', '{fund_manager}', false, false),
    ('fund-checker', '基金审批人', 'Fund approver', '{fund_manager}', false, false),
    ('zone-maker', '园区财政经办', 'Zone finance officer', '{zone_office}', false, false),
    ('zone-checker', '园区审批人', 'Zone approver', '{zone_office}', false, false),
    ('system-officer', '系统管理员', 'System officer', '{operator}', false, false),
    ('security-officer', '安全管理员', 'Security officer', '{operator}', false, false),
    ('auditor', '审计管理员', 'Auditor', '{bank,fund_manager,zone_office,operator}', true, true),
    ('job', '后台任务', 'Scheduled job', '{}', true, false),
    ('console', '命令行', 'Command line', '{}', true, false);

  create table identity_permissions (
    role text not null references identity_roles (role),
    permission text not null check (permission ~ '^[a-z][a-z-]*:[a-z][a-z-]*$'),
    primary key (role, permission)
  );

  create function identity_grant(role text, permission text) returns void language plpgsql as $$
  begin
    if permission !~ ':(read|comment)$' and exists (select from identity_roles r
        where r.role = identity_grant.role and r.read_only) then
      raise exception 'Role % only reads; it cannot be granted %', role, permission;
    end if;
    insert into identity_permissions values (identity_grant.role, identity_grant.permission)
      on conflict do nothing;
  end $$;
  revoke execute on function identity_grant (text, text) from public;

  create table identity_conflicting_roles (
    role text not null references identity_roles (role),
    other text not null references identity_roles (role),
    primary key (role, other),
    check (role < other)
  );
  insert into identity_conflicting_roles values ('auditor', 'security-officer'),
    ('auditor', 'system-officer'), ('security-officer', 'system-officer');

  create table identity_user_roles (
    user_id text not null references identity_users (id),
    role text not null references identity_roles (role),
    granted_at timestamptz not null,
    granted_by text not null,
    revoked_at timestamptz,
    revoked_by text,
    primary key (user_id, role, granted_at)
  );
  create unique index identity_user_roles_held on identity_user_roles (user_id, role)
    where revoked_at is null;

  create function identity_refuse_conflict() returns trigger language plpgsql as $$
  declare held text;
  begin
    perform from identity_persons p join identity_users u on u.person_id = p.id
      where u.id = new.user_id for no key update of p;
    select r.role into held from identity_users me
      join identity_users u on u.person_id = me.person_id
      join identity_user_roles r on r.user_id = u.id and r.revoked_at is null
      join identity_conflicting_roles c
        on c.role = least(r.role, new.role) and c.other = greatest(r.role, new.role)
      where me.id = new.user_id limit 1;
    if held is not null then
      raise exception 'Role % conflicts with % of the same person', new.role, held
        using errcode = 'YX003';
    end if;
    return new;
  end $$;
  create trigger identity_refuse_conflict before insert on identity_user_roles
    for each row execute function identity_refuse_conflict();

  create view identity_users_v as
    select u.id, u.username, p.name, p.id as "personId", o.id as "organisationId",
      o.name as "organisationName", u.state, u.locked_until as "lockedUntil",
      u.must_change_password as "mustChangePassword", u.version::int as version,
      array(select h.role from identity_user_roles h
        where h.user_id = u.id and h.revoked_at is null order by 1) as roles
    from identity_users u
      join identity_persons p on p.id = u.person_id
      join parties_organisations o on o.id = u.organisation_id;
  comment on view identity_users_v is 'Accounts as they are shown: everything but the secrets.';

  grant select on identity_roles, identity_permissions, identity_conflicting_roles,
    identity_users_v to yuanxin_app;
  grant select, insert, update (revoked_at, revoked_by) on identity_user_roles to yuanxin_app;
`;

const sessions = `
  create table identity_sessions (
    id text primary key,
    user_id text not null references identity_users (id),
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    revoked_at timestamptz,
    reason text check (reason in
      ('signed-out', 'refresh-reused', 'password-changed', 'user-disabled', 'revoked')),
    check ((revoked_at is null) = (reason is null))
  );
  create index identity_sessions_user on identity_sessions (user_id, created_at);
  comment on table identity_sessions is 'One sign-in and the family of its refresh tokens.';

  create table identity_refresh_tokens (
    hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
    session_id text not null references identity_sessions (id),
    issued_at timestamptz not null,
    rotated_at timestamptz,
    replaced_by text references identity_refresh_tokens (hash) deferrable initially deferred,
    check ((rotated_at is null) = (replaced_by is null))
  );
  comment on column identity_refresh_tokens.hash is
    'SHA-256 of the token, which is stored nowhere.';
  create unique index identity_refresh_tokens_live on identity_refresh_tokens (session_id)
    where rotated_at is null;

  grant select, insert, update (revoked_at, reason) on identity_sessions to yuanxin_app;
  grant select, insert, update (rotated_at, replaced_by) on identity_refresh_tokens to yuanxin_app;
`;

const consents = `
  create table identity_consents (
    id text primary key,
    zone_id text not null references parties_zones (id),
    enterprise_id text not null references parties_enterprises (id),
    organisation_id text not null references parties_organisations (id),
    purpose text not null,
    given_on date not null,
    ends_on date check (ends_on >= given_on),
    withdrawn_at timestamptz,
    source text not null,
    version bigint not null default 1
  );
  comment on table identity_consents is
    'An enterprise lets an organisation see rows about it that others own. Empty so far.';
  create index identity_consents_pair on identity_consents (enterprise_id, organisation_id);
  ${scoped('identity_consents', { owner: 'organisation_id' })}
  grant select on identity_consents to yuanxin_app;

  create function identity_consented(enterprise text) returns boolean language sql stable as $$
    select exists (select from identity_consents c where c.enterprise_id = enterprise
      and c.organisation_id = any (platform_owners()) and c.withdrawn_at is null
      and (now() at time zone 'Asia/Shanghai')::date
        between c.given_on and coalesce(c.ends_on, 'infinity')) $$;
  comment on function identity_consented is
    'Where consents enter data scope: a policy that honours them adds "or identity_consented(…)".';
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
