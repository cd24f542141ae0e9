/**
 * Why: warnings are read by people, newest first and by zone, and stand among all other events of
 * the outbox.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index platform_events_warnings on platform_events (zone_id, id)
      where name in ('credit.loan-defaulted', 'credit.loan-ending', 'credit.loan-overdue',
        'credit.loan-reclassified', 'credit.repricing-refused', 'credit.review-raised',
        'credit.risk-ratio-fell-short', 'limits.node-expired', 'limits.node-expiring',
        'limits.incident-opened', 'limits.incident-resolved', 'limits.incident-worsened');
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
