/** What ids of limits stand for; an incident is told of by its limit. */
import type { Names } from '../platform/names.ts';
import { statement } from '../platform/transaction.ts';

export const limitNames: Names = {
  lim: statement(
    'limits.names-of-nodes',
    'select id, name from limits_nodes where id = any ($1::text[])',
  ),
  inc: statement(
    'limits.names-of-incidents',
    `select i.id, n.name from limits_incidents i join limits_nodes n on n.id = i.node_id
     where i.id = any ($1::text[])`,
  ),
};
