/**
 * Why: what was computed on a day is kept as it was said, with its definition and the facts
 * behind it. A snapshot is of one owner, because a bank's exposure is nobody else's business; a
 * later one of the same day is a new version and never replaces an earlier one.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(snapshots);
  await knex.raw(views);
}

const snapshots = `
  create table insight_snapshots (
    id text primary key,
    zone_id text not null references parties_zones (id),
    owner_id text not null,
    kind text not null check (kind in ('leverage', 'exposure')),
    as_of date not null,
    version int not null check (version > 0),
    definition json not null,
    figures int not null,
    figures_hash text not null,
    computed_at timestamptz not null,
    operation_id text not null,
    constraint insight_snapshots_version unique (kind, zone_id, owner_id, as_of, version)
  );
  comment on column insight_snapshots.figures_hash is
    'A run that finds the same figures adds no version.';

  create table insight_figures (
    snapshot_id text not null references insight_snapshots (id),
    place int not null,
    zone_id text not null,
    owner_id text not null,
    question text not null,
    subject_id text not null,
    subject_name text not null,
    measure text not null,
    part text not null,
    labels json not null,
    definition json not null,
    unit text not null,
    qualifier text check (qualifier in ('不少于', '约', '超', '近', '最高', '预计')),
    numerator numeric(22,2),
    denominator numeric(22,2),
    value numeric,
    reason text,
    amounts json not null,
    generated boolean not null,
    inputs json not null,
    primary key (snapshot_id, place),
    check ((value is null) = (reason is not null))
  );
  comment on column insight_figures.question is
    'What was asked, as text: the figure''s name in the API, whether it is stored or computed.';
  comment on column insight_figures.inputs is
    'The dated rows whose amounts add up to numerator and denominator.';

  ${scoped('insight_snapshots')}
  ${scoped('insight_figures')}
  grant select, insert on insight_snapshots, insight_figures to yuanxin_app;
`;

const views = `
  create view insight_limits_v with (security_invoker = true) as
    select n.id as node_id, n.id as fact_id, n.zone_id, n.owner_id, n.starts_on as value_on,
      null::timestamptz as recorded_at,
      coalesce((select c.old_value::numeric(20,2) from limits_changes c
        where c.node_id = n.id and c.field = 'amount' order by c.recorded_at, c.id limit 1),
        n.amount) as amount
    from limits_nodes n
    union all
    select node_id, id, zone_id, owner_id, value_on, recorded_at, new_value::numeric(20,2)
    from limits_changes where field = 'amount';
  comment on view insight_limits_v is
    'The amount of a node by day: that of its latest row up to the day; the first has no instant.';

  create view insight_pools_v with (security_invoker = true) as
    select id as pool_id, zone_id, owner_id, name, scheme, opened_on, generated
    from risk_pool_pools;

  grant select on insight_limits_v, insight_pools_v to yuanxin_app;
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
