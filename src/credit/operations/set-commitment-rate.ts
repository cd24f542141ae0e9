/**
 * Agrees the rate of a line's commitment fee from a day on (调整承诺费率); zero ends the fee. The day
 * may lie in the past: what was billed since is adjusted by the next bill.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, Rate } from '../../kernel/index.ts';
import { readNodes } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  RateInput,
  ReasonInput,
} from '../../platform/schemas.ts';
import { feeRefusals as no } from '../fee-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import {
  addFeeRates,
  feeRatesOf,
  lockAccountOf,
  openFeeAccounts,
  saveLineFeeRate,
} from '../store-fee-accounts.ts';
import type { RenewedLine } from '../store-renewals.ts';
import { lockLineById } from '../store-renewals.ts';

const input = z.strictObject({
  lineId: IdInput('line'),
  from: DayInput,
  rateAnnual: RateInput,
  reason: ReasonInput,
});
type Input = z.output<typeof input>;

/** The line under its lock; throws why no rate of that day can be agreed on it. */
async function lineToRate(
  context: Context,
  item: Item<Input>,
): Promise<{ readonly line: RenewedLine; readonly startsOn: Day }> {
  const { tx, today } = context;
  const { lineId, from } = item.input;
  const line = await lockLineById(tx, lineId);
  if (!line) throw new Failure(creditRefusals['line-missing'], { lineId });
  context.concern(item, line.zoneId);
  const { parentLineId, nodeId } = line;
  if (parentLineId !== null) throw new Failure(no['fee-of-sub-line'], { lineId, parentLineId });
  if (from > today) {
    throw new Failure(creditRefusals['value-day-in-future'], { valueOn: from, today });
  }
  const node = (await readNodes(tx, [nodeId])).get(nodeId);
  if (!node) throw new Error(`${lineId} has lost its limit.`);
  const { startsOn } = node;
  if (from < startsOn) throw new Failure(no['fee-rate-before-line'], { from, startsOn });
  return { line, startsOn };
}

async function run(context: Context, item: Item<Input>) {
  const { tx, now } = context;
  const { operationId } = item;
  const { from, rateAnnual, reason } = item.input;
  const { line, startsOn } = await lineToRate(context, item);
  const { id: lineId, zoneId, ownerId } = line;
  const hasAccount = await lockAccountOf(tx, lineId);
  const rates = (await feeRatesOf(tx, [lineId])).get(lineId) ?? [];
  const before = rates.findLast((one) => one.from <= from)?.rateAnnual ?? Rate.zero;
  if (before.compare(rateAnnual) === 0) {
    throw new Failure(no['fee-rate-same'], { from, rateAnnual: before });
  }
  const number = (rates.find((one) => one.from === from)?.no ?? 0) + 1;
  const agreed = [{ lineId, zoneId, ownerId, from, rateAnnual, no: number, reason, operationId }];
  // From its first night, so that a rate of an earlier day finds every night in some bill.
  if (!hasAccount) openFeeAccounts(tx, [{ lineId, zoneId, ownerId, startsOn }]);
  addFeeRates(tx, agreed, now);
  const isLatest = rates.every((one) => one.from <= from);
  if (isLatest) saveLineFeeRate(tx, lineId, rateAnnual);
  const payload = { from, rateAnnual, reason };
  const name = 'credit.commitment-rate-set';
  context.emit(item, { name, zoneId, ownerId, subjectId: lineId, payload });
  return { lineId, from, rateAnnual: rateAnnual.toString() };
}

export const setCommitmentRate = operation({
  name: 'credit.set-commitment-rate',
  title: { zh: '调整承诺费率', en: 'Agree the rate of a commitment fee' },
  permission: 'credit:line-open',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ lineId: IdText, from: DayText, rateAnnual: z.string() }),
  run,
});
