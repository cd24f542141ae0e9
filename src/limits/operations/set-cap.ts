/**
 * Sets which limits a cap counts (集团成员变动): all of them, and its rule, are sent; the difference is
 * carried out, and a rule that is left out is taken away.
 * Use of what is added joins the cap and must fit; use of what is taken off leaves it.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import type { Tx } from '../../platform/transaction.ts';
import { IdText } from '../../platform/schemas.ts';
import { Changed, changeNode, changeShape, changed, nodeToChange } from '../administration.ts';
import { carriersWanted, demandSelectable, lockCapRules, saveSelector } from '../cap-selectors.ts';
import { demandSeen, setCarriers } from '../caps.ts';
import { limitRefusals as no } from '../refusals.ts';
import { refuseSettled } from '../rules/terms.ts';
import { readNodes } from '../store.ts';
import { countedShape, somethingCounted } from './open-cap.ts';

/** Before the cap itself is locked, as by whoever opens one. */
async function lockRulesOf(tx: Tx, capId: string): Promise<void> {
  const cap = (await readNodes(tx, [capId])).get(capId);
  if (cap) await lockCapRules(tx, cap);
}

export const setCap = operation({
  name: 'limits.set-cap',
  title: { zh: '调整横向限额成员', en: 'Set what a cap counts' },
  permission: 'limits:manage',
  approval: { always: true, permission: 'limits:approve' },
  versioned: true,
  input: z
    .strictObject({ ...changeShape, ...countedShape })
    .refine(somethingCounted.check, somethingCounted.wording),
  output: Changed.extend({ added: z.array(IdText), removed: z.array(IdText) }),
  async run(context, item) {
    const { nodeIds, selector, reason } = item.input;
    const { tx, now, today } = context;
    await demandSeen(tx, nodeIds);
    await demandSelectable(tx, selector);
    await lockRulesOf(tx, item.input.nodeId);
    const node = await nodeToChange(context, item);
    if (selector && selector.zoneId !== node.zoneId) {
      throw new Failure(no['node-missing'], { zoneId: selector.zoneId });
    }
    const settled = refuseSettled(node);
    if (settled) throw settled;
    if (node.kind !== 'CAP' || node.path.length > 1) {
      throw new Failure(no['cap-expected'], { nodeId: node.id, kind: node.kind });
    }
    const cause = { now, today, reason, operationId: item.operationId };
    const wanted = await carriersWanted(tx, node, nodeIds, selector);
    const { added, removed } = await setCarriers(tx, node.id, wanted, cause);
    const kept = { ...cause, valueOn: today, version: node.version + 1 };
    await saveSelector(tx, node, selector, kept);
    const event = { name: 'limits.cap-set', payload: { added, removed, selector, reason } };
    return {
      ...changed(await changeNode(context, item, node, {}, event)),
      added: [...added],
      removed: [...removed],
    };
  },
});
