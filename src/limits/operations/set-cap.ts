/**
 * Sets which limits a cap counts (集团成员变动): all of them, and its rule, are sent; the difference is
 * carried out, and a rule that is left out is taken away.
 * Use of what is added joins the cap and must fit; use of what is taken off leaves it.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdText } from '../../platform/schemas.ts';
import { Changed, changeNode, changeShape, changed, nodeToChange } from '../administration.ts';
import { carriersWanted, demandSelectable, lockCapRules, saveSelector } from '../cap-selectors.ts';
import { type Carrying, demandSeen, lockCarriers, setCarriers } from '../caps.ts';
import { limitRefusals as no } from '../refusals.ts';
import { refuseSettled } from '../rules/terms.ts';
import { readNodes } from '../store.ts';
import { treeChanged } from '../take.ts';
import { countedShape, somethingCounted } from './open-cap.ts';

const input = z
  .strictObject({ ...changeShape, ...countedShape })
  .refine(somethingCounted.check, somethingCounted.wording);
type Input = z.output<typeof input>;

/** Locks the rules, then the limits that come and go, the cap last; undefined: not in sight. */
async function lockInOrder(
  { tx, now, today }: Context,
  { input: { nodeId, nodeIds, selector, reason }, operationId }: Item<Input>,
): Promise<Carrying | undefined> {
  const cap = (await readNodes(tx, [nodeId])).get(nodeId);
  if (!cap) return undefined;
  await lockCapRules(tx, cap);
  const wanted = await carriersWanted(tx, cap, nodeIds, selector);
  return lockCarriers(tx, nodeId, wanted, { now, today, reason, operationId });
}

export const setCap = operation({
  name: 'limits.set-cap',
  title: { zh: '调整横向限额成员', en: 'Set what a cap counts' },
  permission: 'limits:manage',
  approval: { always: true, permission: 'limits:approve' },
  versioned: true,
  input,
  output: Changed.extend({ added: z.array(IdText), removed: z.array(IdText) }),
  async run(context, item) {
    const { nodeIds, selector, reason } = item.input;
    const { tx, now, today } = context;
    await demandSeen(tx, nodeIds);
    await demandSelectable(tx, selector);
    const carrying = await lockInOrder(context, item);
    const node = await nodeToChange(context, item);
    if (!carrying) throw treeChanged();
    if (selector && selector.zoneId !== node.zoneId) {
      throw new Failure(no['node-missing'], { zoneId: selector.zoneId });
    }
    const settled = refuseSettled(node);
    if (settled) throw settled;
    if (node.kind !== 'CAP' || node.path.length > 1) {
      throw new Failure(no['cap-expected'], { nodeId: node.id, kind: node.kind });
    }
    const cause = { now, today, reason, operationId: item.operationId };
    const { added, removed } = carrying;
    await setCarriers(tx, node.id, carrying, cause);
    const kept = { ...cause, valueOn: today, version: node.version + 1 };
    const ruled = await saveSelector(tx, node, selector, kept);
    const event = { name: 'limits.cap-set', payload: { added, removed, selector, reason } };
    // What is as it was is neither told nor a version of its own.
    const same = added.length + removed.length === 0 && !ruled;
    const after = same ? node : await changeNode(context, item, node, {}, event);
    return { ...changed(after), added: [...added], removed: [...removed] };
  },
});
