/**
 * What a drawdown under approval sets aside: a reservation made at submission, so that two pending
 * approvals cannot both pass. A maker who named a reservation of his own already holds the amount.
 * Nothing else takes what a request waits with: both sides lock the reservation before they ask or
 * file, so that one sees the other.
 */
import { requestsHolding } from '../approvals/index.ts';
import type { Money } from '../kernel/index.ts';
import { Failure, Day, daysBetween, isFailure, newId } from '../kernel/index.ts';
import type { Step } from '../limits/index.ts';
import {
  lockReservations,
  refuseReservation,
  reservationExpiry,
  takeLimits,
} from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { creditRefusals as no } from './refusals.ts';
import { linesById } from './store-loans.ts';

interface DrawInput {
  readonly lineId: string;
  readonly amount: Money;
  readonly valueOn: Day;
  readonly dueOn: Day;
  readonly reservationId?: string | undefined;
  readonly exceptionIds?: readonly string[] | undefined;
}

/**
 * By the reservation: the refusal of every step that names one for which a request waits. No
 * statement where none is named. Limits of these steps must not be locked yet.
 */
export async function refuseAwaited(
  { tx, now }: Context,
  steps: readonly Step[],
): Promise<ReadonlyMap<string, Failure>> {
  const named = steps.flatMap((step) => ('of' in step ? (step.of ?? []) : []));
  if (named.length === 0) return new Map();
  await lockReservations(tx, steps, { now });
  const waiting = await requestsHolding(tx, named, now);
  return new Map(
    [...waiting].map(([reservationId, approvalId]) => [
      reservationId,
      new Failure(no['reservation-awaits-approval'], { reservationId, approvalId }),
    ]),
  );
}

/** What the draw's own request set aside is its to take; of anything else it is asked. */
export const notItsOwn = (item: Item<unknown>, step: Step): boolean =>
  item.hold === undefined || !('of' in step) || step.of !== item.hold;

/**
 * Keeps a reservation that the maker named, locked until the request is filed. The rehearsal has
 * let go of its locks, so it may have been taken since.
 */
export async function keepOwnReservation(
  context: Context,
  { input: { reservationId } }: Item<Pick<DrawInput, 'reservationId'>>,
): Promise<string | undefined> {
  if (reservationId === undefined) return undefined;
  const { tx, today } = context;
  const step = { kind: 'release', of: reservationId, valueOn: today } as const;
  const awaited = await refuseAwaited(context, [step]);
  const locked = await lockReservations(tx, [step], context);
  const refusal = awaited.get(reservationId) ?? refuseReservation(locked.get(reservationId));
  if (refusal) throw refusal;
  return reservationId;
}

/**
 * Nothing is held for a draw by exception: what it needs is not there to be set aside, and its
 * exception serves one draw only.
 */
export async function holdReservation(
  context: Context,
  item: Item<DrawInput>,
): Promise<string | undefined> {
  const { lineId, amount, valueOn, dueOn, reservationId, exceptionIds } = item.input;
  if (reservationId !== undefined) return keepOwnReservation(context, item);
  if (exceptionIds !== undefined) return undefined;
  const line = (await linesById(context.tx, [lineId])).get(lineId);
  if (!line) throw new Failure(no['line-missing'], { lineId });
  const id = newId('rsv');
  const [taken] = await takeLimits(
    context.tx,
    [
      {
        step: {
          kind: 'reserve',
          nodeId: line.nodeId,
          amount,
          valueOn,
          reservationId: id,
          expiresAt: await reservationExpiry(context),
          // A due day before the value day is refused when it is carried out.
          tenorDays: dueOn < valueOn ? undefined : daysBetween(valueOn, dueOn),
        },
        sourceId: id,
        operationId: item.operationId,
        purpose: 'credit.draw-down',
      },
    ],
    context,
  );
  if (isFailure(taken)) throw taken;
  return id;
}

/** Gives the hold back; one that expired or was the maker's own reservation is left as it is. */
export async function releaseHold(context: Context, item: Item<DrawInput>): Promise<void> {
  if (item.hold === undefined || item.hold === item.input.reservationId) return;
  await takeLimits(
    context.tx,
    [
      {
        step: { kind: 'release', of: item.hold, valueOn: context.today },
        sourceId: item.hold,
        operationId: item.operationId,
      },
    ],
    context,
  );
}
