/**
 * Books what comes in on a loan that was written off (核销后收回): principal first, which gives the
 * limit back, then the interest of the claim. More than the claim is refused.
 */
import { z } from 'zod';
import { Failure, Money, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
} from '../../platform/schemas.ts';
import { recordPrincipalRepaid } from '../../risk-pool/index.ts';
import { giveBack } from '../give-back.ts';
import { lockLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import type { Repaid } from '../postings.ts';
import { recoveredJournal } from '../postings.ts';
import { creditRefusals } from '../refusals.ts';
import { insertRepaymentRows, saveDrawdowns } from '../store-loans.ts';
import { lockWriteOffOf, saveRecovery } from '../store-write-offs.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  amount: PositiveAmountInput,
  valueOn: DayInput,
});

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, now, today } = context;
  const { operationId } = item;
  const { drawdownId, amount, valueOn } = item.input;
  const { drawdown } = await lockLoan(context, item, drawdownId);
  const writeOff = await lockWriteOffOf(tx, drawdownId);
  if (!writeOff) throw new Failure(no['not-written-off'], { drawdownId });
  if (valueOn > today) throw new Failure(creditRefusals['value-day-in-future'], { valueOn, today });
  if (valueOn < writeOff.on) {
    throw new Failure(no['recovery-before-write-off'], { valueOn, writtenOffOn: writeOff.on });
  }
  const principal = Money.min(amount, drawdown.outstanding);
  const interest = amount.minus(principal);
  const interestLeft = writeOff.interest.minus(writeOff.recoveredInterest);
  const shortBy = interest.minus(interestLeft);
  if (shortBy.isPositive()) {
    const claim = drawdown.outstanding.plus(interestLeft);
    throw new Failure(no['recovery-above-claim'], { claim, requested: amount, shortBy });
  }
  saveRecovery(
    tx,
    writeOff.id,
    writeOff.recoveredPrincipal.plus(principal),
    writeOff.recoveredInterest.plus(interest),
  );
  const outstanding = drawdown.outstanding.minus(principal);
  saveDrawdowns(tx, [{ ...drawdown, outstanding }]);
  const repaid: Repaid = { id: newId('rep'), drawdown, principal, interest, valueOn, operationId };
  insertRepaymentRows(tx, [repaid], now);
  const { enrolmentId, zoneId, ownerId } = drawdown;
  if (enrolmentId !== undefined && principal.isPositive()) {
    await recordPrincipalRepaid(context, [{ item, enrolmentId, amount: principal, valueOn }]);
  }
  await giveBack(context, [repaid]);
  await post(tx, [recoveredJournal(repaid)], now);
  const payload = { repaymentId: repaid.id, principal, interest, valueOn };
  const name = 'credit.written-off-recovered';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return {
    repaymentId: repaid.id,
    drawdownId,
    principal: principal.toString(),
    interest: interest.toString(),
    claimLeft: outstanding.plus(interestLeft).minus(interest).toString(),
  };
}

export const recoverWrittenOff = operation({
  name: 'credit.recover-written-off',
  title: { zh: '核销后收回', en: 'Recover a loan that was written off' },
  permission: 'credit:repay',
  input,
  output: z.object({
    repaymentId: IdText,
    drawdownId: IdText,
    principal: MoneyText,
    interest: MoneyText,
    claimLeft: MoneyText,
  }),
  run,
});
