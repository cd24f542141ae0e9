/**
 * Why: an incident (超限、预警事件) says that a limit is nearly used, or is passed, or that a loan
 * stands too high against its collateral, by how much, and what is done about it. One is open per
 * limit and cause; its steps are never changed. What stands above its limit today gets its incident
 * here, so that the rule "nothing above its limit without one" holds from the first day. The same
 * night tells of dated terms that begin or end.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

/** Nobody publishes these figures: they are the program's own and wait for the bank's. */
export const watchRule = {
  warnRate: '0.9',
  buffer: '0.05',
  margin: { initial: '0.7', marginCall: '0.8', liquidation: '0.9', buffer: '0.05' },
};

export const watchClauses = {
  warnRate: { text: '占用达到额度的 90% 预警；待银行确认', evidence: '[D]' },
  buffer: { text: '须比触发线低 5 个百分点方视为解除；待银行确认', evidence: '[D]' },
  'margin.initial': { text: '贷款余额不高于押品价值的 70%；待银行确认', evidence: '[D]' },
  'margin.marginCall': { text: '达到押品价值的 80% 须补足至初始线；待银行确认', evidence: '[D]' },
  'margin.liquidation': { text: '达到押品价值的 90% 可处置押品；待银行确认', evidence: '[D]' },
  'margin.buffer': { text: '须比触发线低 5 个百分点方视为解除；待银行确认', evidence: '[D]' },
};

export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table rulebook_packs no force row level security');
  await knex('rulebook_packs').insert({
    id: 'pack_limit-watch-1',
    scheme: 'limit-watch',
    kind: 'limit-watch',
    version: 1,
    status: 'TEMPLATE',
    document_no: '本系统设定',
    title: '额度预警与押品警戒线',
    valid_from: '2000-01-01',
    evidence: '[D]',
    parameters: JSON.stringify(watchRule),
    clauses: JSON.stringify(watchClauses),
  });
  await knex.raw('alter table rulebook_packs force row level security');
  await knex.raw(incidents);
  // Row-level security binds the owner of the table as well, and all banks' limits are looked at.
  await knex.raw('alter table limits_nodes no force row level security');
  await knex.raw(standing);
  await knex.raw('alter table limits_nodes force row level security');
  await knex.raw(protection);
  await knex.raw(turns);
  await knex.raw(job);
}

const incidents = `
  create table limits_incidents (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    node_id text not null references limits_nodes (id),
    cause text not null check (cause in ('use', 'collateral')),
    severity text not null check (severity in ('WARNING', 'BREACH')),
    state text not null check (state in ('OPEN', 'ACKNOWLEDGED', 'MITIGATING', 'RESOLVED',
      'WAIVED')),
    size numeric(20,2) not null check (size >= 0),
    worst_size numeric(20,2) not null check (worst_size >= size),
    bound numeric(20,2) not null check (bound >= 0),
    used numeric(20,2) not null,
    reserved numeric(20,2) not null,
    rule text not null,
    waived_size numeric(20,2) check (waived_size >= 0),
    waived_until date,
    opened_on date not null,
    closed_on date check (closed_on >= opened_on),
    version bigint not null default 1,
    check ((state = 'RESOLVED') = (closed_on is not null)),
    check ((state = 'WAIVED') = (waived_until is not null)),
    check ((state = 'WAIVED') = (waived_size is not null))
  );
  comment on column limits_incidents.size is
    'How far use stands above bound; of a warning of use zero.';
  comment on column limits_incidents.bound is
    'The limit with approved exceptions; of collateral what may be owed at its initial level.';
  create unique index limits_incidents_open on limits_incidents (node_id, cause)
    where state <> 'RESOLVED';
  create index limits_incidents_zone on limits_incidents (zone_id, state);

  create table limits_incident_steps (
    incident_id text not null references limits_incidents (id),
    version bigint not null,
    zone_id text not null,
    owner_id text not null,
    step text not null check (step in ('opened', 'worsened', 'eased', 'resized', 'reopened',
      'acknowledged', 'mitigated', 'resolved', 'waived')),
    state text not null,
    severity text not null,
    size numeric(20,2) not null,
    bound numeric(20,2) not null,
    used numeric(20,2) not null,
    reserved numeric(20,2) not null,
    rule text not null,
    waived_until date,
    reason text not null,
    made_by text,
    value_on date not null,
    made_at timestamptz not null,
    operation_id text not null,
    primary key (incident_id, version)
  );
  comment on column limits_incident_steps.made_by is 'Null: the figures themselves.';
`;

const standing = `
  insert into limits_incidents (id, zone_id, owner_id, node_id, cause, severity, state, size,
    worst_size, bound, used, reserved, rule, opened_on)
  select 'inc_' || upper(substr(md5(n.id), 1, 26)), n.zone_id, n.owner_id, n.id, 'use', 'BREACH',
    'OPEN', n.consumed + n.reserved - b.bound, n.consumed + n.reserved - b.bound, b.bound,
    n.consumed, n.reserved, 'limit-watch/1 TEMPLATE',
    (now() at time zone 'Asia/Shanghai')::date
  from limits_nodes n
    cross join lateral (select coalesce(n.ceiling, n.amount) + n.excess as bound) b
  where n.enforcement = 'HARD' and n.consumed + n.reserved > b.bound;
  insert into limits_incident_steps (incident_id, version, zone_id, owner_id, step, state,
    severity, size, bound, used, reserved, rule, reason, value_on, made_at, operation_id)
  select id, version, zone_id, owner_id, 'opened', state, severity, size, bound, used, reserved,
    rule, '超限事件启用', opened_on, now(), 'migration' from limits_incidents;
`;

const protection = `
  ${scoped('limits_incidents')}
  ${scoped('limits_incident_steps')}
  -- The claim of a bank may leave a pool passed: its limit belongs to the zone and is shared.
  create policy shared on limits_incidents to yuanxin_app using (
    ((select platform_all_zones()) or zone_id = any ((select platform_zones())::text[]))
    and exists (select from limits_nodes n where n.id = node_id and n.shared));
  create policy shared_append on limits_incident_steps for insert to yuanxin_app with check (
    exists (select from limits_incidents i where i.id = incident_id));
  grant select, insert, update on limits_incidents to yuanxin_app;
  grant select, insert on limits_incident_steps to yuanxin_app;
`;

/** An end of a node is said with its day; a turn of its terms has none but its own. */
const turns = `
  alter table limits_notices
    alter column expires_on drop not null,
    drop constraint limits_notices_kind_check,
    add constraint limits_notices_kind_check check (kind in ('expiring', 'expired',
      'step-begun', 'season-begun', 'season-ended', 'top-up-begun', 'top-up-ended')),
    add check ((kind in ('expiring', 'expired')) = (expires_on is not null));
`;

const job = `
  insert into platform_jobs (name, zh, en, cron, operation, input) values
    ('limit-watch', '额度预警与超限', 'Watch over limits', '20 0 * * *',
      'limits.watch-limits', '{"asOf":"$day"}');
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
