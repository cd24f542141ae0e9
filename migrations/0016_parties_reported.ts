/**
 * Why: figures that a published document states about a zone. They are kept as reported, with
 * their qualifier, source and date, beside the books and never in them: they validate nothing,
 * and a ratio whose other half was not published is said to be missing instead of being guessed.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table parties_reported_figures (
      id text primary key,
      zone_id text not null references parties_zones (id),
      owner_id text references parties_organisations (id),
      subject text not null,
      measure text not null check (measure in ('intent', 'approved_limit', 'drawn_cumulative',
        'outstanding', 'leverage', 'pipeline', 'count', 'fund_size', 'invested')),
      value numeric(20,2) not null check (value >= 0),
      unit text not null,
      qualifier text check (qualifier in ('不少于', '约', '超', '近', '最高', '预计')),
      source text not null,
      reported_on date,
      period text,
      evidence text not null,
      note text,
      other_half text,
      generated_sum_check text check (generated_sum_check in ('agreement-intents',
        'approved-lines', 'cooperating-banks', 'enterprises', 'sub-fund-commitments',
        'pilot-fund-commitments', 'invested-projects', 'project-investments')),
      recorded_at timestamptz not null,
      operation_id text not null,
      version bigint not null default 1,
      constraint parties_reported_figures_one unique (zone_id, subject, measure, source),
      check (reported_on is not null or period is not null)
    );
    comment on column parties_reported_figures.owner_id is
      'The zone office that wrote it down; everybody of the zone may read what was published.';
    comment on column parties_reported_figures.other_half is
      'Shown in place of the ratio that cannot be computed, and what is missing for it.';
    comment on column parties_reported_figures.generated_sum_check is
      'Which rows stand behind the figure in this zone; they add up to it to the fen.';

    ${scoped('parties_reported_figures', { owner: null })}
    grant select, insert on parties_reported_figures to yuanxin_app;

    create view parties_reported_figures_v with (security_invoker = true) as
      select id, zone_id, subject, measure, value, unit, qualifier, source, reported_on, period,
        evidence, note, other_half
      from parties_reported_figures;
    grant select on parties_reported_figures_v to yuanxin_app;
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
