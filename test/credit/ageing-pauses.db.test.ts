// Pauses of ageing in the ranges of the risk report: the SQL of the night and what a late record
// does to closed days, against the pure rule, on random pauses, resumptions and payments.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { delinquencyRanges } from '../../src/credit/packs/delinquency-ranges.ts';
import type { Delinquency, Pause } from '../../src/credit/rules/delinquency.ts';
import { delinquencyOf } from '../../src/credit/rules/delinquency.ts';
import { standOf, unpaidOf } from '../../src/credit/rules/loan-stand.ts';
import type { Day } from '../../src/kernel/index.ts';
import { Money, addDays } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import type { Drawn, Paid } from './loan-stage.ts';
import {
  agree,
  factsOf,
  loanIn,
  monthly,
  openLoanBook,
  repayLoan,
  runDayEnds,
} from './loan-stage.ts';

import { drawing } from './stage.ts';

const pause = operationOf('pause-ageing');
const resume = operationOf('resume-ageing');

/** Seeded, so that a failure can be seen again. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

interface Known {
  readonly loan: Drawn;
  readonly paid: Paid[];
  pauses: (Pause & { readonly id: string })[];
}

interface Report {
  readonly id: string;
  readonly ranges: readonly { readonly code: string; readonly loans: number }[];
}

describe('pauses of ageing', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    ({ stage, lineId } = await openLoanBook());
  });
  afterEach(() => stage.close());

  /** What the rule says of everything that is known by now. */
  const ruled = ({ loan, paid, pauses }: Known, on: Day): Delinquency => {
    const dues = standOf(factsOf(loan, paid), on).instalments;
    const unpaid = dues.map((one) => ({ dueOn: one.dueOn, amount: unpaidOf(one) }));
    return delinquencyOf(unpaid, on, delinquencyRanges.parameters, pauses);
  };
  const rangesOf = ({ loan }: Known) =>
    stage.rows<{ since: Day; range: string | null; days: number }>(
      `select distinct on (since) since::text, delinquency as range, days_past_due as days
       from credit_loan_ranges where drawdown_id = '${loan.drawdownId}' order by since, no desc`,
    );
  const expectAsRule = async (one: Known, upTo: Day) => {
    const rows = await rangesOf(one);
    for (let day = one.loan.valueOn; day <= upTo; day = addDays(day, 1)) {
      const row = rows.findLast(({ since }) => since <= day);
      const said = ruled(one, day);
      expect(row?.range ?? undefined, `${one.loan.drawdownId} ${day}`).to.equal(said.range);
      if (row?.since === day) expect(row.days).to.equal(said.daysPastDue);
    }
    const [now] = await stage.rows<{ range: string | null }>(
      `select delinquency as range from credit_loans where id = '${one.loan.drawdownId}'`,
    );
    expect(now?.range ?? undefined).to.equal(ruled(one, upTo).range);
  };
  const reportsKept = () => stage.rows('select * from credit_risk_reports order by as_of, id');
  const expectReport = async (known: readonly Known[], day: Day) => {
    const [report] = await stage.rows<{ ranges: readonly Record<string, unknown>[] }>(
      `select ranges from credit_risk_reports where as_of = '${day}'`,
    );
    expect(report, day).to.not.equal(undefined);
    const said = known.map((one) => ruled(one, day));
    for (const { code, loans, overdue } of report?.ranges ?? []) {
      const own = said.filter(({ range }) => range === code);
      const unpaid = Money.sum(
        said.map(({ byRange }) => byRange.get(code as string) ?? Money.zero),
      );
      expect([loans, overdue], `${day} ${code as string}`).to.deep.equal([
        own.length,
        unpaid.toString(),
      ]);
    }
  };
  const newLoan = async (valueOn: Day, more: object = {}): Promise<Known> => {
    const dueOn = addDays(valueOn, 380);
    const given = { amount: '120000.00', valueOn, dueOn, terms: monthly(more) };
    return { loan: await loanIn(stage, lineId, given), paid: [], pauses: [] };
  };
  const pauseIt = async (one: Known, from: Day, to?: Day) => {
    const { drawdownId } = one.loan;
    const input = { drawdownId, from, reason: '债务重整磋商', ...(to ? { to } : {}) };
    const outcome = await stage.outcome(pause, input, stage.bank);
    if (outcome.kind !== 'done') return;
    one.pauses.push({ id: (outcome.output as { pauseId: string }).pauseId, from, to });
  };
  const resumeIt = async (one: Known, on: Day) => {
    const open = one.pauses.at(-1);
    if (!open) return;
    const input = { drawdownId: one.loan.drawdownId, pauseId: open.id, resumedOn: on };
    const outcome = await stage.outcome(resume, { ...input, reason: '磋商结束' }, stage.bank);
    if (outcome.kind !== 'done') return;
    one.pauses = [...one.pauses.slice(0, -1), { ...open, to: addDays(on, -1) }];
  };
  const payIt = async (one: Known, on: Day, amount: string) => {
    const excess = 'next' as const;
    const input = { drawdownId: one.loan.drawdownId, amount, valueOn: on, excess };
    if ((await stage.outcome(repayLoan, input, stage.bank)).kind !== 'done') return;
    one.paid.push({ on, amount, excess });
  };

  it('are in every range as the pure rule has them, on random histories', async () => {
    const next = numbersFrom(20_261_123);
    const known: Known[] = [];
    for (let i = 0; i < 14; i += 1) {
      known.push(await newLoan(ago(75 + next(100)), { instalments: 6, every: { days: 20 } }));
    }
    let paused = 0;
    for (const stop of [ago(90), ago(61), ago(30), ago(12), ago(1)]) {
      await runDayEnds(stage, stop);
      const begun = known.filter(({ loan }) => loan.valueOn <= stop);
      for (const one of begun) await expectAsRule(one, stop);
      await expectReport(begun, stop);
      const reports = await reportsKept();
      for (const one of begun) {
        const on = addDays(stop, 1 - next(45));
        if (on < one.loan.valueOn) continue;
        const act = next(4);
        if (act === 0) await payIt(one, on, `${500 + next(40_000)}.${10 + next(90)}`);
        if (act === 1) await pauseIt(one, on);
        if (act === 2) await pauseIt(one, on, addDays(on, next(70)));
        if (act === 3) await resumeIt(one, addDays(on, next(60)));
        // What it made of closed days is told at once.
        await expectAsRule(one, stop);
      }
      paused = Math.max(paused, begun.filter(({ pauses }) => pauses.length > 0).length);
      expect(await reportsKept()).to.deep.equal(reports);
    }
    expect(paused).to.be.greaterThan(5);
    expect(known.flatMap(({ paid }) => paid).length).to.be.greaterThan(5);
  }).timeout(120_000);

  it('leave reports as they were, with the loans that were behind them', async () => {
    const one = await newLoan(ago(100));
    await runDayEnds(stage, ago(1));
    const { items } = (await stage.ask(queryOf('list-risk-reports'), {}, stage.bank)) as {
      items: Report[];
    };
    const behind = async ({ id: reportId }: Report, delinquency: string): Promise<number> => {
      const input = { reportId, delinquency };
      const page = await stage.ask(queryOf('list-risk-report-loans'), input, stage.bank);
      return (page as { items: object[] }).items.length;
    };
    const before = await reportsKept();
    await pauseIt(one, ago(60), ago(20));
    await payIt(one, ago(15), '11000.00');
    expect(await reportsKept()).to.deep.equal(before);
    expect(items.length).to.be.greaterThan(40);
    for (const report of items) {
      for (const { code, loans } of report.ranges) {
        expect(await behind(report, code), code).to.equal(loans);
      }
    }
    await runDayEnds(stage, today);
    await expectReport([one], today);
  });

  it('move no class, no calendar day and no penalty', async () => {
    const [plain, paused] = [await newLoan(ago(140)), await newLoan(ago(140))];
    // Paused before anything is overdue: it has no range, and is classified all the same.
    await pauseIt(paused, ago(130));
    await runDayEnds(stage, ago(1));
    const figures = ({ loan }: Known) =>
      stage.rows(
        `select days_past_due, risk_class, penalty, compound, accrued, overdue_since,
           (select jsonb_agg(jsonb_build_array(classified_on, c.risk_class, triggers)
             order by classified_on) from credit_loan_classes c where drawdown_id = l.id) as classes
         from credit_loans l where id = '${loan.drawdownId}'`,
      );
    const [own] = await figures(paused);
    expect(own).to.deep.include({ risk_class: 'SUBSTANDARD' });
    expect([own]).to.deep.equal(await figures(plain));
    expect(ruled(paused, ago(1)).range).to.equal(undefined);
    await expectAsRule(paused, ago(1));
    await expectAsRule(plain, ago(1));
  });

  it('and days that are caught up: they know no payment of a later day', async () => {
    const [idle, partly] = [await newLoan(ago(100)), await newLoan(ago(100))];
    const wholly = await newLoan(ago(100));
    await runDayEnds(stage, ago(5));
    await pauseIt(partly, ago(30), ago(20));
    await payIt(partly, today, '15000.00');
    await payIt(wholly, ago(2), '130000.00');
    await runDayEnds(stage, today);
    expect([partly.paid.length, wholly.paid.length]).to.deep.equal([1, 1]);
    for (const day of [ago(4), ago(3), ago(2), ago(1), today]) {
      await expectReport([idle, partly, wholly], day);
    }
  });

  it('and late terms give their ranges to the days that were closed before', async () => {
    const first = await newLoan(ago(100));
    await runDayEnds(stage, ago(1));
    const given = { valueOn: ago(100), dueOn: addDays(ago(100), 380) };
    const draw = drawing(lineId, '120000.00', given);
    const { drawdownId } = await stage.done(drawDown, draw, stage.bank);
    await stage.done(agree, { drawdownId, terms: monthly() }, stage.bank);
    const loan = { ...first.loan, drawdownId: drawdownId as string };
    await expectAsRule({ loan, paid: [], pauses: [] }, ago(1));
  });
});
