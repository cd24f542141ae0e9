// A correction of a class falls with the fact that it stood on; it cures no default, and it lifts
// no loan that another one had made bad.
import { expect } from 'chai';
import { markDefault } from '../../src/credit/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { loanIn, repayLoan, runDayEnds, openLoanBook, classOf } from './loan-stage.ts';

const correctClass = operationOf('correct-class');
const reverse = operationOf('reverse-repayment');

describe('a class correction', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    ({ stage, lineId } = await openLoanBook());
  });
  afterEach(() => stage.close());

  const reason = '十月还款迟录';
  /** Equal instalments of principal; the first was due so many days ago. */
  const loan = async (
    amount: string,
    { firstDue, every, instalments }: { firstDue: number; every: number; instalments: number },
  ): Promise<string> => {
    const { drawdownId } = await loanIn(stage, lineId, {
      amount,
      valueOn: ago(firstDue + every),
      dueOn: ago(firstDue - every * (instalments - 1)),
      terms: {
        product: 'technology-transfer',
        method: 'equal-principal',
        instalments,
        every: { days: every },
        rate: '0.06',
      },
    });
    return drawdownId;
  };
  const classNow = (drawdownId: string) => classOf(stage, drawdownId);
  const pay = async (drawdownId: string, amount: string, day: number): Promise<string> => {
    await stage.done(repayLoan, { drawdownId, amount, valueOn: ago(day) }, stage.bank);
    const [row] = await stage.rows<{ id: string }>(
      `select id from credit_loan_payments where drawdown_id = '${drawdownId}'
       order by recorded_at desc limit 1`,
    );
    return row?.id ?? '';
  };
  const correct = (drawdownId: string) =>
    stage.outcome(correctClass, { drawdownIds: [drawdownId], reason }, stage.bank);
  const undo = async (drawdownId: string, repaymentId: string) => {
    const input = { drawdownId, repaymentId, reason: '误录' };
    const answer = await stage.outcome(reverse, input, stage.bank);
    return answer.kind === 'refused' ? answer.failure.code : answer.kind;
  };
  const monthly3 = { firstDue: 110, every: 60, instalments: 3 };

  it('is taken back before the payment that it stands on', async () => {
    const drawdownId = await loan('90000.00', monthly3);
    await runDayEnds(stage, ago(5));
    const told = await pay(drawdownId, '32000.00', 60);
    expect((await correct(drawdownId)).kind).to.equal('done');
    expect(await undo(drawdownId, told)).to.equal('repayment-depended-on');
  });

  it('falls with it when a night has lifted the class, and the class is found again', async () => {
    const drawdownId = await loan('90000.00', monthly3);
    await runDayEnds(stage, ago(8));
    const told = await pay(drawdownId, '62500.00', 60);
    expect((await correct(drawdownId)).kind).to.equal('done');
    // The clock stands still in tests: the finding is dated back, so that a night may use it.
    await stage.rows(
      `update credit_upgrade_findings set found_on = '${ago(7)}'
       where drawdown_id = '${drawdownId}'`,
    );
    await runDayEnds(stage, ago(4));
    expect(await classNow(drawdownId)).to.equal('SPECIAL_MENTION');
    await pay(drawdownId, '64500.00', 1);
    expect(await undo(drawdownId, told)).to.equal('done');
    expect(await classNow(drawdownId)).to.equal('SUBSTANDARD');
    await runDayEnds(stage, today);
    expect(await classNow(drawdownId)).to.equal('SUBSTANDARD');
  });

  it('is refused for a loan that another one made bad', async () => {
    const bad = await loan('15000.00', { firstDue: 100, every: 365, instalments: 2 });
    const other = await loan('85000.00', { firstDue: -200, every: 365, instalments: 2 });
    await runDayEnds(stage, ago(9));
    expect([await classNow(bad), await classNow(other)]).to.deep.equal([
      'SUBSTANDARD',
      'SUBSTANDARD',
    ]);
    const answer = await correct(other);
    if (answer.kind !== 'refused') throw new Error(`it was ${answer.kind}`);
    expect(answer.failure.code).to.equal('class-not-corrected');
    expect(answer.failure.facts['missing']).to.deep.equal(['another-trigger']);
  });

  it('falls also where nothing else was paid, and the days alone find the class', async () => {
    const drawdownId = await loan('90000.00', { firstDue: 110, every: 365, instalments: 2 });
    await runDayEnds(stage, ago(8));
    const told = await pay(drawdownId, '60000.00', 60);
    expect((await correct(drawdownId)).kind).to.equal('done');
    await stage.rows(
      `update credit_upgrade_findings set found_on = '${ago(7)}'
       where drawdown_id = '${drawdownId}'`,
    );
    await runDayEnds(stage, ago(4));
    expect(await classNow(drawdownId)).to.equal('NORMAL');
    expect(await undo(drawdownId, told)).to.equal('done');
    expect(await classNow(drawdownId)).to.equal('SUBSTANDARD');
    const events = await stage.rows(
      `select id from platform_events where subject_id = '${drawdownId}'
         and name = 'credit.loan-reclassified' and payload->>'from' = 'NORMAL'
         and payload->>'to' = 'SUBSTANDARD'`,
    );
    expect(events).to.have.length(1);
  });

  it('lifts a larger loan together with the one that alone had made it bad', async () => {
    const one = await loan('100000.00', { firstDue: 100, every: 365, instalments: 2 });
    const larger = await loan('200000.00', { firstDue: -200, every: 365, instalments: 2 });
    await runDayEnds(stage, ago(5));
    await pay(one, '58000.00', 60);
    expect((await correct(larger)).kind).to.equal('refused');
    const both = { drawdownIds: [one, larger], reason };
    await stage.done(correctClass, both, stage.bank);
    await runDayEnds(stage, today);
    expect([await classNow(one), await classNow(larger)]).to.deep.equal(['NORMAL', 'NORMAL']);
  });

  it('cures no default that is marked after it', async () => {
    const drawdownId = await loan('90000.00', { firstDue: 110, every: 365, instalments: 2 });
    await runDayEnds(stage, ago(5));
    await pay(drawdownId, '52000.00', 60);
    expect((await correct(drawdownId)).kind).to.equal('done');
    await stage.done(markDefault, { drawdownId, defaultedOn: ago(2) }, stage.bank);
    const last = await pay(drawdownId, '1000.00', 1);
    expect(await undo(drawdownId, last)).to.equal('done');
    const [row] = await stage.rows<{ state: string }>(
      `select state from credit_drawdowns where id = '${drawdownId}'`,
    );
    expect(row?.state).to.equal('NPL');
    await runDayEnds(stage, today);
    const [night] = await stage.rows<{ codes: string[] }>(
      `select jsonb_path_query_array(triggers, '$[*].code') as codes from credit_loan_classes
       where drawdown_id = '${drawdownId}' order by classified_on desc limit 1`,
    );
    expect(night?.codes).to.include('upgrade-not-earned');
  });
});
