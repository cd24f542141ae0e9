/**
 * Changes a segment's name, amount or eligible purposes. Soft or hard is decided when it is opened:
 * a soft node has no counters that could become hard ones.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { lockNode } from '../../limits/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, PositiveAmountInput, TextInput } from '../../platform/schemas.ts';
import {
  agreementLocked,
  changeNodes,
  changeShape,
  expectCurrent,
  refuseEnded,
  whyOf,
} from '../agreement-change.ts';
import { PurposesInput } from '../agreement-input.ts';
import { agreementRefusals as no } from '../agreement-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import { amended, refuseUnchanged } from '../rules/terms.ts';
import { agreementIdOf, lockSegmentById, saveSegment } from '../store-agreements.ts';

export const amendSegment = operation({
  name: 'credit.amend-segment',
  title: { zh: '变更分类额度', en: 'Amend a segment' },
  permission: 'credit:agreement-open',
  approval: { always: true, permission: 'credit:agreement-approve' },
  versioned: true,
  input: z.strictObject({
    segmentId: IdInput('seg'),
    name: TextInput().optional(),
    amount: PositiveAmountInput.optional(),
    eligiblePurposes: PurposesInput.optional(),
    ...changeShape,
  }),
  output: z.object({ segmentId: IdText, version: z.number().int() }),
  async run(context, item) {
    const { tx } = context;
    const { segmentId, name, amount, eligiblePurposes } = item.input;
    const agreementId = await agreementIdOf(tx, segmentId);
    if (agreementId === undefined) {
      throw new Failure(creditRefusals['segment-missing'], { segmentId });
    }
    const agreement = await agreementLocked(context, item, agreementId);
    const segment = await lockSegmentById(tx, segmentId);
    if (!segment) throw new Failure(creditRefusals['segment-missing'], { segmentId });
    await expectCurrent(context, item, segment);
    const terms = amended(segment.terms, { name, amount, eligiblePurposes });
    const refusal = refuseEnded(agreement) ?? refuseUnchanged(segment.terms, terms);
    if (refusal) throw refusal;
    const node = await lockNode(tx, segment.nodeId);
    if (node?.state === 'CLOSED') throw new Failure(no['segment-closed'], { segmentId });
    const why = whyOf(context, item);
    const { version } = await saveSegment(tx, { ...segment, terms }, why);
    if (!terms.amount.equals(segment.terms.amount)) {
      const change = { limit: terms.amount };
      await changeNodes(context, item, [{ nodeId: segment.nodeId, change }], why);
    }
    context.emit(item, {
      name: 'credit.segment-amended',
      zoneId: segment.zoneId,
      ownerId: segment.ownerId,
      subjectId: segmentId,
      payload: { version, valueOn: why.valueOn, reason: why.reason },
    });
    return { segmentId, version };
  },
});
