/**
 * Why: the night classified drawdowns with terms alone. One without is a claim on the debtor too:
 * it is overdue or defaulted by its own due day, reaches the debtor's other loans, and counts in
 * the whole that the bad part is a share of. Those that a night has to look at are marked, so that
 * they are found by debtor; a new drawdown is not, so drawing writes no index more than before.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table credit_drawdowns add column watched boolean not null default false;
    comment on column credit_drawdowns.watched is
      'Without terms, and overdue, defaulted, a renewal or classified once: nights look at it.';
    create index credit_drawdowns_watched on credit_drawdowns (enterprise_id) where watched;
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
