/**
 * Sets how much of its book in a zone a bank may restructure (重组限额), as a share of what is owed to
 * it there. The last one set holds; what is restructured already stays so.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { memberOf } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  MoneyText,
  ReasonInput,
  ShareInput,
} from '../../platform/schemas.ts';
import { creditRefusals as no } from '../refusals.ts';
import { quotaRoom } from '../rules/restructuring-quota.ts';
import { addQuota, quotaUse } from '../store-reschedules.ts';

export const setRestructuringQuota = operation({
  name: 'credit.set-restructuring-quota',
  title: { zh: '设定重组限额', en: 'Set the restructuring quota of a bank' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input: z.strictObject({
    zoneId: IdInput('zone'),
    bankId: IdInput('org'),
    share: ShareInput,
    valueOn: DayInput,
    reason: ReasonInput,
  }),
  output: z.object({
    zoneId: IdText,
    bankId: IdText,
    valueOn: DayText,
    limit: MoneyText,
    available: MoneyText,
  }),
  async run(context, item) {
    const { tx, today, now } = context;
    const { zoneId, bankId, share, valueOn, reason } = item.input;
    const { owners } = item.actor.scope;
    const bank = await memberOf(tx, zoneId, bankId);
    if (bank?.kind !== 'bank' || (owners !== '*' && !owners.includes(bankId))) {
      throw new Failure(no['bank-missing'], { bankId, zoneId });
    }
    if (valueOn > today) throw new Failure(no['value-day-in-future'], { valueOn, today });
    context.concern(item, zoneId);
    const book = { zoneId, ownerId: bankId };
    const { operationId } = item;
    addQuota(tx, { ...book, share, valueOn, reason, operationId, at: now });
    const { limit, available } = quotaRoom(share, await quotaUse(tx, book));
    return {
      zoneId,
      bankId,
      valueOn,
      limit: limit.toString(),
      available: available.toString(),
    };
  },
});
