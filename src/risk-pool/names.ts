/** What ids of pools stand for; a claim is told of by its firm. */
import type { Names } from '../platform/names.ts';
import { statement } from '../platform/transaction.ts';

export const poolNames: Names = {
  pool: statement(
    'risk-pool.names-of-pools',
    'select id, name from risk_pool_pools where id = any ($1::text[])',
  ),
  claim: statement(
    'risk-pool.names-of-claims',
    `select c.id, e.name from risk_pool_claims c
       join parties_enterprises e on e.id = c.enterprise_id
     where c.id = any ($1::text[])`,
  ),
};
