/**
 * Headroom with every reason, on any day: a past one as it was, a future one as it will be if
 * nothing but what is known happens (dated terms, first and last days, reservations that run out).
 */
import { z } from 'zod';
import { query } from '../platform/operation.ts';
import {
  AmountInput,
  DayInput,
  DayText,
  IdInput,
  IdText,
  InstantInput,
  InstantText,
  MoneyText,
} from '../platform/schemas.ts';
import { Bound, boundOf, lookAt, sayOf } from './look.ts';
import { Node, viewOf } from './queries.ts';
import { asOfDay } from './store-figures.ts';

const PathNode = Node.omit({ granted: true });

export const headroom = query({
  name: 'limits.headroom',
  title: { zh: '可用额度及原因', en: 'Headroom, and why' },
  permission: 'limits:read',
  byKey: true,
  input: z.strictObject({
    nodeId: IdInput('lim'),
    amount: AmountInput.optional(),
    /** Days until it is due; asked for where a node has tenor buckets. */
    tenorDays: z.coerce.number().int().min(1).max(36_500).optional(),
    asOf: DayInput.optional(),
    knownAt: InstantInput.transform((text) => new Date(text)).optional(),
  }),
  output: z.object({
    nodeId: IdText,
    asOf: DayText,
    knownAt: InstantText.nullable(),
    amount: MoneyText.nullable(),
    /** Null when no HARD node limits. */
    headroom: MoneyText.nullable(),
    smallestAdmissible: MoneyText.nullable(),
    /** The refusal that a draw of the amount would meet. */
    code: z.string().nullable(),
    binding: z.array(Bound),
    /** Without the sum granted below each: a segment has thousands of lines. */
    path: z.array(PathNode),
    version: z.number().int(),
  }),
  async run(context, { asOf, knownAt, ...asked }) {
    const at = asOfDay(context, asOf, knownAt);
    const { nodeId, amount, tenorDays } = asked;
    const { node, seen, book } = await lookAt(context, nodeId, at);
    const { found, code } = sayOf(book, { nodeId, amount, tenorDays }, at.day);
    return {
      nodeId,
      asOf: at.day,
      knownAt: knownAt?.toISOString() ?? null,
      amount: amount?.toString() ?? null,
      headroom: found.headroom?.toString() ?? null,
      smallestAdmissible: found.smallestAdmissible?.toString() ?? null,
      code,
      binding: found.binding.map(boundOf),
      path: seen.map((one) => PathNode.parse(viewOf(one, at.day))),
      version: node.version,
    };
  },
});
