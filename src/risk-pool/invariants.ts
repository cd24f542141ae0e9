/** What must always be true of pools: every counter is the sum of the rows behind it. */
import type { Invariant } from '../platform/module.ts';

const open = `state not in ('PAID', 'REJECTED')`;

export const poolInvariants: readonly Invariant[] = [
  {
    name: 'a pool owes what its open claims ask',
    sql: `select p.id, p.pending_claims, c.total from risk_pool_pools p
          left join (select pool_id, sum(compensation) as total from risk_pool_claims
            where ${open} group by 1) c on c.pool_id = p.id
          where p.pending_claims <> coalesce(c.total, 0)`,
  },
  {
    name: 'a pool backs what its enrolled loans owe',
    sql: `select p.id, p.enrolled_outstanding, e.total from risk_pool_pools p
          left join (select pool_id, sum(outstanding) as total from risk_pool_enrolments
            group by 1) e on e.pool_id = p.id
          where p.enrolled_outstanding <> coalesce(e.total, 0)`,
  },
  {
    name: 'a pool holds its contributions less what it paid',
    sql: `select p.id, p.cash, c.given, k.paid from risk_pool_pools p
          left join (select pool_id, sum(amount) as given from risk_pool_contributions
            group by 1) c on c.pool_id = p.id
          left join (select pool_id, sum(compensation) as paid from risk_pool_claims
            where state = 'PAID' group by 1) k on k.pool_id = p.id
          where p.cash <> coalesce(c.given, 0) - coalesce(k.paid, 0)`,
  },
  {
    name: 'a pool holds what the ledger says',
    sql: `select p.id, p.cash, a.balance from risk_pool_pools p
          left join ledger_accounts a on a.kind = 'pool-cash' and a.subject_id = p.id
            and a.owner_id = p.owner_id and a.zone_id = p.zone_id
          where p.cash <> coalesce(a.balance, 0)`,
  },
  {
    name: 'what banks received is what pools paid',
    sql: `select subject_id, sum(case kind when 'pool-compensation' then balance
              else -balance end) as off
          from ledger_accounts where kind in ('pool-compensation', 'compensation-received')
          group by 1 having sum(case kind when 'pool-compensation' then balance
              else -balance end) <> 0`,
  },
  {
    name: 'the node of a pool counts its enrolled loans',
    sql: `select p.id, n.outstanding, p.enrolled_outstanding from risk_pool_pools p
          join limits_nodes n on n.id = p.node_id
          where n.outstanding <> p.enrolled_outstanding`,
  },
  {
    name: 'the node of a pool is as large as its money allows',
    sql: `select p.id, n.amount from risk_pool_pools p join limits_nodes n on n.id = p.node_id
          where n.amount <> greatest(round(p.multiple * (p.cash - p.pending_claims), 2), 0)`,
  },
  {
    name: 'the quota of a bank counts the loans under its agreement',
    sql: `select b.id, n.outstanding, e.total from risk_pool_banks b
          join limits_nodes n on n.id = b.node_id
          left join (select node_id, sum(outstanding) as total from risk_pool_enrolments
            group by 1) e on e.node_id = n.id
          where n.outstanding <> coalesce(e.total, 0)`,
  },
  {
    name: 'an enrolled loan equals its movements',
    sql: `select e.id, e.outstanding, m.total, e.state, m.state from risk_pool_enrolments e
          left join (select enrolment_id, sum(outstanding) as total,
              (array_agg(state order by seq desc))[1] as state
            from risk_pool_movements group by 1) m on m.enrolment_id = e.id
          where e.outstanding <> coalesce(m.total, 0) or e.state <> coalesce(m.state, '')`,
  },
  {
    name: 'the figures of a bank’s year equal its rows',
    sql: `select y.pool_id, y.year, y.subject_id from risk_pool_years y
          left join (select pool_id, owner_id, extract(year from enrolled_on)::int as year,
              sum(loan_amount) as entered from risk_pool_enrolments group by 1, 2, 3) e
            on (e.pool_id, e.owner_id, e.year) = (y.pool_id, y.subject_id, y.year)
          left join (select pool_id, owner_id, extract(year from claimed_on)::int as year,
              sum(base) as lost, sum(compensation) as compensated from risk_pool_claims
            where state <> 'REJECTED' group by 1, 2, 3) c
            on (c.pool_id, c.owner_id, c.year) = (y.pool_id, y.subject_id, y.year)
          where not y.shared and (y.entered <> coalesce(e.entered, 0)
            or y.lost <> coalesce(c.lost, 0) or y.compensated <> coalesce(c.compensated, 0))`,
  },
  {
    name: 'the compensation of a year is the same by pool, by bank and by firm',
    sql: `select pool_id, year from risk_pool_years group by 1, 2
          having sum(compensated) <> 3 * sum(compensated) filter (where subject_id = pool_id)`,
  },
];
