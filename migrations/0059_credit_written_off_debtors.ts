/**
 * Why: a claim written off left the debtor's classification, so writing one loan off lifted the
 * others at every bank though nobody had paid. The night finds such debtors by what is left of
 * their claims; few claims are written off, and the index holds only those with something left.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Row-level security binds the owner of the tables as well, and the rows of all banks are meant.
  const tables = ['credit_write_offs', 'credit_drawdowns'];
  for (const table of tables) await knex.raw(`alter table ${table} no force row level security`);
  await knex.raw(`
    alter table credit_write_offs add column enterprise_id text;
    update credit_write_offs w set enterprise_id = d.enterprise_id
      from credit_drawdowns d where d.id = w.drawdown_id;
    alter table credit_write_offs alter column enterprise_id set not null;
    create index credit_write_offs_left on credit_write_offs (enterprise_id)
      where reversed_by is null
        and principal + interest > recovered_principal + recovered_interest;
  `);
  for (const table of tables) await knex.raw(`alter table ${table} force row level security`);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
