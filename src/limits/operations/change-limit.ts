/**
 * Raises or cuts a limit, always by two persons. A cut below what is used is carried out: the
 * excess is told as an open incident, and nothing is admitted until use has fallen below the
 * limit again.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { AmountInput, MoneyText } from '../../platform/schemas.ts';
import { OverAllocated, overAllocated, refuseGrants } from '../allocation.ts';
import { raiseOf } from '../rules/over-subscription.ts';
import { limitRefusals as no } from '../refusals.ts';
import { sharesGrant } from '../succession.ts';
import { Changed, changeNode, changeShape, changed, nodeToChange } from '../administration.ts';
import { availableOf } from '../rules/headroom.ts';
import { excessOf, refuseSettled } from '../rules/terms.ts';

const input = z.strictObject({ ...changeShape, limit: AmountInput });
type Input = z.output<typeof input>;

export const changeLimit = operation({
  name: 'limits.change-limit',
  title: { zh: '调整限额', en: 'Change a limit' },
  permission: 'limits:manage',
  approval: { always: true, amount: (one: Input) => one.limit, permission: 'limits:approve' },
  versioned: true,
  input,
  output: Changed.extend({
    limit: MoneyText,
    /** Null for a SOFT node, whose use is only summed when asked. */
    available: MoneyText.nullable(),
    /** How far use stands above the new limit; null when it does not. */
    overLimit: MoneyText.nullable(),
    /**
     * A raise that grants more below a SOFT limit than that is, or a cut to less than is granted
     * below: a warning, no refusal.
     */
    overAllocated: OverAllocated.nullable(),
  }),
  async run(context, item) {
    const { limit, reason } = item.input;
    const node = await nodeToChange(context, item);
    const refusal = refuseSettled(node);
    if (refusal) throw refusal;
    if (await sharesGrant(context.tx, node.id)) {
      throw new Failure(no['grant-shared'], { nodeId: node.id });
    }
    const raised = limit.moreThan(node.granted);
    if (raised) {
      const raise = raiseOf(node, { granted: limit });
      const [over] = await refuseGrants(context, item.actor.scope, [raise]);
      if (over) throw over;
    }
    const after = await changeNode(
      context,
      item,
      node,
      { limit },
      {
        name: 'limits.limit-changed',
        payload: { from: node.limit, to: limit, reason },
      },
    );
    return {
      ...changed(after),
      limit: limit.toString(),
      available: after.enforcement === 'HARD' ? availableOf(after).toString() : null,
      overLimit: excessOf(after)?.toString() ?? null,
      overAllocated: await overAllocated(
        context.tx,
        item.actor.scope,
        raised ? node.parentId : node.id,
        context.today,
      ),
    };
  },
});
