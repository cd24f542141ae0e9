/**
 * Renews a loan without repayment (无还本续贷): a new drawdown settles the old one in one transaction
 * and through the limits, under the same line or the one that takes over from it. No money moves,
 * and at no instant is the debt counted twice.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, Money, daysBetween, isFailure, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import { takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { recordPrincipalRepaid } from '../../risk-pool/index.ts';
import { renewalRefusals as no } from '../demand-refusals.ts';
import type { Drawdown } from '../model.ts';
import { renewal2024 as pack, renewalFindings, renewalSizes } from '../packs/renewal-2024.ts';
import type { Repaid } from '../postings.ts';
import { drawdownJournal, repaymentJournal } from '../postings.ts';
import { creditRefusals } from '../refusals.ts';
import { refuseDueDay } from '../refuse-due-day.ts';
import type { RenewalBorrowing } from '../rules/renewal.ts';
import { borrowingOf } from '../rules/renewal.ts';
import { predecessorsOf, shareAmount } from '../share-amount.ts';
import {
  insertDrawdownRows,
  insertRepaymentRows,
  lockDrawdownsById,
  saveDrawdowns,
} from '../store-loans.ts';
import type { RenewedLine } from '../store-renewals.ts';
import { addLoanRenewal, lockLineById } from '../store-renewals.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  /** The line of the new drawdown; that of the old one when left out. */
  lineId: IdInput('line').optional(),
  valueOn: DayInput,
  dueOn: DayInput,
  size: z.enum(renewalSizes),
  /** What was found of the firm; a renewal that lacks one does not qualify. */
  findings: z.array(z.enum(renewalFindings)).max(20),
  reason: ReasonInput,
});
type Input = z.output<typeof input>;

interface Renewing {
  readonly before: Drawdown;
  readonly after: Drawdown;
  readonly line: RenewedLine;
  readonly repaid: Repaid;
}

function refuse(before: Drawdown, { valueOn, dueOn }: Input, today: Day): Failure | undefined {
  const { id: drawdownId, state } = before;
  if (valueOn > today) {
    return new Failure(creditRefusals['value-day-in-future'], { valueOn, today });
  }
  if (valueOn < before.valueOn) {
    const drawnOn = before.valueOn;
    return new Failure(creditRefusals['value-day-before-drawdown'], { valueOn, drawnOn });
  }
  const tooFar = refuseDueDay(valueOn, dueOn);
  if (tooFar) return tooFar;
  if (state === 'REPAID' || state === 'REVERSED') {
    return new Failure(creditRefusals['drawdown-settled'], { drawdownId });
  }
  if (state === 'NPL') return new Failure(creditRefusals['drawdown-defaulted'], { drawdownId });
  if (before.scheduled === true) {
    return new Failure(no['loan-has-schedule'], { drawdownId });
  }
  return undefined;
}

/** The loan before and after; throws what refuses it. */
async function renewing(context: Context, item: Item<Input>): Promise<Renewing> {
  const { drawdownId, valueOn, dueOn } = item.input;
  const before = (await lockDrawdownsById(context.tx, [drawdownId])).get(drawdownId);
  const { organisationId, scope } = item.actor;
  const own = before && (before.ownerId === organisationId || scope.zones === '*');
  if (!own) throw new Failure(creditRefusals['drawdown-missing'], { drawdownId });
  context.concern(item, before.zoneId);
  const { version, state } = before;
  if (item.expectedVersion !== undefined && item.expectedVersion !== version) {
    throw new Failure(creditRefusals['version-stale'], { drawdownId, version, state });
  }
  const lineId = item.input.lineId ?? before.lineId;
  const line = await lockLineById(context.tx, lineId);
  if (!line) throw new Failure(creditRefusals['line-missing'], { lineId });
  const refusal = refuse(before, item.input, context.today);
  if (refusal) throw refusal;
  if (line.enterpriseId !== before.enterpriseId || line.ownerId !== before.ownerId) {
    throw new Failure(no['renewal-other-firm'], { lineId, drawdownId });
  }
  const { operationId } = item;
  const principal = before.outstanding;
  const after: Drawdown = {
    ...before,
    id: newId('draw'),
    lineId: line.id,
    nodeId: line.nodeId,
    amount: principal,
    outstanding: principal,
    valueOn,
    dueOn,
    state: 'DISBURSED',
    reservationId: undefined,
    enrolmentId: undefined,
    operationId,
    version: 1,
  };
  const id = newId('rep');
  const repaid = { id, drawdown: before, principal, interest: Money.zero, valueOn, operationId };
  return { before, after, line, repaid };
}

