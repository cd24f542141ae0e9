/**
 * How a draw uses approved exceptions: they are locked before any limit, each lets its draw pass by
 * its amount, and the draw that passed consumes all that it named. Draws that name none cost
 * nothing here.
 */
import type { Money } from '../kernel/index.ts';
import { Failure } from '../kernel/index.ts';
import type { Allowance, Taken } from '../limits/index.ts';
import { allowExcess, termCause } from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { moveException } from './exception-change.ts';
import { exceptionRefusals as no } from './exception-refusals.ts';
import type { LimitException } from './model-exceptions.ts';
import { lockExceptionsById } from './store-exceptions.ts';

interface DrawInput {
  readonly lineId: string;
  readonly exceptionIds?: readonly string[] | undefined;
}

/** The exceptions that each draw named, or why it may not use them. */
export type Named = ReadonlyMap<Item<DrawInput>, readonly LimitException[] | Failure>;

const none: Named = new Map();

function refuse(
  found: LimitException | undefined,
  exceptionId: string,
  lineId: string,
  { today }: Context,
): Failure | undefined {
  if (!found) return new Failure(no['exception-missing'], { exceptionId });
  const { state, drawdownId, expiresOn } = found;
  if (found.lineId !== null && found.lineId !== lineId) {
    return new Failure(no['exception-other-line'], { exceptionId, lineId: found.lineId });
  }
  if (state !== 'APPROVED') {
    return new Failure(no['exception-not-approved'], { exceptionId, state, drawdownId });
  }
  if (expiresOn === null || today > expiresOn) {
    return new Failure(no['exception-expired'], { exceptionId, expiresOn, today });
  }
  return undefined;
}

/** Locks what the draws of a batch name; within it, too, each exception serves one draw. */
export async function exceptionsNamed(
  context: Context,
  items: readonly Item<DrawInput>[],
): Promise<Named> {
  const naming = items.filter(({ input }) => input.exceptionIds !== undefined);
  if (naming.length === 0) return none;
  const ids = naming.flatMap(({ input }) => input.exceptionIds ?? []);
  const locked = await lockExceptionsById(context.tx, ids);
  const named = new Map<Item<DrawInput>, LimitException[] | Failure>();
  for (const item of naming) {
    const { lineId, exceptionIds = [] } = item.input;
    const refusals = exceptionIds.map((id) => refuse(locked.get(id), id, lineId, context));
    const refusal = refusals.find((one) => one !== undefined);
    const mine = exceptionIds.flatMap((id) => locked.get(id) ?? []);
    named.set(item, refusal ?? mine);
    if (refusal) continue;
    for (const one of mine) locked.set(one.id, { ...one, state: 'CONSUMED' });
  }
  return named;
}

/** What the engine may let one draw take beyond limits; a missing limit has its line instead. */
export function allowancesOf(named: readonly LimitException[]): Allowance[] {
  return named.flatMap(({ kind, nodeId, bucketDays, approvedAmount: amount }) =>
    kind === 'missing-limit' || nodeId === null || amount === null
      ? []
      : [{ nodeId, amount, ...(bucketDays === null ? {} : { bucketDays }) }],
  );
}

/** Marks the exceptions of a draw that passed as consumed, and takes back what it did not need. */
export async function consumeExceptions(
  context: Context,
  item: Item<unknown>,
  named: readonly LimitException[],
  drawn: { readonly drawdownId: string; readonly amount: Money; readonly took: Taken },
): Promise<void> {
  const { drawdownId, amount, took } = drawn;
  const exceeded = [...(took.movement.exceeded ?? [])];
  for (const one of named) {
    const approved = one.approvedAmount ?? amount;
    const ofLine = amount.moreThan(approved) ? approved : amount;
    const usedAmount = one.kind === 'missing-limit' ? ofLine : (exceeded.shift() ?? approved);
    await moveException(context, item, one, 'CONSUMED', { usedAmount, drawdownId });
    const unused = approved.minus(usedAmount);
    if (one.kind !== 'excess' || one.nodeId === null || unused.isZero()) continue;
    const back = new Map([[one.nodeId, unused.negated()]]);
    await allowExcess(context.tx, back, termCause(context, item, '例外已使用'));
  }
}
