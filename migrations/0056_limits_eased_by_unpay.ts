/**
 * Why: a repayment taken back where the limit above does not revolve leaves that limit as it was,
 * and the child with less to keep: that eases as a repayment does (`easedAfter`). The column was
 * filled before that was known: days of repayments taken back until now are made up for here.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Row-level security binds the owner of the tables as well, and the rows of all banks are meant.
  const tables = ['limits_nodes', 'limits_movements'];
  for (const table of tables) await knex.raw(`alter table ${table} no force row level security`);
  await knex.raw(`
    update limits_nodes n set eased_on = e.eased_on from (
      select t.id, max(m.value_on) as eased_on
      from limits_movements m cross join lateral unnest(m.path, m.consumed) as t (id, consumed)
      where m.kind = 'unpay' and t.consumed > 0
      group by t.id) e
      where e.id = n.id and e.eased_on > coalesce(n.eased_on, '-infinity');
  `);
  for (const table of tables) await knex.raw(`alter table ${table} force row level security`);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
