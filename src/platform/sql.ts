/** Builds SQL for lists without a connection; `tx.built` and `pageOf` run it. */
import knexPkg, { type Knex } from 'knex';

/**
 * The builder. It is never connected, so forgetting to hand its query to a transaction is an
 * error.
 */
export const sql: Knex = knexPkg({ client: 'pg' });
