/**
 * Why: a prime rate may have been recorded wrongly. The correction is one more row of the same day
 * and term, and the last of them holds; what used the wrong one is repriced by replay. A loan that
 * is not open any more is looked at once (`reprice_on` long past), so that its bank is told. And a
 * trial tells which limits an operation changed.
 */
import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table credit_lpr_rates
      add column no int not null default 1 check (no > 0),
      drop constraint credit_lpr_rates_pkey;
    alter table credit_lpr_rates add primary key (term, published_on, no);
    create index credit_loans_to_look_at on credit_loans (id)
      where state <> 'OPEN' and reprice_on = date '1900-01-01';
    -- What one operation changed is looked for by its instant, as what it moved.
    create index limits_changes_recorded on limits_changes using brin (recorded_at);
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
