// The front door of approvals: the port of `perform`, and the module made for a catalogue.
import type { Module } from '../platform/module.ts';
import type { Names } from '../platform/names.ts';
import { defineModule } from '../platform/module.ts';
import { approvalInvariants } from './invariants.ts';
import type { Catalogue } from './carry-out.ts';
import { decide } from './operations/decide.ts';
import { expireDue } from './operations/expire-due.ts';
import { setTier } from './operations/set-tier.ts';
import { withdraw } from './operations/withdraw.ts';
import { approvalQueries } from './queries.ts';
import { approvalRefusals } from './refusals.ts';

export { Approvals } from './approvals.ts';
export type { Catalogue } from './carry-out.ts';
export { requestsHolding } from './store.ts';

/**
 * The catalogue names every operation of the product: an approved one is found there and run.
 * `names` tells what the ids of every module stand for.
 */
export function approvalsModule(catalogue: Catalogue, names: () => Names = () => ({})): Module {
  const decision = decide(catalogue);
  const withdrawal = withdraw(catalogue);
  const tier = setTier(catalogue);
  const { inbox, detail, tiers } = approvalQueries({ catalogue, names });
  const one = '/approvals/:approvalId';
  return defineModule({
    name: 'approvals',
    operations: [decision, withdrawal, expireDue(catalogue), tier],
    queries: [inbox, detail, tiers],
    routes: [
      { method: 'get', path: '/approvals', query: inbox },
      { method: 'get', path: one, query: detail },
      { method: 'post', path: `${one}/decisions`, operation: decision, status: 200 },
      { method: 'post', path: `${one}/withdrawals`, operation: withdrawal, status: 200 },
      { method: 'get', path: '/approval-tiers', query: tiers },
      { method: 'post', path: '/approval-tiers', operation: tier },
    ],
    refusals: Object.values(approvalRefusals),
    invariants: approvalInvariants,
  });
}
