/** What must always be true of approvals; each query selects the rows that break it. */
import type { Invariant } from '../platform/module.ts';

export const approvalInvariants: readonly Invariant[] = [
  {
    name: 'nobody decided what the same person made',
    sql: `select r.id from approvals_requests r
          join identity_users maker on maker.id = r.maker_id
          join identity_users decider on decider.id = r.decided_by
          where r.state in ('APPROVED', 'REJECTED') and maker.person_id = decider.person_id`,
  },
  {
    name: 'an approved request has one entry in the log, with its result',
    sql: `select r.id from approvals_requests r
          where r.state = 'APPROVED' and 1 <> (select count(*) from platform_operations o
            where o.id = r.decided_operation_id and o.operation = 'approvals.decide'
              and o.outcome = 'done' and o.result::text = r.result::text)`,
  },
];
