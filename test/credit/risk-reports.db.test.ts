// The report step of the day-end: provisions, coverage and ranges of days past due per bank and
// zone, against the pure rules and against the loans that each report says are behind it.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { delinquencyRanges } from '../../src/credit/packs/delinquency-ranges.ts';
import { delinquencyOf } from '../../src/credit/rules/delinquency.ts';
import { standOf, unpaidOf } from '../../src/credit/rules/loan-stand.ts';
import type { Day } from '../../src/kernel/index.ts';
import { Money, addDays } from '../../src/kernel/index.ts';
import { riskSums, tallyRisk } from '../../src/credit/store-risk-reports.ts';
import { everything, statement, withTransaction } from '../../src/platform/transaction.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import type { Drawn } from './loan-stage.ts';
import { factsOf, loanIn, monthly, repayLoan, runDayEnds } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const recordHeld = operationOf('record-held-provision');

interface Sum {
  readonly riskClass: string;
  readonly code: string;
  readonly loans: number;
  readonly balance: string;
  readonly overdue: string;
  readonly provision: string;
}
interface Ratio {
  readonly numerator: string | null;
  readonly denominator: string;
  readonly value: string | null;
  readonly standing: string | null;
  readonly reason: string | null;
}
interface Report {
  readonly id: string;
  readonly bankId: string;
  readonly loans: number;
  readonly balance: string;
  readonly nonPerforming: string;
  readonly required: string;
  readonly held: { readonly amount: string; readonly asOf: string } | null;
  readonly classes: readonly Sum[];
  readonly ranges: readonly Sum[];
  readonly ratios: Readonly<Record<string, Ratio>>;
}
interface Behind {
  readonly riskClass: string;
  readonly delinquency: string | null;
  readonly balance: string;
}

