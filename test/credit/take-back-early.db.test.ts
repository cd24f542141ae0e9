// Taking back what was repaid before the terms of the loan were agreed.
import { expect } from 'chai';
import { drawDown, repay } from '../../src/credit/index.ts';
import { addDays } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { agree, bookFigures, monthly, repayLoan } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const reverse = operationOf('reverse-repayment');

describe('taking back what came before the terms', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '100000000.00', { startsOn: ago(500) });
    ({ lineId } = await lineIn(stage, park, '500000.00', { startsOn: ago(500) }));
  });
  afterEach(() => stage.close());

  it('gives interest back alone, whatever became of the loan since', async () => {
    const given = { valueOn: ago(100), dueOn: addDays(ago(100), 366) };
    const draw = drawing(lineId, '120000.00', given);
    const drawdownId = (await stage.done(drawDown, draw, stage.bank))['drawdownId'] as string;
    const early = { drawdownId, principal: '0.00', interest: '77.00', valueOn: ago(90) };
    const { repaymentId: first } = await stage.done(repay, early, stage.bank);
    const { repaymentId: second } = await stage.done(repay, early, stage.bank);
    await stage.done(agree, { drawdownId, terms: monthly() }, stage.bank);
    const asking = (repaymentId: unknown) => ({ drawdownId, repaymentId, reason: '录入错误' });
    const earned = async () =>
      (
        await stage.rows<{ balance: string }>(
          `select balance::text from ledger_accounts where kind = 'interest-received'`,
        )
      )[0]?.balance;
    const state = async () =>
      (
        await stage.rows<{ state: string }>(
          `select state from credit_drawdowns where id = '${drawdownId}'`,
        )
      )[0]?.state;
    expect(await earned()).to.equal('154.00');
    const before = await bookFigures(stage, drawdownId);
    expect(await stage.done(reverse, asking(first), stage.bank)).to.include({
      amount: '77.00',
      outstanding: '120000.00',
    });
    expect(await earned()).to.equal('77.00');
    expect(await bookFigures(stage, drawdownId)).to.deep.equal(before);
    const again = await stage.refused(reverse, asking(first), stage.bank);
    expect(again.code).to.equal('repayment-reversed');
    const all = { drawdownId, amount: '130000.00', valueOn: ago(20), excess: 'next' };
    await stage.done(repayLoan, all, stage.bank);
    expect(await state()).to.equal('REPAID');
    await stage.done(reverse, asking(second), stage.bank);
    expect(await earned()).to.equal('0.00');
    expect(await state()).to.equal('REPAID');
    await stage.check();
  });
});
