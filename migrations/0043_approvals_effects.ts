/**
 * Why: whoever decides must see what would change, from what to what, not only what was asked for.
 * A request keeps the effects of its rehearsal, told as a trial tells them. Null: filed before.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table approvals_requests add column effects json;
    comment on column approvals_requests.effects is
      'By module: what the rehearsed operation would do to its figures; null: filed before 0043.';
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
