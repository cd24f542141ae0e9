/** The kinds of rule that the book holds, each with the schema that its parameters must satisfy. */
import type { z } from 'zod';
import { LineClosingRuleInput } from './line-closing-rule.ts';
import { PoolRuleInput } from './pool-rule.ts';
import { WatchRuleInput } from './watch-rule.ts';
import { WhitelistRuleInput } from './whitelist-rule.ts';

export const ruleKinds = {
  pool: PoolRuleInput,
  whitelist: WhitelistRuleInput,
  'limit-watch': WatchRuleInput,
  'line-closing': LineClosingRuleInput,
} as const satisfies Record<string, z.ZodType>;

export type RuleKind = keyof typeof ruleKinds;
export type ParametersOf<K extends RuleKind> = z.output<(typeof ruleKinds)[K]>;
