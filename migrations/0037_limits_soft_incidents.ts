/**
 * Why: a SOFT limit refuses nothing, so nobody heard when use, or what is granted below it, passed
 * it. It gets incidents too, each with a cause of its own: `soft-use`, and `allocation` (超额分配).
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table limits_incidents drop constraint limits_incidents_cause_check,
      add constraint limits_incidents_cause_check
        check (cause in ('use', 'collateral', 'soft-use', 'allocation'));
    comment on column limits_incidents.used is
      'What counts against bound; of an allocation what is granted to the children.';
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
