/**
 * Why: a draw that is dated back must have had room on every day since its value day, so a limit
 * says when it last came to count less or got other terms; only a draw dated before that day has to
 * be held against the days between, which are then read from the journal by value day.
 */
import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  // Row-level security binds the owner of the tables as well, and the rows of all banks are meant.
  const tables = ['limits_nodes', 'limits_movements', 'limits_changes'];
  for (const table of tables) await db.raw(`alter table ${table} no force row level security`);
  await db.raw(`
    alter table limits_nodes add column eased_on date;
    comment on column limits_nodes.eased_on is
      'Last value day on which use came down or terms changed.';
    update limits_nodes n set eased_on = e.eased_on from (
      select id, max(value_on) as eased_on from (
        select t.id, m.value_on
        from limits_movements m cross join lateral unnest(m.path, m.consumed) as t (id, consumed)
        where t.consumed < 0
        union all
        select node_id, value_on from limits_changes) x group by id) e
      where e.id = n.id;
    create index limits_movements_valued on limits_movements using brin (value_on);
  `);
  for (const table of tables) await db.raw(`alter table ${table} force row level security`);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
