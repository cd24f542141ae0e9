/**
 * Why: a line names the loan products that may be drawn under it (产品准入清单), by day, so that
 * what was agreed on a past day is judged by the list of that day. Lines without a row take every
 * product.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table credit_line_products (
      line_id text not null references credit_lines (id),
      no int not null check (no > 0),
      zone_id text not null,
      owner_id text not null,
      products text[] not null,
      value_on date not null,
      recorded_at timestamptz not null,
      reason text not null,
      operation_id text not null,
      primary key (line_id, no)
    );
    comment on table credit_line_products is
      'Append-only: the products of a line from that day on; an empty list takes all of them.';
    ${scoped('credit_line_products')}
    grant select, insert on credit_line_products to yuanxin_app;
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
