/**
 * Lets a renewed line lend what its predecessors have been repaid meanwhile. It may be called again
 * and again: it only brings the limits to what is still owed.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText } from '../../platform/schemas.ts';
import { renewalRefusals as no } from '../demand-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import { predecessorsOf, shareAmount } from '../share-amount.ts';
import { lockLineById } from '../store-renewals.ts';

export const takeOverAmount = operation({
  name: 'credit.take-over-amount',
  title: { zh: '续授信承接额度', en: 'Take over what was repaid' },
  permission: 'credit:line-open',
  input: z.strictObject({ lineId: IdInput('line') }),
  output: z.object({ lineId: IdText, limit: MoneyText }),
  async run(context, item) {
    const { lineId } = item.input;
    const successor = await lockLineById(context.tx, lineId);
    const { organisationId, scope } = item.actor;
    const own = successor && (successor.ownerId === organisationId || scope.zones === '*');
    if (!own) throw new Failure(creditRefusals['line-missing'], { lineId });
    context.concern(item, successor.zoneId);
    const { predecessorId, renewedAmount: granted } = successor;
    if (predecessorId === null || granted === undefined) {
      throw new Failure(no['renewal-none'], { lineId });
    }
    const { successorId } = successor;
    if (successorId !== null) throw new Failure(no['line-renewed'], { lineId, successorId });
    const predecessors = await predecessorsOf(context, successor);
    const limit = await shareAmount(context, item, { predecessors, successor, granted });
    return { lineId, limit: limit.toString() };
  },
});
