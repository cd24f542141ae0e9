/**
 * What a drawdown under approval sets aside: a reservation made at submission, so that two pending
 * approvals cannot both pass. A maker who named a reservation of his own already holds the amount.
 */
import type { Money } from '../kernel/index.ts';
import { Failure, Day, daysBetween, isFailure, newId } from '../kernel/index.ts';
import { reservationExpiry, takeLimits } from '../limits/index.ts';
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
 * Nothing is held for a draw by exception: what it needs is not there to be set aside, and its
 * exception serves one draw only.
 */
export async function holdReservation(
  context: Context,
  item: Item<DrawInput>,
): Promise<string | undefined> {
  const { lineId, amount, valueOn, dueOn, reservationId, exceptionIds } = item.input;
  if (reservationId !== undefined) return reservationId;
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
