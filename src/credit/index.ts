// Whole-park credit's front door: agreements, segments, whitelist, lines, drawdowns, repayments.
import { defineModule } from '../platform/module.ts';
import { creditNames } from './names.ts';
import { agreements } from './agreements.ts';
import { applications } from './applications.ts';
import { debtorEvents } from './debtor-events.ts';
import { demands } from './demands.ts';
import { exceptions } from './exceptions.ts';
import { exemptions } from './exemptions.ts';
import { fees } from './fees.ts';
import { inspections } from './inspections.ts';
import { creditInvariants } from './invariants.ts';
import { lines } from './lines.ts';
import { loans } from './loans.ts';
import { decideEntry } from './operations/decide-entry.ts';
import { drawDown } from './operations/draw-down.ts';
import { enrolLoan } from './operations/enrol-loan.ts';
import { markDefault } from './operations/mark-default.ts';
import { nominate } from './operations/nominate.ts';
import { openAgreement } from './operations/open-agreement.ts';
import { openLine } from './operations/open-line.ts';
import { openSegment } from './operations/open-segment.ts';
import { release } from './operations/release.ts';
import { repay } from './operations/repay.ts';
import { reserve } from './operations/reserve.ts';
import { listEvents } from './queries-events.ts';
import { listReservations, showReservation } from './queries-reservations.ts';
import { listAgreements, listDrawdowns, listLines, showDrawdown, showLine } from './queries.ts';
import { creditRefusals } from './refusals.ts';
import { renewals } from './renewals.ts';
import { riskRefusals } from './risk-refusals.ts';
import { riskReports } from './risk-reports.ts';
import { whitelists } from './whitelists.ts';

export {
  decideEntry,
  drawDown,
  enrolLoan,
  markDefault,
  nominate,
  openAgreement,
  openLine,
  openSegment,
  release,
  repay,
  reserve,
};
export { approveException } from './operations/approve-exception.ts';
export { justifyException } from './operations/justify-exception.ts';
export { raiseException } from './operations/raise-exception.ts';
export { setExceptionQuota } from './operations/set-exception-quota.ts';
export { answerExemptionItem } from './operations/answer-exemption-item.ts';
export { openExemptionFile } from './operations/open-exemption-file.ts';
export { openProgramme } from './operations/open-programme.ts';
export { runDayEnd } from './operations/run-day-end.ts';
export { tagLine } from './operations/tag-line.ts';
export { agreeLoanTerms } from './operations/agree-loan-terms.ts';
export { answerReferral } from './operations/answer-referral.ts';
export { apply } from './operations/apply.ts';
export { approveApplication } from './operations/approve-application.ts';
export { claimDemand } from './operations/claim-demand.ts';
export { declineDemand } from './operations/decline-demand.ts';
export { enterDemand } from './operations/enter-demand.ts';
export { makeEffective } from './operations/make-effective.ts';
export { meetCondition } from './operations/meet-condition.ts';
export { recordDiligence } from './operations/record-diligence.ts';
export { recordInspection } from './operations/record-inspection.ts';
export { recordTag } from './operations/record-tag.ts';
export { moveLine } from './operations/move-line.ts';
export { billCommitmentFees } from './operations/bill-commitment-fees.ts';
export { payCommitmentFee } from './operations/pay-commitment-fee.ts';
export { setCommitmentRate } from './operations/set-commitment-rate.ts';
export { listFeeBills } from './queries-fee-bills.ts';
export { renewLine } from './operations/renew-line.ts';
export { renewLoanWithoutRepayment } from './operations/renew-loan.ts';
export { repayLoan } from './operations/repay-loan.ts';
export { screenEntry } from './operations/screen-entry.ts';
export { sendFinancingList } from './operations/send-financing-list.ts';
export { signContract } from './operations/sign-contract.ts';
export { withdrawDemand } from './operations/withdraw-demand.ts';
export { submitEntry } from './operations/prepare-entry.ts';
export { showApplication } from './queries-applications.ts';
export { listReferrals } from './queries-financing-lists.ts';
export { deskCalcs } from './desk-calcs.ts';
export { firmCalcs } from './firm-calcs.ts';
export { loanCareCalcs } from './loan-care-calcs.ts';
export { loanCalcs } from './loan-calcs.ts';
export { creditRefusals } from './refusals.ts';
export { riskCalcs } from './risk-calcs.ts';

export const creditModule = defineModule({
  name: 'credit',
  names: creditNames,
  operations: [
    ...agreements.operations,
    ...demands.operations,
    ...applications.operations,
    ...inspections.operations,
    ...fees.operations,
    ...renewals.operations,
    ...exceptions.operations,
    ...exemptions.operations,
    ...loans.operations,
    ...lines.operations,
    ...riskReports.operations,
    ...debtorEvents.operations,
    ...whitelists.operations,
    openLine,
    reserve,
    release,
    drawDown,
    repay,
    enrolLoan,
    markDefault,
  ],
  queries: [
    listAgreements,
    ...agreements.queries,
    ...demands.queries,
    ...applications.queries,
    ...inspections.queries,
    ...fees.queries,
    ...exceptions.queries,
    ...exemptions.queries,
    ...loans.queries,
    ...lines.queries,
    ...riskReports.queries,
    ...debtorEvents.queries,
    ...whitelists.queries,
    listLines,
    showLine,
    listReservations,
    showReservation,
    listDrawdowns,
    showDrawdown,
    listEvents,
  ],
  routes: [
    ...agreements.routes,
    ...demands.routes,
    ...applications.routes,
    ...inspections.routes,
    ...fees.routes,
    ...renewals.routes,
    ...exceptions.routes,
    ...exemptions.routes,
    { method: 'get', path: '/park-agreements', query: listAgreements },
    ...loans.routes,
    ...riskReports.routes,
    ...debtorEvents.routes,
    ...whitelists.routes,
    { method: 'post', path: '/credit-lines', operation: openLine },
    { method: 'get', path: '/credit-lines', query: listLines },
    { method: 'get', path: '/credit-lines/:lineId', query: showLine },
    ...lines.routes,
    { method: 'post', path: '/reservations', operation: reserve },
    { method: 'get', path: '/reservations', query: listReservations },
    { method: 'get', path: '/reservations/:reservationId', query: showReservation },
    {
      method: 'post',
      path: '/reservations/:reservationId/releases',
      operation: release,
      status: 200,
    },
    { method: 'post', path: '/drawdowns', operation: drawDown },
    { method: 'get', path: '/drawdowns', query: listDrawdowns },
    { method: 'get', path: '/drawdowns/:drawdownId', query: showDrawdown },
    {
      method: 'post',
      path: '/drawdowns/:drawdownId/defaults',
      operation: markDefault,
      status: 200,
    },
    { method: 'get', path: '/events', query: listEvents },
    { method: 'post', path: '/repayments', operation: repay },
    { method: 'post', path: '/enrolments', operation: enrolLoan },
  ],
  refusals: [
    ...Object.values(creditRefusals),
    ...agreements.refusals,
    ...demands.refusals,
    ...renewals.refusals,
    ...inspections.refusals,
    ...fees.refusals,
    ...exceptions.refusals,
    ...exemptions.refusals,
    ...loans.refusals,
    ...lines.refusals,
    ...Object.values(riskRefusals),
  ],
  invariants: [
    ...creditInvariants,
    ...agreements.invariants,
    ...demands.invariants,
    ...applications.invariants,
    ...fees.invariants,
    ...renewals.invariants,
    ...exceptions.invariants,
    ...exemptions.invariants,
    ...loans.invariants,
    ...lines.invariants,
    ...whitelists.invariants,
  ],
});
