/**
 * Admits banks as cooperation banks (合作银行) for a term. A quota is a node of the limit tree below
 * the pool's own, so that a refusal names quota and capacity together. Written for a list, because
 * a register that is imported brings hundreds.
 */
import { z } from 'zod';
import { Failure, isFailure, newId } from '../../kernel/index.ts';
import { createNodes, type NewNode } from '../../limits/index.ts';
import { membersOf } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, PositiveAmountInput } from '../../platform/schemas.ts';
import type { Cooperation, Pool } from '../model.ts';
import { poolRefusals as no } from '../refusals.ts';
import type { NewCooperation } from '../store-pools.ts';
import { addCooperations, cooperationsOf, lockPools } from '../store-pools.ts';

const input = z.strictObject({
  poolId: IdInput('pool'),
  bankId: IdInput('org'),
  startsOn: DayInput,
  /** Left out: until further notice. */
  endsOn: DayInput.optional(),
  /** What may be outstanding under the agreement; left out: only the pool limits. */
  quota: PositiveAmountInput.optional(),
});
type Input = z.output<typeof input>;

const output = z.object({ cooperationId: IdText, nodeId: IdText.nullable() });
type Output = z.output<typeof output>;

interface Register {
  readonly pools: ReadonlyMap<string, Pool>;
  /** By zone, the names of its banks. */
  readonly banks: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly cooperations: Cooperation[];
}

/** The last day of days: an agreement without an end meets every later one. */
const lastDay = '9999-12-31';

const overlap = (a: Pick<Cooperation, 'startsOn' | 'endsOn'>, b: typeof a): boolean =>
  a.startsOn <= (b.endsOn ?? lastDay) && b.startsOn <= (a.endsOn ?? lastDay);

function refuse({ input: one, actor }: Item<Input>, register: Register): Failure | undefined {
  const { poolId, bankId, startsOn, endsOn } = one;
  const pool = register.pools.get(poolId);
  const { owners } = actor.scope;
  if (!pool || (owners !== '*' && !owners.includes(pool.ownerId))) {
    return new Failure(no['pool-missing'], { poolId });
  }
  if (register.banks.get(pool.zoneId)?.has(bankId) !== true) {
    return new Failure(no['bank-missing'], { bankId, zoneId: pool.zoneId });
  }
  if (endsOn !== undefined && endsOn < startsOn) {
    return new Failure(no['agreement-reversed'], { startsOn, endsOn });
  }
  const other = register.cooperations.find(
    (c) =>
      c.poolId === poolId && c.bankId === bankId && overlap(c, { startsOn, endsOn: one.endsOn }),
  );
  if (other === undefined) return undefined;
  return new Failure(no['agreement-overlaps'], {
    startsOn: other.startsOn,
    endsOn: other.endsOn,
  });
}

async function openRegister({ tx }: Context, items: readonly Item<Input>[]): Promise<Register> {
  const poolIds = items.map((item) => item.input.poolId);
  const pools = await lockPools(tx, poolIds);
  const banks = new Map<string, ReadonlyMap<string, string>>();
  for (const { zoneId } of pools.values()) {
    if (banks.has(zoneId)) continue;
    const members = (await membersOf(tx, zoneId)).filter((one) => one.kind === 'bank');
    banks.set(zoneId, new Map(members.map((one) => [one.id, one.name])));
  }
  const cooperations = await cooperationsOf(
    tx,
    poolIds,
    items.map((item) => item.input.bankId),
  );
  return { pools, banks, cooperations };
}

function quotaNode(one: NewCooperation, pool: Pool, bank: string): NewNode[] {
  if (one.quota === undefined || one.nodeId === undefined) return [];
  return [
    {
      id: one.nodeId,
      zoneId: pool.zoneId,
      ownerId: one.bankId,
      parentId: pool.nodeId,
      name: `${pool.name} ${bank}`,
      kind: 'CAP',
      subjectId: one.id,
      revolving: 'R',
      enforcement: 'HARD',
      limit: one.quota,
      startsOn: one.startsOn,
      expiresOn: one.endsOn,
    },
  ];
}

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(Output | Failure)[]> {
  const register = await openRegister(context, items);
  const admitted: NewCooperation[] = [];
  const answers = items.map((item): Output | Failure => {
    const refusal = refuse(item, register);
    const pool = register.pools.get(item.input.poolId);
    if (pool) context.concern(item, pool.zoneId);
    if (refusal || !pool) return refusal ?? new Failure(no['pool-missing']);
    const { poolId, bankId, startsOn, endsOn, quota } = item.input;
    const id = newId('coop');
    const nodeId = quota === undefined ? undefined : newId('lim');
    const term = { id, poolId, bankId, startsOn, endsOn, quota, nodeId };
    const one = { ...term, zoneId: pool.zoneId, operationId: item.operationId };
    register.cooperations.push(one);
    admitted.push(one);
    context.emit(item, {
      name: 'risk-pool.bank-admitted',
      zoneId: pool.zoneId,
      ownerId: bankId,
      subjectId: id,
      payload: { poolId, startsOn, endsOn, quota },
    });
    return { cooperationId: id, nodeId: nodeId ?? null };
  });
  if (answers.every(isFailure)) return answers;
  const nodes = admitted.flatMap((one) => {
    const pool = register.pools.get(one.poolId) as Pool;
    return quotaNode(one, pool, register.banks.get(pool.zoneId)?.get(one.bankId) ?? one.bankId);
  });
  await createNodes(context.tx, nodes);
  await addCooperations(context.tx, admitted);
  return answers;
}

export const admitBank = hotOperation({
  name: 'risk-pool.admit-bank',
  title: { zh: '准入合作银行', en: 'Admit a cooperation bank' },
  permission: 'pool:manage',
  input,
  output,
  runMany,
});
