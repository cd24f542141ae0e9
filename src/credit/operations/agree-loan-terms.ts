/**
 * Agrees the terms of a drawdown (贷款条款): from then on it is a loan with a schedule. Terms may be
 * recorded late; what fell due meanwhile is then due, and the next day-ends take it from there.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { addDays, Failure, Money, problemOfFault } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayText, IdInput, IdText, MoneyText } from '../../platform/schemas.ts';
import { keepRanges } from '../keep-ranges.ts';
import { accruals, billedChanges, factsOf } from '../loan-change.ts';
import { lineRefusals } from '../line-refusals.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import type { LoanTerms } from '../loan-terms.ts';
import { contradictionsOf, LoanTermsInput, scheduleTermsOf } from '../loan-terms.ts';
import type { Drawdown } from '../model.ts';
import { interestDueJournal } from '../postings.ts';
import { creditRefusals } from '../refusals.ts';
import type { Stand } from '../rules/loan-stand.ts';
import { standOf } from '../rules/loan-stand.ts';
import { entrusted } from '../packs/working-capital-2024.ts';
import type { PaidOut } from '../rules/entrusted-payment.ts';
import { refusePayments } from '../rules/entrusted-payment.ts';
import { outsideProduct } from '../rules/loan-product.ts';
import { breaches, isInBand, publishedBands } from '../rules/penalty.ts';
import type { DatedRate, RecordedRate } from '../rules/repricing.ts';
import { pricedRates } from '../rules/repricing.ts';
import { faultsOf } from '../rules/schedule/faults.ts';
import { periodsOf } from '../rules/schedule/timetable.ts';
import { lastClosedDay } from '../store-day-end.ts';
import { lockDrawdownsById } from '../store-loans.ts';
import { paidOutBefore } from '../store-payments-out.ts';
import { lineForbidding } from '../store-line-products.ts';
import { productOn } from '../store-loan-products.ts';
import { fixingsOf } from '../store-loan-facts.ts';
import { createLoan, saveStand } from '../store-schedules.ts';

const input = z.strictObject({ drawdownId: IdInput('draw'), terms: LoanTermsInput });

const output = z.object({
  drawdownId: IdText,
  principal: MoneyText.meta({ description: '所约定条款的本金' }),
  instalments: z.int(),
  firstDueOn: DayText,
  lastDueOn: DayText,
  interest: MoneyText,
  rateAnnual: z.string(),
});

function refuse({ id, scheduled, state, amount, outstanding }: Drawdown): Failure | undefined {
  if (scheduled === true) return new Failure(no['loan-terms-exist'], { drawdownId: id });
  if (state === 'DISBURSED' && outstanding.equals(amount)) return undefined;
  return new Failure(no['drawdown-repaid-before'], { drawdownId: id, state, outstanding });
}

/** The rate of the first day and those of repricing days up to today, by the LPR known then. */
async function ratesFor(
  { tx, today }: Context,
  { rate, pricing }: LoanTerms,
  { valueOn, dueOn }: Drawdown,
): Promise<RecordedRate[]> {
  const kind = 'AGREED' as const;
  if (rate) return [{ from: valueOn, rate, kind }];
  if (!pricing) throw new TypeError('the input was not validated');
  const lpr = await fixingsOf(tx, pricing.term);
  const priced = pricedRates({ ...pricing, lpr }, valueOn, dueOn);
  if (!priced) throw new Failure(no['lpr-missing'], { term: pricing.term, valueOn });
  const known = priced.filter(({ from }, i) => i === 0 || from <= today);
  return known.map((one) => ({ ...one, kind }));
}

function demandSound(
  terms: LoanTerms,
  drawdown: Drawdown,
  rates: readonly DatedRate[],
  before: readonly PaidOut[],
): void {
  const schedule = scheduleTermsOf(terms, drawdown, rates);
  const faults = faultsOf(schedule);
  if (faults.length > 0)
    throw new Failure(no['terms-contradict'], { faults: faults.map(problemOfFault) });
  for (const breach of breaches) {
    const { least, most, clause } = publishedBands[breach];
    const markup = breach === 'overdue' ? terms.overdueMarkup : terms.misuseMarkup;
    if (isInBand(markup, { least, most, clause })) continue;
    throw new Failure(no['markup-outside-band'], { breach, least, most, clause });
  }
  const unpayable = refusePayments(terms.payments, drawdown.amount, entrusted, before);
  if (unpayable) throw unpayable;
  const { commitment } = terms;
  if (commitment && commitment.amount.lessThan(drawdown.amount)) {
    const { amount } = drawdown;
    const facts = { commitment: commitment.amount, requested: amount };
    throw new Failure(no['commitment-exceeded'], facts);
  }
  const lastDueOn = periodsOf(schedule).periods.at(-1)?.dueOn as Day;
  if (lastDueOn > drawdown.dueOn) {
    throw new Failure(no['schedule-after-due-day'], { lastDueOn, dueOn: drawdown.dueOn });
  }
}

