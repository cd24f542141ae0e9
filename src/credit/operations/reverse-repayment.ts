/**
 * Takes back a repayment that was recorded wrongly (冲销还款), as of its own value day: of a loan with
 * terms, of a drawdown without (or before) them, or a recovery of what was written off. The debt is
 * owed again, so pool and limits must have room for it.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import type { Money } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, MoneyText, ReasonInput } from '../../platform/schemas.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import type { Loan } from '../model-loans.ts';
import type { Drawdown } from '../model.ts';
import type { Repaid } from '../postings.ts';
import { recoveredJournal, repaymentJournal } from '../postings.ts';
import { creditRefusals } from '../refusals.ts';
import { lockLoanById } from '../store-loan-facts.ts';
import { lockDrawdownsById } from '../store-loans.ts';
import type { StoredRepayment } from '../store-take-backs.ts';
import { renewedBy, repaymentsOf } from '../store-take-backs.ts';
import { lockWriteOffOf, saveRecovery } from '../store-write-offs.ts';
import { dependedOn, takeBack } from '../take-back.ts';
import { takeBackPayment } from '../take-back-payment.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  /** Of a repayment, a recovery, or a payment of a loan with terms. */
  repaymentId: IdInput('rep'),
  reason: ReasonInput,
});

async function demandRepayment(
  { tx }: Context,
  { id }: Drawdown,
  repaymentId: string,
): Promise<StoredRepayment> {
  const all = await repaymentsOf(tx, id);
  const found = all.find((one) => one.id === repaymentId && one.reverses === null);
  if (!found) throw new Failure(no['repayment-missing'], { repaymentId });
  if (all.some(({ reverses }) => reverses === repaymentId)) {
    throw new Failure(no['repayment-reversed'], { repaymentId });
  }
  return found;
}

interface Undone {
  readonly amount: Money;
  readonly outstanding: Money;
}

/** Of a loan written off, what came in on the claim; what a replay wrote before that is no fact. */
async function takeBackRecovery(
  context: Context,
  item: Item<unknown>,
  drawdown: Drawdown,
  repaymentId: string,
): Promise<Undone> {
  const { tx, now } = context;
  const repaid = await demandRepayment(context, drawdown, repaymentId);
  const writeOff = repaid.isRecovery ? await lockWriteOffOf(tx, drawdown.id) : undefined;
  if (!writeOff) throw new Failure(no['repayment-missing'], { repaymentId: repaid.id });
  const { principal, interest, valueOn } = repaid;
  saveRecovery(
    tx,
    writeOff.id,
    writeOff.recoveredPrincipal.minus(principal),
    writeOff.recoveredInterest.minus(interest),
  );
  const given = { drawdown, principal, interest, valueOn, reverses: repaid.id };
  const back = await takeBack(context, item, given);
  await post(tx, [recoveredJournal(back)], now);
  return undone(drawdown, back);
}

async function takeBackPlain(
  context: Context,
  item: Item<unknown>,
  drawdown: Drawdown,
  reverses: string,
): Promise<Undone> {
  const { tx, now } = context;
  const { principal, interest, valueOn } = await demandRepayment(context, drawdown, reverses);
  const newDrawdownId = await renewedBy(tx, drawdown.id);
  if (newDrawdownId !== undefined) throw dependedOn('renewal', { newDrawdownId });
  const back = await takeBack(context, item, { drawdown, principal, interest, valueOn, reverses });
  await post(tx, [repaymentJournal(back)], now);
  return undone(drawdown, back);
}

const undone = ({ outstanding }: Drawdown, { principal, interest }: Repaid): Undone => ({
  amount: principal.plus(interest).negated(),
  outstanding: outstanding.minus(principal),
});

/** Interest paid before the terms were agreed is no payment of the loan. */
async function takeBackFrom(
  context: Context,
  item: Item<unknown>,
  { drawdown, loan }: { readonly drawdown: Drawdown; readonly loan: Loan | undefined },
  repaymentId: string,
): Promise<Undone> {
  if (!loan) return takeBackPlain(context, item, drawdown, repaymentId);
  const isPayment = loan.payments.some(({ id }) => id === repaymentId);
  if (!isPayment) {
    const all = await repaymentsOf(context.tx, drawdown.id);
    const isPlain = all.some(({ id, isBeforeTerms }) => id === repaymentId && isBeforeTerms);
    if (isPlain) return takeBackPlain(context, item, drawdown, repaymentId);
    if (loan.state === 'WRITTEN_OFF') return takeBackRecovery(context, item, drawdown, repaymentId);
  }
  return takeBackPayment(context, item, { drawdown, loan }, repaymentId);
}

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { drawdownId, repaymentId, reason } = item.input;
  const drawdown = (await lockDrawdownsById(context.tx, [drawdownId])).get(drawdownId);
  if (!drawdown) throw new Failure(creditRefusals['drawdown-missing'], { drawdownId });
  context.concern(item, drawdown.zoneId);
  const loan = await lockLoanById(context.tx, drawdownId);
  const { amount, outstanding } = await takeBackFrom(
    context,
    item,
    { drawdown, loan },
    repaymentId,
  );
  const { zoneId, ownerId } = drawdown;
  const payload = { repaymentId, amount, reason };
  const name = 'credit.repayment-reversed';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return {
    repaymentId,
    drawdownId,
    amount: amount.toString(),
    outstanding: outstanding.toString(),
  };
}

export const reverseRepayment = operation({
  name: 'credit.reverse-repayment',
  title: { zh: '冲销还款', en: 'Reverse a repayment' },
  permission: 'credit:repay',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({
    repaymentId: IdText,
    drawdownId: IdText,
    amount: MoneyText,
    outstanding: MoneyText,
  }),
  run,
});
