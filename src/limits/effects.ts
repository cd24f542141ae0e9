/** What an operation did to the tree: every HARD node that it moved, before and after. */
import { Money } from '../kernel/index.ts';
import type { EffectReader } from '../platform/trial.ts';
import { statement } from '../platform/transaction.ts';
import { onDay } from './rules/dated-terms.ts';
import { availableOf } from './rules/headroom.ts';
import { readNodes } from './store.ts';
import { dayInShanghai } from '../kernel/index.ts';
import type { LimitNode } from './model.ts';

const selectMoved = statement(
  'limits.select-moved',
  `select t.id, sum(t.consumed)::numeric(20,2) as consumed,
     sum(m.reserved)::numeric(20,2) as reserved
   from limits_movements m cross join lateral unnest(m.path, m.consumed) as t (id, consumed)
   where m.recorded_at = $1::timestamptz and m.operation_id = $2
   group by t.id`,
);

interface Moved {
  readonly id: string;
  readonly consumed: string;
  readonly reserved: string;
}

const figures = (node: LimitNode) => ({
  used: node.consumed.toString(),
  reserved: node.reserved.toString(),
  available: availableOf(node).toString(),
});

export const limitEffects: EffectReader = {
  name: 'limits',
  async read(tx, { operationId, now }) {
    const moved = await tx.rows<Moved>(selectMoved, [now.toISOString(), operationId]);
    const nodes = await readNodes(
      tx,
      moved.map((one) => one.id),
    );
    const list = moved.flatMap(({ id, consumed, reserved }) => {
      const row = nodes.get(id);
      if (!row) return [];
      const after = onDay(row, dayInShanghai(now));
      const before = {
        ...after,
        consumed: after.consumed.minus(Money.of(consumed)),
        reserved: after.reserved.minus(Money.of(reserved)),
      };
      const { name, kind, depth } = after;
      const limit = after.limit.toString();
      return {
        nodeId: id,
        name,
        kind,
        depth,
        limit,
        before: figures(before),
        after: figures(after),
      };
    });
    // The leaf first, as everywhere.
    return list.toSorted((a, b) => b.depth - a.depth || (a.nodeId < b.nodeId ? -1 : 1));
  },
};
