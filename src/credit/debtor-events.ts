/** The part of the module about what happens to a debtor itself, and moves all of its classes. */
import type { Route } from '../platform/module.ts';
import { liftDebtorEvent } from './operations/lift-debtor-event.ts';
import { recordDebtorEvent } from './operations/record-debtor-event.ts';
import { listDebtorEvents } from './queries-debtor-events.ts';

const routes: readonly Route[] = [
  { method: 'post', path: '/debtor-events', operation: recordDebtorEvent },
  { method: 'get', path: '/debtor-events', query: listDebtorEvents },
  {
    method: 'post',
    path: '/debtor-events/:eventId/lifts',
    operation: liftDebtorEvent,
    status: 200,
  },
];

export const debtorEvents = {
  operations: [recordDebtorEvent, liftDebtorEvent],
  queries: [listDebtorEvents],
  routes,
};
