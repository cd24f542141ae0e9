/** Money comes into the pool (出资). What the pool may back rises with it. */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import { organisationsById } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
  TextInput,
} from '../../platform/schemas.ts';
import { resizeNodes } from '../capacity.ts';
import type { Pool } from '../model.ts';
import { contributionJournal } from '../postings.ts';
import { poolRefusals as no } from '../refusals.ts';
import { addContribution, lockPools, savePools } from '../store-pools.ts';

function refuseDay({ state, openedOn }: Pool, day: Day, today: Day): Failure | undefined {
  if (day > today) return new Failure(no['day-in-future'], { day, today });
  if (state === 'OPEN' && day >= openedOn) return undefined;
  return new Failure(no['pool-not-open'], { state, openedOn, day });
}

export const contribute = operation({
  name: 'risk-pool.contribute',
  title: { zh: '资金池出资', en: 'Contribute to a pool' },
  permission: 'pool:contribute',
  input: z.strictObject({
    poolId: IdInput('pool'),
    /** Whose money it is: a finance bureau, a district, a bank. */
    contributorId: IdInput('org'),
    amount: PositiveAmountInput,
    contributedOn: DayInput,
    source: TextInput().optional(),
  }),
  output: z.object({ contributionId: IdText, poolId: IdText, balance: MoneyText }),
  async run(context, item) {
    const { tx, now, today } = context;
    const { poolId, contributorId, amount, contributedOn, source } = item.input;
    const pool = (await lockPools(tx, [poolId])).get(poolId);
    const { owners } = item.actor.scope;
    // Banks see the pool as well, but its book is kept by its office alone.
    if (!pool || (owners !== '*' && !owners.includes(pool.ownerId))) {
      throw new Failure(no['pool-missing'], { poolId });
    }
    context.concern(item, pool.zoneId);
    if ((await organisationsById(tx, [contributorId])).length === 0) {
      throw new Failure(no['contributor-missing'], { contributorId });
    }
    const refusal = refuseDay(pool, contributedOn, today);
    if (refusal) throw refusal;
    const after = { ...pool, cash: pool.cash.plus(amount) };
    const { operationId } = item;
    const id = newId('contrib');
    const one = { id, pool, contributorId, amount, contributedOn, source, operationId };
    await addContribution(tx, one, now);
    await savePools(tx, [after]);
    await resizeNodes(context, item, [{ before: pool, after }], 'risk-pool.contribute');
    await post(tx, [contributionJournal(one)], now);
    context.emit(item, {
      name: 'risk-pool.contributed',
      zoneId: pool.zoneId,
      ownerId: pool.ownerId,
      subjectId: poolId,
      payload: { contributionId: id, contributorId, amount, contributedOn },
    });
    return { contributionId: id, poolId, balance: after.cash.toString() };
  },
});
