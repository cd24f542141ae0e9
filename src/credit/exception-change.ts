/**
 * What every change of an exception shares: lock, version, person, and its way through the table of
 * states, each step kept and told.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { LimitNode } from '../limits/index.ts';
import { refuseSettled } from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { IdText } from '../platform/schemas.ts';
import { exceptionRefusals as no } from './exception-refusals.ts';
import type { ExceptionState, LimitException } from './model-exceptions.ts';
import { exceptionMoves, exceptionStates } from './model-exceptions.ts';
import { creditRefusals } from './refusals.ts';
import { lockExceptionsById, saveException } from './store-exceptions.ts';

export const ExceptionChanged = z.object({
  exceptionId: IdText,
  state: z.enum(exceptionStates),
  version: z.number().int(),
});

/** Throws `exception-missing` or `version-stale`. */
export async function exceptionToChange(
  { tx, concern }: Context,
  item: Item<{ readonly exceptionId: string }>,
): Promise<LimitException> {
  const { exceptionId } = item.input;
  const found = (await lockExceptionsById(tx, [exceptionId])).get(exceptionId);
  const { organisationId, scope } = item.actor;
  const own = found && (found.ownerId === organisationId || scope.zones === '*');
  if (!own) throw new Failure(no['exception-missing'], { exceptionId });
  concern(item, found.zoneId);
  const { version, state } = found;
  if (item.expectedVersion !== undefined && item.expectedVersion !== version) {
    throw new Failure(creditRefusals['version-stale'], { exceptionId, version, state });
  }
  return found;
}

/** Throws `raiser-proposes`: then the second person is never the one who raised it. */
export function raiserOnly(exception: LimitException, { actor }: Item<unknown>): void {
  const { id: exceptionId, raisedByUser, raisedByPerson } = exception;
  if (raisedByPerson === actor.personId || actor.scope.zones === '*') return;
  throw new Failure(no['raiser-proposes'], { exceptionId, raisedByUser });
}

/** Throws `limit-closed`: below a limit that is closed for good nothing is drawn any more. */
export function refuseClosedPath(touched: ReadonlyMap<string, LimitNode>): void {
  for (const node of touched.values()) {
    const refusal = refuseSettled(node);
    if (refusal) throw refusal;
  }
}

const closing: readonly ExceptionState[] = ['CONSUMED', 'EXPIRED', 'REJECTED'];

/** Moves a locked exception, with its step and its news; throws `exception-step`. */
export async function moveException(
  context: Context,
  item: Item<unknown>,
  exception: LimitException,
  to: ExceptionState,
  set: Partial<LimitException> = {},
): Promise<z.output<typeof ExceptionChanged>> {
  const possible = exceptionMoves[exception.state];
  if (!possible.includes(to)) {
    const { id: exceptionId, state } = exception;
    throw new Failure(no['exception-step'], { exceptionId, state, to, possible });
  }
  const after: LimitException = {
    ...exception,
    reason: null,
    ...set,
    state: to,
    closedOn: closing.includes(to) ? context.today : null,
    version: exception.version + 1,
  };
  await saveException(context, item, after);
  tellException(context, item, after);
  return { exceptionId: after.id, state: to, version: after.version };
}

export function tellException(context: Context, item: Item<unknown>, e: LimitException): void {
  const { id: subjectId, zoneId, ownerId, kind, lineId, nodeId, drawdownId, reason } = e;
  const amount = e.usedAmount ?? e.approvedAmount ?? e.amount;
  const payload = { kind, lineId, nodeId, drawdownId, amount, reason };
  const name = `credit.exception-${e.state.toLowerCase()}`;
  context.emit(item, { name, zoneId, ownerId, subjectId, payload });
}