describe('the risk report of a day', () => {
  let stage: Stage;
  let late: Drawn;
  before(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '100000000.00');
    const { lineId } = await lineIn(stage, park, '40000000.00');
    const other = await lineIn(stage, park, '40000000.00', { enterpriseId: stage.otherFirmId });
    const terms = (drawnDaysAgo: number, amount: string) => ({
      amount,
      valueOn: ago(drawnDaysAgo),
      dueOn: addDays(ago(drawnDaysAgo), 366),
      terms: monthly(),
    });
    late = await loanIn(stage, lineId, terms(160, '120000.00'));
    await loanIn(stage, other.lineId, terms(15, '240000.00'));
    await stage.done(drawDown, drawing(other.lineId, '40000.00', { valueOn: ago(10) }), stage.bank);
    await runDayEnds(stage, ago(1));
  });
  after(() => stage.close());

  const reportOf = async (asOf: Day): Promise<Report> => {
    const { items } = (await stage.ask(queryOf('list-risk-reports'), { asOf }, stage.bank)) as {
      items: Report[];
    };
    expect(items).to.have.length(1);
    return items[0] as Report;
  };
  const behind = async (reportId: string, more: object = {}): Promise<Behind[]> => {
    const input = { reportId, ...more };
    const page = await stage.ask(queryOf('list-risk-report-loans'), input, stage.bank);
    return (page as { items: Behind[] }).items;
  };
  const owed = (loans: readonly Behind[]): string =>
    Money.sum(loans.map(({ balance }) => Money.of(balance))).toString();

  it('is kept for every day that was caught up, and once', async () => {
    const count = () =>
      stage.rows<{ reports: number; days: number }>(
        `select count(*)::int as reports, count(distinct as_of)::int as days
         from credit_risk_reports`,
      );
    const before = await count();
    expect(before).to.deep.equal([{ reports: 160, days: 160 }]);
    await runDayEnds(stage, ago(1));
    expect(await count()).to.deep.equal(before);
  });

  it('provides by class and computes no coverage of what nobody said is held', async () => {
    const { classes, ratios, ...report } = await reportOf(ago(1));
    expect(report).to.include({ loans: 3, balance: '400000.00', nonPerforming: '120000.00' });
    // 25 % of what is substandard, and 1 % of all loans.
    expect(report).to.include({ required: '34000.00', held: null });
    const sums = classes.map(({ riskClass, loans, balance }) => [riskClass, loans, balance]);
    expect(sums).to.deep.equal([
      ['NORMAL', 2, '280000.00'],
      ['SPECIAL_MENTION', 0, '0.00'],
      ['SUBSTANDARD', 1, '120000.00'],
      ['DOUBTFUL', 0, '0.00'],
      ['LOSS', 0, '0.00'],
    ]);
    expect(ratios['nonPerforming']).to.include({ value: '0.300000', reason: null });
    const unknown = { numerator: null, value: null, reason: 'held-provision-missing' };
    expect(ratios['coverage']).to.include({ ...unknown, denominator: '120000.00' });
    expect(ratios['loanProvision']).to.include({ ...unknown, denominator: '400000.00' });
    expect(ratios['requiredCoverage']).to.include({ value: '0.283333', standing: 'BELOW' });
    expect(ratios['requiredLoanProvision']).to.include({ value: '0.085000', standing: 'MET' });
  });

  it('has the ranges that the pure rule finds, of the loan and of its instalments', async () => {
    for (const day of [ago(1), ago(40), ago(100), ago(128)]) {
      const { ranges } = await reportOf(day);
      const dues = standOf(factsOf(late), day).instalments.map((one) => ({
        dueOn: one.dueOn,
        amount: unpaidOf(one),
      }));
      const found = delinquencyOf(dues, day, delinquencyRanges.parameters);
      for (const { code, loans, balance, overdue } of ranges) {
        const here = code === found.range;
        const expected = here ? [code, 1, '120000.00'] : [code, 0, '0.00'];
        expect([code, loans, balance], day).to.deep.equal(expected);
        expect(overdue, `${day} ${code}`).to.equal(
          (found.byRange.get(code) ?? Money.zero).toString(),
        );
      }
    }
  });

  it('opens to its loans, which add up to it, also after later facts', async () => {
    const report = await reportOf(ago(1));
    const paid = {
      drawdownId: late.drawdownId,
      amount: '60000.00',
      valueOn: today,
      excess: 'next',
    };
    await stage.done(repayLoan, paid, stage.bank);
    const all = await behind(report.id);
    expect([all.length, owed(all)]).to.deep.equal([report.loans, report.balance]);
    for (const { riskClass, loans, balance } of report.classes) {
      const own = await behind(report.id, { riskClass });
      expect([own.length, owed(own)], riskClass).to.deep.equal([loans, balance]);
    }
    for (const { code, loans, balance } of report.ranges) {
      const own = await behind(report.id, { delinquency: code });
      expect([own.length, owed(own)], code).to.deep.equal([loans, balance]);
    }
    const other = await stage.ask(queryOf('list-risk-reports'), {}, stage.otherBank);
    expect((other as { items: Report[] }).items).to.deep.equal([]);
  });

  it('covers by what the bank says that it holds, from that day on', async () => {
    const input = { zoneId: stage.zoneId, asOf: today, evidence: '生成的样例：拨备台账' };
    await stage.done(recordHeld, { ...input, amount: '30000.00' }, stage.bank);
    await stage.done(recordHeld, { ...input, amount: '3000.00' }, stage.bank);
    await runDayEnds(stage, today);
    const { held, ratios, nonPerforming } = await reportOf(today);
    // The last word of a day holds; principal that was repaid today is no longer provided for.
    expect(held).to.include({ amount: '3000.00', asOf: today });
    expect(ratios['coverage']).to.include({ numerator: '3000.00', standing: 'BELOW' });
    expect(ratios['coverage']?.denominator).to.equal(nonPerforming);
    expect(Money.of(nonPerforming).lessThan(Money.of('120000.00'))).to.equal(true);
    const events = await stage.rows<{ ratio: string; day: string }>(
      `select payload ->> 'ratio' as ratio, payload ->> 'day' as day from platform_events
       where name = 'credit.risk-ratio-fell-short' order by seq`,
    );
    const news = events.filter(({ day }) => day === today).map(({ ratio }) => ratio);
    expect(news).to.deep.equal(['coverage', 'loanProvision']);
    // Below since the loan turned bad, and told once.
    expect(events.filter(({ ratio }) => ratio === 'requiredCoverage')).to.have.length(1);
    expect((await reportOf(ago(1))).held).to.equal(null);
  });

  it('refuses provisions of a day to come, and of a zone where the bank has no book', async () => {
    const input = { zoneId: stage.zoneId, asOf: ago(-1), amount: '1.00', evidence: '样例' };
    const refused = async (more: object, actor = stage.bank) =>
      (await stage.refused(recordHeld, { ...input, ...more }, actor)).code;
    expect(await refused({})).to.equal('provision-day-in-future');
    expect(await refused({ asOf: today }, stage.otherBank)).to.equal('bank-not-in-zone');
    const missing = { reportId: `risk_${'0'.repeat(26)}` };
    const failure = await stage
      .ask(queryOf('list-risk-report-loans'), missing, stage.bank)
      .catch((problem: { code: string }) => problem.code);
    expect(failure).to.equal('risk-report-missing');
  });
});

