/**
 * Records what happened to a debtor itself (外部评级大幅下调、逃废债、破产清算): every loan of the
 * bank to it is at least as bad as the rule asks, from today's classification on.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { enterprisesById } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  ReasonInput,
  TextInput,
} from '../../platform/schemas.ts';
import { classifyAtOnce } from '../classify-at-once.ts';
import { creditRefusals } from '../refusals.ts';
import { riskRefusals as no } from '../risk-refusals.ts';
import { addDebtorEvent, debtorEventKinds, openDebtorEvent } from '../store-debtor-events.ts';

const input = z.strictObject({
  enterpriseId: IdInput('ent'),
  kind: z.enum(debtorEventKinds).meta({
    description:
      'sharp-downgrade 外部评级大幅下调，debt-evasion 逃废债，bankruptcy-liquidation 破产或清算',
  }),
  from: DayInput,
  /** 公告、裁定、评级报告的名称与编号 */
  evidence: TextInput(300),
  reason: ReasonInput,
});

export const recordDebtorEvent = operation({
  name: 'credit.record-debtor-event',
  title: { zh: '登记债务人风险事件', en: 'Record an event of a debtor' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ eventId: IdText, enterpriseId: IdText, kind: z.string(), from: DayText }),
  async run(context, item) {
    const { tx, now: at, today } = context;
    const { operationId, actor } = item;
    const { enterpriseId, kind, from, evidence, reason } = item.input;
    const firm = (await enterprisesById(tx, [enterpriseId])).get(enterpriseId);
    if (!firm) throw new Failure(no['debtor-missing'], { enterpriseId });
    const { zoneId } = firm;
    context.concern(item, zoneId);
    if (from > today) {
      throw new Failure(creditRefusals['value-day-in-future'], { valueOn: from, today });
    }
    const ownerId = actor.organisationId;
    const open = await openDebtorEvent(tx, { enterpriseId, ownerId, kind });
    if (open) throw new Failure(no['debtor-event-open'], { eventId: open.id, from: open.from });
    const id = newId('dev');
    const event = { id, zoneId, ownerId, enterpriseId, kind, from };
    await addDebtorEvent(tx, { ...event, evidence, reason, operationId, at });
    await classifyAtOnce(context, item, { enterpriseId });
    const payload = { eventId: id, kind, from, evidence, reason };
    const name = 'credit.debtor-event-recorded';
    context.emit(item, { name, zoneId, ownerId, subjectId: enterpriseId, payload });
    return { eventId: id, enterpriseId, kind, from };
  },
});
