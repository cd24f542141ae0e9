/** The part of the module about renewals of lines and loans. */
import type { Invariant, Route } from '../platform/module.ts';
import { renewalRefusals } from './demand-refusals.ts';
import { renewLine } from './operations/renew-line.ts';
import { renewLoanWithoutRepayment } from './operations/renew-loan.ts';
import { takeOverAmount } from './operations/take-over-amount.ts';

const ok = { method: 'post', status: 200 } as const;

const routes: readonly Route[] = [
  { method: 'post', path: '/credit-lines/:lineId/renewals', operation: renewLine },
  { ...ok, path: '/credit-lines/:lineId/take-overs', operation: takeOverAmount },
  {
    method: 'post',
    path: '/drawdowns/:drawdownId/renewals',
    operation: renewLoanWithoutRepayment,
  },
];

const invariants: readonly Invariant[] = [
  {
    // Dated terms, collateral that adds, tolerance: what they let through is granted beside it.
    name: 'a line and all that it took over from never owe more than was granted',
    sql: `with recursive chain (line, member) as (
            select id, predecessor_id from credit_lines where predecessor_id is not null
            union all
            select c.line, p.predecessor_id from chain c join credit_lines p on p.id = c.member
            where p.predecessor_id is not null
          )
          select l.id from chain c join credit_lines l on l.id = c.line
          join limits_nodes n on n.id = l.node_id
          join credit_lines p on p.id = c.member join limits_nodes o on o.id = p.node_id
          where n.terms is null
          group by l.id, n.outstanding, l.renewed_amount
          having n.outstanding + sum(o.outstanding) > l.renewed_amount`,
  },
  {
    name: 'a loan renewed without repayment is settled, by a loan of its amount',
    sql: `select r.id from credit_loan_renewals r
          join credit_drawdowns o on o.id = r.old_drawdown_id
          join credit_drawdowns n on n.id = r.new_drawdown_id
          where o.state <> 'REPAID' or n.amount <> r.amount`,
  },
];

export const renewals = {
  operations: [renewLine, takeOverAmount, renewLoanWithoutRepayment],
  routes,
  refusals: Object.values(renewalRefusals),
  invariants,
};
