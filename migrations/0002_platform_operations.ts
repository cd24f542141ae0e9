/**
 * Why: every write leaves one row that is at once the idempotency record, the audit entry and a
 * link of its zone's hash chain; news leaves in the same transaction through the outbox.
 */
import type { Knex } from 'knex';

const schema = `
  create function platform_zones() returns text[] language sql stable
    as $$ select string_to_array(coalesce(current_setting('yuanxin.zones', true), ''), ',') $$;
  create function platform_owners() returns text[] language sql stable
    as $$ select string_to_array(coalesce(current_setting('yuanxin.owners', true), ''), ',') $$;
  create function platform_all_zones() returns boolean language sql stable
    as $$ select coalesce(current_setting('yuanxin.zones', true), '') = '*' $$;
  create function platform_all_owners() returns boolean language sql stable
    as $$ select coalesce(current_setting('yuanxin.owners', true), '') = '*' $$;

  create table platform_chains (
    chain text primary key,
    height bigint not null default 0 check (height >= 0),
    head_hash text not null
  );
  comment on table platform_chains is
    'Head of each zone''s hash chain; the last row a batch locks.';

  create table platform_operations (
    chain text not null,
    height bigint not null,
    id text not null,
    actor_id text not null,
    organisation_id text not null,
    operation text not null,
    idempotency_key text not null,
    payload_hash text not null,
    input json not null,
    outcome text not null check (outcome in ('done', 'refused', 'submitted')),
    result json not null,
    rules json not null default '[]',
    approval_id text,
    recorded_at timestamptz not null,
    previous_hash text not null,
    hash text not null,
    primary key (chain, height),
    constraint platform_operations_key unique (actor_id, operation, idempotency_key)
  );
  create index platform_operations_recorded on platform_operations using brin (recorded_at);
  comment on table platform_operations is 'Append-only: request, outcome, audit entry, chain link.';

  create table platform_seals (
    chain text not null,
    from_height bigint not null,
    to_height bigint not null check (to_height >= from_height),
    head_hash text not null,
    signature text not null,
    key_id text not null,
    sealed_at timestamptz not null,
    primary key (chain, to_height)
  );

  create table platform_events (
    xid xid8 not null default pg_current_xact_id(),
    seq bigint generated always as identity,
    id text not null,
    name text not null,
    zone_id text not null,
    owner_id text not null,
    subject_id text not null,
    operation_id text not null,
    payload json not null,
    recorded_at timestamptz not null,
    primary key (xid, seq)
  );
  comment on column platform_events.xid is
    'Cursors read only rows whose transaction is below the snapshot''s xmin: none is skipped.';

  create table platform_event_cursors (
    subscriber text primary key,
    xid xid8 not null default '0',
    seq bigint not null default 0,
    moved_at timestamptz not null default now()
  );

  alter table platform_operations enable row level security;
  alter table platform_operations force row level security;
  create policy append on platform_operations for insert to yuanxin_app with check (true);
  create policy scope on platform_operations for select to yuanxin_app using (
    ((select platform_all_zones()) or chain = 'platform'
      or chain = any ((select platform_zones())::text[]))
    and ((select platform_all_owners())
      or organisation_id = any ((select platform_owners())::text[])));
  alter table platform_events enable row level security;
  alter table platform_events force row level security;
  create policy append on platform_events for insert to yuanxin_app with check (true);
  create policy scope on platform_events for select to yuanxin_app using (
    ((select platform_all_zones()) or zone_id = any ((select platform_zones())::text[]))
    and ((select platform_all_owners()) or owner_id = any ((select platform_owners())::text[])));

  grant select, insert, update on platform_chains to yuanxin_app;
  grant select, insert on platform_operations, platform_events, platform_seals to yuanxin_app;
  grant select, insert, update on platform_event_cursors to yuanxin_app;
  `;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
