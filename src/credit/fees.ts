/** The part of the module about the commitment fee: agreed, accrued, billed, paid. */
import type { Invariant, Route } from '../platform/module.ts';
import { feeRefusals } from './fee-refusals.ts';
import { billCommitmentFees } from './operations/bill-commitment-fees.ts';
import { payCommitmentFee } from './operations/pay-commitment-fee.ts';
import { refundCommitmentFee } from './operations/refund-commitment-fee.ts';
import { reverseFeeMovement } from './operations/reverse-fee-movement.ts';
import { setCommitmentRate } from './operations/set-commitment-rate.ts';
import { waiveCommitmentFee } from './operations/waive-commitment-fee.ts';
import { showCommitmentFee } from './queries-commitment-fee.ts';
import { listFeeBills, showFeeBill } from './queries-fee-bills.ts';

const one = '/commitment-fee-bills/:billId';

const routes: readonly Route[] = [
  { method: 'get', path: '/credit-lines/:lineId/commitment-fee', query: showCommitmentFee },
  {
    method: 'post',
    path: '/credit-lines/:lineId/commitment-rates',
    operation: setCommitmentRate,
  },
  { method: 'get', path: '/commitment-fee-bills', query: listFeeBills },
  { method: 'get', path: one, query: showFeeBill },
  { method: 'post', path: `${one}/payments`, operation: payCommitmentFee },
  { method: 'post', path: `${one}/waivers`, operation: waiveCommitmentFee },
  { method: 'post', path: `${one}/refunds`, operation: refundCommitmentFee },
  {
    method: 'post',
    path: `${one}/movements/:movementId/reversals`,
    operation: reverseFeeMovement,
  },
];

const invariants: readonly Invariant[] = [
  {
    name: 'fee receivable in the ledger is what was billed less what was paid and waived',
    sql: `select b.zone_id, b.owner_id from
            (select zone_id, owner_id, sum(total) as billed from credit_fee_bills
              group by zone_id, owner_id) b
          left join (select zone_id, owner_id, sum(amount) as covered from credit_fee_movements
            where kind <> 'OFFSET' group by zone_id, owner_id) m
            on m.zone_id = b.zone_id and m.owner_id = b.owner_id
          full join (select * from ledger_accounts where kind = 'fee-receivable') a
            on a.zone_id = b.zone_id and a.owner_id = b.owner_id
          where coalesce(a.balance, 0) <> coalesce(b.billed, 0) - coalesce(m.covered, 0)`,
  },
  {
    name: 'a fee bill is covered by its movements',
    sql: `select b.id from credit_fee_bills b
          left join (select bill_id, sum(amount) as amount from credit_fee_movements
            group by bill_id) m on m.bill_id = b.id
          where b.covered <> coalesce(m.amount, 0)`,
  },
  {
    name: 'credits of the fee pay no more and no less than what they are used for',
    sql: `select b.line_id from credit_fee_bills b join credit_fee_movements m on m.bill_id = b.id
          where m.kind = 'OFFSET' group by b.line_id having sum(m.amount) <> 0`,
  },
  {
    name: 'a fee bill says what it adjusts of earlier bills of its line',
    sql: `select b.id from credit_fee_bills b
          left join (select j.bill_id, sum(j.now - j.was) as amount,
              bool_and(o.line_id = n.line_id and o.from_on < o.to_on
                and o.to_on <= n.from_on) as earlier
            from credit_fee_adjustments j join credit_fee_bills o on o.id = j.of_bill_id
              join credit_fee_bills n on n.id = j.bill_id group by j.bill_id) a
            on a.bill_id = b.id
          where b.adjustment <> coalesce(a.amount, 0) or not coalesce(a.earlier, true)`,
  },
  {
    name: 'of the waivers of a fee bill no more lapses than was waived',
    sql: `select bill_id from credit_fee_movements where kind in ('WAIVER', 'LAPSE')
          group by bill_id having sum(amount) < 0`,
  },
  {
    name: 'no night of a line is in two fee bills, and none between them in no bill',
    sql: `select id from (select id, from_on, lag(to_on) over (partition by line_id
              order by from_on, to_on) as before from credit_fee_bills) b
          where b.before <> b.from_on
          union all
          select a.line_id from credit_fee_accounts a
          join (select line_id, max(to_on) as to_on from credit_fee_bills group by line_id) b
            on b.line_id = a.line_id
          where a.billed_to <> b.to_on`,
  },
];

export const fees = {
  operations: [
    billCommitmentFees,
    payCommitmentFee,
    waiveCommitmentFee,
    refundCommitmentFee,
    reverseFeeMovement,
    setCommitmentRate,
  ],
  queries: [showCommitmentFee, listFeeBills, showFeeBill],
  routes,
  refusals: Object.values(feeRefusals),
  invariants,
};
