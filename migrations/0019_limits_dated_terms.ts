/**
 * A limit is more than one amount: steps, seasons, top-ups, collateral, tenor buckets and what
 * siblings lend and borrow are its dated terms, kept as one document because they are read and
 * changed together; null is "one amount", which nearly every limit is. `fenced` is true when some
 * child keeps headroom from its siblings, so that the others need not look; `ceiling` is the most
 * that the terms could ever let through, which is what the guard of the table can know.
 */
import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table limits_nodes
      add column terms json,
      add column ceiling numeric(20,2) check (ceiling >= 0),
      add column fenced boolean not null default false,
      add column bucket_use json;
    drop trigger limits_guard on limits_nodes;
    create trigger limits_guard before update on limits_nodes for each row
      when (new.enforcement = 'HARD'
        and new.consumed + new.reserved > old.consumed + old.reserved
        and new.consumed + new.reserved > coalesce(new.ceiling, new.amount))
      execute function limits_refuse_excess();
    alter table limits_changes drop constraint limits_changes_field_check,
      add constraint limits_changes_field_check
        check (field in ('amount', 'state', 'expires_on', 'terms'));
    alter table limits_movements add column tenor_days integer check (tenor_days >= 0);
    -- What one operation moved is looked for by its instant.
    create index limits_movements_recorded on limits_movements using brin (recorded_at);
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
