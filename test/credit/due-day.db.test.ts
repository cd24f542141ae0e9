// How far a due day may lie: after the end of the line, but no loan runs longer than the rule says.
import { expect } from 'chai';
import { drawDown, renewLoanWithoutRepayment } from '../../src/credit/index.ts';
import { addDays, addMonths } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { loanIn, monthly } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

describe('credit: due days', () => {
  let stage: Stage;
  let lineId: string;
  const latest = addMonths(today, 1200);
  before(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '1000000.00');
    ({ lineId } = await lineIn(stage, park, '900000.00', { expiresOn: ago(-30) }));
  });
  after(() => stage.close());

  const drawn = async (dueOn: string): Promise<string> =>
    (await stage.done(drawDown, drawing(lineId, '10.00', { dueOn }), stage.bank))['drawdownId'] ??
    '';

  it('may lie after the last day of the line, as far ahead as any product runs', async () => {
    await drawn(ago(-31));
    await drawn(latest);
  });

  it('are refused a day later, whatever is lent', async () => {
    const dueOn = addDays(latest, 1);
    for (const day of [dueOn, '9999-12-31']) {
      const input = drawing(lineId, '10.00', { dueOn: day });
      const failure = await stage.refused(drawDown, input, stage.bank);
      expect(failure.code).to.equal('due-day-too-far');
      expect(failure.facts['latestDueOn']).to.equal(latest);
    }
    const renewal = {
      drawdownId: await drawn(ago(-60)),
      valueOn: today,
      dueOn,
      size: 'small',
      findings: [],
      reason: '续贷',
    };
    const options = { expectedVersion: 1 };
    const renewed = await stage.refused(renewLoanWithoutRepayment, renewal, stage.bank, options);
    expect(renewed.code).to.equal('due-day-too-far');
    const { drawdownId, valueOn } = await loanIn(stage, lineId, {
      amount: '1200.00',
      valueOn: ago(10),
      dueOn: addDays(ago(10), 366),
      terms: monthly(),
    });
    const far = addDays(addMonths(valueOn, 1200), 1);
    const asked = { drawdownId, agreedOn: today, dueOn: far, reason: '回款推迟' };
    for (const name of ['extend-loan', 'restructure-loan']) {
      const failure = await stage.refused(operationOf(name), asked, stage.bank);
      expect(failure.code, name).to.equal('due-day-too-far');
    }
  });
});
