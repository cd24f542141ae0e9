/** The part of the module about exceptions: what it can do, answer and refuse. */
import type { Invariant, Route } from '../platform/module.ts';
import { exceptionRefusals } from './exception-refusals.ts';
import { approveException } from './operations/approve-exception.ts';
import { expireExceptions } from './operations/expire-exceptions.ts';
import { justifyException } from './operations/justify-exception.ts';
import { raiseException } from './operations/raise-exception.ts';
import { rejectException } from './operations/reject-exception.ts';
import { setExceptionQuota } from './operations/set-exception-quota.ts';
import { listExceptions, showException, showExceptionQuota } from './queries-exceptions.ts';

const one = '/credit-exceptions/:exceptionId';
const quota = '/exception-quotas/:zoneId';

const routes: readonly Route[] = [
  { method: 'put', path: quota, operation: setExceptionQuota },
  { method: 'get', path: quota, query: showExceptionQuota },
  { method: 'post', path: '/credit-exceptions', operation: raiseException },
  { method: 'get', path: '/credit-exceptions', query: listExceptions },
  { method: 'get', path: one, query: showException },
  { method: 'post', path: `${one}/justifications`, operation: justifyException, status: 200 },
  { method: 'post', path: `${one}/approvals`, operation: approveException, status: 200 },
  { method: 'post', path: `${one}/rejections`, operation: rejectException, status: 200 },
];

const invariants: readonly Invariant[] = [
  {
    name: 'an exception has one step for each of its versions',
    sql: `select x.id from credit_exceptions x
          left join credit_exception_steps s on s.exception_id = x.id
          group by x.id, x.version
          having count(s.version) <> x.version or max(s.version) is distinct from x.version`,
  },
  {
    name: 'a limit lets through what its exceptions say, and nothing else',
    sql: `select n.id from limits_nodes n left join (
            select node_id, sum(case state when 'APPROVED' then approved_amount
              when 'CONSUMED' then used_amount else 0 end) as allowed
            from credit_exceptions where kind = 'excess' and excess_returned_on is null
            group by node_id) x on x.node_id = n.id
          where n.excess <> coalesce(x.allowed, 0)`,
  },
];

export const exceptions = {
  operations: [
    setExceptionQuota,
    raiseException,
    justifyException,
    approveException,
    rejectException,
    expireExceptions,
  ],
  queries: [listExceptions, showException, showExceptionQuota],
  routes,
  refusals: Object.values(exceptionRefusals),
  invariants,
};
