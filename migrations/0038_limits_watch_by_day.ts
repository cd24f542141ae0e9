/**
 * Why: that a limit is nearly used was found by the night alone. The same look also runs through
 * the working day, so that a warning comes soon after the draw, which itself looks at nothing.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    insert into platform_jobs (name, zh, en, cron, operation, input) values
      ('limit-watch-day', '日间额度预警与超限', 'Watch over limits by day', '*/15 8-19 * * *',
        'limits.watch-limits', '{"asOf":"$day"}')
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
