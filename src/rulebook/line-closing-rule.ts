/**
 * When the night settles a line that has ended (结清到期授信), as data: until then an extension may
 * still revive it.
 */
import { z } from 'zod';

export const LineClosingRuleInput = z.strictObject({
  /** Days after the last day of a line on which it is still left open. */
  graceDays: z.number().int().min(0).max(3660),
});
export type LineClosingRule = z.output<typeof LineClosingRuleInput>;
