/**
 * Why: who gives a reservation back is asked whether a request for approval still needs it, so the
 * few that wait are found by what they hold.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index approvals_requests_held on approvals_requests (hold) where state = 'PENDING';
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
