/** The part of the module about provisions, coverage and days past due, per bank and zone. */
import type { Route } from '../platform/module.ts';
import { recordHeldProvision } from './operations/record-held-provision.ts';
import { listRiskReportLoans, listRiskReports } from './queries-risk-reports.ts';

const routes: readonly Route[] = [
  { method: 'get', path: '/risk-reports', query: listRiskReports },
  { method: 'get', path: '/risk-reports/:reportId/loans', query: listRiskReportLoans },
  { method: 'post', path: '/held-provisions', operation: recordHeldProvision },
];

export const riskReports = {
  operations: [recordHeldProvision],
  queries: [listRiskReports, listRiskReportLoans],
  routes,
};
