/**
 * Sets how much may be granted below a limit (超配比例). What is granted already stays, also when it
 * is more than the new policy allows: it is told, and nothing more is granted until there is room.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { savePolicy } from '../allocation.ts';
import { Changed, changeShape, changed, nodeToChange, termCause } from '../administration.ts';
import { limitRefusals as no } from '../refusals.ts';
import { refuseSettled } from '../rules/terms.ts';
import { watchNodes } from '../watch.ts';

const input = z.strictObject({
  ...changeShape,
  /** 1 is a hard allocation; null takes the policy away. */
  oversub: z
    .string()
    .regex(/^[1-9]\d{0,2}(\.\d{1,4})?$/)
    .nullable()
    .meta({ description: '超配比例，至少为 1', examples: ['1.2'] }),
});

export const setOversubscription = operation({
  name: 'limits.set-oversubscription',
  title: { zh: '设定超配比例', en: 'Set an over-subscription policy' },
  permission: 'limits:manage',
  approval: { always: true, permission: 'limits:approve' },
  versioned: true,
  input,
  output: Changed.extend({ oversub: z.string().nullable() }),
  async run(context, item) {
    const { oversub } = item.input;
    const node = await nodeToChange(context, item);
    const settled = refuseSettled(node);
    if (settled) throw settled;
    if (node.enforcement === 'SOFT') throw new Failure(no['hard-expected'], { nodeId: node.id });
    const { id: subjectId, zoneId, ownerId } = node;
    const event = { name: 'limits.oversubscription-set', zoneId, ownerId, subjectId };
    context.emit(item, { ...event, payload: { oversub } });
    const why = termCause(context, item, item.input.reason);
    await savePolicy(context.tx, node, oversub, why);
    await watchNodes(context.tx, [node], why);
    return { ...changed(node), version: node.version + 1, oversub };
  },
});