/** The product as it is on the day of the drawdown, on a line that takes it. */
async function demandProduct({ tx }: Context, terms: LoanTerms, drawdown: Drawdown): Promise<void> {
  const { product: code } = terms;
  const { lineId, valueOn, dueOn } = drawdown;
  const forbidding = await lineForbidding(tx, { lineId, product: code, on: valueOn });
  if (forbidding) {
    throw new Failure(lineRefusals['product-not-on-line'], { product: code, ...forbidding });
  }
  const product = await productOn(tx, code, valueOn);
  if (!product) throw new Failure(no['product-missing'], { code, valueOn });
  const outside = outsideProduct(product, terms, { valueOn, dueOn, hasLine: true });
  if (outside.length === 0) return;
  throw new Failure(no['product-excludes-terms'], { outside, ...product });
}

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, now } = context;
  const { drawdownId, terms } = item.input;
  const drawdown = (await lockDrawdownsById(tx, [drawdownId])).get(drawdownId);
  if (!drawdown) throw new Failure(creditRefusals['drawdown-missing'], { drawdownId });
  context.concern(item, drawdown.zoneId);
  const refusal = refuse(drawdown);
  if (refusal) throw refusal;
  const faults = contradictionsOf(terms);
  if (faults.length > 0)
    throw new Failure(no['terms-contradict'], { faults: faults.map(problemOfFault) });
  await demandProduct(context, terms, drawdown);
  const rates = await ratesFor(context, terms, drawdown);
  const before = await paidOutBefore(tx, drawdown, entrusted.scope);
  demandSound(terms, drawdown, rates, before);
  // The day-end has closed days up to one for the whole book, or never ran.
  const dayBefore = addDays(drawdown.valueOn, -1);
  const closed = (await lastClosedDay(tx)) ?? dayBefore;
  const closedOn = closed > dayBefore ? closed : dayBefore;
  const agreed = { terms, rates, payments: [], tranches: [], reschedules: [], misuses: [] };
  const facts = factsOf(agreed, drawdown);
  const stand = standOf(facts, closedOn);
  const { operationId } = item;
  createLoan(tx, drawdown, { terms, rates, closedOn, operationId, at: now, today: context.today });
  const figures = accruals(stand, facts, closedOn);
  saveStand(tx, {
    owned: drawdown,
    stand,
    state: 'OPEN',
    through: closedOn,
    closedOn,
    ...figures,
  });
  await keepRanges(context, drawdown, facts, { from: drawdown.valueOn, closedOn });
  const due = [...billedChanges({ instalments: [] }, stand, closedOn)];
  const cause = { sourceId: drawdownId, operationId };
  const journals = due.map(([day, amount]) => interestDueJournal(drawdown, cause, day, amount));
  await post(tx, journals, now);
  context.emit(item, {
    name: 'credit.loan-terms-agreed',
    zoneId: drawdown.zoneId,
    ownerId: drawdown.ownerId,
    subjectId: drawdownId,
    payload: { product: terms.product, method: terms.method, rates },
  });
  return answerOf(drawdown, stand, rates);
}

function answerOf(drawdown: Drawdown, { instalments }: Stand, rates: readonly DatedRate[]) {
  return {
    drawdownId: drawdown.id,
    principal: drawdown.amount.toString(),
    instalments: instalments.length,
    firstDueOn: instalments[0]?.dueOn as Day,
    lastDueOn: instalments.at(-1)?.dueOn as Day,
    interest: Money.sum(instalments.map((one) => one.interest)).toString(),
    rateAnnual: String(rates[0]?.rate),
  };
}

export const agreeLoanTerms = operation({
  name: 'credit.agree-loan-terms',
  title: { zh: '约定贷款条款', en: 'Agree the terms of a loan' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve', stake: 'principal' },
  input,
  output,
  run,
});
