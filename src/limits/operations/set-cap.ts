/**
 * Sets which limits a cap counts (集团成员变动): all of them are sent, the difference is carried out.
 * Use of what is added joins the cap and must fit; use of what is taken off leaves it.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdText } from '../../platform/schemas.ts';
import { Changed, changeNode, changeShape, changed, nodeToChange } from '../administration.ts';
import { demandSeen, setCarriers } from '../caps.ts';
import { limitRefusals as no } from '../refusals.ts';
import { refuseSettled } from '../rules/terms.ts';
import { carriersInput } from './open-cap.ts';

export const setCap = operation({
  name: 'limits.set-cap',
  title: { zh: '调整横向限额成员', en: 'Set what a cap counts' },
  permission: 'limits:manage',
  approval: { always: true, permission: 'limits:approve' },
  versioned: true,
  input: z.strictObject({ ...changeShape, nodeIds: carriersInput }),
  output: Changed.extend({ added: z.array(IdText), removed: z.array(IdText) }),
  async run(context, item) {
    const { nodeIds, reason } = item.input;
    const { tx, now, today } = context;
    await demandSeen(tx, nodeIds);
    const node = await nodeToChange(context, item);
    const settled = refuseSettled(node);
    if (settled) throw settled;
    if (node.kind !== 'CAP' || node.path.length > 1) {
      throw new Failure(no['cap-expected'], { nodeId: node.id, kind: node.kind });
    }
    const cause = { now, today, reason, operationId: item.operationId };
    const { added, removed } = await setCarriers(tx, node.id, nodeIds, cause);
    const event = { name: 'limits.cap-set', payload: { added, removed, reason } };
    return {
      ...changed(await changeNode(context, item, node, {}, event)),
      added: [...added],
      removed: [...removed],
    };
  },
});
