/**
 * The pool in the limit tree. A pool with a multiple owns one shared CAP node whose limit follows
 * its money; a bank with a quota has a node of its own below it. Enrolled loans count on the lower
 * one.
 */
import type { Day, Failure, Money } from '../kernel/index.ts';
import { isFailure } from '../kernel/index.ts';
import { changeTerms, lockNode, takeLimits, termCause } from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Enrolment, Pool } from './model.ts';
import { capacityOf } from './rules/capacity.ts';

interface Cause {
  readonly sourceId: string;
  readonly operationId: string;
}

export interface Backing extends Cause {
  readonly nodeId: string | undefined;
  readonly amount: Money;
  readonly valueOn: Day;
}

/** What was given back for a repayment is taken again, where there is room. */
export async function takeCapacityAgain(
  context: Context,
  { enrolment: { nodeId }, amount, valueOn, sourceId, operationId }: Release,
): Promise<Failure | undefined> {
  if (nodeId === undefined) return undefined;
  const step = { kind: 'unpay' as const, nodeId, amount, valueOn, repaid: [sourceId] };
  const [taken] = await takeLimits(context.tx, [{ step, sourceId, operationId }], context);
  return isFailure(taken) ? taken : undefined;
}

/** Takes capacity for a list, in order; undefined where it was taken or where nothing limits. */
export async function takeCapacity(
  context: Context,
  list: readonly Backing[],
): Promise<(Failure | undefined)[]> {
  const limited = list.filter((one) => one.nodeId !== undefined && one.amount.isPositive());
  const taken = await takeLimits(
    context.tx,
    limited.map(({ nodeId, amount, valueOn, sourceId, operationId }) => ({
      // A loan is registered when it is told: what the pool has then backs it, whatever its day.
      step: { kind: 'draw', nodeId: nodeId as string, amount, valueOn, judgedToday: true },
      sourceId,
      operationId,
    })),
    context,
  );
  const refused = new Map(limited.map((one, i) => [one, taken[i]]));
  return list.map((one) => {
    const answer = refused.get(one);
    return isFailure(answer) ? answer : undefined;
  });
}

export interface Release extends Cause {
  readonly enrolment: Enrolment;
  readonly amount: Money;
  readonly valueOn: Day;
}

/**
 * Gives capacity back. That it does not fit would mean that the two have drifted apart: it throws.
 */
export async function giveBackCapacity(context: Context, list: readonly Release[]): Promise<void> {
  const takes = list.flatMap(({ enrolment, amount, valueOn, sourceId, operationId }) =>
    enrolment.nodeId === undefined || !amount.isPositive()
      ? []
      : [
          {
            step: { kind: 'repay' as const, nodeId: enrolment.nodeId, amount, valueOn },
            sourceId,
            operationId,
          },
        ],
  );
  const refused = (await takeLimits(context.tx, takes, context)).find(isFailure);
  if (refused) throw new Error(`Capacity does not fit what is enrolled: ${refused.code}.`);
}

/** Sets the limits of the pools whose money changed to what they may back now. */
export async function resizeNodes(
  context: Context,
  item: Item<unknown>,
  pools: readonly { readonly before: Pool; readonly after: Pool }[],
  reason: string,
): Promise<void> {
  const why = termCause(context, item, reason);
  const byNode = [...pools].sort((a, b) =>
    (a.after.nodeId ?? '') < (b.after.nodeId ?? '') ? -1 : 1,
  );
  for (const { before, after } of byNode) {
    const { multiple, nodeId } = after;
    if (multiple === undefined || nodeId === undefined) continue;
    const limit = capacityOf(multiple, after);
    if (limit.equals(capacityOf(multiple, before))) continue;
    const node = await lockNode(context.tx, nodeId);
    if (!node) throw new Error(`The node of pool ${after.id} is outside the scope of this call.`);
    await changeTerms(context.tx, node, { limit }, why);
  }
}
