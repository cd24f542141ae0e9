/**
 * Why: the bills of the commitment fee, the settling of lines that have run off and the snapshots
 * are work of a day like the others, so who asks for the day-end by its name gets them as well.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    update platform_jobs set steps = '{loan-repricing,loan-day-end,commitment-fee-bills,
      limit-expiry,exception-expiry,approval-lapse,approval-expiry,line-closing,whitelist-reviews,
      limit-watch,leverage,supply-chain-exposure}' where name = 'day-end';
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
