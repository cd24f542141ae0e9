/**
 * Why: the limit of a renewed line is the rest of a grant that it shares with what earlier lines
 * still owe, and is worked out anew whenever that changes. A change by hand was overwritten then,
 * in silence, though two persons had decided it: the limit says now that its grant is shared.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Row-level security binds the owner of the tables as well, and the rows of all banks are meant.
  const tables = ['limits_nodes', 'credit_lines'];
  for (const table of tables) await knex.raw(`alter table ${table} no force row level security`);
  await knex.raw(`
    alter table limits_nodes add column shared_grant boolean not null default false;
    comment on column limits_nodes.shared_grant is
      'Its amount is the rest of what it shares with the limits that it took over from.';
    update limits_nodes n set shared_grant = true
      from credit_lines l where l.node_id = n.id and l.predecessor_id is not null;
  `);
  for (const table of tables) await knex.raw(`alter table ${table} force row level security`);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
