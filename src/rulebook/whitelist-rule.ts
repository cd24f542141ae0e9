/**
 * The rule of a whitelist as data: which standards a firm must meet and who finds it, how long the
 * bank may think, how long a "no" stands, how long a tag holds. Where zones differ is a parameter.
 */
import { z } from 'zod';
import { sentence } from '../kernel/index.ts';
import { TextInput } from '../platform/schemas.ts';
import { FlagInput } from './pool-rule.ts';

const Standard = z.strictObject({
  code: FlagInput,
  name: TextInput(60),
  /** A person's finding with evidence, or what the book finds itself: a valid tag, a valid code. */
  by: z.enum(['person', 'tag', 'uscc']),
});

const Term = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('months'), months: z.number().int().min(1).max(240) }),
  /** The 31 March after the year in which it was granted. */
  z.strictObject({ by: z.literal('next-31-march') }),
  /** The certificate says its own last day. */
  z.strictObject({ by: z.literal('stated') }),
]);

const Tag = z.strictObject({ tag: FlagInput, name: TextInput(60), term: Term });

const isUnique = (names: readonly string[]): boolean => new Set(names).size === names.length;
const months = z.number().int().min(1).max(120);
const days = z.number().int().min(0).max(3660);

export const WhitelistRuleInput = z.strictObject({
  standards: z
    .array(Standard)
    .min(1)
    .max(40)
    .refine((list) => isUnique(list.map(({ code }) => code)), {
      message: sentence('每项标准只列一次', 'each standard stands once'),
    }),
  /** How long the bank may think, from the complete file. */
  clock: z.strictObject({
    count: z.number().int().min(1).max(366),
    unit: z.enum(['calendar-days', 'working-days']),
  }),
  /** After a "no" the firm is not nominated to the same bank again for so many days. */
  coolDownDays: days,
  /** How long an entry holds, and after how long it is reviewed. */
  validMonths: months,
  reviewMonths: months,
  /** Within how many days a review that an event raised is due. */
  eventReviewDays: days,
  /** True: nobody is recommended without a screening. */
  screeningRequired: z.boolean().default(false),
  tags: z
    .array(Tag)
    .max(40)
    .refine((list) => isUnique(list.map(({ tag }) => tag)), {
      message: sentence('每个标签只列一次', 'each tag stands once'),
    }),
});

export type WhitelistRule = z.output<typeof WhitelistRuleInput>;
export type TagRule = WhitelistRule['tags'][number];
