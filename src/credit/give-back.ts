/**
 * What gives a limit back: repaid principal, the same step for every way, and a reversal; and what
 * takes it again because the repayment never was.
 */
import { daysBetween, isFailure } from '../kernel/index.ts';
import { takeLimits } from '../limits/index.ts';
import type { Take } from '../limits/index.ts';
import type { Context } from '../platform/operation.ts';
import type { Drawdown } from './model.ts';
import type { Repaid } from './postings.ts';

/**
 * The tenor that a loan counts with, in all its tranches, or a repayment would free another bucket
 * than the draw took. As it was drawn: an extension does not move what is used of a tenor bucket.
 */
export const tenorOf = ({ valueOn, dueOn, limitDueOn }: Drawdown): number =>
  daysBetween(valueOn, limitDueOn ?? dueOn);

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
        tenorDays: tenorOf(one.drawdown),
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

/**
 * Principal that was repaid is owed again. Throws what a limit refuses: somebody else may have it.
 * @param back the repayment taken back, its amounts negative.
 * @param repaid all repayments of the drawdown.
 */
export async function takeAgain(
  context: Context,
  { id: sourceId, drawdown, principal, valueOn, operationId }: Repaid,
  repaid: readonly string[],
): Promise<void> {
  const { nodeId } = drawdown;
  const amount = principal.negated();
  const tenorDays = tenorOf(drawdown);
  const step = { kind: 'unpay' as const, nodeId, amount, valueOn, tenorDays, repaid };
  const [taken] = await takeLimits(context.tx, [{ step, sourceId, operationId }], context);
  if (isFailure(taken)) throw taken;
}

/** A drawdown, or one tranche of it. */
type PaidOut = Pick<Drawdown, 'amount' | 'valueOn' | 'reservationId'>;

/** What was paid out comes back whole, as if it had never been; `restore` its reservation too. */
export function reversing(
  drawdown: Drawdown,
  { amount, valueOn, reservationId }: PaidOut,
  restore: boolean,
  operationId: string,
): Take {
  const { id, nodeId } = drawdown;
  const tenorDays = tenorOf(drawdown);
  const of = reservationId === undefined ? {} : { of: reservationId };
  const step = { kind: 'reverse', nodeId, amount, valueOn, tenorDays, restore, ...of } as const;
  return { step, sourceId: id, operationId };
}
