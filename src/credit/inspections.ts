/** The part of the module about what follows a drawdown: post-loan inspections. */
import type { Route } from '../platform/module.ts';
import { inspectionRefusals } from './demand-refusals.ts';
import { recordInspection } from './operations/record-inspection.ts';
import { listInspections, listInspectionsDue } from './queries-inspections.ts';

const routes: readonly Route[] = [
  { method: 'post', path: '/inspections', operation: recordInspection },
  { method: 'get', path: '/inspections', query: listInspections },
  { method: 'get', path: '/inspections-due', query: listInspectionsDue },
];

export const inspections = {
  operations: [recordInspection],
  queries: [listInspections, listInspectionsDue],
  routes,
  refusals: Object.values(inspectionRefusals),
};
