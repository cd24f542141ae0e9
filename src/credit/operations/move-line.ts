/**
 * Puts a line with its use into another segment of its agreement (调整分类), always by two persons:
 * its node goes below that of the segment and its row follows, or nothing happens. Another
 * agreement would need another approval, which is a new line.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { moveNode, readNodes } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { agreementRefusals } from '../agreement-refusals.ts';
import { lineRefusals as no } from '../line-refusals.ts';
import { expectLineVersion } from '../share-amount.ts';
import { creditRefusals } from '../refusals.ts';
import { putIntoSegment } from '../store-line-moves.ts';
import type { RenewedLine } from '../store-renewals.ts';
import { lockLineById } from '../store-renewals.ts';
import { segmentsById } from '../store-terms.ts';

const input = z.strictObject({
  lineId: IdInput('line'),
  segmentId: IdInput('seg'),
  reason: ReasonInput,
});
type Input = z.output<typeof input>;

/** Throws `line-missing` or `version-stale`. */
async function lineToMove(context: Context, item: Item<Input>): Promise<RenewedLine> {
  const { lineId } = item.input;
  const line = await lockLineById(context.tx, lineId);
  const { organisationId, scope } = item.actor;
  const own = line && (line.ownerId === organisationId || scope.zones === '*');
  if (!own) throw new Failure(creditRefusals['line-missing'], { lineId });
  context.concern(item, line.zoneId);
  // Not locked here: the move locks the nodes of both paths in the order of everybody.
  const node = (await readNodes(context.tx, [line.nodeId])).get(line.nodeId);
  if (!node) throw new Error(`${lineId} has lost its limit.`);
  await expectLineVersion(context, item, line.id, node);
  return line;
}

/** The node of the segment. Throws why the line cannot go there. */
async function placeFor({ tx }: Context, line: RenewedLine, segmentId: string): Promise<string> {
  const { id: lineId, parentLineId, agreementId } = line;
  const segment = (await segmentsById(tx, [segmentId])).get(segmentId);
  if (!segment) throw new Failure(creditRefusals['segment-missing'], { segmentId });
  if (parentLineId !== null) throw new Failure(no['move-of-sub-line'], { lineId, parentLineId });
  if (segment.agreementId !== agreementId) {
    throw new Failure(no['segment-other-agreement'], { segmentId, agreementId });
  }
  if (segmentId === line.segmentId) throw new Failure(no['segment-same'], { lineId, segmentId });
  if (segment.endedOn !== null) {
    const { endedOn } = segment;
    throw new Failure(agreementRefusals['agreement-ended'], { agreementId, endedOn });
  }
  return segment.nodeId;
}

export const moveLine = operation({
  name: 'credit.move-line',
  title: { zh: '调整授信分类', en: 'Put a line into another segment' },
  permission: 'credit:line-open',
  approval: { always: true, permission: 'credit:approve' },
  versioned: true,
  input,
  output: z.object({
    lineId: IdText,
    segmentId: IdText,
    fromId: IdText,
    /** What went with it. */
    outstanding: MoneyText,
    reserved: MoneyText,
  }),
  async run(context, item) {
    const { segmentId, reason } = item.input;
    const { tx, now, today } = context;
    const line = await lineToMove(context, item);
    const { id: lineId, nodeId, zoneId, ownerId, segmentId: fromId } = line;
    const parentId = await placeFor(context, line, segmentId);
    const { scope } = item.actor;
    const cause = { now, today, reason, operationId: item.operationId, scope };
    const { outstanding, reserved } = await moveNode(tx, { nodeId, parentId }, cause);
    await putIntoSegment(tx, lineId, segmentId);
    const payload = { from: fromId, to: segmentId, outstanding, reserved, reason };
    context.emit(item, {
      name: 'credit.line-moved',
      zoneId,
      ownerId,
      subjectId: lineId,
      payload,
    });
    return {
      lineId,
      segmentId,
      fromId,
      outstanding: outstanding.toString(),
      reserved: reserved.toString(),
    };
  },
});
