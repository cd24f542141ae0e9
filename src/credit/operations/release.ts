/**
 * Gives a reservation back before it expires. Resolved once: a second release says how it ended.
 */
import { z } from 'zod';
import type { Failure } from '../../kernel/index.ts';
import { isFailure } from '../../kernel/index.ts';
import { takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText } from '../../platform/schemas.ts';

const input = z.strictObject({ reservationId: IdInput('rsv') });
type Input = z.output<typeof input>;

const output = z.object({ reservationId: IdText, released: MoneyText, nodeId: IdText });

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(z.output<typeof output> | Failure)[]> {
  const taken = await takeLimits(
    context.tx,
    items.map((item) => ({
      step: { kind: 'release', of: item.input.reservationId, valueOn: context.today },
      sourceId: item.input.reservationId,
      operationId: item.operationId,
    })),
    context,
  );
  return taken.map((took, i) => {
    if (isFailure(took)) return took;
    const item = items[i] as Item<Input>;
    context.concern(item, took.leaf.zoneId);
    return {
      reservationId: item.input.reservationId,
      released: took.movement.amount.toString(),
      nodeId: took.leaf.id,
    };
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
