/** Lets a frozen node take reservations and draws again. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { Changed, changeNode, changeShape, changed, nodeToChange } from '../administration.ts';
import { refuseUnfreeze } from '../rules/terms.ts';

export const unfreeze = operation({
  name: 'limits.unfreeze',
  title: { zh: '解冻额度', en: 'Unfreeze a limit' },
  permission: 'limits:manage',
  versioned: true,
  input: z.strictObject(changeShape),
  output: Changed,
  async run(context, item) {
    const node = await nodeToChange(context, item);
    const refusal = refuseUnfreeze(node);
    if (refusal) throw refusal;
    const { reason } = item.input;
    const event = { name: 'limits.limit-unfrozen', payload: { reason } };
    return changed(await changeNode(context, item, node, { state: 'ACTIVE' }, event));
  },
});
