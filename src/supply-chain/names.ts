/** What ids of the supply chain stand for; a certificate is told of by who holds it. */
import type { Names } from '../platform/names.ts';
import { statement } from '../platform/transaction.ts';

export const chainNames: Names = {
  cert: statement(
    'supply-chain.names-of-certificates',
    `select c.id, e.name from supply_chain_certificates c
       join parties_enterprises e on e.id = c.holder_id
     where c.id = any ($1::text[])`,
  ),
  prog: statement(
    'supply-chain.names-of-programmes',
    'select id, name from supply_chain_programmes where id = any ($1::text[])',
  ),
};
