// What tests of loans share: a drawn loan with terms, its rows as they stand, and what the pure
// rules say of the same facts.
import type { Day } from '../../src/kernel/index.ts';
import { Day as Days, Money, Rate } from '../../src/kernel/index.ts';
import { drawDown } from '../../src/credit/index.ts';
import { LoanTermsInput, orderOf, scheduleTermsOf } from '../../src/credit/loan-terms.ts';
import type { LoanFacts } from '../../src/credit/rules/loan-stand.ts';
import { accruedOn, penaltyOn, standOf } from '../../src/credit/rules/loan-stand.ts';
import type { ExcessUse } from '../../src/credit/rules/schedule/terms.ts';
import type { Stage } from '../support/stage.ts';
import { openStage } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

export const agree = operationOf('agree-loan-terms');
export const repayLoan = operationOf('repay-loan');
export const changeRate = operationOf('change-rate');
export const reverseDrawdown = operationOf('reverse-drawdown');
export const dayEnd = operationOf('run-day-end');

/** A stage with a line of 90,000,000 since November 2024, for loans with a past. */
export async function openLoanBook(): Promise<{ stage: Stage; lineId: string }> {
  const stage = await openStage();
  const since = { startsOn: '2024-11-01' };
  const park = await parkIn(stage, '100000000.00', since);
  const { lineId } = await lineIn(stage, park, '90000000.00', since);
  return { stage, lineId };
}

export async function classOf(stage: Stage, drawdownId: string): Promise<string> {
  const loan = await stage.ask(queryOf('show-loan'), { drawdownId }, stage.bank);
  return (loan as { readonly riskClass: string }).riskClass;
}

/** Terms of twelve monthly instalments at 6 %. */
export const monthly = (more: object = {}): object => ({
  product: 'technology-transfer',
  method: 'equal-principal',
  instalments: 12,
  every: { months: 1 },
  rate: '0.06',
  ...more,
});

export interface Drawn {
  readonly drawdownId: string;
  readonly amount: string;
  readonly valueOn: Day;
  readonly dueOn: Day;
  readonly terms: object;
}

/** Draws under the line and agrees the terms. */
export async function loanIn(
  stage: Stage,
  lineId: string,
  { amount, valueOn, dueOn, terms }: Omit<Drawn, 'drawdownId'>,
): Promise<Drawn> {
  const draw = drawing(lineId, amount, { valueOn, dueOn });
  const { drawdownId } = await stage.done(drawDown, draw, stage.bank);
  await stage.done(agree, { drawdownId, terms }, stage.bank);
  return { drawdownId: drawdownId as string, amount, valueOn, dueOn, terms };
}

export interface Paid {
  readonly on: Day;
  readonly amount: string;
  readonly excess?: ExcessUse;
}

export const factsOf = (
  { amount, valueOn, dueOn, terms: given }: Drawn,
  payments: readonly Paid[] = [],
  rates: readonly { readonly from: Day; readonly rate: string }[] = [],
): LoanFacts => {
  const terms = LoanTermsInput.parse(given);
  const all = [
    { from: valueOn, rate: terms.rate ?? Rate.zero },
    ...rates.map(({ from, rate }) => ({ from, rate: Rate.of(rate) })),
  ];
  return {
    terms: scheduleTermsOf(terms, { amount: Money.of(amount), valueOn, dueOn }, all),
    overdueMarkup: terms.overdueMarkup,
    order: orderOf(terms),
    payments: payments.map(({ on, amount: paid, excess = 'next' }, i) => ({
      id: String(i),
      on,
      amount: Money.of(paid),
      excess,
    })),
  };
};

/** The figures of a loan after the night that follows its last closed day. */
export interface Figures {
  readonly accrued: string;
  readonly penalty: string;
  readonly compound: string;
  readonly penalPrincipal: string;
  readonly penalInterest: string;
  readonly overdueSince: string | null;
  readonly unpaid: string;
}

/** Unrounded figures are compared to the tenth digit: SQL cuts a division later than that. */
const digits = 10;

export async function bookFigures(stage: Stage, id: string): Promise<Figures & { closedOn: Day }> {
  const [row] = await stage.rows<Figures & { closedOn: Day }>(
    `select round(accrued, ${digits})::text as accrued, round(penalty, ${digits})::text as penalty,
       round(compound, ${digits})::text as compound, penal_principal as "penalPrincipal",
       penal_interest as "penalInterest", overdue_since::text as "overdueSince",
       closed_on::text as "closedOn",
       (select coalesce(sum(interest - paid_interest), 0)::numeric(20,2)
        from credit_instalments where drawdown_id = l.id and billed)::text as unpaid
     from credit_loans l where id = '${id}'`,
  );
  if (!row) throw new Error('no loan');
  return row;
}

export function ruleFigures(facts: LoanFacts, on: Day): Figures {
  const stand = standOf(facts, on);
  const { penalty, compound } = penaltyOn(stand, facts.terms, on);
  const due = stand.instalments.filter(({ dueOn }) => dueOn <= on);
  return {
    accrued: accruedOn(stand, on).toFixed(digits),
    penalty: penalty.toFixed(digits),
    compound: compound.toFixed(digits),
    penalPrincipal: stand.penalPrincipal.toString(),
    penalInterest: stand.penalInterest.toString(),
    overdueSince: stand.overdueSince,
    unpaid: Money.sum(due.map((one) => one.interest.minus(one.paidInterest))).toString(),
  };
}

/** Runs the day-end portion by portion, as the job does; answers how many calls it took. */
export async function runDayEnds(stage: Stage, asOf: Day, calls = 10_000): Promise<number> {
  let after: string | undefined;
  for (let call = 1; call <= calls; call += 1) {
    const answer = await stage.done(
      dayEnd,
      { asOf, ...(after === undefined ? {} : { after }) },
      stage.root,
    );
    const next = answer['next'] as string | null | undefined;
    if (typeof next !== 'string') return call;
    after = next;
  }
  return calls;
}

export const day = (text: string): Day => Days.of(text);
