/**
 * Sets how much a bank allows itself by exception in one zone (例外配额). Always with a second
 * person; a cut below what stands on it stops new exceptions and undoes none.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { memberOf } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import { AmountInput, IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { creditRefusals } from '../refusals.ts';
import { lockQuotaOf, quotaAvailable, setQuota } from '../store-exceptions.ts';

const input = z.strictObject({
  zoneId: IdInput('zone'),
  /** The caller's own when left out. */
  bankId: IdInput('org').optional(),
  amount: AmountInput,
  reason: ReasonInput,
});

export const setExceptionQuota = operation({
  name: 'credit.set-exception-quota',
  title: { zh: '设定例外配额', en: 'Set the quota of exceptions' },
  permission: 'exception:quota',
  approval: {
    amount: (one: z.output<typeof input>) => one.amount,
    always: true,
    permission: 'credit:approve',
  },
  // The version of no quota yet is 0.
  versioned: true,
  input,
  output: z.object({
    zoneId: IdText,
    bankId: IdText,
    amount: MoneyText,
    available: MoneyText,
    version: z.number().int(),
  }),
  async run(context, item) {
    const { tx, today } = context;
    const { organisationId, scope } = item.actor;
    const { zoneId, bankId = organisationId, amount, reason } = item.input;
    const own = bankId === organisationId || scope.zones === '*';
    const bank = own ? await memberOf(tx, zoneId, bankId) : undefined;
    if (bank?.kind !== 'bank')
      throw new Failure(creditRefusals['bank-missing'], { bankId, zoneId });
    context.concern(item, zoneId);
    const place = { zoneId, ownerId: bankId };
    const before = await lockQuotaOf(tx, place, today);
    if (item.expectedVersion !== undefined && item.expectedVersion !== before.version) {
      const { version, amount: stands } = before;
      throw new Failure(creditRefusals['version-stale'], {
        zoneId,
        bankId,
        version,
        amount: stands,
      });
    }
    const version = await setQuota(context, item, place, { amount, reason });
    const available = quotaAvailable({ ...before, amount });
    const payload = { amount, before: before.amount, reason };
    const name = 'credit.exception-quota-set';
    context.emit(item, { name, zoneId, ownerId: bankId, subjectId: bankId, payload });
    const answer = { amount: amount.toString(), available: available.toString(), version };
    return { zoneId, bankId, ...answer };
  },
});
