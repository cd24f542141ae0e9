/**
 * Why: a job is a row, and so is each of its runs, under the key "name + business day" or "name +
 * event id": whatever the queue delivers twice, or forgets, the row decides. Beside them stand the
 * public halves of the keys that seal the log, and the notices that a limit is about to end, each
 * said once.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(jobs);
  await knex.raw(seals);
  await knex.raw(notices);
  await knex.raw(`select identity_grant('console', 'audit:seal')`);
}

const jobs = `
  create table platform_jobs (
    name text primary key check (name ~ '^[a-z][a-z-]*$'),
    zh text not null,
    en text not null,
    cron text not null,
    timezone text not null default 'Asia/Shanghai',
    operation text not null,
    input json not null default '{}',
    enabled boolean not null default true,
    since date not null default (now() at time zone 'Asia/Shanghai')::date,
    version bigint not null default 1
  );
  comment on column platform_jobs.input is 'The text "$day" in it stands for the business day.';
  comment on column platform_jobs.since is 'Runs missed before this day are not made up for.';
  insert into platform_jobs (name, zh, en, cron, operation, input) values
    ('limit-expiry', '额度与预占到期', 'Expiry of limits and reservations', '5 0 * * *',
      'limits.expire-reservations', '{"asOf":"$day"}'),
    ('approval-expiry', '审批到期', 'Expiry of requests for approval', '15 0 * * *',
      'approvals.expire-due', '{}'),
    ('leverage', '放大倍数', 'Leverage', '30 23 * * *', 'insight.compute-leverage',
      '{"asOf":"$day"}'),
    ('supply-chain-exposure', '供应链敞口', 'Supply-chain exposure', '40 23 * * *',
      'insight.compute-exposure', '{"asOf":"$day"}'),
    ('seal-audit', '审计链封存', 'Sealing of the audit chains', '50 23 * * *',
      'audit.seal-chains', '{"asOf":"$day"}');

  create table platform_job_runs (
    id text primary key,
    job text not null,
    key text not null,
    business_day date not null,
    operation text not null,
    input json not null,
    state text not null check (state in ('QUEUED', 'RUNNING', 'DONE', 'FAILED')),
    round int not null default 1 check (round > 0),
    attempt int not null default 0 check (attempt >= 0),
    done int not null default 0 check (done >= 0),
    total int check (total >= done),
    result json,
    error json,
    due_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    lease_until timestamptz,
    constraint platform_job_runs_key unique (job, key),
    check (state <> 'RUNNING' or lease_until is not null),
    check (state <> 'DONE' or result is not null)
  );
  comment on column platform_job_runs.key is 'The business day, or the id of the event that asked.';
  comment on column platform_job_runs.round is
    'Counts the times that a fresh result was wanted; part of the idempotency keys of its calls.';
  comment on column platform_job_runs.lease_until is
    'Who runs it renews this; a run whose lease is over belongs to whoever takes it.';
  create index platform_job_runs_open on platform_job_runs (due_at)
    where state in ('QUEUED', 'RUNNING');
  create index platform_job_runs_day on platform_job_runs (business_day, job);

  grant select on platform_jobs to yuanxin_app;
  grant select, insert, update on platform_job_runs to yuanxin_app;
`;

const seals = `
  create table platform_seal_keys (
    key_id text primary key,
    public_key text not null,
    since timestamptz not null
  );
  create unique index platform_seals_from on platform_seals (chain, from_height);
  comment on index platform_seals_from is 'Blocks of a chain do not overlap.';
  grant select, insert on platform_seal_keys to yuanxin_app;
`;

const notices = `
  create table limits_notices (
    node_id text not null references limits_nodes (id),
    kind text not null check (kind in ('expiring', 'expired')),
    noticed_on date not null,
    zone_id text not null,
    owner_id text not null,
    expires_on date not null,
    operation_id text not null,
    primary key (node_id, kind, noticed_on)
  );
  comment on table limits_notices is
    'Said once: that a node is expiring, per node and day; that it has expired, per day of expiry.';
  ${scoped('limits_notices')}
  grant select, insert on limits_notices to yuanxin_app;
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
