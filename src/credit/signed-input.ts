/** Figures of a borrower that may be below zero: a loss, a negative growth. */
import { z } from 'zod';
import type { Sentence } from '../kernel/index.ts';
import { Exact, MONEY_INPUT_LIMIT, Money, sentence } from '../kernel/index.ts';

const signed = (pattern: RegExp, message: Sentence) =>
  z.string().regex(pattern, { message, abort: true });

export const SignedAmountInput = signed(
  /^-?\d{1,18}(\.\d{1,2})?$/,
  sentence('金额（元）须为文本', 'an amount in yuan as text'),
)
  .transform((text) => Money.of(text))
  .refine((amount) => amount.abs().lessThan(MONEY_INPUT_LIMIT), {
    message: sentence('金额须小于 10^16 元', 'amounts of 10^16 or more are refused'),
  });

export const SignedRatioInput = signed(
  /^-?\d{1,6}(\.\d{1,12})?$/,
  sentence('比例须为文本，例如 "-0.05"', 'a ratio as text: "-0.05"'),
).transform((text) => Exact.of(text));

export const GrowthInput = SignedRatioInput.refine((growth) => growth.compare(-1) > 0, {
  message: sentence('增长率须大于 −1', 'growth is above −1'),
});
