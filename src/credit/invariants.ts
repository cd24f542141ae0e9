/** What must always be true between loans, limits and ledger; each query selects what breaks it. */
import type { Invariant } from '../platform/module.ts';

export const creditInvariants: readonly Invariant[] = [
  {
    name: 'a drawdown owes what was paid out less what was repaid',
    sql: `select d.id from credit_drawdowns d
          left join (select drawdown_id, sum(principal) as repaid from credit_repayments
            group by drawdown_id) r on r.drawdown_id = d.id
          where d.state <> 'REVERSED' and d.outstanding <> d.amount - coalesce(r.repaid, 0)`,
  },
  {
    name: 'a line owes in its limit what its drawdowns owe',
    sql: `select n.id from limits_nodes n join credit_lines l on l.node_id = n.id
          left join (select node_id, sum(outstanding) as owed, sum(amount) as drawn
            from credit_drawdowns where state <> 'REVERSED' group by node_id) d
            on d.node_id = n.id
          where l.id not in (select parent_line_id from credit_lines
              where parent_line_id is not null)
            and (n.outstanding <> coalesce(d.owed, 0) or n.drawn <> coalesce(d.drawn, 0))`,
  },
  {
    name: 'a line owes in the ledger what its drawdowns owe',
    sql: `select a.id from ledger_accounts a
          join (select line_id, sum(outstanding) filter (where state <> 'WRITTEN_OFF') as owed,
              sum(outstanding) filter (where state = 'WRITTEN_OFF') as claimed
            from credit_drawdowns where state <> 'REVERSED' group by line_id) d
            on d.line_id = a.subject_id
          where a.kind = 'loan-principal' and a.balance <> coalesce(d.owed, 0)
            or a.kind = 'written-off-principal' and a.balance <> coalesce(d.claimed, 0)`,
  },
];