describe('a portion of the risk report', () => {
  it('reads what was repaid of its own drawdowns and of no others', async () => {
    const stage = await openStage();
    const park = await parkIn(stage, '100000000.00');
    const { lineId } = await lineIn(stage, park, '40000000.00');
    const owed = drawing(lineId, '50000.00', { valueOn: ago(100) });
    const { drawdownId } = await stage.done(drawDown, owed, stage.bank);
    const paid = { drawdownId, principal: '7.00', valueOn: today };
    await stage.done(operationOf('repay'), paid, stage.bank);
    const undone = new Error('undone');
    const read = withTransaction(stage.db, everything, async (tx) => {
      await tx.rows(
        statement(
          'test.repay-elsewhere',
          `insert into credit_repayments (id, zone_id, owner_id, drawdown_id, principal, interest,
             value_on, operation_id, made_at)
           select 'rpy_' || n, r.zone_id, r.owner_id, 'zzzz_' || n, 1, 0, r.value_on,
             r.operation_id, r.made_at
           from credit_repayments r, generate_series(1, 5000) n`,
        ),
      );
      const at = new Date();
      await tallyRisk(tx, { day: ago(1), after: '', most: 10, at });
      const sums = await riskSums(tx);
      expect(sums.map(({ balance }) => balance.toString())).to.deep.equal(['50000.00']);
      const [seen] = await tx.rows<{ rows: string }>(
        statement(
          'test.rows-read',
          `select seq_tup_read + coalesce(idx_tup_fetch, 0) as rows
           from pg_stat_xact_user_tables where relname = 'credit_repayments'`,
        ),
      );
      // One by the statement that made the others, and one by the portion.
      expect(seen?.rows).to.equal('2');
      throw undone;
    });
    expect(await read.catch((problem: unknown) => problem)).to.equal(undone);
    await stage.close();
  });
});

describe('the risk report of a loan without terms', () => {
  it('has it in the range of the days past its due day, with all of it', async () => {
    const stage = await openStage();
    const park = await parkIn(stage, '100000000.00');
    const { lineId } = await lineIn(stage, park, '40000000.00');
    const late = drawing(lineId, '50000.00', { valueOn: ago(100), dueOn: ago(40) });
    await stage.done(drawDown, late, stage.bank);
    await stage.done(drawDown, drawing(lineId, '70000.00', { valueOn: ago(100) }), stage.bank);
    await runDayEnds(stage, ago(1));
    const { items } = (await stage.ask(
      queryOf('list-risk-reports'),
      { asOf: ago(1) },
      stage.bank,
    )) as { items: Report[] };
    const [report] = items as [Report];
    const { ranges } = report;
    const met = ranges.filter(({ loans }) => loans > 0);
    expect(met.map(({ loans, balance, overdue }) => [loans, balance, overdue])).to.deep.equal([
      [1, '50000.00', '50000.00'],
    ]);
    const behind = (await stage.ask(
      queryOf('list-risk-report-loans'),
      { reportId: report.id, delinquency: met[0]?.code },
      stage.bank,
    )) as { items: Behind[] };
    expect(behind.items.map(({ balance }) => balance)).to.deep.equal(['50000.00']);
    await stage.close();
  });
});
