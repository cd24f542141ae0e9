/**
 * Why: exceptions (例外审批). A draw may pass a limit, a tenor bucket or the lack of a line when two
 * persons say so, up to an amount and a day, inside a quota that the bank sets for itself in each
 * zone. `excess` on a node is how far such exceptions let it be passed: the guard of the table adds
 * it, so that without an approved exception nothing passes, whatever the program thinks.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(excess);
  await knex.raw(exceptions);
  await knex.raw(rights);
}

const excess = `
  alter table limits_nodes
    add column excess numeric(20,2) not null default 0 check (excess >= 0);
  comment on column limits_nodes.excess is
    'How far approved exceptions let the limit be passed; an expired one is taken off again.';
  drop trigger limits_guard on limits_nodes;
  create trigger limits_guard before update on limits_nodes for each row
    when (new.enforcement = 'HARD'
      and new.consumed + new.reserved > old.consumed + old.reserved
      and new.consumed + new.reserved > coalesce(new.ceiling, new.amount) + new.excess)
    execute function limits_refuse_excess();
`;

const exceptions = `
  create table credit_exception_quotas (
    zone_id text not null references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    amount numeric(20,2) not null check (amount >= 0),
    reason text not null,
    set_on date not null,
    operation_id text not null,
    version bigint not null default 1,
    primary key (zone_id, owner_id)
  );

  create table credit_exceptions (
    id text primary key,
    zone_id text not null references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    kind text not null check (kind in ('missing-limit', 'excess', 'bucket-full')),
    enterprise_id text not null references parties_enterprises (id),
    line_id text references credit_lines (id),
    node_id text references limits_nodes (id),
    bucket_days int check (bucket_days > 0),
    segment_id text references credit_segments (id),
    product text,
    rate_annual numeric(12,8) check (rate_annual >= 0),
    amount numeric(20,2) not null check (amount > 0),
    purpose text not null,
    state text not null default 'RAISED' check (state in ('RAISED', 'JUSTIFIED', 'APPROVED',
      'CONSUMED', 'EXPIRED', 'REJECTED')),
    raised_by_user text not null,
    raised_by_person text not null,
    raised_on date not null,
    justification text,
    evidence text,
    approved_amount numeric(20,2) check (approved_amount > 0 and approved_amount <= amount),
    approved_on date,
    expires_on date check (expires_on >= approved_on),
    used_amount numeric(20,2) check (used_amount >= 0 and used_amount <= approved_amount),
    drawdown_id text references credit_drawdowns (id) deferrable initially deferred,
    closed_on date,
    reason text,
    version bigint not null default 1,
    check (kind = 'missing-limit' or (line_id is not null and node_id is not null)),
    check ((kind = 'bucket-full') = (bucket_days is not null)),
    check ((kind = 'missing-limit')
      = (segment_id is not null and product is not null and rate_annual is not null)),
    check (state in ('RAISED', 'REJECTED') or justification is not null),
    check (state not in ('APPROVED', 'CONSUMED', 'EXPIRED') or (approved_amount is not null
      and approved_on is not null and expires_on is not null and line_id is not null)),
    check ((state = 'CONSUMED') = (used_amount is not null)),
    check ((state in ('CONSUMED', 'EXPIRED', 'REJECTED')) = (closed_on is not null)),
    check (state <> 'REJECTED' or reason is not null)
  );
  comment on column credit_exceptions.line_id is
    'The line that may be drawn; of a missing limit the one that the approval opened.';
  comment on column credit_exceptions.used_amount is
    'How far the draw passed the limit; the rest of what was approved lapsed with it.';
  create index credit_exceptions_owner on credit_exceptions (zone_id, owner_id, state);
  create index credit_exceptions_due on credit_exceptions (expires_on) where state = 'APPROVED';

  create table credit_exception_steps (
    exception_id text not null references credit_exceptions (id),
    version bigint not null,
    zone_id text not null,
    owner_id text not null,
    to_state text not null,
    reason text,
    value_on date not null,
    made_by text not null,
    made_at timestamptz not null,
    operation_id text not null,
    primary key (exception_id, version)
  );
  ${scoped('credit_exception_quotas')}
  ${scoped('credit_exceptions')}
  ${scoped('credit_exception_steps')}
  grant select, insert, update on credit_exception_quotas, credit_exceptions to yuanxin_app;
  grant select, insert on credit_exception_steps to yuanxin_app;
`;

const rights = `
  select identity_grant(role, 'exception:read')
    from unnest(array['bank-maker', 'bank-checker', 'auditor', 'job', 'console']) role;
  select identity_grant(role, 'exception:raise')
    from unnest(array['bank-maker', 'job', 'console']) role;
  select identity_grant(role, 'exception:quota')
    from unnest(array['bank-maker', 'job', 'console']) role;
  select identity_grant(role, 'exception:reject')
    from unnest(array['bank-maker', 'bank-checker', 'job', 'console']) role;
  insert into platform_jobs (name, zh, en, cron, operation, input) values
    ('exception-expiry', '例外审批到期', 'Expiry of exceptions', '10 0 * * *',
      'credit.expire-exceptions', '{"asOf":"$day"}');
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
