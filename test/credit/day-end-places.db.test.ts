// Where a day-end goes on: only behind the portion that was done last. And the report of a day
// added up in portions says what one over all loans would.
import { expect } from 'chai';
import { z } from 'zod';
import type { RiskSum } from '../../src/credit/store-risk-reports.ts';
import { riskSums, tallyRisk } from '../../src/credit/store-risk-reports.ts';
import { Day, Failure, Money, addDays, refusals } from '../../src/kernel/index.ts';
import { operation } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import { dayEnd, loanIn, monthly, openLoanBook, repayLoan, runDayEnds } from './loan-stage.ts';

const { undone } = refusals('credit', {
  undone: { kind: 'refused', zh: '仅供查看', en: 'Only to be looked at' },
});

/** Tallies a day in portions of so many drawdowns, says what came out, and undoes it. */
const tallyAll = operation({
  name: 'test.tally-all',
  title: { zh: '汇总', en: 'Tally' },
  permission: 'jobs:run',
  input: z.strictObject({ day: z.string(), most: z.int(), at: z.string() }),
  output: z.object({}),
  async run({ tx }, { input }): Promise<never> {
    const given = { day: Day.of(input.day), most: input.most, at: new Date(input.at) };
    let after: string | undefined = '';
    let portions = 0;
    while (after !== undefined) {
      const done: { readonly upto: string | undefined } = await tallyRisk(tx, { ...given, after });
      portions += 1;
      after = done.upto;
    }
    throw new Failure(undone, { portions, sums: JSON.stringify(await riskSums(tx)) });
  },
});

type Sum = Omit<RiskSum, 'balance'> & { readonly balance: string };

describe('the place of a day-end', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    ({ stage, lineId } = await openLoanBook());
  });
  afterEach(() => stage.close());

  const loan = (drawnDaysAgo: number) =>
    loanIn(stage, lineId, {
      amount: '120000.00',
      valueOn: ago(drawnDaysAgo),
      dueOn: addDays(ago(drawnDaysAgo), 366),
      terms: monthly(),
    });
  const refused = async (after: string) => {
    const failure = await stage.refused(dayEnd, { asOf: today, after }, stage.root);
    return { code: failure.code, ...(JSON.parse(JSON.stringify(failure.facts)) as object) };
  };
  const kept = async () => ({
    days: await stage.rows('select business_day from credit_day_ends order by 1'),
    classes: await stage.rows('select * from credit_loan_classes order by 1, 2'),
    reports: await stage.rows('select * from credit_risk_reports order by id'),
  });

  it('is none before the first night', async () => {
    await loan(50);
    const after = `${today} report `;
    expect(await refused(after)).to.include({ code: 'day-end-elsewhere', after, stands: null });
    expect((await kept()).days).to.deep.equal([]);
  });

  it('skips no step of a day, goes back to none and runs no finished day again', async () => {
    const { drawdownId } = await loan(50);
    await runDayEnds(stage, ago(2));
    const before = await kept();
    const stands = `${ago(1)} accrue `;
    for (const after of [
      `${ago(1)} classify `,
      `${ago(1)} report `,
      `${today} report `,
      `${ago(2)} report `,
      `${ago(2)} accrue `,
      `${ago(1)} accrue ${drawdownId}`,
    ]) {
      expect(await refused(after), after).to.include({ code: 'day-end-elsewhere', after, stands });
    }
    expect(await kept()).to.deep.equal(before);
    await stage.done(dayEnd, { asOf: ago(1), after: stands }, stage.root);
    expect((await kept()).days).to.have.length(before.days.length + 1);
  });

  it('is behind the last portion of a run that was begun anew', async () => {
    await loan(120);
    const first = await stage.done(dayEnd, { asOf: today }, stage.root);
    const second = await stage.done(dayEnd, { asOf: today }, stage.root);
    expect(second['next']).to.not.equal(first['next']);
    expect((await refused(first['next'] as string)).code).to.equal('day-end-elsewhere');
    await stage.done(dayEnd, { asOf: today, after: second['next'] }, stage.root);
  });

  it('serves a report in portions, all of them of the instant it began', async () => {
    const late = await loan(100);
    for (const drawnDaysAgo of [40, 70, 140]) await loan(drawnDaysAgo);
    await runDayEnds(stage, ago(1));
    const [report] = await stage.rows<{ loans: number; balance: string; at: Date }>(
      `select loans, balance::text, computed_at as at from credit_risk_reports
       where as_of = '${ago(1)}'`,
    );
    if (!report) throw new Error('no report');
    const tallied = async (most: number, at = report.at) => {
      const input = { day: ago(1), most, at: at.toISOString() };
      const { facts } = await stage.refused(tallyAll, input, stage.root);
      const { portions, sums } = facts as { portions: number; sums: string };
      return { portions, sums: JSON.parse(sums) as Sum[] };
    };
    const whole = await tallied(100);
    expect(whole.portions).to.equal(1);
    const parts = await tallied(1);
    expect(parts).to.deep.equal({ portions: 5, sums: whole.sums });
    const totals = (sums: readonly Sum[]) => ({
      loans: sums.reduce((sum, { loans }) => sum + loans, 0),
      balance: Money.sum(sums.map(({ balance }) => Money.of(balance))).toString(),
    });
    const { loans, balance } = report;
    expect(totals(whole.sums)).to.deep.equal({ loans, balance });
    // Recorded while the report is made: the portions that are still to come leave it out.
    const pay = { drawdownId: late.drawdownId, amount: '50000.00', valueOn: ago(1) };
    await stage.done(repayLoan, { ...pay, excess: 'fewer' }, stage.bank);
    await loan(30);
    expect(totals((await tallied(2)).sums)).to.deep.equal({ loans, balance });
    expect(totals((await tallied(2, new Date())).sums)).to.not.deep.equal({ loans, balance });
  });
});
