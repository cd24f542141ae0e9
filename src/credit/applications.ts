/** The part of the module about applications: what it can do and answer, from demand to line. */
import type { Invariant, Route } from '../platform/module.ts';
import { apply } from './operations/apply.ts';
import { approveApplication } from './operations/approve-application.ts';
import { declineApplication } from './operations/decline-application.ts';
import { lapseApplication } from './operations/lapse-application.ts';
import { lapseApprovals } from './operations/lapse-approvals.ts';
import { makeEffective } from './operations/make-effective.ts';
import { meetCondition } from './operations/meet-condition.ts';
import { recordDiligence } from './operations/record-diligence.ts';
import { signContract } from './operations/sign-contract.ts';
import { withdrawApplication } from './operations/withdraw-application.ts';
import { listApplications, showApplication } from './queries-applications.ts';

const one = '/credit-applications/:applicationId';
const step = (path: string, operation: (typeof operations)[number]) =>
  ({ method: 'post', path: `${one}/${path}`, operation, status: 200 }) as const;

const operations = [
  apply,
  recordDiligence,
  approveApplication,
  declineApplication,
  meetCondition,
  signContract,
  makeEffective,
  withdrawApplication,
  lapseApplication,
] as const;

const routes: readonly Route[] = [
  { method: 'post', path: '/credit-applications', operation: apply },
  { method: 'get', path: '/credit-applications', query: listApplications },
  { method: 'get', path: one, query: showApplication },
  step('diligences', recordDiligence),
  step('approvals', approveApplication),
  step('declines', declineApplication),
  step('conditions/:conditionId/proofs', meetCondition),
  step('contracts', signContract),
  step('activations', makeEffective),
  step('withdrawals', withdrawApplication),
  step('lapses', lapseApplication),
];

const invariants: readonly Invariant[] = [
  {
    name: 'an application has one step for each of its versions',
    sql: `select a.id from credit_applications a
          left join credit_application_steps s on s.application_id = a.id
          group by a.id, a.version
          having count(s.version) <> a.version or max(s.version) is distinct from a.version`,
  },
  {
    name: 'no line is effective while a condition precedent of its application is open',
    sql: `select a.id from credit_applications a join credit_conditions c
            on c.application_id = a.id and c.kind = 'precedent' and c.met_on is null
          where a.state = 'EFFECTIVE'`,
  },
  {
    name: 'a demand is met by a line',
    sql: `select d.id from credit_demands d where d.state = 'MET' and not exists (
            select from credit_applications a where a.demand_id = d.id and a.state = 'EFFECTIVE')`,
  },
];

export const applications = {
  operations: [...operations, lapseApprovals],
  queries: [listApplications, showApplication],
  routes,
  invariants,
};
