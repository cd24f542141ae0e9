/**
 * A class may rest on facts that were corrected since, such as a payment told late. A finding of
 * that is a finding of an upgrade whose cure lies in the correction: nobody has to wait for it.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table credit_upgrade_findings
      add column facts_corrected boolean not null default false;
    comment on column credit_upgrade_findings.facts_corrected is
      'The class was found on facts that were corrected; cured_on is the first day of it.';
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
