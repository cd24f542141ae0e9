/**
 * Puts a limit below another one while it is used (移挂), always by two persons. Use and
 * reservations leave the old limits above and join the new ones at once, or nothing happens.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import type { Tx } from '../../platform/transaction.ts';
import { IdInput, IdText, MoneyText } from '../../platform/schemas.ts';
import { Changed, changeShape, changed, mayChange } from '../administration.ts';
import type { LimitNode } from '../model.ts';
import { type Move, moveNode } from '../move.ts';
import { limitRefusals as no } from '../refusals.ts';
import { refuseOwnMove } from '../rules/move.ts';
import { readNodes } from '../store.ts';
import { expectVersion } from '../store-changes.ts';

async function bothOf(tx: Tx, { nodeId, parentId }: Move): Promise<(LimitNode | undefined)[]> {
  const found = await readNodes(tx, [nodeId, parentId]);
  return [found.get(nodeId), found.get(parentId)];
}

export const moveNodeOperation = operation({
  name: 'limits.move-node',
  title: { zh: '移挂额度', en: 'Put a limit below another one' },
  permission: 'limits:manage',
  approval: { always: true, permission: 'limits:approve' },
  versioned: true,
  input: z.strictObject({ ...changeShape, parentId: IdInput('lim') }),
  output: Changed.extend({
    parentId: IdText,
    fromId: IdText.nullable(),
    /** What went with it. */
    outstanding: MoneyText,
    reserved: MoneyText,
  }),
  async run(context, item) {
    const { nodeId, parentId, reason } = item.input;
    const { tx, now, today } = context;
    const [node, parent] = await bothOf(tx, item.input);
    if (!node) throw new Failure(no['node-missing'], { nodeId });
    context.concern(item, node.zoneId);
    if (!mayChange(item.actor, node)) throw new Failure(no['limit-not-owned'], { nodeId });
    await expectVersion(tx, node, item);
    if (!parent) throw new Failure(no['parent-missing'], { nodeId: parentId });
    if (!mayChange(item.actor, parent))
      throw new Failure(no['limit-not-owned'], { nodeId: parentId });
    const elsewhere = refuseOwnMove(node);
    if (elsewhere) throw elsewhere;
    const { scope } = item.actor;
    const cause = { now, today, reason, operationId: item.operationId, scope };
    const { expectedVersion } = item;
    const went = await moveNode(tx, { nodeId, parentId, expectedVersion }, cause);
    const [after = went.node] = await bothOf(tx, item.input);
    const { zoneId, ownerId } = node;
    const { outstanding, reserved } = went;
    const fromId = went.node.parentId ?? null;
    const payload = { from: fromId, to: parentId, outstanding, reserved, reason };
    context.emit(item, { name: 'limits.node-moved', zoneId, ownerId, subjectId: nodeId, payload });
    return {
      ...changed(after),
      parentId,
      fromId,
      outstanding: outstanding.toString(),
      reserved: reserved.toString(),
    };
  },
});
