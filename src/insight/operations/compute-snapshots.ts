/**
 * The two operations of the jobs `leverage` and `supply-chain-exposure`: compute the figures of a
 * zone as of a day and keep them if they are news. One call does one zone and names the last one
 * it did, so that each zone is a transaction of its own.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { zonesInScope } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText } from '../../platform/schemas.ts';
import { compute } from '../compute.ts';
import type { FigureKind } from '../model.ts';
import { insightRefusals as no } from '../refusals.ts';
import { keepSnapshots } from '../store.ts';

const input = z.strictObject({
  asOf: DayInput,
  zoneId: IdInput('zone').optional().meta({ description: '只算一个园区；默认逐个全部' }),
  after: z.string().max(80).optional().meta({ description: '上一批返回的 next' }),
});
type ComputeInput = z.output<typeof input>;

const output = z.object({
  asOf: z.string(),
  snapshots: z.array(
    z.object({
      snapshotId: IdText,
      zoneId: IdText,
      ownerId: IdText,
      version: z.int(),
      figures: z.int(),
      changed: z.boolean(),
    }),
  ),
  done: z.int(),
  left: z.int(),
  next: z.string().nullable(),
});

/** The zone of this call and those after it, by id. */
async function zonesLeft({ tx }: Context, { zoneId, after = '' }: ComputeInput): Promise<string[]> {
  const ids = (await zonesInScope(tx, zoneId)).map(({ id }) => id).sort();
  if (zoneId !== undefined && ids.length === 0) throw new Failure(no['zone-missing'], { zoneId });
  return ids.filter((id) => id > after);
}

async function run(
  kind: FigureKind,
  context: Context,
  item: Item<ComputeInput>,
): Promise<z.output<typeof output>> {
  const { asOf } = item.input;
  const { zones, owners } = item.actor.scope;
  // What is hidden from the one who computes would be missing in what everybody then reads.
  if (zones !== '*' || owners !== '*') throw new Failure(no['scope-partial']);
  if (asOf > context.today) throw new Failure(no['as-of-ahead'], { asOf });
  const [zoneId, ...rest] = await zonesLeft(context, item.input);
  if (zoneId === undefined) return { asOf, snapshots: [], done: 0, left: 0, next: null };
  const { tx, now } = context;
  const question = { kind, asOf, zoneId };
  const { operationId } = item;
  const kept = await keepSnapshots(tx, question, await compute(tx, question), { now, operationId });
  context.concern(item, zoneId);
  for (const { id, ownerId, version, figures, changed } of kept) {
    if (!changed) continue;
    context.emit(item, {
      name: 'insight.snapshot-taken',
      zoneId,
      ownerId,
      subjectId: id,
      payload: { kind, asOf, version, figures },
    });
  }
  return {
    asOf,
    snapshots: kept.map(({ id: snapshotId, ...snapshot }) => ({ snapshotId, ...snapshot })),
    done: 1,
    left: rest.length,
    next: rest.length > 0 ? zoneId : null,
  };
}

export const computeLeverage = operation({
  name: 'insight.compute-leverage',
  title: { zh: '计算放大倍数', en: 'Compute leverage' },
  permission: 'jobs:run',
  input,
  output,
  run: (context, item) => run('leverage', context, item),
});

export const computeExposure = operation({
  name: 'insight.compute-exposure',
  title: { zh: '计算供应链敞口', en: 'Compute supply-chain exposure' },
  permission: 'jobs:run',
  input,
  output,
  run: (context, item) => run('exposure', context, item),
});
