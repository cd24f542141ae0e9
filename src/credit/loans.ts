/** The part of the module about loans with terms: operations, queries, addresses, invariants. */
import type { Invariant, Route } from '../platform/module.ts';
import { loanRefusals } from './loan-refusals.ts';
import { agreeLoanTerms } from './operations/agree-loan-terms.ts';
import { changeRate } from './operations/change-rate.ts';
import { clearMisuse } from './operations/clear-misuse.ts';
import { correctLpr } from './operations/correct-lpr.ts';
import { drawTranche } from './operations/draw-tranche.ts';
import { extendLoan } from './operations/extend-loan.ts';
import { correctClass } from './operations/correct-class.ts';
import { findUpgrade } from './operations/find-upgrade.ts';
import { pauseAgeing } from './operations/pause-ageing.ts';
import { recordLpr } from './operations/record-lpr.ts';
import { repayLoan } from './operations/repay-loan.ts';
import { repriceLoans } from './operations/reprice-loans.ts';
import { resumeAgeing } from './operations/resume-ageing.ts';
import { reverseDrawdown } from './operations/reverse-drawdown.ts';
import { recordLoanProduct } from './operations/record-loan-product.ts';
import { recordMisuse } from './operations/record-misuse.ts';
import { recoverWrittenOff } from './operations/recover-written-off.ts';
import { refundOverPayment } from './operations/refund-over-payment.ts';
import { restructureLoan } from './operations/restructure-loan.ts';
import { reverseFinding } from './operations/reverse-finding.ts';
import { reverseRefund } from './operations/reverse-refund.ts';
import { reverseRepayment } from './operations/reverse-repayment.ts';
import { reverseReschedule } from './operations/reverse-reschedule.ts';
import { reverseTranche } from './operations/reverse-tranche.ts';
import { reverseWriteOff } from './operations/reverse-write-off.ts';
import { setRestructuringQuota } from './operations/set-restructuring-quota.ts';
import { runDayEnd } from './operations/run-day-end.ts';
import { writeOffLoan } from './operations/write-off-loan.ts';
import { listClassCorrections } from './queries-class-corrections.ts';
import { listLoanProducts, listRepayments, listRestructuringQuotas } from './queries-loan-lists.ts';
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
  { method: 'post', path: `${one}/extensions`, operation: extendLoan },
  { method: 'post', path: `${one}/restructurings`, operation: restructureLoan },
  { method: 'post', path: `${one}/reschedule-reversals`, operation: reverseReschedule },
  { method: 'post', path: '/restructuring-quotas', operation: setRestructuringQuota },
  { method: 'post', path: `${one}/write-offs`, operation: writeOffLoan },
  { method: 'post', path: `${one}/recoveries`, operation: recoverWrittenOff },
  { method: 'post', path: `${one}/write-off-reversals`, operation: reverseWriteOff },
  { method: 'post', path: `${one}/refunds`, operation: refundOverPayment },
  { method: 'post', path: `${one}/refunds/:refundId/reversals`, operation: reverseRefund },
  { method: 'post', path: `${one}/misuses`, operation: recordMisuse },
  { method: 'post', path: `${one}/misuses/:misuseId/clearings`, operation: clearMisuse },
  { method: 'post', path: `${one}/ageing-pauses`, operation: pauseAgeing },
  { method: 'post', path: `${one}/ageing-pauses/:pauseId/ends`, operation: resumeAgeing },
  { method: 'post', path: `${one}/upgrade-findings`, operation: findUpgrade },
  { method: 'post', path: '/class-corrections', operation: correctClass },
  { method: 'get', path: '/class-corrections', query: listClassCorrections },
  {
    method: 'post',
    path: `${one}/upgrade-findings/:findingId/reversals`,
    operation: reverseFinding,
  },
  { method: 'get', path: '/drawdowns/:drawdownId/repayments', query: listRepayments },
  {
    method: 'post',
    path: '/drawdowns/:drawdownId/repayments/:repaymentId/reversals',
    operation: reverseRepayment,
  },
  { method: 'get', path: '/loan-products', query: listLoanProducts },
  { method: 'post', path: '/loan-products', operation: recordLoanProduct },
  { method: 'get', path: '/restructuring-quotas', query: listRestructuringQuotas },
  { method: 'post', path: '/lpr-rates', operation: recordLpr },
  { method: 'post', path: '/lpr-rates/corrections', operation: correctLpr },
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
            where reversed_by is null group by drawdown_id) p on p.drawdown_id = l.id
          left join credit_write_offs w on w.drawdown_id = l.id and w.reversed_by is null
          where l.state <> 'REVERSED' and d.outstanding
            <> d.amount - coalesce(p.principal, 0) - coalesce(w.recovered_principal, 0)`,
  },
  {
    name: 'interest receivable in the ledger is what fell due and is unpaid',
    sql: `select a.id from ledger_accounts a
          full join (select zone_id, owner_id, sum(interest - paid_interest) as unpaid
            from credit_instalments where billed and drawdown_id not in
              (select id from credit_loans where state = 'WRITTEN_OFF')
            group by zone_id, owner_id) i
            on i.zone_id = a.zone_id and i.owner_id = a.owner_id
          where (a.id is null or a.kind = 'interest-receivable')
            and coalesce(a.balance, 0) <> coalesce(i.unpaid, 0)`,
  },
  {
    name: 'what was written off and not recovered is a claim in the ledger',
    sql: `select a.id from ledger_accounts a
          full join (select zone_id, owner_id, sum(interest - recovered_interest) as claim
            from credit_write_offs where reversed_by is null group by zone_id, owner_id) w
            on w.zone_id = a.zone_id and w.owner_id = a.owner_id
          where (a.id is null or a.kind = 'written-off-interest')
            and coalesce(a.balance, 0) <> coalesce(w.claim, 0)`,
  },
  {
    name: 'no more is given back than was over-paid',
    sql: `select r.drawdown_id from credit_refunds r group by r.drawdown_id
          having sum(r.amount) > (select coalesce(sum(p.over_paid), 0) from credit_loan_payments p
            where p.drawdown_id = r.drawdown_id and p.reversed_by is null)`,
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
    extendLoan,
    restructureLoan,
    reverseReschedule,
    setRestructuringQuota,
    writeOffLoan,
    recoverWrittenOff,
    reverseWriteOff,
    refundOverPayment,
    reverseRepayment,
    reverseRefund,
    recordMisuse,
    clearMisuse,
    pauseAgeing,
    resumeAgeing,
    findUpgrade,
    correctClass,
    reverseFinding,
    recordLoanProduct,
    recordLpr,
    correctLpr,
    repriceLoans,
    runDayEnd,
  ],
  queries: [
    listLoans,
    showLoan,
    listClassCorrections,
    listRepayments,
    listLprRates,
    listLoanProducts,
    listRestructuringQuotas,
    listDayEnds,
  ],
  routes,
  refusals: Object.values(loanRefusals),
  invariants,
};
