/**
 * Why: a reservation of a known tenor holds its place in a tenor bucket, so its tenor is kept; a
 * limit may be put below another one while it is used, so the journal tells what left the limits
 * above and what joined the others (`leave`, `join`), and the changes tell where a limit was and
 * which caps it carried before.
 */
import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table limits_reservations add column tenor_days integer check (tenor_days >= 0);
    alter table limits_movements
      drop constraint limits_movements_kind_check,
      add constraint limits_movements_kind_check check (kind in ('reserve', 'release', 'expire',
        'draw', 'repay', 'reverse', 'leave', 'join')),
      drop constraint limits_movements_amount_check,
      add constraint limits_movements_amount_check
        check (amount > 0 or amount = 0 and kind in ('leave', 'join'));
    alter table limits_changes drop constraint limits_changes_field_check,
      add constraint limits_changes_field_check
        check (field in ('amount', 'state', 'expires_on', 'terms', 'parent', 'caps'));
    -- What was elsewhere on a past day is found among the changes of places alone.
    create index limits_changes_places on limits_changes (field, node_id)
      where field in ('parent', 'caps');
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
