/**
 * Lets a node that a person froze take reservations and draws again, by two persons: to stop is one
 * person's, to open is not.
 */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { Changed, changeShape, changed, nodeToChange, termCause } from '../administration.ts';
import { causesOf, thawFrom } from '../frozen.ts';
import { refuseUnfreeze } from '../rules/terms.ts';

export const unfreeze = operation({
  name: 'limits.unfreeze',
  title: { zh: '解冻额度', en: 'Unfreeze a limit' },
  permission: 'limits:manage',
  approval: { always: true, permission: 'limits:approve' },
  versioned: true,
  input: z.strictObject(changeShape),
  output: Changed,
  async run(context, item) {
    const { tx } = context;
    const { reason } = item.input;
    const node = await nodeToChange(context, item);
    const refusal = refuseUnfreeze(node, await causesOf(tx, node.id));
    if (refusal) throw refusal;
    const { zoneId, ownerId, id: subjectId } = node;
    const event = { name: 'limits.limit-unfrozen', zoneId, ownerId, subjectId };
    context.emit(item, { ...event, payload: { reason } });
    return changed(await thawFrom(tx, node, 'person', termCause(context, item, reason)));
  },
});
