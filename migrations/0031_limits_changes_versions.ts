/**
 * Why: whoever changes a limit that somebody else has changed meanwhile is told what was changed
 * since the version that he saw. Each change says the version that it made; over-subscription, who
 * carries a cap, a place that moved with a limit above, and what siblings may not use are written
 * down as well. Changes recorded before have no version and are told to nobody.
 */
import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table limits_changes
      add column version bigint,
      drop constraint limits_changes_field_check,
      add constraint limits_changes_field_check check (field in ('amount', 'state', 'expires_on',
        'terms', 'parent', 'caps', 'oversub', 'carriers', 'above', 'fenced'));
    create index limits_changes_versions on limits_changes (node_id, version);
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
