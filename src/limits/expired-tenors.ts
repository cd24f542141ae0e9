/**
 * What reservations that have run out still seem to hold in tenor buckets: the counters of a bucket
 * are told of it only by the next movement, or by the job, while a reader is told at the instant.
 */
import { Money, groupedBy } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LimitNode } from './model.ts';
import { bucketsAfter } from './rules/tenor.ts';

/** Reservations `r`, and where each is held: `t.id`. */
export const heldWhere = `from limits_reservations r join limits_nodes n on n.id = r.node_id
     cross join lateral (
       select unnest(n.path) as id
       union
       select unnest(c.path) from limits_nodes a join limits_nodes c on c.id = any (a.caps)
       where a.id = any (n.path)) t`;

const selectExpired = statement(
  'limits.select-expired-tenors',
  `select t.id, r.tenor_days as "tenorDays", sum(r.amount)::numeric(20,2) as amount
   ${heldWhere}
   where r.state = 'PENDING' and r.expires_at <= $2::timestamptz and r.tenor_days is not null
     and t.id = any ($1::text[])
   group by t.id, r.tenor_days`,
);

interface ExpiredTenor {
  readonly id: string;
  readonly tenorDays: number;
  readonly amount: string;
}

/** By node. */
export type Expired = ReadonlyMap<string, readonly ExpiredTenor[]>;

/** What has run out by the instant and was not given back yet. */
export async function readExpired(
  tx: Tx,
  nodes: readonly LimitNode[],
  instant: Date,
): Promise<Expired> {
  const ids = nodes.filter((node) => node.bucketUse.size > 0).map((node) => node.id);
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<ExpiredTenor>(selectExpired, [ids, instant.toISOString()]);
  return groupedBy(rows, ({ id }) => id);
}

/** The use of the node's buckets without it; the terms are those by which they were counted. */
export const bucketsWithout = (
  node: LimitNode,
  expired: readonly ExpiredTenor[],
): LimitNode['bucketUse'] =>
  expired.reduce((bucketUse, { tenorDays, amount }) => {
    const back = Money.of(amount).negated();
    return bucketsAfter({ ...node, bucketUse }, tenorDays, back);
  }, node.bucketUse);