/** The old debt leaves and the new one comes, in this order; throws what a limit refuses. */
async function moveLimits(context: Context, item: Item<Input>, one: Renewing): Promise<void> {
  const { before, after, line, repaid } = one;
  const { valueOn, dueOn } = item.input;
  const predecessors = await predecessorsOf(context, line);
  if (line.renewedAmount && predecessors.some(({ id }) => id === before.lineId)) {
    const moving = { lineId: before.lineId, amount: repaid.principal };
    const shared = { granted: line.renewedAmount, moving, since: valueOn };
    await shareAmount(context, item, { predecessors, successor: line, ...shared });
  }
  const { operationId } = item;
  const amount = repaid.principal;
  const tenorDays = daysBetween(before.valueOn, before.dueOn);
  const leave = { kind: 'repay' as const, nodeId: before.nodeId, amount, valueOn, tenorDays };
  const come = {
    kind: 'draw' as const,
    nodeId: after.nodeId,
    amount,
    valueOn,
    tenorDays: daysBetween(valueOn, dueOn),
  };
  const taken = await takeLimits(
    context.tx,
    [
      { step: leave, sourceId: repaid.id, operationId },
      { step: come, sourceId: after.id, operationId },
    ],
    context,
  );
  const refusal = taken.find(isFailure);
  if (refusal) throw refusal;
}

async function write(
  context: Context,
  item: Item<Input>,
  { before, after, repaid }: Renewing,
  borrowing: RenewalBorrowing,
): Promise<void> {
  const { tx, now } = context;
  insertDrawdownRows(tx, [after], now);
  saveDrawdowns(tx, [{ ...before, outstanding: Money.zero, state: 'REPAID' }]);
  insertRepaymentRows(tx, [repaid], now);
  await post(tx, [repaymentJournal(repaid), drawdownJournal(after)], now);
  const { zoneId, ownerId, operationId } = after;
  const { size, findings, reason, valueOn } = item.input;
  await addLoanRenewal(tx, {
    id: newId('lrn'),
    zoneId,
    ownerId,
    oldDrawdownId: before.id,
    newDrawdownId: after.id,
    amount: after.amount,
    size,
    findings,
    borrowing,
    pack: `${pack.scheme}/${pack.version}`,
    reason,
    valueOn,
    operationId,
  });
}

export const renewLoanWithoutRepayment = operation({
  name: 'credit.renew-loan-without-repayment',
  title: { zh: '无还本续贷', en: 'Renew a loan without repayment' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  versioned: true,
  input,
  output: z.object({
    drawdownId: IdText,
    settledDrawdownId: IdText,
    amount: MoneyText,
    borrowing: z.string(),
  }),
  async run(context, item) {
    const one = await renewing(context, item);
    const { before, after, repaid } = one;
    const { size, findings, valueOn, reason } = item.input;
    const borrowing = borrowingOf({ size, findings, on: valueOn }, pack.parameters);
    context.quote(item, {
      pack: pack.scheme,
      version: String(pack.version),
      clause: borrowing === 'qualifying-renewal' ? 'findings' : 'sizes',
    });
    const { enrolmentId } = before;
    if (enrolmentId !== undefined) {
      const pooled = { item, enrolmentId, amount: repaid.principal, valueOn };
      await recordPrincipalRepaid(context, [pooled]);
    }
    await moveLimits(context, item, one);
    await write(context, item, one, borrowing);
    const { zoneId, ownerId, id: subjectId, amount } = after;
    const payload = { settled: before.id, amount, borrowing, reason };
    context.emit(item, { name: 'credit.loan-renewed', zoneId, ownerId, subjectId, payload });
    return {
      drawdownId: after.id,
      settledDrawdownId: before.id,
      amount: amount.toString(),
      borrowing,
    };
  },
});
