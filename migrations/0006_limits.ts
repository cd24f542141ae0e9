/**
 * Why: the limit tree. A HARD node carries counters that a trigger guards; a SOFT node refuses
 * nothing and has none, its figure is summed from its children when asked. Movements are the
 * journal of which every counter is a projection; they keep what each node of the path consumed.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

const schema = `
  create table limits_nodes (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    shared boolean not null default false,
    parent_id text references limits_nodes (id),
    path text[] not null check (path[1] = id),
    caps text[] not null default '{}',
    depth int not null check (depth >= 0),
    name text not null,
    kind text not null check (kind in ('ZONE', 'ZONE_MASTER', 'SEGMENT', 'ENTERPRISE_LINE',
      'PRODUCT_SUBLINE', 'CORE_PROGRAM', 'ANCHOR', 'SPOKE', 'CAP')),
    subject_id text,
    currency text not null default 'CNY' check (currency = 'CNY'),
    revolving text not null check (revolving in ('R', 'NR', 'NRS')),
    enforcement text not null check (enforcement in ('HARD', 'SOFT')),
    contribution text not null check (contribution in ('consumed', 'outstanding')),
    amount numeric(20,2) not null check (amount >= 0),
    oversub numeric(8,4) check (oversub >= 1),
    state text not null check (state in ('ACTIVE', 'FROZEN', 'CLOSED')),
    starts_on date not null,
    expires_on date check (expires_on >= starts_on),
    outstanding numeric(20,2) not null default 0 check (outstanding >= 0),
    drawn numeric(20,2) not null default 0 check (drawn >= 0),
    consumed numeric(20,2) not null default 0 check (consumed >= 0),
    reserved numeric(20,2) not null default 0 check (reserved >= 0),
    same_day_on date,
    same_day_restorable numeric(20,2) not null default 0,
    version bigint not null default 1,
    check (enforcement = 'HARD' or (outstanding = 0 and drawn = 0 and consumed = 0
      and reserved = 0)),
    check (enforcement = 'HARD' or revolving <> 'NRS')
  ) with (fillfactor = 70);
  create unique index limits_nodes_one_root on limits_nodes (zone_id) where kind = 'ZONE';
  create index limits_nodes_parent on limits_nodes (parent_id);
  create index limits_nodes_zone on limits_nodes (zone_id, kind);
  create index limits_nodes_subject on limits_nodes (subject_id) where subject_id is not null;
  create index limits_nodes_expiry on limits_nodes (expires_on) where state = 'ACTIVE';

  create function limits_refuse_excess() returns trigger language plpgsql as $$
  begin
    raise exception 'Limit % would be exceeded', new.id using errcode = 'YX002';
  end $$;
  create trigger limits_guard before update on limits_nodes for each row
    when (new.enforcement = 'HARD'
      and new.consumed + new.reserved > old.consumed + old.reserved
      and new.consumed + new.reserved > new.amount)
    execute function limits_refuse_excess();

  create table limits_reservations (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    node_id text not null references limits_nodes (id),
    root_id text not null,
    amount numeric(20,2) not null check (amount > 0),
    used numeric(20,2) not null default 0 check (used >= 0),
    state text not null check (state in ('PENDING', 'POSTED', 'RELEASED', 'EXPIRED')),
    expires_at timestamptz not null,
    purpose text not null,
    made_at timestamptz not null,
    resolved_at timestamptz,
    version bigint not null default 1
  ) with (fillfactor = 80);
  create index limits_reservations_due on limits_reservations (root_id, expires_at)
    where state = 'PENDING';
  create index limits_reservations_node on limits_reservations (node_id);

  create table limits_movements (
    seq bigint generated always as identity primary key,
    node_id text not null,
    zone_id text not null,
    owner_id text not null,
    kind text not null check (kind in ('reserve', 'release', 'expire', 'draw', 'repay',
      'reverse')),
    amount numeric(20,2) not null check (amount > 0),
    reserved numeric(20,2) not null,
    outstanding numeric(20,2) not null,
    drawn numeric(20,2) not null,
    path text[] not null,
    consumed numeric(20,2)[] not null,
    value_on date not null,
    recorded_at timestamptz not null,
    reservation_id text,
    source_id text not null,
    operation_id text not null,
    check (cardinality(path) = cardinality(consumed))
  );
  comment on column limits_movements.consumed is
    'Change of each HARD node of path; reserved, outstanding, drawn change alike on all.';
  create index limits_movements_node on limits_movements (node_id, value_on);

  create table limits_changes (
    id text primary key,
    node_id text not null references limits_nodes (id),
    zone_id text not null,
    owner_id text not null,
    field text not null check (field in ('amount', 'state', 'expires_on')),
    old_value text,
    new_value text,
    value_on date not null,
    recorded_at timestamptz not null,
    reason text not null,
    operation_id text not null
  );
  create index limits_changes_node on limits_changes (node_id, value_on);

  create view limits_shared_v as
    select id, zone_id, name, kind, enforcement, amount, consumed, reserved, state
    from limits_nodes where shared;

  ${scoped('limits_nodes', { shared: 'shared' })}
  ${scoped('limits_reservations')}
  ${scoped('limits_movements')}
  ${scoped('limits_changes')}
  -- What a shared limit was on a past day is the same answer for every bank of the tree.
  create policy shared_history on limits_changes for select to yuanxin_app using (
    ((select platform_all_zones()) or zone_id = any ((select platform_zones())::text[]))
    and exists (select from limits_nodes n where n.id = node_id and n.shared));
  alter view limits_shared_v set (security_invoker = true);
  grant select, insert, update on limits_nodes, limits_reservations to yuanxin_app;
  grant select, insert on limits_movements, limits_changes to yuanxin_app;
  grant select on limits_shared_v to yuanxin_app;
  `;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
