// Post-loan inspections: due by class, overdue from the day after, and what each must show; and the
// fee on what was never drawn.
import { expect } from 'chai';
import { drawDown, markDefault, repay } from '../../src/credit/index.ts';
import { recordInspection } from '../../src/credit/operations/record-inspection.ts';
import { listInspections, listInspectionsDue } from '../../src/credit/queries-inspections.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

describe('credit: post-loan inspections', () => {
  let stage: Stage;
  let lineId: string;
  before(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '100000000');
    ({ lineId } = await lineIn(stage, park, '50000000'));
  });
  after(() => stage.close());

  const drawn = async (valueOn: string): Promise<string> =>
    (await stage.done(drawDown, drawing(lineId, '1000000', { valueOn }), stage.bank))[
      'drawdownId'
    ] as string;
  const invoice = [{ kind: 'invoice', reference: '发票 24352000000012345678' }];
  const found = (drawdownId: string, more: object = {}) => ({
    drawdownId,
    doneOn: today,
    result: 'NO_CONCERN',
    finding: '资金已付原材料款',
    useEvidence: invoice,
    ...more,
  });
  const inspect = (drawdownId: string, more: object = {}) =>
    stage.done(recordInspection, found(drawdownId, more), stage.bank);
  const refused = async (drawdownId: string, more: object = {}, actor = stage.bank) =>
    (await stage.refused(recordInspection, found(drawdownId, more), actor)).code;
  const due = async (drawdownId: string) => {
    const { items } = await stage.ask(listInspectionsDue, {}, stage.bank);
    return items.find((one) => one.drawdownId === drawdownId);
  };

  it('is due 15 days after the drawdown, and overdue on the sixteenth', async () => {
    const [last, late] = [await drawn(ago(15)), await drawn(ago(16))] as const;
    expect(await due(last)).to.deep.include({ first: true, dueOn: today, overdue: false });
    expect(await due(late)).to.deep.include({ first: true, dueOn: ago(1), overdue: true });
    const { items } = await stage.ask(listInspectionsDue, { overdue: 'true' }, stage.bank);
    expect(items.map(({ drawdownId }) => drawdownId))
      .to.include(late)
      .and.not.include(last);
    expect(await inspect(late)).to.deep.include({ late: true, nextDueOn: ago(-90) });
    expect(await due(late)).to.deep.include({ first: false, dueOn: ago(-90), lastOn: today });
  });

  it('follows the class: a loan that turns bad is due sooner, at once', async () => {
    const drawdownId = await drawn(ago(60));
    expect((await inspect(drawdownId, { doneOn: ago(40) }))['nextDueOn']).to.equal(ago(-50));
    await stage.done(markDefault, { drawdownId, defaultedOn: today }, stage.bank);
    expect(await due(drawdownId)).to.deep.include({
      riskClass: 'SUBSTANDARD',
      dueOn: ago(10),
      overdue: true,
    });
    const next = await inspect(drawdownId, { result: 'CONCERN', useEvidence: [] });
    expect(next).to.deep.include({ dueOn: ago(10), late: true, nextDueOn: ago(-30) });
    const { items } = await stage.ask(listInspections, { drawdownId }, stage.bank);
    expect(items.map(({ result, useEvidence }) => [result, useEvidence])).to.deep.equal([
      ['NO_CONCERN', invoice],
      ['CONCERN', []],
    ]);
  });

  it('refuses in this order: loan, state, day at its borders, evidence of use', async () => {
    const drawdownId = await drawn(ago(20));
    expect(await refused('draw_0')).to.equal('drawdown-missing');
    expect(await refused(drawdownId, {}, stage.otherBank)).to.equal('drawdown-missing');
    const day = (doneOn: string) => refused(drawdownId, { doneOn, useEvidence: [] });
    expect(await day(ago(21))).to.equal('inspection-day-outside');
    expect(await day(ago(-1))).to.equal('inspection-day-outside');
    expect(await day(ago(20))).to.equal('use-evidence-missing');
    await inspect(drawdownId, { doneOn: ago(5) });
    expect(await day(ago(6))).to.equal('inspection-day-outside');
    await inspect(drawdownId, { doneOn: ago(5), useEvidence: [] });
    await stage.done(repay, { drawdownId, principal: '1000000', valueOn: today }, stage.bank);
    expect(await refused(drawdownId)).to.equal('drawdown-settled');
    expect(await due(drawdownId)).to.equal(undefined);
  });
});
