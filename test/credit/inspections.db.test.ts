// Post-loan inspections: due by class, overdue from the day after, and what each must show; and the
// fee on what was never drawn.
import { expect } from 'chai';
import { drawDown, markDefault, repay } from '../../src/credit/index.ts';
import { recordInspection } from '../../src/credit/operations/record-inspection.ts';
import { showCommitmentFee } from '../../src/credit/queries-commitment-fee.ts';
import { listInspections, listInspectionsDue } from '../../src/credit/queries-inspections.ts';
import { commitmentFee, feeParts } from '../../src/credit/rules/commitment-fee.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { Day, Money, Rate } from '../../src/kernel/index.ts';
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

describe('credit: commitment fee', () => {
  it('follows the value days of a line, from its start to its last night', async () => {
    const stage = await openStage();
    try {
      const park = await parkIn(stage, '100000000');
      const { lineId, nodeId } = await lineIn(stage, park, '3000000');
      const input = drawing(lineId, '1000000', { valueOn: ago(100) });
      await stage.done(drawDown, input, stage.bank);
      const fee = (more: object) =>
        stage.ask(
          showCommitmentFee,
          { lineId, from: ago(110), to: ago(90), rateAnnual: '0.0036', ...more },
          stage.bank,
        );
      const answer = await fee({});
      expect(answer.fee).to.equal('500.00');
      expect(answer.parts).to.deep.equal([
        { from: ago(110), to: ago(100), days: 10, undrawn: '3000000.00' },
        { from: ago(100), to: ago(90), days: 10, undrawn: '2000000.00' },
      ]);
      expect((await fee({ from: ago(300), to: ago(199) })).fee).to.equal('30.00');
      expect((await fee({ from: ago(-400), to: ago(-500) })).fee).to.equal('20.00');
      const lower = { nodeId, limit: '1500000', reason: '调减' };
      await stage.done(changeLimit, lower, stage.bank, { expectedVersion: 1 });
      expect((await fee({})).fee).to.equal('500.00');
      expect((await fee({ from: today, to: ago(-10) })).fee).to.equal('50.00');
    } finally {
      await stage.close();
    }
  });

  const [from, to] = [Day.of('2026-01-01'), Day.of('2026-01-31')];
  const at = (day: string, limit: string, outstanding: string) => ({
    from: Day.of(day),
    limit: Money.of(limit),
    outstanding: Money.of(outstanding),
  });

  it('counts every night of the undrawn once, and rounds once', () => {
    const steps = [
      at('2025-06-01', '1000000', '0'),
      at('2026-01-11', '1000000', '600000'),
      at('2026-01-21', '1000000', '1200000'),
    ];
    const parts = feeParts(steps, from, to);
    expect(parts.map(({ days, undrawn }) => [days, undrawn.toString()])).to.deep.equal([
      [10, '1000000.00'],
      [10, '400000.00'],
      [10, '0.00'],
    ]);
    // 14,000,000 × 0.5 % ÷ 360 = 194.444…
    expect(commitmentFee(parts, Rate.of('0.005')).toString()).to.equal('194.44');
  });

  it('is nothing for no night and for what begins later', () => {
    expect(feeParts([at('2026-02-01', '1000000', '0')], from, to)).to.deep.equal([]);
    expect(feeParts([at('2025-06-01', '1000000', '0')], from, from)).to.deep.equal([]);
    expect(commitmentFee([], Rate.of('0.005')).toString()).to.equal('0.00');
  });
});
