// Extensions and restructurings in the book: schedule, class, quota, night and reversal.
import { expect } from 'chai';
import { addDays, addMonths } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import type { Drawn } from './loan-stage.ts';
import { day, loanIn, monthly, repayLoan, runDayEnds } from './loan-stage.ts';
import { lineIn, parkIn } from './stage.ts';

const extend = operationOf('extend-loan');
const restructure = operationOf('restructure-loan');
const reverse = operationOf('reverse-reschedule');
const setQuota = operationOf('set-restructuring-quota');

interface Shown {
  readonly dueOn: string;
  readonly riskClass: string;
  readonly overdue: string;
  readonly rates: readonly { readonly kind: string }[];
  readonly schedule: readonly {
    readonly no: number;
    readonly dueOn: string;
    readonly interest: string;
    readonly principal: string;
    readonly unpaid: string;
  }[];
}

describe('rescheduled loans in the book', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '10000000.00', { startsOn: '2024-11-01' });
    ({ lineId } = await lineIn(stage, park, '5000000.00', { startsOn: '2024-11-01' }));
  });
  afterEach(() => stage.close());

  const shown = async (drawdownId: string): Promise<Shown> =>
    (await stage.ask(queryOf('show-loan'), { drawdownId }, stage.bank)) as Shown;
  /** Interest each month, principal at the end, drawn so many days ago for 180 days. */
  const working = (drawnDaysAgo: number, more: object = {}): Promise<Drawn> =>
    loanIn(stage, lineId, {
      amount: '360000.00',
      valueOn: ago(drawnDaysAgo),
      dueOn: addMonths(ago(drawnDaysAgo), 6),
      terms: monthly({ method: 'interest-first', instalments: 6, ...more }),
    });
  const asked = (loan: Drawn, agreedOn: string, dueOn: string, more: object = {}) => ({
    drawdownId: loan.drawdownId,
    agreedOn,
    dueOn,
    reason: '回款推迟',
    ...more,
  });

  it('go on by the same steps when extended, before and after the nights', async () => {
    const loan = await working(100);
    const rows = (await shown(loan.drawdownId)).schedule;
    for (const { dueOn, unpaid } of rows.slice(0, 3)) {
      const paid = { drawdownId: loan.drawdownId, amount: unpaid, valueOn: dueOn };
      await stage.done(repayLoan, paid, stage.bank);
    }
    await runDayEnds(stage, ago(1));
    const dueOn = addMonths(loan.valueOn, 9);
    const answer = await stage.done(extend, asked(loan, ago(2), dueOn), stage.bank);
    expect(answer).to.include({ dueOn, instalmentsLeft: 6, outstanding: '360000.00' });
    const after = await shown(loan.drawdownId);
    expect(after.dueOn).to.equal(dueOn);
    expect(after.schedule.map((row) => row.dueOn)).to.deep.equal(
      Array.from({ length: 9 }, (_, i) => addMonths(loan.valueOn, i + 1)),
    );
    expect(after.schedule.at(-1)?.principal).to.equal('360000.00');
    const paid = after.schedule.slice(0, 3).map(({ interest, unpaid }) => [interest, unpaid]);
    expect(paid).to.deep.equal(rows.slice(0, 3).map(({ interest }) => [interest, '0.00']));
    await runDayEnds(stage, today);
    await stage.check();
  });

  it('are extended in time, with nothing overdue, and not too far', async () => {
    const loan = await working(100);
    const code = async (agreedOn: string, dueOn: string, of = loan) =>
      (await stage.refused(extend, asked(of, agreedOn, dueOn), stage.bank)).code;
    const later = addMonths(loan.valueOn, 8);
    expect(await code(ago(1), later)).to.equal('extension-overdue');
    const first = ago(90);
    expect(await code(ago(-1), later)).to.equal('value-day-in-future');
    expect(await code(loan.valueOn, later)).to.equal('reschedule-before-drawdown');
    expect(await code(first, addMonths(loan.valueOn, 6))).to.equal('extension-not-later');
    const term = addMonths(loan.valueOn, 6);
    const doubled = addDays(
      term,
      Math.round((Date.parse(term) - Date.parse(loan.valueOn)) / 864e5),
    );
    expect(await code(first, addDays(doubled, 1))).to.equal('extension-too-long');
    await stage.done(extend, asked(loan, first, doubled), stage.bank);
    expect(await code(ago(91), addDays(doubled, 1))).to.equal('reschedule-out-of-order');
    const old = await working(200);
    expect(await code(ago(1), ago(-30), old)).to.equal('extension-after-due-day');
  });

  it('carry overdue principal into new terms and leave the class no better', async () => {
    const loan = await loanIn(stage, lineId, {
      amount: '120000.00',
      valueOn: ago(100),
      dueOn: addMonths(ago(100), 12),
      terms: monthly(),
    });
    await runDayEnds(stage, ago(1));
    expect((await shown(loan.drawdownId)).riskClass).to.equal('SPECIAL_MENTION');
    const dueOn = addMonths(today, 24);
    const plan = { every: { months: 3 }, firstDueOn: addMonths(today, 3), principalGrace: 1 };
    const answer = await stage.done(
      restructure,
      asked(loan, today, dueOn, { plan, rateAnnual: '0.04' }),
      stage.bank,
    );
    expect(answer).to.include({ instalmentsLeft: 8, outstanding: '120000.00' });
    const after = await shown(loan.drawdownId);
    const due = after.schedule.slice(0, 3);
    expect(due.map((row) => row.principal)).to.deep.equal(['0.00', '0.00', '0.00']);
    expect(after.schedule[3]?.principal).to.equal('0.00');
    expect(after.schedule[4]?.principal).to.equal('17142.86');
    expect(Number(after.overdue)).to.be.greaterThan(0);
    const [row] = await stage.rows<{ penal: string; since: string | null }>(
      `select penal_principal::text as penal, overdue_since::text as since from credit_loans
       where id = '${loan.drawdownId}'`,
    );
    expect(row?.penal).to.equal('0.00');
    expect(row?.since).to.equal(addMonths(loan.valueOn, 1));
    await runDayEnds(stage, today);
    await stage.check();
  });

  it('are watched when restructured, and worse when restructured again', async () => {
    const loan = await working(40);
    const [first] = (await shown(loan.drawdownId)).schedule;
    const paid = { drawdownId: loan.drawdownId, amount: first?.unpaid, valueOn: first?.dueOn };
    await stage.done(repayLoan, paid, stage.bank);
    const dueOn = addMonths(today, 12);
    await stage.done(restructure, asked(loan, ago(3), dueOn), stage.bank);
    expect((await shown(loan.drawdownId)).riskClass).to.equal('SPECIAL_MENTION');
    const again = asked(loan, today, addMonths(today, 15));
    await stage.done(restructure, again, stage.bank);
    await runDayEnds(stage, today);
    const rows = await stage.rows<{ codes: string }>(
      `select (select string_agg(t ->> 'code', ',') from jsonb_array_elements(triggers) t) as codes
       from credit_loan_classes where drawdown_id = '${loan.drawdownId}' order by classified_on`,
    );
    expect(rows.at(-1)?.codes).to.include('restructured');
  });

  it('stay inside the quota of the bank', async () => {
    const [one, other] = [await working(40), await working(41)];
    const dueOn = addMonths(today, 12);
    const quota = (share: string, actor = stage.bank) =>
      stage.outcome(
        setQuota,
        { zoneId: stage.zoneId, bankId: stage.bankId, share, valueOn: today, reason: '年度安排' },
        actor,
      );
    const set = await quota('0.5');
    expect(set.kind === 'done' && set.output).to.include({
      limit: '360000.00',
      available: '360000.00',
    });
    await stage.done(restructure, asked(one, today, dueOn), stage.bank);
    const full = await stage.refused(restructure, asked(other, today, dueOn), stage.bank);
    expect(full.code).to.equal('restructuring-quota-exceeded');
    expect(JSON.parse(JSON.stringify(full.facts))).to.include({
      limit: '360000.00',
      used: '360000.00',
      inProcess: '0.00',
      available: '0.00',
      shortBy: '360000.00',
    });
    await stage.done(reverse, { drawdownId: one.drawdownId, reason: '录入有误' }, stage.bank);
    await stage.done(restructure, asked(other, today, dueOn), stage.bank);
    await quota('1');
    await stage.done(restructure, asked(one, today, dueOn), stage.bank);
    const foreign = await quota('0.1', stage.otherBank);
    expect(foreign.kind).to.equal('refused');
  });

  it('are as before when it is taken back', async () => {
    const loan = await working(40, {
      rate: undefined,
      pricing: { term: '1Y', spreadBp: 100, repricing: { months: 3 } },
    });
    const before = await shown(loan.drawdownId);
    const undo = { drawdownId: loan.drawdownId, reason: '录入有误' };
    expect((await stage.refused(reverse, undo, stage.bank)).code).to.equal('nothing-rescheduled');
    const later = addMonths(loan.valueOn, 8);
    const early = addDays(loan.valueOn, 10);
    await stage.done(extend, asked(loan, early, later), stage.bank);
    expect((await shown(loan.drawdownId)).schedule).to.have.length(8);
    await stage.done(reverse, undo, stage.bank);
    const { schedule, dueOn } = await shown(loan.drawdownId);
    expect({ schedule, dueOn }).to.deep.equal({
      schedule: before.schedule,
      dueOn: before.dueOn,
    });
    const fixed = asked(loan, early, later, { rateAnnual: '0.05' });
    await stage.done(extend, fixed, stage.bank);
    expect((await stage.refused(reverse, undo, stage.bank)).code).to.equal('reschedule-fixed-rate');
    const run = operationOf('reprice-loans');
    await stage.done(run, { asOf: today }, stage.root);
    expect((await shown(loan.drawdownId)).rates.at(-1)?.kind).to.equal('PERSON');
  });

  it('replay a payment that is entered after the change for a day before it', async () => {
    const pair = [await working(70), await working(70)] as const;
    const dueOn = addMonths(ago(70), 8);
    const change = (loan: Drawn) => stage.done(restructure, asked(loan, ago(5), dueOn), stage.bank);
    const pay = (loan: Drawn) =>
      stage.done(
        repayLoan,
        { drawdownId: loan.drawdownId, amount: '40000.00', valueOn: ago(30), excess: 'smaller' },
        stage.bank,
      );
    await change(pair[0]);
    await pay(pair[0]);
    await pay(pair[1]);
    await change(pair[1]);
    const rows = async (loan: Drawn) => (await shown(loan.drawdownId)).schedule;
    expect(await rows(pair[0])).to.deep.equal(await rows(pair[1]));
    expect(day(dueOn)).to.equal((await rows(pair[0])).at(-1)?.dueOn);
  });
});
