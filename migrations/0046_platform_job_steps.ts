/**
 * Why: a day's work is several jobs in an order, and who drives the product from outside asks for
 * it by one name. A job may consist of others; such a one has no hour of its own, since each of
 * its steps has one.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table platform_jobs alter column cron drop not null, add column steps text[],
      add check (steps is null or (cardinality(steps) between 1 and 99 and cron is null));
    comment on column platform_jobs.steps is
      'Names of the jobs that it consists of, in their order; run by jobs.run-steps.';
    comment on column platform_jobs.cron is 'Null: it never strikes by itself.';

    insert into platform_jobs (name, zh, en, cron, operation, input, steps) values
      ('accrual', '计息与到期', 'Accrual, due and overdue', null, 'credit.run-day-end',
        '{"asOf":"$day","through":"accrue"}', null),
      ('classification', '五级分类', 'Classification of loans', null, 'credit.run-day-end',
        '{"asOf":"$day","through":"classify"}', null),
      ('day-end', '日终', 'Day-end', null, 'jobs.run-steps',
        '{"job":"day-end","asOf":"$day"}', '{loan-repricing,loan-day-end,limit-expiry,
        exception-expiry,approval-lapse,approval-expiry,whitelist-reviews,limit-watch}'),
      ('early-warning', '预警', 'Early warning', null, 'jobs.run-steps',
        '{"job":"early-warning","asOf":"$day"}', '{accrual,limit-watch}'),
      ('snapshots', '每日快照', 'Snapshots of the day', null, 'jobs.run-steps',
        '{"job":"snapshots","asOf":"$day"}', '{leverage,supply-chain-exposure}');
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
