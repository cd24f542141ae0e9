/**
 * Books a repayment (还款). Principal lowers the debt and gives a revolving limit back; interest is
 * kept apart and frees nothing. A frozen or expired line still takes repayments.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, Money, newId, sentence } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import {
  AmountInput,
  CurrencyInput,
  DayInput,
  IdInput,
  IdText,
  MoneyText,
} from '../../platform/schemas.ts';
import { recordPrincipalRepaid } from '../../risk-pool/index.ts';
import { giveBack } from '../give-back.ts';
import { loanRefusals } from '../loan-refusals.ts';
import type { Drawdown } from '../model.ts';
import type { Repaid } from '../postings.ts';
import { repaymentJournal } from '../postings.ts';
import { creditRefusals as no } from '../refusals.ts';
import { insertRepaymentRows, lockDrawdownsById, saveDrawdowns } from '../store-loans.ts';

const input = z
  .strictObject({
    drawdownId: IdInput('draw'),
    principal: AmountInput,
    interest: AmountInput.default(Money.zero),
    currency: CurrencyInput,
    valueOn: DayInput,
  })
  .refine((one) => one.principal.isPositive() || one.interest.isPositive(), {
    message: sentence('本金与利息均为零', 'principal and interest are both zero'),
  });
type Input = z.output<typeof input>;

const output = z.object({
  repaymentId: IdText,
  drawdownId: IdText,
  outstanding: MoneyText,
  state: z.string(),
});

function refuse(drawdown: Drawdown | undefined, one: Input, today: Day): Failure | undefined {
  if (!drawdown) return new Failure(no['drawdown-missing'], { drawdownId: one.drawdownId });
  if (one.valueOn > today) {
    return new Failure(no['value-day-in-future'], { valueOn: one.valueOn, today });
  }
  if (one.valueOn < drawdown.valueOn) {
    return new Failure(no['value-day-before-drawdown'], {
      valueOn: one.valueOn,
      drawnOn: drawdown.valueOn,
    });
  }
  if (drawdown.state === 'REVERSED') {
    return new Failure(no['drawdown-reversed'], { drawdownId: drawdown.id });
  }
  if (drawdown.state === 'REPAID') {
    return new Failure(no['drawdown-settled'], { drawdownId: drawdown.id });
  }
  if (drawdown.scheduled === true) {
    return new Failure(loanRefusals['loan-scheduled'], { drawdownId: drawdown.id });
  }
  if (one.principal.moreThan(drawdown.outstanding)) {
    return new Failure(no['repayment-exceeds-debt'], {
      outstanding: drawdown.outstanding,
      requested: one.principal,
      shortBy: one.principal.minus(drawdown.outstanding),
    });
  }
  return undefined;
}

/** The drawdown after the principal came back; a bad loan stays bad until it is settled. */
function after(drawdown: Drawdown, principal: Money): Drawdown {
  const outstanding = drawdown.outstanding.minus(principal);
  if (outstanding.isZero()) return { ...drawdown, outstanding, state: 'REPAID' };
  const state = drawdown.state === 'NPL' || principal.isZero() ? drawdown.state : 'PARTLY_REPAID';
  return { ...drawdown, outstanding, state };
}

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(z.output<typeof output> | Failure)[]> {
  const ids = items.map((item) => item.input.drawdownId);
  const drawdowns = await lockDrawdownsById(context.tx, ids);
  const repaid: Repaid[] = [];
  const answers = items.map((item) => {
    const { drawdownId, principal, interest, valueOn } = item.input;
    const drawdown = drawdowns.get(drawdownId);
    if (drawdown) context.concern(item, drawdown.zoneId);
    const refusal = refuse(drawdown, item.input, context.today);
    if (refusal || !drawdown) return refusal ?? new Failure(no['drawdown-missing']);
    const next = after(drawdown, principal);
    drawdowns.set(drawdownId, next);
    const { operationId } = item;
    const one: Repaid = { id: newId('rep'), drawdown, principal, interest, valueOn, operationId };
    repaid.push(one);
    context.emit(item, {
      name: 'credit.loan-repaid',
      zoneId: drawdown.zoneId,
      ownerId: drawdown.ownerId,
      subjectId: drawdownId,
      payload: { repaymentId: one.id, principal, interest, valueOn },
    });
    return {
      repaymentId: one.id,
      drawdownId,
      outstanding: next.outstanding.toString(),
      state: next.state,
    };
  });
  const touched = new Set(repaid.map((one) => one.drawdown.id));
  saveDrawdowns(
    context.tx,
    [...drawdowns.values()].filter((drawdown) => touched.has(drawdown.id)),
  );
  insertRepaymentRows(context.tx, repaid, context.now);
  await recordPrincipalRepaid(
    context,
    repaid.flatMap((one) =>
      one.drawdown.enrolmentId === undefined || one.principal.isZero()
        ? []
        : [
            {
              item: items.find((item) => item.operationId === one.operationId) as Item<Input>,
              enrolmentId: one.drawdown.enrolmentId,
              amount: one.principal,
              valueOn: one.valueOn,
            },
          ],
    ),
  );
  await giveBack(context, repaid);
  await post(context.tx, repaid.map(repaymentJournal), context.now);
  return answers;
}

export const repay = hotOperation({
  name: 'credit.repay',
  title: { zh: '还款', en: 'Repay' },
  permission: 'credit:repay',
  input,
  output,
  gatherKey: () => '',
  runMany,
});
