/**
 * Why: everybody who appears in the book. Institutions have users and own rows; enterprises are the
 * zone's register, readable by every organisation of the zone because the register is public.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table parties_zones (
      id text primary key,
      code text not null unique,
      name text not null,
      name_en text not null,
      kind text not null check (kind in ('live', 'demo', 'reported', 'replay')),
      opened_on date not null,
      version bigint not null default 1
    );
    comment on column parties_zones.kind is
      'demo: generated data; reported: figures of a published document; replay: an imported book.';

    create table parties_organisations (
      id text primary key,
      kind text not null check (kind in
        ('bank', 'fund_manager', 'zone_office', 'enterprise', 'operator')),
      name text not null,
      short_name text,
      uscc text,
      cnaps text,
      generated boolean not null default false,
      version bigint not null default 1
    );

    create table parties_zone_members (
      zone_id text not null references parties_zones (id),
      organisation_id text not null references parties_organisations (id),
      since date not null,
      primary key (zone_id, organisation_id)
    );
    create index parties_zone_members_organisation on parties_zone_members (organisation_id);

    create table parties_enterprises (
      id text primary key,
      zone_id text not null references parties_zones (id),
      uscc text not null check (uscc ~ '^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$'),
      name text not null,
      industry text,
      chain_position text check (chain_position in ('core', 'upstream', 'downstream')),
      generated boolean not null default false,
      registered_on date not null,
      version bigint not null default 1,
      constraint parties_enterprises_code unique (zone_id, uscc)
    );

    create table parties_calendar_days (
      day date primary key,
      kind text not null check (kind in ('holiday', 'working')),
      name text not null,
      source text not null,
      evidence text not null
    );
    comment on table parties_calendar_days is
      'Statutory holidays and make-up working days; a year without rows warns, it never guesses.';

    ${scoped('parties_enterprises', { owner: null })}
    grant select, insert, update on parties_zones, parties_organisations, parties_zone_members,
      parties_enterprises, parties_calendar_days to yuanxin_app;
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
