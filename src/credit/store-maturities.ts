/**
 * What falls due as it was agreed: the instalments of loans with terms, all that is owed of the
 * others. A defaulted loan is not expected back on any day.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { ExpectedReturn } from '../limits/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

/** The first instalment of drawdown `d` that is not paid, as `i`: none for one without terms. */
export const earliestUnpaid = `left join lateral (
  select * from credit_instalments n where n.drawdown_id = d.id and n.live
    and n.interest + n.principal > n.paid_ahead + n.paid_interest + n.paid_principal
  order by n.no limit 1) i on true`;

const selectMaturities = statement(
  'credit.select-maturities',
  `select d.node_id as "nodeId", coalesce(i.due_on, d.due_on) as day,
     d.due_on - d.value_on as "tenorDays",
     sum(case when d.scheduled then i.principal - i.paid_ahead - i.paid_principal
       else d.outstanding end)::numeric(20,2) as amount
   from credit_drawdowns d join limits_nodes n on n.id = d.node_id
     left join credit_instalments i on d.scheduled and i.drawdown_id = d.id and i.live
       and i.principal > i.paid_ahead + i.paid_principal
   where n.path && $1::text[] and d.state in ('DISBURSED', 'PARTLY_REPAID')
     and (not d.scheduled or i.drawdown_id is not null)
     and coalesce(i.due_on, d.due_on) <= $2::date
   group by 1, 2, 3 order by 2, 1, 3`,
);

/** Principal still owed on these limits and below them that falls due by `until`, by day. */
export async function maturitiesBelow(
  tx: Tx,
  limits: readonly string[],
  until: Day,
): Promise<ExpectedReturn[]> {
  type Row = Omit<ExpectedReturn, 'amount'> & { readonly amount: string };
  const rows = await tx.rows<Row>(selectMaturities, [limits, until]);
  return rows.map((row) => ({ ...row, amount: Money.of(row.amount) }));
}
