/** One agreement with what is below it, and the whole history of its terms. */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { enforcements, readNodes } from '../limits/index.ts';
import { DayText, IdInput, IdText, InstantText, MoneyText } from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import { AgreementView, ProgrammeView, SegmentView } from './agreement-input.ts';
import { creditRefusals } from './refusals.ts';
import type { Agreement } from './store-agreements.ts';
import {
  agreementById,
  programmesOf,
  segmentsOf,
  successorOf,
  termsHistory,
} from './store-agreements.ts';

async function agreementSeen(tx: Tx, agreementId: string): Promise<Agreement> {
  const agreement = await agreementById(tx, agreementId);
  if (!agreement) throw new Failure(creditRefusals['agreement-missing'], { agreementId });
  return agreement;
}

/** SOFT: it tells what passes it and refuses nothing. */
const Enforced = z.enum(enforcements);
const LimitNow = MoneyText.meta({
  description: '节点现行核定限额；银行可单独调整，与协议约定的 amount 不必相同',
});

export const showAgreement = query({
  name: 'credit.show-agreement',
  title: { zh: '整园授信协议详情', en: 'A park agreement' },
  permission: 'credit:read',
  input: z.strictObject({ agreementId: IdInput('agr') }),
  output: AgreementView.extend({
    enforcement: Enforced,
    segments: z.array(SegmentView.extend({ enforcement: Enforced, limit: LimitNow })),
    /** In the order of the queue. */
    programmes: z.array(ProgrammeView),
  }),
  async run({ tx }, { agreementId }) {
    const { terms, ownerId, ...agreement } = await agreementSeen(tx, agreementId);
    const segments = await segmentsOf(tx, agreementId);
    const programmes = await programmesOf(tx, agreementId);
    const nodeIds = [agreement.nodeId, ...segments.map(({ nodeId }) => nodeId)];
    const nodes = await readNodes(tx, nodeIds);
    const enforcementOf = (nodeId: string) => nodes.get(nodeId)?.enforcement ?? 'HARD';
    return {
      ...agreement,
      ...terms,
      enforcement: enforcementOf(agreement.nodeId),
      bankId: ownerId,
      successorId: (await successorOf(tx, agreementId))?.id ?? null,
      intentAmount: terms.intentAmount.toString(),
      eligiblePurposes: [...terms.eligiblePurposes],
      paceBehindBelow: terms.paceBehindBelow.toString(),
      paceAheadAbove: terms.paceAheadAbove.toString(),
      segments: segments.map(({ id, nodeId, version, terms: segment }) => ({
        ...segment,
        id,
        nodeId,
        version,
        enforcement: enforcementOf(nodeId),
        amount: segment.amount.toString(),
        limit: (nodes.get(nodeId)?.granted ?? segment.amount).toString(),
        eligiblePurposes: [...segment.eligiblePurposes],
      })),
      programmes: programmes.map(({ id, version, terms: programme }) => ({
        ...programme,
        id,
        agreementId,
        version,
        reservedQuota: programme.reservedQuota?.toString() ?? null,
      })),
    };
  },
});

export const agreementHistory = query({
  name: 'credit.agreement-history',
  title: { zh: '协议变更记录', en: 'History of a park agreement' },
  permission: 'credit:read',
  input: z.strictObject({ agreementId: IdInput('agr') }),
  output: z.object({
    items: z.array(
      z.object({
        subjectId: IdText,
        kind: z.enum(['AGREEMENT', 'SEGMENT', 'PROGRAMME']),
        version: z.number().int(),
        change: z.enum(['OPENED', 'AMENDED', 'RENEWED', 'ENDED']),
        terms: z.record(z.string(), z.unknown()),
        valueOn: DayText,
        recordedAt: InstantText,
        reason: z.string(),
        operationId: IdText,
      }),
    ),
  }),
  async run({ tx }, { agreementId }) {
    await agreementSeen(tx, agreementId);
    const items = await termsHistory(tx, agreementId);
    return {
      items: items.map(({ agreementId: _above, recordedAt, ...one }) => ({
        ...one,
        recordedAt: recordedAt.toISOString(),
      })),
    };
  },
});
