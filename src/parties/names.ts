/** What ids of parties stand for: each has a name of its own. */
import type { Names } from '../platform/names.ts';
import { statement } from '../platform/transaction.ts';

const named = (table: string) =>
  statement(`parties.names-${table}`, `select id, name from ${table} where id = any ($1::text[])`);

export const partyNames: Names = {
  ent: named('parties_enterprises'),
  org: named('parties_organisations'),
  zone: named('parties_zones'),
};
