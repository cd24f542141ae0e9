/** Sets part of a line aside (预占) until an instant. What is held is not free for anybody else. */
import { z } from 'zod';
import { Failure, isFailure, newId } from '../../kernel/index.ts';
import { reservationExpiry, takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import {
  CurrencyInput,
  IdInput,
  IdText,
  InstantInput,
  InstantText,
  MoneyText,
  PositiveAmountInput,
  TextInput,
} from '../../platform/schemas.ts';
import { creditRefusals as no } from '../refusals.ts';
import { rootOf } from '../root-hints.ts';
import { linesById } from '../store-loans.ts';

const input = z.strictObject({
  lineId: IdInput('line'),
  amount: PositiveAmountInput,
  currency: CurrencyInput,
  /** Ten working days from now when absent. */
  expiresAt: InstantInput.optional(),
  purpose: TextInput(200).default('credit.reserve'),
  /** Days until it will be due: with it the reservation holds a place in the tenor buckets. */
  tenorDays: z.int().min(1).max(36_500).optional(),
});
type Input = z.output<typeof input>;

const output = z.object({
  reservationId: IdText,
  lineId: IdText,
  amount: MoneyText,
  expiresAt: InstantText,
  lineAvailable: MoneyText,
});

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(z.output<typeof output> | Failure)[]> {
  const lines = await linesById(
    context.tx,
    items.map((item) => item.input.lineId),
  );
  const usual = await reservationExpiry(context);
  const known = items.filter((item) => lines.has(item.input.lineId));
  const takes = known.map((item) => {
    const line = lines.get(item.input.lineId);
    const reservationId = newId('rsv');
    const { amount, expiresAt, purpose, tenorDays } = item.input;
    context.concern(item, line?.zoneId ?? '');
    return {
      step: {
        kind: 'reserve' as const,
        nodeId: line?.nodeId ?? '',
        amount,
        valueOn: context.today,
        reservationId,
        expiresAt: expiresAt === undefined ? usual : new Date(expiresAt),
        tenorDays,
      },
      sourceId: reservationId,
      operationId: item.operationId,
      purpose,
    };
  });
  const taken = await takeLimits(context.tx, takes, context);
  return items.map((item) => {
    const place = known.indexOf(item);
    if (place < 0) return new Failure(no['line-missing'], { lineId: item.input.lineId });
    const took = taken[place];
    const step = takes[place]?.step;
    if (took === undefined || step === undefined) throw new Error('A reservation got no answer.');
    if (isFailure(took)) return took;
    const { leaf } = took;
    return {
      reservationId: step.reservationId,
      lineId: item.input.lineId,
      amount: step.amount.toString(),
      expiresAt: step.expiresAt.toISOString(),
      lineAvailable: leaf.limit.minus(leaf.consumed).minus(leaf.reserved).toString(),
    };
  });
}

export const reserve = hotOperation({
  name: 'credit.reserve',
  title: { zh: '额度预占', en: 'Reserve part of a line' },
  permission: 'credit:reserve',
  input,
  output,
  gatherKey: (one: Input) => rootOf(one.lineId),
  runMany,
});
