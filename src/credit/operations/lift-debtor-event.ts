/**
 * Lifts an event of a debtor from a day on (解除). A loan that it made non-performing stays so until
 * its upgrade is found; lifted as of its first day it never was, and the class may be corrected.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, DayText, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import { creditRefusals } from '../refusals.ts';
import { riskRefusals as no } from '../risk-refusals.ts';
import { lockDebtorEvent, saveLifted } from '../store-debtor-events.ts';

const input = z.strictObject({ eventId: IdInput('dev'), liftedOn: DayInput, reason: ReasonInput });

export const liftDebtorEvent = operation({
  name: 'credit.lift-debtor-event',
  title: { zh: '解除债务人风险事件', en: 'Lift an event of a debtor' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ eventId: IdText, enterpriseId: IdText, liftedOn: DayText }),
  async run(context, item) {
    const { tx, today } = context;
    const { operationId, actor } = item;
    const { eventId, liftedOn, reason } = item.input;
    const event = await lockDebtorEvent(tx, eventId);
    if (event?.ownerId !== actor.organisationId) {
      throw new Failure(no['debtor-event-missing'], { eventId });
    }
    const { enterpriseId, zoneId, ownerId, from, kind } = event;
    context.concern(item, zoneId);
    if (event.liftedOn !== null) {
      throw new Failure(no['debtor-event-lifted'], { eventId, liftedOn: event.liftedOn });
    }
    if (liftedOn > today) {
      throw new Failure(creditRefusals['value-day-in-future'], { valueOn: liftedOn, today });
    }
    if (liftedOn < from) throw new Failure(no['lifted-before-event'], { liftedOn, from });
    await saveLifted(tx, eventId, { on: liftedOn, reason, operationId });
    const payload = { eventId, kind, liftedOn, reason };
    const name = 'credit.debtor-event-lifted';
    context.emit(item, { name, zoneId, ownerId, subjectId: enterpriseId, payload });
    return { eventId, enterpriseId, liftedOn };
  },
});
