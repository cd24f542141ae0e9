/**
 * When an amount can be drawn on a line (何时可提款): what is certain, and what would be if all that
 * falls due below the limits above it was paid on its day. Nobody promises the second.
 */
import { z } from 'zod';
import { Failure, Money } from '../kernel/index.ts';
import { Forecast, lastAsked, whenDrawable } from '../limits/index.ts';
import { query } from '../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
} from '../platform/schemas.ts';
import { creditRefusals as no } from './refusals.ts';
import { maturitiesBelow } from './store-maturities.ts';
import { linesById } from './store-loans.ts';

export const whenLineDrawable = query({
  name: 'credit.when-drawable',
  title: { zh: '何时可提款', en: 'When an amount can be drawn on a line' },
  permission: 'credit:read',
  input: z.strictObject({
    lineId: IdInput('line'),
    amount: PositiveAmountInput,
    /** Days until it would be due; asked for where a limit has tenor buckets. */
    tenorDays: z.coerce.number().int().min(1).max(36_500).optional(),
    /** Ten years from today at most, which is also meant when absent. */
    until: DayInput.optional(),
  }),
  output: z.object({
    lineId: IdText,
    nodeId: IdText,
    amount: MoneyText,
    until: DayText,
    /** By terms, dates and reservations that run out; nothing is repaid. */
    certain: Forecast,
    /** With principal back on its due day (假设到期如期归还); what does not revolve gets none. */
    supposingPaid: Forecast.extend({
      /** What has to be paid until its first day (or `until`) for that. */
      toBePaid: MoneyText,
      /** Past its due day and still owed: nobody knows its day, so it is not counted. */
      overdue: MoneyText,
    }),
  }),
  async run(context, { lineId, amount, tenorDays, until: asked }) {
    const { tx, today } = context;
    const line = (await linesById(tx, [lineId])).get(lineId);
    if (!line) throw new Failure(no['line-missing'], { lineId });
    const { nodeId } = line;
    const until = lastAsked(today, asked);
    let overdue = Money.zero;
    const answer = await whenDrawable(
      context,
      { nodeId, amount, tenorDays, until },
      async (limits) => {
        const due = await maturitiesBelow(tx, limits, until);
        const late = due.filter((one) => one.day < today);
        overdue = Money.sum(late.map((one) => one.amount));
        return due.filter((one) => one.day >= today);
      },
    );
    return {
      lineId,
      nodeId,
      amount: amount.toString(),
      until,
      certain: answer.certain,
      supposingPaid: {
        ...answer.supposingPaid,
        toBePaid: answer.returned.toString(),
        overdue: overdue.toString(),
      },
    };
  },
});
