/**
 * Why: supply-chain finance. A certificate is a chain of pieces that never change but for their
 * state; a receivable is known to the whole zone by its fingerprint alone, so that two banks can
 * not finance it twice and neither learns who the other is. Undue and overdue are never stored:
 * they follow from the day that is asked about.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(chain);
  await knex.raw(money);
  await knex.raw(views);
  await knex.raw(`select identity_grant('bank-maker', 'chain:programme-open')`);
}

const chain = `
  create table supply_chain_programmes (
    id text primary key,
    zone_id text not null references parties_zones (id),
    owner_id text not null references parties_organisations (id),
    core_enterprise_id text not null references parties_enterprises (id),
    node_id text not null unique references limits_nodes (id),
    name text not null,
    max_tiers int not null check (max_tiers between 1 and 10),
    starts_on date not null,
    expires_on date not null check (expires_on > starts_on),
    state text not null check (state in ('ACTIVE', 'CLOSED')),
    generated boolean not null default false,
    version bigint not null default 1
  );
  create unique index supply_chain_programmes_live
    on supply_chain_programmes (zone_id, owner_id, core_enterprise_id) where state = 'ACTIVE';
  comment on index supply_chain_programmes_live is
    'A bank limits its exposure to a core enterprise in one place.';

  create table supply_chain_relations (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    programme_id text not null references supply_chain_programmes (id),
    enterprise_id text not null references parties_enterprises (id),
    tier int not null check (tier <> 0),
    since date not null,
    version bigint not null default 1,
    constraint supply_chain_relations_member unique (programme_id, enterprise_id)
  );
  comment on column supply_chain_relations.tier is
    '1, 2 … upstream (suppliers); -1, -2 … downstream (distributors).';

  create table supply_chain_receivables (
    zone_id text not null,
    fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
    claimed_by text,
    primary key (zone_id, fingerprint)
  );
  comment on table supply_chain_receivables is
    'The guard against double financing over all banks of a zone: a hash, and whether it is taken.';

  create table supply_chain_certificates (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    programme_id text not null references supply_chain_programmes (id),
    issuer_id text not null references parties_enterprises (id),
    holder_id text not null references parties_enterprises (id),
    face numeric(20,2) not null check (face > 0),
    issued_on date not null,
    due_on date not null check (due_on > issued_on),
    tier int not null check (tier > 0),
    tenor text not null check (tenor in ('NORMAL', 'ENHANCED_REVIEW')),
    contract_no text not null,
    invoice_no text not null,
    fingerprint text not null,
    root_id text not null references supply_chain_certificates (id),
    parent_id text references supply_chain_certificates (id),
    parent_hash text not null,
    hash text not null unique,
    state text not null check (state in ('ISSUED', 'ACCEPTED', 'HELD', 'SPLIT', 'TRANSFERRED',
      'FINANCING', 'FINANCED', 'PAID')),
    held_since date,
    reservation_id text,
    operation_id text not null,
    recorded_at timestamptz not null,
    version bigint not null default 1,
    foreign key (zone_id, fingerprint) references supply_chain_receivables,
    check (issuer_id <> holder_id),
    check ((parent_id is null) = (root_id = id)),
    check ((state = 'ISSUED') = (held_since is null)),
    check ((state = 'FINANCING') = (reservation_id is not null))
  ) with (fillfactor = 80);
  create index supply_chain_certificates_programme
    on supply_chain_certificates (programme_id, state);
  create index supply_chain_certificates_holder on supply_chain_certificates (holder_id);
  create index supply_chain_certificates_root on supply_chain_certificates (root_id);
  create index supply_chain_certificates_receivable
    on supply_chain_certificates (zone_id, fingerprint);
`;

const money = `
  create table supply_chain_financings (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    programme_id text not null references supply_chain_programmes (id),
    certificate_id text not null references supply_chain_certificates (id),
    fingerprint text not null,
    tier int not null check (tier > 0),
    face numeric(20,2) not null,
    rate_annual numeric(18,12) not null check (rate_annual >= 0),
    days int not null check (days > 0),
    interest numeric(20,2) not null check (interest >= 0),
    net numeric(20,2) not null check (net > 0),
    value_on date not null,
    due_on date not null,
    review_opinion text,
    state text not null check (state in ('OPEN', 'REPAID')),
    settled_on date check (settled_on >= value_on),
    operation_id text not null,
    recorded_at timestamptz not null,
    settled_at timestamptz,
    version bigint not null default 1,
    check (face = interest + net),
    check (due_on = value_on + days),
    check ((state = 'REPAID') = (settled_on is not null)),
    check ((settled_on is null) = (settled_at is null))
  ) with (fillfactor = 80);
  comment on column supply_chain_financings.settled_at is
    'When the settlement was recorded; settled_on is its value day.';
  create unique index supply_chain_financings_certificate
    on supply_chain_financings (certificate_id) where state = 'OPEN';
  create unique index supply_chain_financings_fingerprint
    on supply_chain_financings (zone_id, fingerprint) where state = 'OPEN';
  create index supply_chain_financings_programme
    on supply_chain_financings (programme_id, value_on);
`;

const views = `
  create view supply_chain_programmes_v as
    select p.id as programme_id, p.zone_id, p.owner_id, p.core_enterprise_id, p.node_id, p.name,
      n.amount as chain_limit, p.starts_on, p.expires_on, p.state, p.generated
    from supply_chain_programmes p join limits_nodes n on n.id = p.node_id;
  comment on view supply_chain_programmes_v is
    'chain_limit is that of now; what it was on a day is in the changes of its node.';

  create view supply_chain_exposures_v as
    select f.id as financing_id, f.zone_id, f.owner_id, f.programme_id, p.core_enterprise_id,
      p.node_id, f.certificate_id, c.holder_id, f.tier, f.face, f.value_on, f.due_on,
      f.settled_on, f.recorded_at, f.settled_at, p.generated
    from supply_chain_financings f
    join supply_chain_programmes p on p.id = f.programme_id
    join supply_chain_certificates c on c.id = f.certificate_id;
  comment on view supply_chain_exposures_v is
    'One dated row per financing. Financed on day D: value_on <= D and (settled_on is null or
    settled_on > D); of these undue: due_on >= D, overdue: due_on < D.';

  ${scoped('supply_chain_programmes')}
  ${scoped('supply_chain_relations')}
  ${scoped('supply_chain_receivables', { owner: null })}
  ${scoped('supply_chain_certificates')}
  ${scoped('supply_chain_financings')}
  alter view supply_chain_programmes_v set (security_invoker = true);
  alter view supply_chain_exposures_v set (security_invoker = true);
  grant select, insert on supply_chain_programmes, supply_chain_relations,
    supply_chain_receivables, supply_chain_certificates, supply_chain_financings to yuanxin_app;
  grant update (claimed_by) on supply_chain_receivables to yuanxin_app;
  grant update (state, held_since, reservation_id, version) on supply_chain_certificates
    to yuanxin_app;
  grant update (state, settled_on, settled_at, version) on supply_chain_financings to yuanxin_app;
  grant select on supply_chain_programmes_v, supply_chain_exposures_v to yuanxin_app;
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
