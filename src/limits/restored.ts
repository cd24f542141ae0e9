/**
 * What repayments gave back on limits that revolve within the day, and how much of it goes when
 * some of their principal is taken back: no more stays restored than is still repaid, on that day
 * and altogether.
 */
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Step } from './rules/engine.ts';

const selectRestored = statement(
  'limits.select-restored',
  `select t.id, -sum(t.consumed) as restored, -sum(m.outstanding) as repaid,
     coalesce(-sum(t.consumed) filter (where m.value_on = $3::date), 0) as "restoredOn",
     coalesce(-sum(m.outstanding) filter (where m.value_on = $3::date), 0) as "repaidOn"
   from limits_movements m cross join lateral unnest(m.path, m.consumed) as t (id, consumed)
   where m.node_id = $1 and m.source_id = any ($2::text[]) and m.kind in ('repay', 'unpay')
   group by t.id`,
);

type Row = Readonly<Record<'id' | 'restored' | 'repaid' | 'restoredOn' | 'repaidOn', string>>;

/** By node: what is consumed again where a limit revolves within the day. */
export async function restoredBy(
  tx: Tx,
  { nodeId, repaid, valueOn, amount }: Extract<Step, { readonly kind: 'unpay' }>,
): Promise<ReadonlyMap<string, Money>> {
  const rows = await tx.rows<Row>(selectRestored, [nodeId, repaid, valueOn]);
  const beyond = (restored: string, paid: string): Money =>
    Money.of(restored).minus(Money.max(Money.of(paid).minus(amount), Money.zero));
  return new Map(
    rows.map((row) => {
      const again = Money.max(
        beyond(row.restored, row.repaid),
        beyond(row.restoredOn, row.repaidOn),
      );
      return [row.id, Money.max(again, Money.zero)];
    }),
  );
}
