/** What siblings lend each other in the database: set as terms, drawn against by many at once. */
import { expect } from 'chai';
import { drawDown, repay } from '../../src/credit/index.ts';
import { reverseRepayment } from '../../src/credit/operations/reverse-repayment.ts';
import { limitEffects } from '../../src/limits/index.ts';
import { openCap } from '../../src/limits/operations/open-cap.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { showNode } from '../../src/limits/queries.ts';
import { drawing, lineIn, parkIn } from '../credit/stage.ts';
import { openStage, type Stage, today } from '../support/stage.ts';
import { headroomOf, outcomeOf, refusedOn, segmentIn, setOn, versionOf } from './terms-stage.ts';

describe('borrowing between segments, in the database', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage({ effects: [limitEffects] });
  });
  after(() => stage.close());

  const outcome = (lineId: string, amount: string) => outcomeOf(stage, lineId, amount);
  const set = (nodeId: string, terms: object) => setOn(stage, nodeId, terms);
  const roomOf = async (nodeId: string) => (await headroomOf(stage, nodeId)).headroom;

  /** Two segments of a park of 300, each with a line that is larger than its segment. */
  async function twoSegments() {
    const park = await parkIn(stage, '300.00');
    const a = await segmentIn(stage, park, '集群甲', '100.00');
    const b = await segmentIn(stage, park, '集群乙', '150.00');
    const lineA = await lineIn(stage, a.park, '300.00');
    const lineB = await lineIn(stage, b.park, '300.00');
    return { a, b, lineA, lineB, masterId: park.masterId };
  }

  it('lets a segment borrow what its siblings leave, and no more', async () => {
    const { a, b, lineA, lineB } = await twoSegments();
    expect(await outcome(lineA.lineId, '100.01')).to.equal('limit-exceeded');
    await set(a.nodeId, { borrow: '120.00' });
    await set(b.nodeId, { lend: '70.00' });
    // 300 − 80 that the second keeps for itself.
    expect(await roomOf(lineA.nodeId)).to.equal('220.00');
    expect(await outcome(lineA.lineId, '220.01')).to.equal('limit-exceeded');
    expect(await outcome(lineA.lineId, '220.00')).to.equal('done');
    expect(await outcome(lineB.lineId, '80.01')).to.equal('limit-exceeded');
    const both = await Promise.all([
      ...Array.from({ length: 20 }, () => outcome(lineB.lineId, '5.00')),
      outcome(lineA.lineId, '0.01'),
    ]);
    expect(both.filter((one) => one === 'done').length).to.equal(16);
    await stage.check();
  });

  it('lends to whom the attributes allow, from the moment they are set', async () => {
    const { a, b, lineA, lineB, masterId } = await twoSegments();
    await set(a.nodeId, { borrow: '200.00' });
    await set(b.nodeId, { lendTo: { funded: true, categories: ['科技'] } });
    const shown = await stage.ask(showNode, { nodeId: b.nodeId }, stage.bank);
    expect(shown.terms.lendTo).to.deep.equal({ funded: true, categories: ['科技'] });
    expect(shown.terms.attributes).to.equal(null);
    // The first states nothing, and the second keeps its 150.
    expect(await roomOf(lineA.nodeId)).to.equal('150.00');
    const refused = await stage.refused(drawDown, drawing(lineA.lineId, '150.01'), stage.bank);
    expect(refused.code).to.equal('limit-exceeded');
    const binding = refused.facts['binding'] as { nodeId: string }[];
    expect(binding.map(({ nodeId }) => nodeId)).to.deep.equal([masterId]);
    await set(a.nodeId, { attributes: { funded: true } });
    expect(await outcome(lineA.lineId, '150.01')).to.equal('limit-exceeded');
    // Attributes are told as a whole, like the levels of collateral.
    await set(a.nodeId, { attributes: { funded: true, category: '科技' } });
    expect(await roomOf(lineA.nodeId)).to.equal('300.00');
    expect(await outcome(lineA.lineId, '150.01')).to.equal('done');
    expect(await outcome(lineA.lineId, '150.00')).to.equal('limit-exceeded');
    // What the lender has left is lent, and its own line finds the rest: 300 − 150.01 − 40.
    expect(await outcome(lineA.lineId, '40.00')).to.equal('done');
    expect(await outcome(lineB.lineId, '110.00')).to.equal('limit-exceeded');
    expect(await outcome(lineB.lineId, '109.99')).to.equal('done');
    await stage.check();
  });

  it('takes a repayment back though meanwhile nothing is lent any more', async () => {
    const { a, b, lineA } = await twoSegments();
    await set(a.nodeId, { borrow: '200.00', attributes: { secured: true } });
    await set(b.nodeId, { lendTo: { secured: true } });
    const drawn = await stage.done(drawDown, drawing(lineA.lineId, '200.00'), stage.bank);
    const paid = { principal: '20.00', interest: '0.00', valueOn: today };
    const { drawdownId } = drawn;
    const { repaymentId } = await stage.done(repay, { drawdownId, ...paid }, stage.bank);
    await set(a.nodeId, { attributes: null });
    expect(await outcome(lineA.lineId, '0.01')).to.equal('limit-exceeded');
    const back = { drawdownId, repaymentId, reason: '退票' };
    await stage.done(reverseRepayment, back, stage.bank);
    expect(await roomOf(lineA.nodeId)).to.equal('-50.00');
    await stage.check();
  });

  it('tells in a trial from what to what they go', async () => {
    const { a } = await twoSegments();
    const lendTo = { revolving: ['R', 'NRS'] };
    await set(a.nodeId, { lendTo, attributes: { committed: false } });
    const trial = await stage.performer.tryOut(
      setTerms,
      stage.bank,
      { nodeId: a.nodeId, reason: '年度复核', lendTo: null, attributes: { committed: true } },
      { expectedVersion: await versionOf(stage, a.nodeId) },
    );
    const effects = trial.effects['limits'] as { nodeId: string; changes: unknown }[];
    expect(effects.find(({ nodeId }) => nodeId === a.nodeId)?.changes).to.deep.equal([
      { field: 'attributes', from: { committed: false }, to: { committed: true } },
      { field: 'lendTo', from: lendTo, to: null },
    ]);
  });

  it('refuses a rule that says nothing, and one below a SOFT limit', async () => {
    const { a, masterId } = await twoSegments();
    for (const terms of [{ lendTo: {} }, { lendTo: { categories: [] } }, { attributes: {} }]) {
      expect(await refusedOn(stage, a.nodeId, terms)).to.equal('invalid-input');
    }
    expect(await refusedOn(stage, masterId, { lendTo: { funded: false } })).to.equal('parent-soft');
    await set(masterId, { attributes: { funded: false } });
    const cap = { name: '集团', limit: '90.00', nodeIds: [a.nodeId], reason: '示例' };
    const opened = await stage.done(openCap, cap, stage.bank);
    for (const terms of [{ lend: '1.00' }, { borrow: '1.00' }, { lendTo: { funded: false } }]) {
      const refused = await refusedOn(stage, String(opened['nodeId']), terms);
      expect(refused).to.equal('no-siblings');
    }
  });
});
