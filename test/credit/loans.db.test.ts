// Loans with terms in the book: agreed, paid, paid early and late, repriced and undone.
import { expect } from 'chai';
import { drawDown, repay } from '../../src/credit/index.ts';
import { showLoan } from '../../src/credit/queries-loans.ts';
import { addDays } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { queryOf, refusalOf } from './agreement-desk.ts';
import type { Drawn } from './loan-stage.ts';
import {
  agree,
  bookFigures,
  changeRate,
  dayEnd,
  factsOf,
  loanIn,
  monthly,
  repayLoan,
  reverseDrawdown,
  ruleFigures,
  runDayEnds,
} from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

interface Shown {
  readonly state: string;
  readonly outstanding: string;
  readonly paid: string;
  readonly due: string;
  readonly overdue: string;
  readonly next: { readonly dueOn: string; readonly amount: string } | null;
  readonly schedule: readonly {
    readonly dueOn: string;
    readonly state: string;
    readonly principal: string;
    readonly unpaid: string;
  }[];
  readonly payments: readonly Record<string, string>[];
}

describe('loans with terms', () => {
  let stage: Stage;
  let lineId: string;
  let nodeId: string;
  beforeEach(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '10000000.00');
    ({ lineId, nodeId } = await lineIn(stage, park, '5000000.00'));
  });
  afterEach(() => stage.close());

  const shown = async (drawdownId: string): Promise<Shown> =>
    (await stage.ask(queryOf('show-loan'), { drawdownId }, stage.bank)) as Shown;
  const oneYear = (more: object = {}, drawnDaysAgo = 100): Promise<Drawn> =>
    loanIn(stage, lineId, {
      amount: '120000.00',
      valueOn: ago(drawnDaysAgo),
      dueOn: addDays(ago(drawnDaysAgo), 366),
      terms: monthly(more),
    });
  const pay = (drawdownId: string, amount: string, daysAgo = 0, more: object = {}) =>
    stage.done(repayLoan, { drawdownId, amount, valueOn: ago(daysAgo), ...more }, stage.bank);
  const consumed = async (): Promise<string> =>
    (
      await stage.rows<{ consumed: string }>(
        `select consumed from limits_nodes where id = '${nodeId}'`,
      )
    )[0]?.consumed as string;
  const balance = async (kind: string): Promise<string> =>
    (
      await stage.rows<{ sum: string }>(
        `select coalesce(sum(balance), 0)::numeric(20,2)::text as sum
       from ledger_accounts where kind = '${kind}'`,
      )
    )[0]?.sum as string;

  it('have a schedule that adds up to what was drawn', async () => {
    const { drawdownId } = await oneYear();
    const loan = await shown(drawdownId);
    expect(loan.schedule).to.have.length(12);
    expect(loan.schedule.map((row) => row.principal)).to.deep.equal(
      Array.from({ length: 12 }, () => '10000.00'),
    );
    expect(loan.next).to.not.equal(null);
    expect(loan).to.include({ state: 'OPEN', outstanding: '120000.00', paid: '0.00' });
  });

  it('are agreed once, soundly, and before anything is repaid', async () => {
    const { drawdownId } = await oneYear();
    const again = { drawdownId, terms: monthly() };
    const code = async (input: object) => (await stage.refused(agree, input, stage.bank)).code;
    expect(await code(again)).to.equal('loan-terms-exist');
    const drawn = await stage.done(drawDown, drawing(lineId, '1000.00'), stage.bank);
    const plain = drawn['drawdownId'];
    const terms = (more: object) => ({ drawdownId: plain, terms: monthly(more) });
    expect(await code(terms({ instalments: 60 }))).to.equal('schedule-after-due-day');
    expect(await code(terms({ principalGrace: 12 }))).to.equal('terms-contradict');
    expect(await code(terms({ rate: undefined }))).to.equal('terms-contradict');
    expect(await code(terms({ instalments: 3, overdueMarkup: '0.6' }))).to.equal(
      'markup-outside-band',
    );
    await stage.done(repay, { drawdownId: plain, principal: '1.00', valueOn: today }, stage.bank);
    expect(await code(terms({ instalments: 3 }))).to.equal('drawdown-repaid-before');
    const interest = { drawdownId, principal: '1.00', valueOn: today };
    expect((await stage.refused(repay, interest, stage.bank)).code).to.equal('loan-scheduled');
  });

  it('are priced by the published LPR', async () => {
    const { drawdownId } = await oneYear({
      rate: undefined,
      pricing: { term: '1Y', spreadBp: 45 },
    });
    const [row] = await stage.rows<{ rate: string }>(
      `select rate from credit_loan_rates where drawdown_id = '${drawdownId}'`,
    );
    expect(row?.rate).to.equal('0.034500000000');
  });

  it('divide a payment, free the limit and keep the over-payment apart', async () => {
    const loan = await oneYear();
    const rows = (await shown(loan.drawdownId)).schedule;
    expect(rows.filter((row) => row.state === 'OVERDUE')).to.have.length(3);
    const answer = await pay(loan.drawdownId, '5000.00');
    expect(Number(answer['penalty'])).to.be.greaterThan(0);
    expect(Number(answer['compound'])).to.be.greaterThan(0);
    const before = await consumed();
    const all = await pay(loan.drawdownId, '200000.00');
    expect(all['outstanding']).to.equal('0.00');
    expect(await consumed()).to.equal('0.00');
    expect(before).to.not.equal('0.00');
    expect(await balance('over-payment')).to.equal(all['overPaid']);
    expect(await balance('interest-receivable')).to.equal('0.00');
    expect(await shown(loan.drawdownId)).to.include({ state: 'SETTLED', due: '0.00' });
    const more = { drawdownId: loan.drawdownId, amount: '1.00', valueOn: today };
    expect((await stage.refused(repayLoan, more, stage.bank)).code).to.equal('loan-closed');
  });

  for (const excess of ['next', 'fewer', 'smaller'] as const) {
    it(`repay early: ${excess}`, async () => {
      const loan = await oneYear({}, 40);
      const [first] = (await shown(loan.drawdownId)).schedule;
      const valueOn = first?.dueOn;
      const due = { drawdownId: loan.drawdownId, amount: first?.unpaid, valueOn };
      await stage.done(repayLoan, due, stage.bank);
      const answer = await pay(loan.drawdownId, '30000.00', 5, { excess });
      expect(answer['principal']).to.equal('30000.00');
      const { schedule, outstanding } = await shown(loan.drawdownId);
      expect(outstanding).to.equal('80000.00');
      expect(schedule).to.have.length(excess === 'fewer' ? 9 : 12);
      expect(schedule[1]?.principal).to.equal(excess === 'smaller' ? '7272.73' : '10000.00');
    });
  }

  it('replay a payment of a past day as if it had been known in time', async () => {
    const loan = await oneYear();
    await pay(loan.drawdownId, '9000.00');
    await pay(loan.drawdownId, '8000.00', 60);
    const other = await oneYear();
    await pay(other.drawdownId, '8000.00', 60);
    await pay(other.drawdownId, '9000.00');
    const figures = await bookFigures(stage, loan.drawdownId);
    expect(figures).to.deep.equal(await bookFigures(stage, other.drawdownId));
    const payments = [
      { on: ago(60), amount: '8000.00' },
      { on: today, amount: '9000.00' },
    ];
    const { closedOn, accrued, ...rest } = figures;
    expect(rest).to.include({ unpaid: ruleFigures(factsOf(loan, payments), today).unpaid });
    expect(closedOn).to.equal(ago(1));
    expect(Number(accrued)).to.be.greaterThan(0);
  });

  it('take a new rate from a past day and correct what fell due', async () => {
    const loan = await oneYear();
    await runDayEnds(stage, ago(1));
    const open = await stage.ask(showLoan, { drawdownId: loan.drawdownId }, stage.bank);
    expect(open)
      .to.include({ state: 'OPEN', dayEndOn: ago(1) })
      .and.not.have.property('closedOn');
    const earned = await balance('interest-earned');
    const from = ago(50);
    const change = { drawdownId: loan.drawdownId, from, rateAnnual: '0.05', reason: '利率优惠' };
    await stage.done(changeRate, change, stage.bank);
    expect(Number(await balance('interest-earned'))).to.be.lessThan(Number(earned));
    const facts = factsOf(loan, [], [{ from, rate: '0.05' }]);
    const { closedOn, ...figures } = await bookFigures(stage, loan.drawdownId);
    expect(figures).to.deep.equal(ruleFigures(facts, closedOn));
    expect((await stage.refused(changeRate, change, stage.bank)).code).to.equal('rate-same-day');
  });

  it('owe again what payments repaid too much of, once a rate was higher all along', async () => {
    const [late, early] = [await oneYear(), await oneYear()];
    const from = ago(90);
    const higher = { from, rateAnnual: '0.09', reason: '合同约定' };
    await stage.done(changeRate, { drawdownId: early.drawdownId, ...higher }, stage.bank);
    const paid = await pay(early.drawdownId, '10620.00', 69);
    await pay(late.drawdownId, '10620.00', 69);
    const before = await shown(late.drawdownId);
    expect(before.outstanding).to.equal('110000.00');
    const answer = await stage.done(
      changeRate,
      { drawdownId: late.drawdownId, ...higher },
      stage.bank,
    );
    // The same payment in another order of telling: the same debt, schedule and limit.
    expect(answer['outstanding']).to.equal(paid['outstanding']);
    expect(Number(answer['principalRepaid'])).to.be.lessThan(0);
    const { payments: told, ...book } = await shown(late.drawdownId);
    const { payments: known, ...alike } = await shown(early.drawdownId);
    expect(told.map((one) => one['principal'])).to.deep.equal(known.map((one) => one['principal']));
    expect(book.schedule).to.deep.equal(alike.schedule);
    const both = Number(book.outstanding) + Number(alike.outstanding);
    expect(Number(await consumed())).to.equal(both);
    expect(await balance('loan-principal')).to.equal(both.toFixed(2));
    const [row] = await stage.rows<{ valueOn: string }>(
      `select value_on::text as "valueOn" from credit_repayments
       where drawdown_id = '${late.drawdownId}' and principal < 0`,
    );
    expect(row?.valueOn).to.equal(ago(69));
    await stage.check();
  });

  it('keep their rate where somebody else has drawn what they would owe again', async () => {
    const loan = await oneYear();
    await pay(loan.drawdownId, '10620.00', 69);
    await stage.done(drawDown, drawing(lineId, '4890000.00'), stage.bank);
    const { drawdownId } = loan;
    const change = { drawdownId, from: ago(90), rateAnnual: '0.09', reason: '合同约定' };
    expect((await stage.refused(changeRate, change, stage.bank)).code).to.equal('limit-exceeded');
    await stage.check();
  });

  it('are undone whole, with the interest that fell due', async () => {
    const loan = await oneYear();
    await runDayEnds(stage, today);
    expect(await balance('interest-receivable')).to.not.equal('0.00');
    const undo = { drawdownId: loan.drawdownId, reason: '重复放款' };
    const answer = await stage.done(reverseDrawdown, undo, stage.bank);
    expect(answer['lineAvailable']).to.equal('5000000.00');
    expect(await balance('interest-receivable')).to.equal('0.00');
    expect(await balance('loan-principal')).to.equal('0.00');
    expect((await stage.refused(reverseDrawdown, undo, stage.bank)).code).to.equal(
      'drawdown-reversed',
    );
    const back = { drawdownId: loan.drawdownId, principal: '1.00', valueOn: today };
    expect((await stage.refused(repay, back, stage.bank)).code).to.equal('drawdown-reversed');
    const paid = await oneYear();
    await pay(paid.drawdownId, '10.00');
    const late = { drawdownId: paid.drawdownId, reason: '重复放款' };
    expect((await stage.refused(reverseDrawdown, late, stage.bank)).code).to.equal(
      'loan-repaid-before',
    );
  });

  it('refuse payments of days that are not theirs', async () => {
    const { drawdownId } = await oneYear();
    const code = async (valueOn: string, id = drawdownId) => {
      const input = { drawdownId: id, amount: '1.00', valueOn };
      return (await stage.refused(repayLoan, input, stage.bank)).code;
    };
    expect(await code(ago(-1))).to.equal('value-day-in-future');
    expect(await code(ago(101))).to.equal('value-day-before-drawdown');
    expect(await code(today, 'draw_none')).to.equal('drawdown-missing');
    const plain = await stage.done(drawDown, drawing(lineId, '1000.00'), stage.bank);
    expect(await code(today, plain['drawdownId'])).to.equal('loan-missing');
    const unread = async (id: unknown): Promise<string> => {
      const asked = stage.ask(showLoan, { drawdownId: id }, stage.bank);
      return (await refusalOf(asked)).code;
    };
    expect(await unread(plain['drawdownId'])).to.equal('loan-missing');
    expect(await unread('draw_none')).to.equal('drawdown-missing');
    const late = { asOf: ago(-1) };
    expect((await stage.refused(dayEnd, late, stage.root)).code).to.equal('day-end-in-future');
  });
});
