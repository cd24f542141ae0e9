/** The part of the module about due-diligence exemption: what it can do, answer and refuse. */
import type { Invariant, Route } from '../platform/module.ts';
import { exemptionRefusals } from './agreement-refusals.ts';
import { answerExemptionItem } from './operations/answer-exemption-item.ts';
import { confirmExemption } from './operations/confirm-exemption.ts';
import { findExemption } from './operations/find-exemption.ts';
import { openExemptionFile } from './operations/open-exemption-file.ts';
import { listExemptionFiles, showExemptionFile } from './queries-exemptions.ts';

const one = '/exemption-files/:fileId';

const routes: readonly Route[] = [
  { method: 'post', path: '/exemption-files', operation: openExemptionFile },
  { method: 'get', path: '/exemption-files', query: listExemptionFiles },
  { method: 'get', path: one, query: showExemptionFile },
  { method: 'post', path: `${one}/answers`, operation: answerExemptionItem, status: 200 },
  { method: 'post', path: `${one}/findings`, operation: findExemption, status: 200 },
  { method: 'post', path: `${one}/confirmations`, operation: confirmExemption, status: 200 },
];

const invariants: readonly Invariant[] = [
  {
    name: 'an exemption file has one step for each of its versions',
    sql: `select f.id from credit_exemption_files f
          left join credit_exemption_steps s on s.file_id = f.id
          group by f.id, f.version
          having count(s.version) <> f.version or max(s.version) is distinct from f.version`,
  },
  {
    name: 'nobody is exempted on a file with an unanswered item',
    sql: `select f.id from credit_exemption_files f join credit_exemption_standards i
            on i.valid_from <= f.standards_on
              and (i.valid_to is null or i.valid_to >= f.standards_on)
          where f.state <> 'OPEN' and not exists (select from credit_exemption_steps s
            where s.file_id = f.id and s.step = 'ANSWERED' and s.code = i.code)`,
  },
];

export const exemptions = {
  operations: [openExemptionFile, answerExemptionItem, findExemption, confirmExemption],
  queries: [listExemptionFiles, showExemptionFile],
  routes,
  refusals: Object.values(exemptionRefusals),
  invariants,
};
