// The funds' front door: commitments, calls, paid-in and investments, and the leverage family.
import { defineModule } from '../platform/module.ts';
import { fundNames } from './names.ts';
import { fundInvariants } from './invariants.ts';
import { commit } from './operations/commit.ts';
import { establishFund } from './operations/establish-fund.ts';
import { invest } from './operations/invest.ts';
import { issueCall } from './operations/issue-call.ts';
import { recordPayment } from './operations/record-payment.ts';
import { listCalls, listCommitments, listInvestments, showCall } from './queries-money.ts';
import { listFunds, showFund } from './queries.ts';
import { fundRefusals } from './refusals.ts';

export { leverageCalc, leverageInput, leverageOutput } from './leverage-calc.ts';
export { classOfSource, type FundKind, type Source } from './model.ts';
export { Fraction } from './rules/fraction.ts';
export { graphAmounts, leverageFigure, notComputable } from './rules/leverage.ts';
export type { LeverageDefinition, LeverageFigure, LeverageGraph } from './rules/leverage.ts';
export type { CalculationStep } from './rules/steps.ts';
export { commit, establishFund, invest, issueCall, recordPayment };

export const fundsModule = defineModule({
  name: 'funds',
  names: fundNames,
  operations: [establishFund, commit, issueCall, recordPayment, invest],
  queries: [listFunds, showFund, listCommitments, listCalls, showCall, listInvestments],
  routes: [
    { method: 'post', path: '/funds', operation: establishFund },
    { method: 'get', path: '/funds', query: listFunds },
    { method: 'get', path: '/funds/:fundId', query: showFund },
    { method: 'post', path: '/commitments', operation: commit },
    { method: 'get', path: '/commitments', query: listCommitments },
    { method: 'post', path: '/capital-calls', operation: issueCall },
    { method: 'get', path: '/capital-calls', query: listCalls },
    { method: 'get', path: '/capital-calls/:callId', query: showCall },
    { method: 'post', path: '/capital-calls/:callId/payments', operation: recordPayment },
    { method: 'post', path: '/investments', operation: invest },
    { method: 'get', path: '/investments', query: listInvestments },
  ],
  refusals: Object.values(fundRefusals),
  invariants: fundInvariants,
});
