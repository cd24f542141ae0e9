/**
 * Why: how far an exception let a limit be passed is taken back once when its loan is settled;
 * until now it raised the bound of the table's guard, and of incidents, for ever.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table credit_exceptions add column excess_returned_on date
      check (excess_returned_on is null or (kind = 'excess' and state = 'CONSUMED'));
    comment on column credit_exceptions.excess_returned_on is
      'The day on which the limit was held to itself again, its loan being settled.';
    create index credit_exceptions_lasting on credit_exceptions (drawdown_id)
      where kind = 'excess' and state = 'CONSUMED' and excess_returned_on is null;
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
