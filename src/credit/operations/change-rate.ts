/**
 * Changes the rate of a loan from a day on (利率调整). The day may lie in the past: what followed is
 * replayed, and interest that fell due since is corrected by a posting of the difference.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  MoneyText,
  ReasonInput,
} from '../../platform/schemas.ts';
import { lockOpenLoan, replayLoan } from '../loan-change.ts';
import { loanRefusals } from '../loan-refusals.ts';
import { creditRefusals as no } from '../refusals.ts';
import { withRates } from '../rules/repricing.ts';
import { insertRateRows } from '../store-loan-facts.ts';
import { LoanRateInput } from '../schedule-input.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  from: DayInput,
  rateAnnual: LoanRateInput,
  reason: ReasonInput,
});

const output = z.object({
  drawdownId: IdText,
  from: DayText,
  rateAnnual: z.string(),
  /** Principal that earlier payments repay more of; negative: that they had to leave owed. */
  principalRepaid: MoneyText,
  outstanding: MoneyText,
});

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { drawdownId, from, rateAnnual, reason } = item.input;
  const locked = await lockOpenLoan(context, item, drawdownId);
  const { drawdown, loan } = locked;
  const { today, tx, now } = context;
  if (from > today) throw new Failure(no['value-day-in-future'], { valueOn: from, today });
  if (from <= drawdown.valueOn) {
    throw new Failure(no['value-day-before-drawdown'], {
      valueOn: from,
      drawnOn: drawdown.valueOn,
    });
  }
  if (loan.rates.some((one) => one.from === from)) {
    throw new Failure(loanRefusals['rate-same-day'], { from });
  }
  const rate = { from, rate: rateAnnual, kind: 'PERSON' as const };
  const { operationId } = item;
  insertRateRows(tx, drawdown, [rate], { reason, operationId, at: now });
  const rates = withRates(loan.rates, [rate]);
  const change = { on: from, sourceId: drawdownId, facts: { rates }, owesAgain: 'rate' as const };
  const changed = await replayLoan(context, item, locked, change);
  context.emit(item, {
    name: 'credit.loan-rate-changed',
    zoneId: drawdown.zoneId,
    ownerId: drawdown.ownerId,
    subjectId: drawdownId,
    payload: { from, rateAnnual, reason },
  });
  return {
    drawdownId,
    from,
    rateAnnual: rateAnnual.toString(),
    principalRepaid: changed.change.principal.toString(),
    outstanding: changed.outstanding.toString(),
  };
}

export const changeRate = operation({
  name: 'credit.change-rate',
  title: { zh: '调整贷款利率', en: 'Change the rate of a loan' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output,
  run,
});
