/** What must always be true of the funds: each query selects the rows that break it. */
import type { Invariant } from '../platform/module.ts';

export const fundInvariants: readonly Invariant[] = [
  {
    name: 'a partner equals its commitments, calls and receipts',
    sql: `select p.id from funds_partners p
          left join (select partner_id,
              sum(amount) filter (where measure = 'committed') as committed,
              sum(amount) filter (where measure = 'called') as called,
              sum(amount) filter (where measure = 'paid-in') as paid_in
            from funds_contributions_v group by partner_id) v on v.partner_id = p.id
          where p.committed <> coalesce(v.committed, 0) or p.called <> coalesce(v.called, 0)
            or p.paid_in <> coalesce(v.paid_in, 0)`,
  },
  {
    name: 'committed is never below called, nor called below paid-in',
    sql: `select id from funds_partners where called > committed or paid_in > called`,
  },
  {
    name: 'paid-in is the partner capital of the ledger',
    sql: `select p.id, p.paid_in, a.balance from funds_partners p
          full join (select subject_id, owner_id, balance from ledger_accounts
            where kind = 'partner-capital') a
            on a.subject_id = p.id and a.owner_id = p.owner_id
          where coalesce(p.paid_in, 0) <> coalesce(a.balance, 0)`,
  },
  {
    name: 'a call equals its items, and its items what was received for them',
    sql: `select c.id from funds_capital_calls c
          left join (select i.call_id, sum(i.amount) as amount, sum(i.paid) as paid,
              sum(coalesce(r.received, 0)) as received,
              bool_or(i.paid <> coalesce(r.received, 0)) as off
            from funds_call_items i
            left join (select call_id, partner_id, sum(amount) as received from funds_receipts
              group by call_id, partner_id) r
              on r.call_id = i.call_id and r.partner_id = i.partner_id
            group by i.call_id) s on s.call_id = c.id
          where s.call_id is null or s.off or s.amount <> c.amount
            or c.state is distinct from case when s.paid = 0 then 'ISSUED'
              when s.paid < s.amount then 'PARTLY_PAID' else 'PAID' end`,
  },
  {
    name: 'the cost of an investment is its account in the ledger',
    sql: `select i.id, i.amount, a.balance from funds_investments i
          full join (select subject_id, owner_id, balance from ledger_accounts
            where kind = 'fund-investment') a
            on a.subject_id = i.id and a.owner_id = i.owner_id
          where coalesce(i.amount, 0) <> coalesce(a.balance, 0)`,
  },
  {
    name: 'the cash of a fund is what came in less what it invested',
    sql: `select f.id from funds_funds f
          left join (select fund_id, sum(amount) as amount from funds_receipts group by fund_id) r
            on r.fund_id = f.id
          left join (select fund_id, sum(amount) as amount from funds_investments
            group by fund_id) i on i.fund_id = f.id
          left join ledger_accounts a on a.kind = 'fund-cash' and a.subject_id = f.id
            and a.owner_id = f.owner_id and a.zone_id = f.zone_id
          where coalesce(r.amount, 0) - coalesce(i.amount, 0) <> coalesce(a.balance, 0)`,
  },
  {
    name: 'the cash of a fund is not below zero on any day',
    sql: `select fund_id, value_on, cash from (
            select fund_id, value_on, sum(amount) over (partition by fund_id order by value_on)
              as cash
            from (select fund_id, value_on, sum(amount) as amount from (
              select fund_id, value_on, amount from funds_receipts
              union all select fund_id, value_on, -amount from funds_investments) moved
              group by fund_id, value_on) days) running
          where cash < 0`,
  },
  {
    name: 'nobody is called for more than it has committed on any day',
    sql: `select partner_id, value_on, unfunded from (
            select partner_id, value_on, sum(amount) over (partition by partner_id
              order by value_on) as unfunded
            from (select partner_id, value_on,
                sum(case measure when 'committed' then amount else -amount end) as amount
              from funds_contributions_v where measure in ('committed', 'called')
              group by partner_id, value_on) days) running
          where unfunded < 0`,
  },
  {
    name: 'what a fund pays into another is one amount in both books',
    sql: `select r.id from funds_receipts r join funds_partners p on p.id = r.partner_id
          left join funds_investments i on i.id = r.investment_id
          where (p.partner_fund_id is null) <> (r.investment_id is null)
            or (r.investment_id is not null and (i.id is null or i.amount <> r.amount
              or i.value_on <> r.value_on or i.fund_id <> p.partner_fund_id
              or i.sub_fund_id is distinct from r.fund_id))`,
  },
  {
    name: 'a round has one total and is not smaller than its parts',
    sql: `select project, round from funds_investments where round is not null
          group by project, round
          having count(distinct round_total) > 1 or sum(amount) > min(round_total)`,
  },
];
