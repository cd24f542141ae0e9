/**
 * Who carries a cap, as it is shown: of those that the reader may see the first by id with their
 * names, of the other banks only how many. `GET /limits?capId=` pages through all of the first.
 */
import { z } from 'zod';
import { IdText } from '../platform/schemas.ts';
import type { Scope, Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LimitNode } from './model.ts';
import { withAllOwners } from './all-owners.ts';

const most = 100;

export const Carriers = z.object({
  items: z
    .array(z.object({ nodeId: IdText, name: z.string(), state: z.string() }))
    .meta({ description: `按标识排序的前 ${most} 个；全部见 GET /limits?capId=` }),
  /** How many the reader may see. */
  total: z.int(),
  /** How many of other banks carry a shared cap besides. */
  others: z.int(),
});

const selectFirst = statement(
  'limits.select-first-carriers',
  `select id as "nodeId", name, state, count(*) over ()::int as total
   from limits_nodes where $1 = any (caps) order by id limit $2::int`,
);
const countCarriers = statement(
  'limits.count-carriers',
  'select count(*)::int as carriers from limits_nodes where $1 = any (caps)',
);

export async function carriersSeen(
  tx: Tx,
  { owners }: Pick<Scope, 'owners'>,
  { id, shared }: Pick<LimitNode, 'id' | 'shared'>,
): Promise<z.output<typeof Carriers>> {
  type Carrier = z.output<typeof Carriers>['items'][number];
  const found = await tx.rows<Carrier & { total: number }>(selectFirst, [id, most]);
  const items = found.map(({ nodeId, name, state }) => ({ nodeId, name, state }));
  const total = found[0]?.total ?? 0;
  if (!shared || owners === '*') return { items, total, others: 0 };
  const count = () => tx.rows<{ carriers: number }>(countCarriers, [id]);
  const [all] = await withAllOwners(tx, { owners }, count);
  return { items, total, others: (all?.carriers ?? total) - total };
}
