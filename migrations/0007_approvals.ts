/**
 * Why: work that needs a second person. A request keeps what the maker asked for and the tier it
 * was filed under; the table itself refuses a decision by the maker's own person, whatever account
 * is used.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(tiers);
  await knex.raw(requests);
}

const tiers = `
  create table approvals_settings (
    only_row boolean primary key default true check (only_row),
    days_to_decide int not null default 14 check (days_to_decide > 0)
  );
  insert into approvals_settings default values;

  create table approvals_tiers (
    operation text not null,
    owner_id text references parties_organisations (id),
    version int not null check (version > 0),
    from_amount numeric(20,2) not null check (from_amount >= 0),
    permission text,
    valid_from date not null,
    source text not null,
    operation_id text,
    constraint approvals_tiers_band
      unique nulls not distinct (operation, owner_id, version, from_amount)
  );
  comment on table approvals_tiers is
    'Above from_amount a second person decides. Append-only; a version is its bands.';
  comment on column approvals_tiers.owner_id is 'Null: holds for whoever has no tier of its own.';
  comment on column approvals_tiers.permission is
    'What the decider of this band needs; null: what the operation itself names.';
  insert into approvals_tiers (operation, version, from_amount, valid_from, source) values
    ('credit.draw-down', 1, 5000000.00, '2000-01-01', '出厂设置'),
    ('credit.open-line', 1, 0.00, '2000-01-01', '出厂设置');

  grant select on approvals_settings to yuanxin_app;
  grant select, insert on approvals_tiers to yuanxin_app;
`;

const requests = `
  create table approvals_requests (
    id text primary key,
    zone_id text references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    operation text not null,
    input json not null,
    expected_version bigint,
    amount numeric(20,2),
    permission text not null,
    tier_version int,
    maker_id text not null,
    maker_person_id text not null,
    hold text,
    rehearsed json not null,
    state text not null default 'PENDING' check (state in
      ('PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'EXPIRED')),
    version bigint not null default 1,
    made_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > made_at),
    decided_by text,
    decided_person_id text,
    decided_at timestamptz,
    reason text,
    result json,
    filed_operation_id text not null,
    decided_operation_id text,
    foreign key (maker_id, maker_person_id) references identity_users (id, person_id),
    foreign key (decided_by, decided_person_id) references identity_users (id, person_id),
    constraint approvals_requests_two_persons check (state not in ('APPROVED', 'REJECTED')
      or coalesce(decided_person_id <> maker_person_id, false)),
    check ((state = 'PENDING') = (decided_at is null)),
    check ((state = 'APPROVED') = (result is not null)),
    check ((decided_by is null) = (decided_person_id is null))
  );
  comment on column approvals_requests.zone_id is 'Null: concerns no single zone, owner only.';
  create index approvals_requests_pending on approvals_requests (permission, id)
    where state = 'PENDING';
  create index approvals_requests_due on approvals_requests (expires_at) where state = 'PENDING';
  create index approvals_requests_maker on approvals_requests (maker_person_id, id);

  create function approvals_refuse_second_decision() returns trigger language plpgsql as $$
  begin
    raise exception 'Request % is already %', old.id, old.state using errcode = 'YX004';
  end $$;
  create trigger approvals_decided_once before update on approvals_requests for each row
    when (old.state <> 'PENDING') execute function approvals_refuse_second_decision();

  alter table approvals_requests enable row level security;
  alter table approvals_requests force row level security;
  create policy scope on approvals_requests to yuanxin_app using (
    ((select platform_all_zones()) or zone_id = any ((select platform_zones())::text[])
      or (zone_id is null and owner_id = any ((select platform_owners())::text[])))
    and ((select platform_all_owners()) or owner_id = any ((select platform_owners())::text[])));

  grant select, insert, update (state, version, decided_by, decided_person_id, decided_at, reason,
    result, decided_operation_id) on approvals_requests to yuanxin_app;
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
