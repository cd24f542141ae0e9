// The pool's front door: operations, questions, and what the credit side calls down for loans.
import { defineModule } from '../platform/module.ts';
import { poolNames } from './names.ts';
import { poolInvariants } from './invariants.ts';
import { admitBank } from './operations/admit-bank.ts';
import { contribute } from './operations/contribute.ts';
import { fileClaim } from './operations/file-claim.ts';
import { openPool } from './operations/open-pool.ts';
import { payCompensation } from './operations/pay-compensation.ts';
import { rejectClaim } from './operations/reject-claim.ts';
import { listClaims, showClaim } from './queries/claims.ts';
import { listEnrolments } from './queries/enrolments.ts';
import { listPools, showPool } from './queries/pools.ts';
import { poolRefusals } from './refusals.ts';

export * from './loans.ts';
export { admitBank, contribute, fileClaim, openPool, payCompensation, poolRefusals, rejectClaim };
export { capacityOf, leverageOf } from './rules/capacity.ts';
export { poolNames };
export { computeClaim, type ClaimFacts, type ClaimResult } from './rules/claim.ts';
export { readFuses, suspends, type FuseFigures } from './rules/fuse.ts';

export const riskPoolModule = defineModule({
  name: 'risk-pool',
  names: poolNames,
  operations: [openPool, contribute, admitBank, fileClaim, payCompensation, rejectClaim],
  queries: [listPools, showPool, listEnrolments, listClaims, showClaim],
  routes: [
    { method: 'post', path: '/pools', operation: openPool },
    { method: 'get', path: '/pools', query: listPools },
    { method: 'get', path: '/pools/:poolId', query: showPool },
    { method: 'post', path: '/pools/:poolId/contributions', operation: contribute },
    { method: 'post', path: '/pools/:poolId/banks', operation: admitBank },
    { method: 'get', path: '/enrolments', query: listEnrolments },
    { method: 'post', path: '/claims', operation: fileClaim },
    { method: 'get', path: '/claims', query: listClaims },
    { method: 'get', path: '/claims/:claimId', query: showClaim },
    { method: 'post', path: '/claims/:claimId/payments', operation: payCompensation, status: 200 },
    { method: 'post', path: '/claims/:claimId/rejections', operation: rejectClaim, status: 200 },
  ],
  refusals: Object.values(poolRefusals),
  invariants: poolInvariants,
});
