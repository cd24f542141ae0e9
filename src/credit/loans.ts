/** The part of the module about loans with terms: operations, queries, addresses, invariants. */
import type { Invariant, Route } from '../platform/module.ts';
import { loanRefusals } from './loan-refusals.ts';
import { agreeLoanTerms } from './operations/agree-loan-terms.ts';
import { changeRate } from './operations/change-rate.ts';
import { drawTranche } from './operations/draw-tranche.ts';
import { recordLpr } from './operations/record-lpr.ts';
import { repayLoan } from './operations/repay-loan.ts';
import { repriceLoans } from './operations/reprice-loans.ts';
import { reverseDrawdown } from './operations/reverse-drawdown.ts';
import { reverseTranche } from './operations/reverse-tranche.ts';
import { runDayEnd } from './operations/run-day-end.ts';
import { listDayEnds, listLoans, listLprRates, showLoan } from './queries-loans.ts';

const one = '/loans/:drawdownId';

const routes: readonly Route[] = [
  { method: 'get', path: '/loans', query: listLoans },
  { method: 'get', path: one, query: showLoan },
  { method: 'post', path: `${one}/terms`, operation: agreeLoanTerms },
  { method: 'post', path: `${one}/payments`, operation: repayLoan },
  { method: 'post', path: `${one}/rates`, operation: changeRate },
  { method: 'post', path: '/drawdowns/:drawdownId/reversals', operation: reverseDrawdown },
  { method: 'post', path: `${one}/tranches`, operation: drawTranche },
  { method: 'post', path: `${one}/tranche-reversals`, operation: reverseTranche },
  { method: 'post', path: '/lpr-rates', operation: recordLpr },
  { method: 'get', path: '/lpr-rates', query: listLprRates },
  { method: 'get', path: '/loan-day-ends', query: listDayEnds },
];

const invariants: readonly Invariant[] = [
  {
    name: 'the principal of instalments and early repayments is what was drawn',
    sql: `select l.id from credit_loans l join credit_drawdowns d on d.id = l.id
          left join (select drawdown_id, sum(principal) as principal from credit_instalments
            where live group by drawdown_id) i on i.drawdown_id = l.id
          where l.state <> 'REVERSED'
            and coalesce(i.principal, 0) + l.early_principal <> d.amount`,
  },
  {
    name: 'a loan owes what was drawn less the principal of its payments',
    sql: `select l.id from credit_loans l join credit_drawdowns d on d.id = l.id
          left join (select drawdown_id, sum(principal) as principal from credit_loan_payments
            group by drawdown_id) p on p.drawdown_id = l.id
          where l.state <> 'REVERSED' and d.outstanding <> d.amount - coalesce(p.principal, 0)`,
  },
  {
    name: 'interest receivable in the ledger is what fell due and is unpaid',
    sql: `select a.id from ledger_accounts a
          full join (select zone_id, owner_id, sum(interest - paid_interest) as unpaid
            from credit_instalments where billed group by zone_id, owner_id) i
            on i.zone_id = a.zone_id and i.owner_id = a.owner_id
          where (a.id is null or a.kind = 'interest-receivable')
            and coalesce(a.balance, 0) <> coalesce(i.unpaid, 0)`,
  },
  {
    name: 'an instalment that is not due yet is not paid but by an early repayment',
    sql: `select drawdown_id from credit_instalments
          where live and not billed and (paid_interest > 0 or paid_principal > 0)`,
  },
];

export const loans = {
  operations: [
    agreeLoanTerms,
    drawTranche,
    repayLoan,
    changeRate,
    reverseDrawdown,
    reverseTranche,
    recordLpr,
    repriceLoans,
    runDayEnd,
  ],
  queries: [listLoans, showLoan, listLprRates, listDayEnds],
  routes,
  refusals: Object.values(loanRefusals),
  invariants,
};
