/**
 * Opens a pool (设立资金池) in a zone office's book. With a multiple it also gets its node in the limit
 * tree, at zero until the first contribution: a pool without money backs nothing.
 */
import { z } from 'zod';
import { Failure, Money, newId, sentence } from '../../kernel/index.ts';
import { createNodes } from '../../limits/index.ts';
import { membersOf, zonesInScope } from '../../parties/index.ts';
import type { Actor } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, RateInput, TextInput } from '../../platform/schemas.ts';
import type { Tx } from '../../platform/transaction.ts';
import { packsOf, SchemeInput } from '../../rulebook/index.ts';
import { poolRefusals as no } from '../refusals.ts';
import { addPool } from '../store-pools.ts';

const input = z.strictObject({
  zoneId: IdInput('zone'),
  /** The zone office that keeps the pool. */
  ownerId: IdInput('org'),
  name: TextInput(),
  scheme: SchemeInput,
  /** Yuan of loans that a yuan of the pool may back; left out: not limited. */
  multiple: RateInput.refine((rate) => !rate.isZero(), {
    message: sentence('倍数须大于零', 'a multiple is above zero'),
  }).optional(),
  openedOn: DayInput,
  generated: z.boolean().default(false),
});

async function refuse(
  tx: Tx,
  actor: Actor,
  { zoneId, ownerId, scheme }: z.output<typeof input>,
): Promise<Failure | undefined> {
  if ((await zonesInScope(tx, zoneId)).length === 0) {
    return new Failure(no['zone-missing'], { zoneId });
  }
  const { owners } = actor.scope;
  const own = owners === '*' || owners.includes(ownerId);
  const members = own ? await membersOf(tx, zoneId) : [];
  if (!members.some((one) => one.id === ownerId && one.kind === 'zone_office')) {
    return new Failure(no['office-missing'], { ownerId, zoneId });
  }
  const packs = await packsOf(tx, 'pool', [scheme]);
  if (!packs.some((pack) => pack.zoneId === undefined || pack.zoneId === zoneId)) {
    return new Failure(no['scheme-unknown'], { scheme });
  }
  return undefined;
}

export const openPool = operation({
  name: 'risk-pool.open-pool',
  title: { zh: '设立资金池', en: 'Open a pool' },
  permission: 'pool:manage',
  input,
  output: z.object({ poolId: IdText, nodeId: IdText.nullable() }),
  async run(context, item) {
    const { tx, today } = context;
    const one = item.input;
    const { zoneId, ownerId, name, multiple, openedOn } = one;
    const refusal = await refuse(tx, item.actor, one);
    if (refusal) throw refusal;
    if (openedOn > today) throw new Failure(no['day-in-future'], { day: openedOn, today });
    const poolId = newId('pool');
    const nodeId = multiple === undefined ? undefined : newId('lim');
    if (nodeId !== undefined) {
      await createNodes(tx, [
        {
          id: nodeId,
          zoneId,
          ownerId,
          shared: true,
          name,
          kind: 'CAP',
          subjectId: poolId,
          revolving: 'R',
          enforcement: 'HARD',
          limit: Money.zero,
          startsOn: openedOn,
        },
      ]);
    }
    const { operationId } = item;
    await addPool(tx, { ...one, id: poolId, multiple, nodeId, operationId });
    context.emit(item, {
      name: 'risk-pool.pool-opened',
      zoneId,
      ownerId,
      subjectId: poolId,
      payload: { name, scheme: one.scheme, multiple },
    });
    return { poolId, nodeId: nodeId ?? null };
  },
});
