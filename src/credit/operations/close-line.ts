/**
 * Settles a line (授信结清) that is given up or run off, for good and always by two persons: its limit
 * is closed and counts for nothing any more. Sub-lines are closed before their line.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { closeNode, lockCapRules } from '../../limits/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayText, IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { lineRefusals as no } from '../line-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import { expectLineVersion, lockedNode } from '../share-amount.ts';
import { openExceptionsOf, openLoansOf } from '../store-closures.ts';
import { unpaidFeeBillsOf } from '../store-fee-bills.ts';
import { lockLineById } from '../store-renewals.ts';

export const closeLine = operation({
  name: 'credit.close-line',
  title: { zh: '结清授信', en: 'Close a line' },
  permission: 'credit:line-open',
  approval: { always: true, permission: 'credit:approve' },
  versioned: true,
  input: z.strictObject({ lineId: IdInput('line'), reason: ReasonInput }),
  output: z.object({
    lineId: IdText,
    nodeId: IdText,
    /** Its limit is CLOSED. */
    state: z.literal('SETTLED'),
    /** Of its commitment fee: closing leaves them to be paid. */
    unpaidFeeBills: z.array(z.object({ billId: IdText, owed: MoneyText, dueOn: DayText })),
    version: z.number().int(),
  }),
  async run(context, item) {
    const { lineId, reason } = item.input;
    const { tx } = context;
    const line = await lockLineById(tx, lineId);
    const { organisationId, scope } = item.actor;
    const own = line && (line.ownerId === organisationId || scope.zones === '*');
    if (!own) throw new Failure(creditRefusals['line-missing'], { lineId });
    const { zoneId, ownerId, nodeId, enterpriseId } = line;
    context.concern(item, zoneId);
    await lockCapRules(tx, line);
    const node = await lockedNode(context, line);
    await expectLineVersion(context, item, lineId, node);
    const loans = node.state === 'CLOSED' ? [] : await openLoansOf(tx, lineId);
    if (loans.length > 0) {
      const { outstanding, reserved } = node;
      throw new Failure(no['line-owes'], { lineId, nodeId, outstanding, reserved, loans });
    }
    const exceptions = node.state === 'CLOSED' ? [] : await openExceptionsOf(tx, lineId);
    if (exceptions.length > 0) {
      throw new Failure(no['line-has-exceptions'], { lineId, nodeId, exceptions });
    }
    const { version } = await closeNode(context, item, node, reason);
    const payload = { enterpriseId, reason };
    context.emit(item, {
      name: 'credit.line-settled',
      zoneId,
      ownerId,
      subjectId: lineId,
      payload,
    });
    const unpaidFeeBills = await unpaidFeeBillsOf(tx, lineId);
    return { lineId, nodeId, state: 'SETTLED' as const, unpaidFeeBills, version };
  },
});
