/** What was paid out under a loan or a line so far, and to whom, tranche by tranche. */
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Drawdown } from './model.ts';
import type { PaidOut, UseOfFunds } from './rules/entrusted-payment.ts';
import type { WorkingCapitalRule } from './packs/rule-shapes.ts';

const selectPaidOut = statement(
  'credit.select-paid-out',
  `with loans as (
     select d.id, d.amount, (select t.terms from credit_loan_terms t where t.drawdown_id = d.id
       order by t.version desc limit 1) as terms
     from credit_drawdowns d where d.scheduled and d.state <> 'REVERSED'
       and (d.id = $1 or d.line_id = $2)
   ), later as (
     select t.drawdown_id, t.amount, t.payments from credit_loan_tranches t
     join loans l on l.id = t.drawdown_id where t.reversed_by is null
   )
   select l.amount - coalesce((select sum(t.amount) from later t where t.drawdown_id = l.id), 0)
     as drawn, coalesce(l.terms->'payments', '[]') as payments from loans l
   union all select amount, payments from later`,
);

/** Everything that the scope of the rule adds up; a drawdown without terms names nobody. */
export async function paidOutBefore(
  tx: Tx,
  { id, lineId }: Pick<Drawdown, 'id' | 'lineId'>,
  scope: WorkingCapitalRule['entrustedPaymentScope'],
): Promise<PaidOut[]> {
  if (scope === 'payment') return [];
  type Row = {
    readonly drawn: string;
    readonly payments: readonly (Omit<UseOfFunds, 'amount'> & { readonly amount: string })[];
  };
  const rows = await tx.rows<Row>(selectPaidOut, [id, scope === 'line' ? lineId : null]);
  return rows.map(({ drawn, payments }) => ({
    drawn: Money.of(drawn),
    payments: payments.map((one) => ({ ...one, amount: Money.of(one.amount) })),
  }));
}
