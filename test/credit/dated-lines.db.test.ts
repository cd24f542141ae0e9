// Dated terms of a line as credit sees them: the fee on the undrawn follows the limit of each
// night, and an agreement's approved in force is what is in force on the day.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { showCommitmentFee } from '../../src/credit/queries-commitment-fee.ts';
import { openCap } from '../../src/limits/operations/open-cap.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { ago, openStage, today, type Stage } from '../support/stage.ts';
import { four, progressOf } from './agreement-desk.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

describe('credit: lines with dated terms', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  it('earn a fee on the limit of each night', async () => {
    const park = await parkIn(stage, '100000000');
    const { lineId, nodeId } = await lineIn(stage, park, '3000000');
    await stage.done(drawDown, drawing(lineId, '1000000', { valueOn: ago(100) }), stage.bank);
    const terms = {
      schedule: [{ from: ago(-10), amount: '1500000' }],
      topUps: [{ ref: '旺季', amount: '250000', from: ago(-5), to: ago(-14) }],
    };
    const input = { nodeId, reason: '年度安排', ...terms };
    await stage.done(setTerms, input, stage.bank, { expectedVersion: 1 });
    const fee = (from: string, to: string) =>
      stage.ask(showCommitmentFee, { lineId, from, to, rateAnnual: '0.0036' }, stage.bank);
    const answer = await fee(today, ago(-20));
    expect(answer.parts.map(({ days, undrawn }) => [days, undrawn])).to.deep.equal([
      [5, '2000000.00'],
      [5, '2250000.00'],
      [5, '750000.00'],
      [5, '500000.00'],
    ]);
    expect(answer.fee).to.equal('275.00');
    // What was before the terms were set is as it was.
    expect((await fee(ago(110), ago(90))).fee).to.equal('500.00');
    await stage.check();
  });

  it('earn the same fee when a cap comes to count what they lend', async () => {
    const park = await parkIn(stage, '100000000');
    const { lineId, nodeId } = await lineIn(stage, park, '3000000');
    await stage.done(drawDown, drawing(lineId, '1000000', { valueOn: ago(100) }), stage.bank);
    const fee = () =>
      stage.ask(
        showCommitmentFee,
        { lineId, from: ago(10), to: ago(-20), rateAnnual: '0.0036' },
        stage.bank,
      );
    expect((await fee()).fee).to.equal('600.00');
    const cap = { name: '集团', limit: '1000000', nodeIds: [nodeId], reason: '集团统一授信' };
    await stage.done(openCap, cap, stage.bank);
    const after = await fee();
    expect(after.fee).to.equal('600.00');
    expect(new Set(after.parts.map((part) => part.undrawn))).to.deep.equal(new Set(['2000000.00']));
  });

  it('count in the progress of their agreement with what is in force', async () => {
    const park = await parkIn(stage, '1000.00');
    const { nodeId } = await lineIn(stage, park, '300.00', { startsOn: ago(200) });
    await lineIn(stage, park, '100.00', { startsOn: ago(200) });
    const on = async (asOf: string) =>
      four((await progressOf(stage, park.agreementId, { asOf })).measured);
    const topUp = { ref: '旺季', amount: '40.00', from: ago(5), to: today };
    const set = (terms: object, expectedVersion: number) =>
      stage.done(setTerms, { nodeId, reason: '年度安排', ...terms }, stage.bank, {
        expectedVersion,
      });
    await set({ topUps: [topUp], schedule: [{ from: ago(3), amount: '250.00' }] }, 1);
    expect(await on(today)).to.equal('400.00 390.00 0.00 0.00');
    expect(await on(ago(1))).to.equal('400.00 400.00 0.00 0.00');
    await set({ topUps: null, schedule: null }, 2);
    expect(await on(today)).to.equal('400.00 400.00 0.00 0.00');
    await stage.check();
  });
});
