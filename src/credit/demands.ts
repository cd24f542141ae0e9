/** The part of the module about financing demands: what it can do, answer and refuse. */
import type { Invariant, Route } from '../platform/module.ts';
import { demandRefusals } from './demand-refusals.ts';
import { claimDemand } from './operations/claim-demand.ts';
import { declineDemand } from './operations/decline-demand.ts';
import { enterDemand } from './operations/enter-demand.ts';
import { releaseDemand } from './operations/release-demand.ts';
import { withdrawDemand } from './operations/withdraw-demand.ts';
import { listDemands, showDemand } from './queries-demands.ts';

const one = '/financing-demands/:demandId';

const routes: readonly Route[] = [
  { method: 'post', path: '/financing-demands', operation: enterDemand },
  { method: 'get', path: '/financing-demands', query: listDemands },
  { method: 'get', path: one, query: showDemand },
  { method: 'post', path: `${one}/claims`, operation: claimDemand, status: 200 },
  { method: 'post', path: `${one}/declines`, operation: declineDemand, status: 200 },
  { method: 'post', path: `${one}/releases`, operation: releaseDemand, status: 200 },
  { method: 'post', path: `${one}/withdrawals`, operation: withdrawDemand, status: 200 },
];

const invariants: readonly Invariant[] = [
  {
    name: 'a financing demand has one step for each of its versions',
    sql: `select d.id from credit_demands d left join credit_demand_steps s on s.demand_id = d.id
          group by d.id, d.version
          having count(s.version) <> d.version or max(s.version) is distinct from d.version`,
  },
];

export const demands = {
  operations: [enterDemand, claimDemand, declineDemand, releaseDemand, withdrawDemand],
  queries: [listDemands, showDemand],
  routes,
  refusals: Object.values(demandRefusals),
  invariants,
};
