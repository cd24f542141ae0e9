/**
 * How a loan enters a risk-compensation pool (入库): credit knows the drawdown and calls down; the
 * pool keeps its own facts of it from then on. The same shape serves a drawdown that enrols at
 * once.
 */
import { z } from 'zod';
import { PositiveAmountInput, IdInput, TextInput } from '../platform/schemas.ts';

/** Where to enrol, and what the pool's rule will need to know of this loan. */
export const EnrolInput = z.strictObject({
  poolId: IdInput('pool'),
  /** A ratio fixed per loan, as two amounts: the pool pays numerator ÷ denominator of the loss. */
  ratio: z
    .strictObject({ numerator: PositiveAmountInput, denominator: PositiveAmountInput })
    .optional(),
  /** Facts that add percentage points under the pool's rule, for instance `ip-pledged`. */
  flags: z.array(TextInput(40)).max(10).optional(),
});
export type EnrolTerms = z.output<typeof EnrolInput>;
