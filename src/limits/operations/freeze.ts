/** Stops new reservations and draws on a node and all below it; repayment and release go on. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { Changed, changeShape, changed, nodeToChange, termCause } from '../administration.ts';
import { causesOf, freezeFor } from '../frozen.ts';
import { refuseFreeze } from '../rules/terms.ts';

export const freeze = operation({
  name: 'limits.freeze',
  title: { zh: '冻结额度', en: 'Freeze a limit' },
  permission: 'limits:manage',
  versioned: true,
  input: z.strictObject(changeShape),
  output: Changed,
  async run(context, item) {
    const { tx } = context;
    const { reason } = item.input;
    const node = await nodeToChange(context, item);
    const refusal = refuseFreeze(node, await causesOf(tx, node.id));
    if (refusal) throw refusal;
    const { zoneId, ownerId, id: subjectId } = node;
    const event = { name: 'limits.limit-frozen', zoneId, ownerId, subjectId };
    context.emit(item, { ...event, payload: { reason } });
    return changed(await freezeFor(tx, node, 'person', termCause(context, item, reason)));
  },
});
