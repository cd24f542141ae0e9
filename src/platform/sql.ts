/** Builds SQL for lists without a connection; `tx.built` and `pageOf` run it. */
import knexPkg, { type Knex } from 'knex';

/**
 * The builder. It is never connected, so forgetting to hand its query to a transaction is an
 * error.
 */
export const sql: Knex = knexPkg({ client: 'pg' });

/** Of the rows those that have every value that is given; what is undefined asks for nothing. */
export function having(
  rows: Knex.QueryBuilder,
  wanted: Readonly<Record<string, string | undefined>>,
): Knex.QueryBuilder {
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return rows.where(Object.fromEntries(given));
}
