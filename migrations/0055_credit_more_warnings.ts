/**
 * Why: misuse of a loan, a claim on a pool that a fuse suspends and a commitment fee that could not
 * be billed are warnings as well; the index of what people read holds the names it is asked for.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index platform_events_warnings;
    create index platform_events_warnings on platform_events (zone_id, id)
      where name in ('credit.commitment-fee-not-billed', 'credit.loan-defaulted',
        'credit.loan-ending', 'credit.loan-overdue', 'credit.loan-reclassified',
        'credit.misuse-recorded', 'credit.repricing-refused', 'credit.review-raised',
        'credit.risk-ratio-fell-short', 'limits.node-expired', 'limits.node-expiring',
        'limits.incident-opened', 'limits.incident-resolved', 'limits.incident-worsened',
        'risk-pool.claim-suspended');
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
