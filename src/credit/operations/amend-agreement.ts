/**
 * Amends a park agreement (补充协议): intent, sense, last day, purposes, counting measure, shared
 * totals, pace thresholds. Always two persons. The node of the tree follows intent and last day,
 * and the segments' nodes follow the last day.
 */
import { z } from 'zod';
import type { TermChange } from '../../limits/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText } from '../../platform/schemas.ts';
import {
  agreementLocked,
  changeNodes,
  changeShape,
  expectCurrent,
  refuseEnded,
  whyOf,
} from '../agreement-change.ts';
import { agreementShape } from '../agreement-input.ts';
import type { TermsOfAgreement } from '../rules/terms.ts';
import {
  amended,
  quotasOf,
  refuseAgreement,
  refuseQuotas,
  refuseUnchanged,
} from '../rules/terms.ts';
import { programmesOf, saveAgreement, segmentsOf, successorOf } from '../store-agreements.ts';

/** What the node of the agreement must follow; empty when nothing of it changed. */
const nodeChange = (before: TermsOfAgreement, after: TermsOfAgreement): TermChange => ({
  ...(after.intentAmount.equals(before.intentAmount) ? {} : { limit: after.intentAmount }),
  ...(after.endsOn === before.endsOn ? {} : { expiresOn: after.endsOn }),
});

export const amendAgreement = operation({
  name: 'credit.amend-agreement',
  title: { zh: '变更整园授信协议', en: 'Amend a park agreement' },
  permission: 'credit:agreement-open',
  approval: { always: true, permission: 'credit:agreement-approve' },
  versioned: true,
  input: z
    .strictObject({ agreementId: IdInput('agr'), ...agreementShape })
    .partial()
    .required({ agreementId: true })
    .extend(changeShape),
  output: z.object({ agreementId: IdText, version: z.number().int() }),
  async run(context, item) {
    const { tx, today } = context;
    const { agreementId, reason: _reason, effectiveOn: _effectiveOn, ...fields } = item.input;
    const agreement = await agreementLocked(context, item, agreementId);
    await expectCurrent(context, item, agreement);
    const before = agreement.terms;
    const after: TermsOfAgreement = amended(before, fields);
    const programmes = (await programmesOf(tx, agreementId)).map(({ terms }) => terms);
    const successorStartsOn = (await successorOf(tx, agreementId))?.terms.startsOn;
    const refusal =
      refuseEnded(agreement) ??
      refuseUnchanged(before, after) ??
      refuseAgreement(before, after, { today, successorStartsOn }) ??
      refuseQuotas(quotasOf(programmes), after.intentAmount);
    if (refusal) throw refusal;
    const why = whyOf(context, item);
    const { version } = await saveAgreement(tx, { ...agreement, terms: after }, 'AMENDED', why);
    const change = nodeChange(before, after);
    const { limit: _limit, ...below } = change;
    const segments = 'expiresOn' in change ? await segmentsOf(tx, agreementId) : [];
    const nodes = segments.map(({ nodeId }) => ({ nodeId, change: below }));
    nodes.sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    if (Object.keys(change).length > 0) {
      await changeNodes(context, item, [...nodes, { nodeId: agreement.nodeId, change }], why);
    }
    context.emit(item, {
      name: 'credit.agreement-amended',
      zoneId: agreement.zoneId,
      ownerId: agreement.ownerId,
      subjectId: agreementId,
      payload: { version, valueOn: why.valueOn, reason: why.reason },
    });
    return { agreementId, version };
  },
});
