// A finding of an upgrade cures what was known when it was made: a default told after it stands,
// whatever its value day is, until another finding lifts it.
import { expect } from 'chai';
import { markDefault } from '../../src/credit/index.ts';
import { addMonths } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { loanIn, monthly, openLoanBook, repayLoan, runDayEnds } from './loan-stage.ts';

const findUpgrade = operationOf('find-upgrade');
const reverse = operationOf('reverse-repayment');

describe('a finding of an upgrade and a default told after it', () => {
  let stage: Stage;
  let drawdownId: string;
  const cured = ago(220);

  /** Non-performing by its days, cured and paid normally since: an upgrade is earned. */
  beforeEach(async () => {
    let lineId: string;
    ({ stage, lineId } = await openLoanBook());
    ({ drawdownId } = await loanIn(stage, lineId, {
      amount: '120000.00',
      valueOn: ago(345),
      dueOn: addMonths(ago(345), 24),
      terms: monthly({ instalments: 24, method: 'interest-first' }),
    }));
    await runDayEnds(stage, ago(221));
    const rows = await stage.rows<{ due_on: string; interest: string }>(
      `select due_on::text, interest::text from credit_instalments
       where drawdown_id = '${drawdownId}' order by no`,
    );
    await pay('5000.00', cured);
    for (const { due_on: dueOn, interest } of rows) {
      if (dueOn > cured && dueOn <= today) await pay(interest, dueOn);
    }
    await runDayEnds(stage, ago(1));
  });
  afterEach(() => stage.close());

  const pay = (amount: string, valueOn: string) =>
    stage.done(repayLoan, { drawdownId, amount, valueOn }, stage.bank);
  const find = () => {
    const reason = '经营恢复，现金流覆盖';
    const ask = { drawdownId, curedOn: cured, abilityAssessed: true, reason };
    return stage.done(findUpgrade, ask, stage.bank);
  };
  const tellDefault = () =>
    stage.done(markDefault, { drawdownId, defaultedOn: ago(3) }, stage.bank);
  /** Settles the loan, and finds that the money never came. */
  const settleAndTakeBack = async (): Promise<void> => {
    await pay('200000.00', today);
    const [last] = await stage.rows<{ id: string }>(
      `select id from credit_loan_payments where drawdown_id = '${drawdownId}'
       order by no desc limit 1`,
    );
    const input = { drawdownId, repaymentId: last?.id, reason: '误录' };
    await stage.done(reverse, input, stage.bank);
  };
  const state = async (): Promise<string | undefined> =>
    (
      await stage.rows<{ state: string }>(
        `select state from credit_drawdowns where id = '${drawdownId}'`,
      )
    )[0]?.state;

  it('does not cure it: what is owed again is in default again', async () => {
    await find();
    await tellDefault();
    await settleAndTakeBack();
    expect(await state()).to.equal('NPL');
  });

  it('does not serve the night that follows', async () => {
    await find();
    await tellDefault();
    await runDayEnds(stage, today);
    const [row] = await stage.rows<{ risk_class: string; codes: string[] }>(
      `select risk_class, jsonb_path_query_array(triggers, '$[*].code') as codes
       from credit_loan_classes where drawdown_id = '${drawdownId}'
       order by classified_on desc limit 1`,
    );
    expect(row?.risk_class).to.equal('SUBSTANDARD');
    expect(row?.codes).to.include.members(['credit-impaired', 'upgrade-not-earned']);
  });

  it('is lifted by a finding that comes after it', async () => {
    await find();
    await tellDefault();
    await find();
    await settleAndTakeBack();
    expect(await state()).to.equal('PARTLY_REPAID');
  });
});
