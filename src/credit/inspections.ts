/** The part of the module about what a desk looks at later: inspections, what falls due. */
import type { Route } from '../platform/module.ts';
import { inspectionRefusals } from './demand-refusals.ts';
import { recordInspection } from './operations/record-inspection.ts';
import { listLoansDue, listOpenConditions } from './queries-desk.ts';
import { listInspections, listInspectionsDue } from './queries-inspections.ts';

const routes: readonly Route[] = [
  { method: 'post', path: '/inspections', operation: recordInspection },
  { method: 'get', path: '/inspections', query: listInspections },
  { method: 'get', path: '/loans-due', query: listLoansDue },
  { method: 'get', path: '/open-conditions', query: listOpenConditions },
  { method: 'get', path: '/inspections-due', query: listInspectionsDue },
];

export const inspections = {
  operations: [recordInspection],
  queries: [listInspections, listInspectionsDue, listLoansDue, listOpenConditions],
  routes,
  refusals: Object.values(inspectionRefusals),
};
