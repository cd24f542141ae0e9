/** Financial statements as an input says them: a list of items, each before and now. */
import { z } from 'zod';
import { sentence } from '../kernel/index.ts';
import { statementItems } from './rules/statement-rows.ts';
import { SignedAmountInput } from './signed-input.ts';

const StatementRowInput = z
  .strictObject({
    item: z.enum(statementItems),
    before: SignedAmountInput.optional(),
    now: SignedAmountInput,
  })
  .refine(
    ({ item, before, now }) =>
      item === 'totalProfit' || !(now.isNegative() || before?.isNegative() === true),
    { message: sentence('只有利润可以小于零', 'only the profit may be below zero') },
  );

export const StatementsInput = z.array(StatementRowInput).min(1).max(40);
