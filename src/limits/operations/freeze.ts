/** Stops new reservations and draws on a node and all below it; repayment and release go on. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { Changed, changeNode, changeShape, changed, nodeToChange } from '../administration.ts';
import { refuseFreeze } from '../rules/terms.ts';

export const freeze = operation({
  name: 'limits.freeze',
  title: { zh: '冻结额度', en: 'Freeze a limit' },
  permission: 'limits:manage',
  versioned: true,
  input: z.strictObject(changeShape),
  output: Changed,
  async run(context, item) {
    const node = await nodeToChange(context, item);
    const refusal = refuseFreeze(node);
    if (refusal) throw refusal;
    const { reason } = item.input;
    const event = { name: 'limits.limit-frozen', payload: { reason } };
    return changed(await changeNode(context, item, node, { state: 'FROZEN' }, event));
  },
});
