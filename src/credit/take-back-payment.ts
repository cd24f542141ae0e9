/**
 * Takes back a payment of a loan with terms: the loan is replayed without it, like any back-dated
 * change. What was decided since because of it stands in the way.
 */
import { Failure, Money } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { fallingCorrections, undoCorrections } from './class-corrections.ts';
import { classifyAtOnce } from './classify-at-once.ts';
import type { LockedLoan } from './loan-change.ts';
import { factsOf, replayLoan } from './loan-change.ts';
import { loanRefusals as no } from './loan-refusals.ts';
import { paidNormally } from './paid-normally.ts';
import { standOf } from './rules/loan-stand.ts';
import { markPaymentReversed } from './store-loan-facts.ts';
import { findingsOf, paymentReversedBy } from './store-take-backs.ts';
import { dependedOn } from './take-back.ts';

/** An extension or a finding that would not have been, without the payment. */
async function demandNothingDepends(
  { tx }: Context,
  locked: LockedLoan,
  without: LockedLoan,
): Promise<void> {
  const { drawdown, loan } = locked;
  for (const { kind, on } of loan.reschedules) {
    if (kind !== 'EXTENSION') continue;
    const overdue = ({ loan: facts }: LockedLoan): boolean =>
      standOf(factsOf(facts, drawdown), on).overdueSince !== null;
    if (overdue(without) && !overdue(locked)) throw dependedOn('extension', { agreedOn: on });
  }
  for (const finding of await findingsOf(tx, drawdown.id)) {
    const { id, curedOn, foundOn, served, reversedBy, factsCorrected } = finding;
    if (served || reversedBy !== null || factsCorrected) continue;
    const normally = (one: LockedLoan): boolean => paidNormally(one, curedOn, foundOn);
    if (normally(locked) && !normally(without)) throw dependedOn('finding', { findingId: id });
  }
}

/** @returns what the loan owes after it; throws what stands in the way. */
export async function takeBackPayment(
  context: Context,
  item: Item<unknown>,
  locked: LockedLoan,
  paymentId: string,
): Promise<{ readonly amount: Money; readonly outstanding: Money }> {
  const { tx } = context;
  const { operationId } = item;
  const { drawdown, loan } = locked;
  const { id: drawdownId } = drawdown;
  const payment = loan.payments.find(({ id }) => id === paymentId);
  if (!payment) {
    const by = await paymentReversedBy(tx, drawdownId, paymentId);
    if (by === undefined) throw new Failure(no['repayment-missing'], { repaymentId: paymentId });
    throw new Failure(no['repayment-reversed'], { repaymentId: paymentId });
  }
  const { state } = loan;
  if (state === 'WRITTEN_OFF') throw dependedOn('write-off', { drawdownId });
  if (state === 'REVERSED') throw new Failure(no['loan-closed'], { drawdownId, state });
  const payments = loan.payments.filter((one) => one !== payment);
  const without = { drawdown, loan: { ...loan, payments } };
  await demandNothingDepends(context, locked, without);
  const falling = await fallingCorrections(context, without);
  markPaymentReversed(tx, paymentId, operationId);
  const { on, amount } = payment;
  const change = { on, sourceId: paymentId, facts: { payments }, owesAgain: 'payment' as const };
  const { outstanding } = await replayLoan(context, item, locked, change);
  // First: a day has one class, and days past due alone would not hold the loan once it is paid.
  await undoCorrections(context, item, falling);
  await classifyAtOnce(context, item, drawdown);
  return { amount, outstanding };
}
