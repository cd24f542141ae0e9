/** Repaid principal gives the limit back: the same step for every way of repaying. */
import { daysBetween, isFailure } from '../kernel/index.ts';
import { takeLimits } from '../limits/index.ts';
import type { Context } from '../platform/operation.ts';
import type { Repaid } from './postings.ts';

/** Throws when a limit does not know the debt; what is no principal frees nothing. */
export async function giveBack(context: Context, repaid: readonly Repaid[]): Promise<void> {
  const withPrincipal = repaid.filter((one) => one.principal.isPositive());
  const taken = await takeLimits(
    context.tx,
    withPrincipal.map((one) => ({
      step: {
        kind: 'repay',
        nodeId: one.drawdown.nodeId,
        amount: one.principal,
        valueOn: one.valueOn,
        tenorDays: daysBetween(one.drawdown.valueOn, one.drawdown.dueOn),
      },
      sourceId: one.id,
      operationId: one.operationId,
    })),
    context,
  );
  // A debt that the limit does not know would mean that the two have drifted apart.
  const refused = taken.find(isFailure);
  if (refused) throw new Error(`A repayment did not fit its limit: ${refused.code}.`);
}
