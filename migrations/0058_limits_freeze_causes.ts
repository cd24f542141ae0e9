/**
 * Why: a limit that the whitelist or a renewal froze could be thawed by hand, by one person, as if
 * a person had frozen it. It says now what it is frozen for, and is open again when nothing of that
 * is left. What is frozen already gets its causes from the entries and the renewals that say so.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Row-level security binds the owner of the tables as well, and the rows of all banks are meant.
  const tables = ['limits_nodes', 'credit_whitelist_entries', 'credit_lines'];
  for (const table of tables) await knex.raw(`alter table ${table} no force row level security`);
  await knex.raw(`
    alter table limits_nodes add column frozen_for text[] not null default '{}'
      check (frozen_for <@ array['person', 'whitelist', 'renewal']);
    comment on column limits_nodes.frozen_for is 'Why it is frozen; it is open when none is left.';
    update limits_nodes n set frozen_for = c.causes from (
      select f.id, array_remove(array[
        case when exists (select from credit_whitelist_entries w
          where f.id = any (w.frozen_nodes)) then 'whitelist' end,
        case when exists (select from credit_lines l join credit_lines s on s.predecessor_id = l.id
          where l.node_id = f.id) then 'renewal' end], null) as causes
      from limits_nodes f where f.state = 'FROZEN') c where c.id = n.id;
    update limits_nodes set frozen_for = '{person}' where state = 'FROZEN' and frozen_for = '{}';
  `);
  for (const table of tables) await knex.raw(`alter table ${table} force row level security`);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
