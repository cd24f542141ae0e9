/**
 * Moves the last day of a node (展期), by two persons; an expired revolving limit can be drawn again
 * by it, and none outlives the limit that it hangs under.
 */
import { z } from 'zod';
import { Money } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, DayText } from '../../platform/schemas.ts';
import { Changed, changeNode, changeShape, changed, nodeToChange } from '../administration.ts';
import { refuseGrants } from '../allocation.ts';
import { grantOf } from '../rules/over-subscription.ts';
import { refuseExtension } from '../rules/terms.ts';
import { readNodes } from '../store.ts';

export const extend = operation({
  name: 'limits.extend',
  title: { zh: '额度展期', en: 'Extend a limit' },
  permission: 'limits:manage',
  approval: { always: true, permission: 'limits:approve' },
  versioned: true,
  input: z.strictObject({ ...changeShape, expiresOn: DayInput }),
  output: Changed.extend({ expiresOn: DayText }),
  async run(context, item) {
    const { expiresOn, reason } = item.input;
    const node = await nodeToChange(context, item);
    const { parentId } = node;
    const above = parentId === undefined ? [] : [parentId];
    const [parent] = (await readNodes(context.tx, above)).values();
    const refusal = refuseExtension(node, expiresOn, context.today, parent);
    if (refusal) throw refusal;
    if (node.expiresOn !== undefined && node.expiresOn < context.today) {
      // An expired limit counts for what it owes; revived, it is granted in full again.
      const amount = Money.max(node.granted.minus(node.outstanding), Money.zero);
      const grant = grantOf(node.parentId, amount);
      const [over] = await refuseGrants(context, item.actor.scope, [grant]);
      if (over) throw over;
    }
    const after = await changeNode(
      context,
      item,
      node,
      { expiresOn },
      {
        name: 'limits.limit-extended',
        payload: { from: node.expiresOn, to: expiresOn, reason },
      },
    );
    return { ...changed(after), expiresOn };
  },
});
