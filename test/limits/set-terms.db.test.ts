/** Dated terms in the database: the same rules as in the trial, journalled, seen as of any day. */
import { expect } from 'chai';
import { drawDown, openSegment, repay, reserve } from '../../src/credit/index.ts';
import { limitEffects } from '../../src/limits/index.ts';
import { listLines, showLine } from '../../src/credit/queries.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { showNode } from '../../src/limits/queries.ts';
import { whenAvailable } from '../../src/limits/when-available.ts';
import { drawing, lineIn, parkIn, type Park } from '../credit/stage.ts';
import { ago, openStage, type Stage, today } from '../support/stage.ts';
import { headroomOf, outcomeOf, refusedOn, setOn, versionOf } from './terms-stage.ts';

describe('dated terms of a limit', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage({ effects: [limitEffects] });
  });
  after(() => stage.close());

  const set = (nodeId: string, terms: object) => setOn(stage, nodeId, terms);
  const refusedTerms = (nodeId: string, terms: object) => refusedOn(stage, nodeId, terms);
  const outcome = (lineId: string, amount: string, more: object = {}) =>
    outcomeOf(stage, lineId, amount, more);
  const ask = (nodeId: string, more: object = {}) => headroomOf(stage, nodeId, more);

  it('follows a schedule, and shows each day its own limit', async () => {
    const park = await parkIn(stage, '100000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    expect(await outcome(lineId, '90.00')).to.equal('done');
    const answer = await set(nodeId, {
      schedule: [
        { from: ago(10), amount: '80.00' },
        { from: ago(-10), amount: '200.00' },
      ],
    });
    expect(answer).to.deep.include({ limit: '80.00', available: '-10.00', overLimit: '10.00' });
    expect(await outcome(lineId, '0.01')).to.equal('limit-exceeded');
    expect((await ask(nodeId)).headroom).to.equal('-10.00');
    // Yesterday the line was what was known then: 100.
    expect((await ask(nodeId, { asOf: ago(1) })).path[0]?.limit).to.equal('100.00');
    expect(await versionOf(stage, nodeId)).to.equal(2);
    const [change] = await stage.rows<{ field: string; old_value: string | null }>(
      `select field, old_value from limits_changes where node_id = '${nodeId}'`,
    );
    expect(change).to.deep.equal({ field: 'terms', old_value: null });
    await set(nodeId, { schedule: null });
    expect(await outcome(lineId, '10.00')).to.equal('done');
    await stage.check();
  });

  it('adds a temporary top-up while it lasts, also for a batch of drawings', async () => {
    const park = await parkIn(stage, '100000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const topUp = { ref: '旺季', amount: '20.00', from: ago(3), to: today };
    await set(nodeId, { topUps: [topUp] });
    const many = await Promise.all(Array.from({ length: 30 }, () => outcome(lineId, '5.00')));
    expect(many.filter((one) => one === 'done').length).to.equal(24);
    await set(nodeId, { topUps: [{ ...topUp, to: ago(1) }] });
    expect((await ask(nodeId)).headroom).to.equal('-20.00');
    await stage.check();
  });

  it('fills tenor buckets by drawing and frees them by repayment', async () => {
    const park = await parkIn(stage, '100000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '1000.00');
    const buckets = [
      { days: 30, amount: '300.00' },
      { days: 90, amount: '100.00' },
    ];
    await set(nodeId, { buckets });
    const until = (days: number) => ({ dueOn: ago(-days) });
    expect(await outcome(lineId, '100.01', until(31))).to.equal('bucket-full');
    expect(await outcome(lineId, '1.00', until(91))).to.equal('tenor-too-long');
    const { drawdownId } = await stage.done(
      drawDown,
      drawing(lineId, '100.00', until(31)),
      stage.bank,
    );
    expect(await outcome(lineId, '0.01', until(90))).to.equal('bucket-full');
    expect(await outcome(lineId, '300.00', until(30))).to.equal('done');
    expect((await ask(nodeId, { amount: '1.00', tenorDays: '60' })).code).to.equal('bucket-full');
    await stage.done(
      repay,
      { drawdownId, principal: '40.00', interest: '0.00', valueOn: today },
      stage.bank,
    );
    expect(await outcome(lineId, '40.01', until(60))).to.equal('bucket-full');
    expect(await outcome(lineId, '40.00', until(60))).to.equal('done');
    expect(
      await refusedTerms(nodeId, { buckets: [buckets[0], { days: 90, amount: '99.99' }] }),
    ).to.equal('bucket-below-use');
    expect(
      await refusedTerms(nodeId, { buckets: [...buckets, { days: 60, amount: '1.00' }] }),
    ).to.equal('bucket-under-used');
    expect(await refusedTerms(nodeId, { buckets: [{ days: 30, amount: '1000.01' }] })).to.equal(
      'bucket-above-limit',
    );
    await stage.check();
  });

  it('tolerates a share above the limit, told apart from what is available', async () => {
    const park = await parkIn(stage, '100000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    await set(nodeId, { toleranceRate: '0.1' });
    expect(await outcome(lineId, '60.00')).to.equal('done');
    expect(await outcome(lineId, '50.01')).to.equal('limit-exceeded');
    const asked = await ask(nodeId, { amount: '50.00' });
    expect(asked).to.include({ code: null, headroom: '40.00', smallestAdmissible: '50.00' });
    expect(asked.path[0]).to.include({ available: '40.00', availableWithTolerance: '50.00' });
    expect(await outcome(lineId, '50.00')).to.equal('done');
    expect(await outcome(lineId, '0.01')).to.equal('limit-exceeded');
    await stage.check();
  });

  it('holds a place in a tenor bucket by a reservation of that tenor', async () => {
    const park = await parkIn(stage, '100000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '1000.00');
    await set(nodeId, { buckets: [{ days: 90, amount: '100.00' }] });
    const held = { lineId, amount: '100.00', tenorDays: 60 };
    const { reservationId } = await stage.done(reserve, held, stage.bank);
    expect((await stage.refused(reserve, { ...held, amount: '0.01' }, stage.bank)).code).to.equal(
      'bucket-full',
    );
    const due = { dueOn: ago(-60) };
    expect(await outcome(lineId, '0.01', due)).to.equal('bucket-full');
    expect(await outcome(lineId, '70.00', { ...due, reservationId })).to.equal('done');
    expect(await outcome(lineId, '30.01', due)).to.equal('bucket-full');
    expect(await outcome(lineId, '30.00', due)).to.equal('done');
    await stage.check();
  });

  it('keeps the buckets of a sub-line within those of its main line', async () => {
    const park = await parkIn(stage, '100000.00');
    const main = await lineIn(stage, park, '1000.00');
    await set(main.nodeId, { buckets: [{ days: 30, amount: '300.00' }] });
    const sub = await lineIn(stage, park, '500.00', { parentLineId: main.lineId });
    expect(await refusedTerms(sub.nodeId, { buckets: [{ days: 31, amount: '1.00' }] })).to.equal(
      'bucket-too-long',
    );
    expect(await refusedTerms(sub.nodeId, { buckets: [{ days: 20, amount: '300.01' }] })).to.equal(
      'bucket-above-parent',
    );
  });

  it('says when an amount can be drawn, by what is known today', async () => {
    const park = await parkIn(stage, '100000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const when = (amount: string, more: object = {}) =>
      stage.ask(whenAvailable, { nodeId, amount, ...more }, stage.bank);
    expect((await when('100.00')).firstOn).to.equal(today);
    expect((await when('100.01')).firstOn).to.equal(null);
    expect(await outcome(lineId, '70.00')).to.equal('done');
    await set(nodeId, {
      schedule: [{ from: ago(-20), amount: '150.00' }],
      topUps: [{ ref: '旺季', amount: '40.00', from: ago(-10), to: ago(-12) }],
    });
    expect((await when('30.00')).firstOn).to.equal(today);
    const seventy = await when('70.00');
    expect(seventy.firstOn).to.equal(ago(-10));
    expect(seventy.days.map(({ day, headroom: room }) => [day, room])).to.deep.equal([
      [today, '30.00'],
      [ago(-10), '70.00'],
    ]);
    expect((await when('80.00')).firstOn).to.equal(ago(-20));
    expect((await when('80.01')).firstOn).to.equal(null);
    expect((await when('80.00', { until: ago(-19) })).firstOn).to.equal(null);
    // What is shown of a day by itself is the same.
    expect((await ask(nodeId, { asOf: ago(-10) })).headroom).to.equal('70.00');
    expect((await ask(nodeId, { asOf: ago(-13) })).headroom).to.equal('30.00');
  });

  it('is read as it is set: what is sent back whole, or left out, changes nothing', async () => {
    const park = await parkIn(stage, '1000.00');
    const segment = { agreementId: park.agreementId, name: '园区运营', scope: 'operations' };
    const { segmentId } = await stage.done(
      openSegment,
      { ...segment, amount: '800.00', enforcement: 'HARD' },
      stage.bank,
    );
    const hard = { ...park, segmentId } as Park;
    const { lineId, nodeId } = await lineIn(stage, hard, '100.00');
    const read = () => stage.ask(showNode, { nodeId }, stage.bank);
    const plain = await read();
    expect(plain.terms).to.deep.equal({
      schedule: [],
      seasons: [],
      topUps: [],
      basis: 'LINE',
      collateral: [],
      priorClaim: null,
      buckets: [],
      lend: null,
      borrow: null,
      attributes: null,
      lendTo: null,
      toleranceRate: null,
      toleranceAmount: null,
      warnRate: null,
      margin: null,
    });
    const topUp = { ref: '旺季', amount: '20.00', from: ago(3), to: ago(-30) };
    const whole = {
      schedule: [{ from: ago(2), amount: '90.00' }],
      seasons: [],
      topUps: [topUp],
      basis: 'SUM',
      collateral: [{ ref: '专利', price: '10.00', quantity: '1', haircut: '0.5' }],
      priorClaim: '1.50',
      buckets: [
        { days: 30, amount: '80.00' },
        { days: 360, amount: '50.00' },
      ],
      lend: '10.00',
      borrow: '5.00',
      attributes: { funded: true, committed: false, category: '科技' },
      lendTo: { revolving: ['R'], secured: true, categories: ['科技', '工业'] },
      toleranceRate: '0.05',
      toleranceAmount: null,
      warnRate: '0.9',
      margin: { initial: '0.6', marginCall: '0.7', liquidation: '0.8', buffer: '0.05' },
    };
    await set(nodeId, whole);
    const told = await read();
    expect(told.terms).to.deep.equal(whole);
    // 90 by the step, 20 on top, 5 by the collateral.
    expect(told).to.include({ baseLimit: '100.00', limit: '115.00', oversub: null });
    expect(await outcome(lineId, '30.00', { dueOn: ago(-30) })).to.equal('done');
    expect((await read()).bucketUse).to.deep.equal([
      { days: 30, amount: '80.00', used: '30.00', available: '50.00' },
      { days: 360, amount: '50.00', used: '0.00', available: '50.00' },
    ]);
    await set(nodeId, told.terms);
    expect((await read()).terms).to.deep.equal(whole);
    // One member is named; all others stay, and null takes away what it names.
    await set(nodeId, { toleranceRate: '0.1' });
    expect((await read()).terms).to.deep.equal({ ...whole, toleranceRate: '0.1' });
    expect(await refusedTerms(nodeId, { toleranceAmount: '1.00' })).to.equal('terms-malformed');
    await set(nodeId, { toleranceRate: null, toleranceAmount: '1.00' });
    await set(nodeId, { schedule: null, lend: null, margin: null, collateral: [] });
    const rest = { lend: null, margin: null, schedule: [], collateral: [] };
    const left = { ...whole, ...rest, toleranceRate: null, toleranceAmount: '1.00' };
    expect((await read()).terms).to.deep.equal(left);
    // The buckets are in use.
    const names = Object.keys(whole).map((name) => [name, null]);
    const nothing = Object.fromEntries(names) as object;
    expect(await refusedTerms(nodeId, nothing)).to.equal('bucket-below-use');
    await set(nodeId, { ...nothing, buckets: whole.buckets });
    expect((await read()).terms).to.deep.equal({ ...plain.terms, buckets: whole.buckets });
    expect(await refusedTerms(nodeId, {})).to.equal('invalid-input');
    await stage.check();
  });

  it('keeps a top-up when something else is set', async () => {
    const park = await parkIn(stage, '1000.00');
    const { nodeId } = await lineIn(stage, park, '40.00');
    const topUps = [{ ref: '旺季', amount: '1.00', from: ago(3), to: ago(-30) }];
    await set(nodeId, { topUps });
    await set(nodeId, { toleranceRate: '0.05' });
    expect((await ask(nodeId)).headroom).to.equal('41.00');
  });

  it('counts a top-up by itself, on the limit, on its path and on the line', async () => {
    const park = await parkIn(stage, '1000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '40.00');
    const dates = { from: ago(3), to: ago(-30) };
    await set(nodeId, { topUps: [{ ref: '旺季', amount: '10.00', ...dates }] });
    expect(await outcome(lineId, '43.00')).to.equal('done');
    await stage.done(reserve, { lineId, amount: '2.00' }, stage.bank);
    const counters = { sanctioned: '10.00', used: '3.00', blocked: '2.00', available: '5.00' };
    const expected = [{ ref: '旺季', ...dates, ...counters }];
    const shown = await stage.ask(showNode, { nodeId }, stage.bank);
    expect(shown.topUps).to.deep.equal(expected);
    expect((await ask(nodeId)).path[0]?.topUps).to.deep.equal(expected);
    const line = await stage.ask(showLine, { lineId }, stage.bank);
    expect(line).to.deep.include({ limit: '50.00', available: '5.00', topUps: expected });
    const none = { sanctioned: '0.00', used: '0.00', blocked: '0.00', available: '0.00' };
    const later = await ask(nodeId, { asOf: ago(-31) });
    // By then the reservation has run out, and what is drawn stands above the limit.
    const over = { ...none, used: '3.00', available: '-3.00' };
    expect(later.path[0]?.topUps).to.deep.equal([{ ref: '旺季', ...dates, ...over }]);
    expect((await ask(nodeId, { asOf: ago(4) })).path[0]?.topUps).to.deep.equal([]);
    await stage.check();
  });

  it('tells what is available against what would be if repayments gave all back', async () => {
    const park = await parkIn(stage, '10000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '3000.00', { revolving: 'NR' });
    const paid = { principal: '500.00', interest: '0.00', valueOn: today };
    const { drawdownId } = await stage.done(drawDown, drawing(lineId, '2000.00'), stage.bank);
    await stage.done(repay, { drawdownId, ...paid }, stage.bank);
    const figures = { available: '1000.00', reinstatable: '1500.00', stranded: '500.00' };
    expect(await stage.ask(showNode, { nodeId }, stage.bank)).to.deep.include(figures);
    expect((await ask(nodeId)).path[0]).to.deep.include(figures);
    expect(await stage.ask(showLine, { lineId }, stage.bank)).to.deep.include(figures);
    const { items } = await stage.ask(
      listLines,
      { enterpriseId: stage.firmId, pageSize: '200' },
      stage.bank,
    );
    expect(items.find(({ id }) => id === lineId)).to.deep.include(figures);
  });

  it('tells in a trial which terms go from what to what', async () => {
    const park = await parkIn(stage, '1000.00');
    const { nodeId } = await lineIn(stage, park, '40.00');
    const topUp = { ref: '旺季', amount: '1.00', from: ago(3), to: ago(-30) };
    await set(nodeId, { topUps: [topUp], warnRate: '0.9' });
    const trial = await stage.performer.tryOut(
      setTerms,
      stage.bank,
      { nodeId, reason: '年度复核', toleranceRate: '0.05', topUps: null, warnRate: '0.9' },
      { expectedVersion: await versionOf(stage, nodeId) },
    );
    const [effect] = trial.effects['limits'] as { nodeId: string; changes: unknown }[];
    expect(effect).to.deep.include({
      nodeId,
      limitBefore: '41.00',
      limit: '40.00',
      changes: [
        { field: 'topUps', from: [topUp], to: [] },
        { field: 'toleranceRate', from: null, to: '0.05' },
      ],
    });
  });

  it('lends nothing below a SOFT limit, and is changed by its owner only', async () => {
    const park = await parkIn(stage, '300.00');
    const [root] = await stage.rows<{ parent_id: string }>(
      `select parent_id from limits_nodes where id = '${park.masterId}'`,
    );
    expect(root?.parent_id).to.be.a('string');
    expect(await refusedTerms(park.masterId, { lend: '0.00' })).to.equal('parent-soft');
    const { nodeId } = await lineIn(stage, park, '10.00');
    const options = { expectedVersion: 1 };
    const input = { nodeId, reason: '示例', basis: 'LINE' };
    expect((await stage.refused(setTerms, input, stage.office, options)).code).to.equal(
      'limit-not-owned',
    );
    expect((await stage.refused(setTerms, input, stage.otherBank, options)).code).to.equal(
      'node-missing',
    );
    await stage.done(freeze, { nodeId, reason: '示例' }, stage.bank, options);
    expect((await stage.refused(setTerms, input, stage.bank, options)).code).to.equal(
      'version-stale',
    );
  });
});
