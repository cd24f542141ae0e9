/**
 * Gives a reservation back before it expires. Resolved once: a second release says how it ended.
 * What a request for approval will draw on is kept: the request could not be carried out without.
 */
import { z } from 'zod';
import type { Failure } from '../../kernel/index.ts';
import { isFailure } from '../../kernel/index.ts';
import type { Taken } from '../../limits/index.ts';
import { takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText } from '../../platform/schemas.ts';
import { refuseAwaited } from '../hold.ts';

const input = z.strictObject({ reservationId: IdInput('rsv') });
type Input = z.output<typeof input>;

const output = z.object({ reservationId: IdText, released: MoneyText, nodeId: IdText });

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(z.output<typeof output> | Failure)[]> {
  const stepOf = ({ input: { reservationId: of } }: Item<Input>) =>
    ({ kind: 'release', of, valueOn: context.today }) as const;
  const awaited = await refuseAwaited(context, items.map(stepOf));
  const free = items.filter((item) => !awaited.has(item.input.reservationId));
  const taken = await takeLimits(
    context.tx,
    free.map((item) => ({
      step: stepOf(item),
      sourceId: item.input.reservationId,
      operationId: item.operationId,
    })),
    context,
  );
  const took = new Map(free.map((item, i) => [item, taken[i] as Taken | Failure]));
  return items.map((item) => {
    const { reservationId } = item.input;
    const refusal = awaited.get(reservationId);
    if (refusal) return refusal;
    const one = took.get(item) as Taken | Failure;
    if (isFailure(one)) return one;
    context.concern(item, one.leaf.zoneId);
    return { reservationId, released: one.movement.amount.toString(), nodeId: one.leaf.id };
  });
}

export const release = hotOperation({
  name: 'credit.release',
  title: { zh: '释放预占', en: 'Release a reservation' },
  permission: 'credit:reserve',
  input,
  output,
  gatherKey: () => '',
  runMany,
});
