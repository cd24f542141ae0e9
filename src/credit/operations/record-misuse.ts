/**
 * Records that principal was put to another use than agreed (挪用): from that day it bears the misuse
 * rate until it is cleared — the heavier of misuse and overdue, never both — and the class of the
 * loan is at once as bad as the rule asks.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, newId } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
  ReasonInput,
} from '../../platform/schemas.ts';
import { classifyAtOnce } from '../classify-at-once.ts';
import type { LockedLoan } from '../loan-change.ts';
import { lockOpenLoan, replayLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import { penaltyRate } from '../rules/penalty.ts';
import { addMisuse } from '../store-loan-findings.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  from: DayInput,
  amount: PositiveAmountInput,
  reason: ReasonInput,
});
type Input = z.output<typeof input>;

function refuse({ drawdown, loan }: LockedLoan, one: Input, today: Day): Failure | undefined {
  const { from, amount } = one;
  if (from > today) {
    return new Failure(creditRefusals['value-day-in-future'], { valueOn: from, today });
  }
  if (from < drawdown.valueOn) {
    const facts = { valueOn: from, drawnOn: drawdown.valueOn };
    return new Failure(creditRefusals['value-day-before-drawdown'], facts);
  }
  const before = loan.misuses.find(({ to }) => to === null || to > from);
  if (before) return new Failure(no['misuse-open'], { misuseId: before.id, from: before.from });
  if (amount.atMost(drawdown.outstanding)) return undefined;
  const facts = { outstanding: drawdown.outstanding, requested: amount };
  return new Failure(no['misuse-above-debt'], facts);
}

async function run(context: Context, item: Item<Input>) {
  const { tx, now: at, today } = context;
  const { operationId } = item;
  const { drawdownId, from, amount, reason } = item.input;
  const locked = await lockOpenLoan(context, item, drawdownId);
  const refusal = refuse(locked, item.input, today);
  if (refusal) throw refusal;
  const { drawdown, loan } = locked;
  const id = newId('mis');
  const markup = loan.terms.misuseMarkup;
  addMisuse(tx, drawdown, { id, from, amount, markup, reason, operationId, at });
  const misuses = [...loan.misuses, { id, from, amount, to: null }];
  const facts = { misuses };
  const change = { on: from, sourceId: drawdownId, facts, owesAgain: 'rate' as const };
  await replayLoan(context, item, locked, change);
  await classifyAtOnce(context, item, drawdown);
  const { zoneId, ownerId } = drawdown;
  const payload = { misuseId: id, from, amount, reason };
  const name = 'credit.misuse-recorded';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  const inForce = loan.rates.findLast((one) => one.from <= from)?.rate;
  if (!inForce) throw new Error('A loan has no rate.');
  return {
    misuseId: id,
    drawdownId,
    amount: amount.toString(),
    misuseRate: penaltyRate(inForce, markup).toString(),
  };
}

export const recordMisuse = operation({
  name: 'credit.record-misuse',
  title: { zh: '登记挪用', en: 'Record the misuse of a loan' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({
    misuseId: IdText,
    drawdownId: IdText,
    amount: MoneyText,
    /** The whole rate that the money bears, in the place of the contract rate. */
    misuseRate: z.string(),
  }),
  run,
});
