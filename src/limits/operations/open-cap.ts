/**
 * Opens a cap across the tree (横向限额、集团限额): one limit over lines of different branches, such as
 * all lines of a group's firms. What they use already must fit below it. Always by two persons.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import {
  AmountInput,
  DayInput,
  IdInput,
  IdText,
  ReasonInput,
  TextInput,
} from '../../platform/schemas.ts';
import { mayChange } from '../administration.ts';
import { demandSeen, setCarriers } from '../caps.ts';
import { limitRefusals as no } from '../refusals.ts';
import { readNodes } from '../store.ts';
import { createNodes } from '../store-terms.ts';

export const carriersInput = z
  .array(IdInput('lim'))
  .min(1)
  .max(500)
  .meta({ description: '受限的额度；之下的一切占用都计入' });

const input = z.strictObject({
  name: TextInput(120),
  limit: AmountInput,
  /** NR: what was ever drawn counts. */
  revolving: z.enum(['R', 'NR']).default('R'),
  startsOn: DayInput.optional(),
  expiresOn: DayInput.optional(),
  nodeIds: carriersInput,
  reason: ReasonInput,
});

export const openCap = operation({
  name: 'limits.open-cap',
  title: { zh: '设立横向限额', en: 'Open a cap across limits' },
  permission: 'limits:manage',
  approval: {
    always: true,
    amount: (one: z.output<typeof input>) => one.limit,
    permission: 'limits:approve',
  },
  input,
  output: z.object({ nodeId: IdText, version: z.int(), carriers: z.int() }),
  async run(context, item) {
    const { name, limit, revolving, expiresOn, nodeIds, reason } = item.input;
    const { tx, now, today } = context;
    const [first = ''] = nodeIds;
    await demandSeen(tx, nodeIds);
    const node = (await readNodes(tx, [first])).get(first);
    if (!node) throw new Failure(no['node-missing'], { nodeId: first });
    const { zoneId, ownerId } = node;
    context.concern(item, zoneId);
    if (!mayChange(item.actor, node)) throw new Failure(no['limit-not-owned'], { nodeId: first });
    const nodeId = newId('lim');
    const cap = { id: nodeId, zoneId, ownerId, name, kind: 'CAP', revolving, limit } as const;
    const startsOn = item.input.startsOn ?? today;
    await createNodes(tx, [{ ...cap, enforcement: 'HARD', startsOn, expiresOn }]);
    const cause = { now, today, reason, operationId: item.operationId };
    const { added } = await setCarriers(tx, nodeId, nodeIds, cause, { opening: true });
    const payload = { name, limit, carriers: added, reason };
    context.emit(item, { name: 'limits.cap-opened', zoneId, ownerId, subjectId: nodeId, payload });
    return { nodeId, version: 1, carriers: added.length };
  },
});
