/**
 * Closes a cap, a segment or a limit that stands for itself, for good and always by two persons. A
 * cap owes nothing of its own: what it counts leaves it first. Lines are closed with credit.
 */
import { z } from 'zod';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { Changed, changeShape, changed, nodeToChange } from '../administration.ts';
import { lockCapRules, saveSelector } from '../cap-selectors.ts';
import type { Carrying } from '../caps.ts';
import { lockCarriers, setCarriers } from '../caps.ts';
import { closeNode } from '../close.ts';
import type { MoveCause } from '../move.ts';
import { refuseOwnClosing, refuseSettled } from '../rules/terms.ts';
import { readNodes } from '../store.ts';

const input = z.strictObject(changeShape);
type Input = z.output<typeof input>;

/** Locks the rules, then of a cap what leaves it, in the order of everybody. */
async function lockLeaving(
  { tx }: Context,
  { input: { nodeId } }: Item<Input>,
  cause: MoveCause,
): Promise<Carrying | undefined> {
  const node = (await readNodes(tx, [nodeId])).get(nodeId);
  if (!node) return undefined;
  await lockCapRules(tx, node);
  return node.kind === 'CAP' ? lockCarriers(tx, nodeId, [], cause) : undefined;
}

export const close = operation({
  name: 'limits.close',
  title: { zh: '关闭额度', en: 'Close a limit' },
  permission: 'limits:manage',
  approval: { always: true, permission: 'limits:approve' },
  versioned: true,
  input,
  output: Changed,
  async run(context, item) {
    const { tx, now, today } = context;
    const { reason } = item.input;
    const cause = { now, today, reason, operationId: item.operationId };
    const leaving = await lockLeaving(context, item, cause);
    const node = await nodeToChange(context, item);
    const refusal = refuseOwnClosing(node) ?? refuseSettled(node);
    if (refusal) throw refusal;
    if (leaving) {
      await setCarriers(tx, node.id, leaving, cause);
      const kept = { ...cause, valueOn: today, version: node.version + 1 };
      await saveSelector(tx, node, undefined, kept);
    }
    return changed(await closeNode(context, item, node, reason));
  },
});
