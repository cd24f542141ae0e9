/**
 * Why: a line that has ended and owes nothing is settled by the night, so that it stands in no list
 * of open lines for ever. A limit's past is kept: nothing is deleted.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    insert into platform_jobs (name, zh, en, cron, operation, input) values
      ('line-closing', '结清到期授信', 'Settle lines that have run off', '40 0 * * *',
        'credit.close-run-off', '{"asOf":"$day"}');
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
