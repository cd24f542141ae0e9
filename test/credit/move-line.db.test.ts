// A line goes into another segment with its use: node, row, sub-lines, purposes and progress at
// once; past days stay, and the address of the limit tree refuses and says where to go.
import { expect } from 'chai';
import { drawDown, moveLine, openLine, openSegment, repay } from '../../src/credit/index.ts';
import { showLine } from '../../src/credit/queries.ts';
import { moveNodeOperation } from '../../src/limits/operations/move-node.ts';
import { ago, openStage, type Stage, today } from '../support/stage.ts';
import { amendSegment, end, four, progressOf } from './agreement-desk.ts';
import { drawing, lineIn, outsideWhitelist, parkIn, type Park } from './stage.ts';

const at = (expectedVersion: number) => ({ expectedVersion });
const reason = '调整产业分类';

describe('credit.move-line', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  const segmentIn = async ({ agreementId }: Park, name: string, amount: string) => {
    const terms = { agreementId, name, scope: 'cluster', amount, enforcement: 'HARD' };
    const { segmentId, nodeId } = await stage.done(openSegment, terms, stage.bank);
    return { segmentId, nodeId } as { segmentId: string; nodeId: string };
  };
  const code = async (input: object, version = 1, actor = stage.bank) =>
    (await stage.refused(moveLine, { reason, ...input }, actor, at(version))).code;
  const segmentOf = async (lineId: string) =>
    (await stage.ask(showLine, { lineId }, stage.bank)).segmentId;
  const used = async (nodeId: string) => {
    const [row] = await stage.rows<{ consumed: string }>(
      `select consumed from limits_nodes where id = '${nodeId}'`,
    );
    return row?.consumed;
  };

  it('moves node, row and sub-lines; progress follows from today on, past days stay', async () => {
    const park = await parkIn(stage, '1000.00');
    const to = await segmentIn(park, '乙', '500.00');
    const { lineId, nodeId } = await lineIn(stage, park, '300.00');
    const sub = await lineIn(stage, park, '200.00', { parentLineId: lineId, product: '票据' });
    const draw = drawing(sub.lineId, '80.00', { valueOn: ago(20) });
    const { drawdownId } = await stage.done(drawDown, draw, stage.bank);
    const bySegment = async (more: object = {}) =>
      Object.fromEntries(
        (await progressOf(stage, park.agreementId, more)).segments.map((one) => [
          one.name,
          four(one.measured),
        ]),
      );
    const before = { 产业集群: '300.00 300.00 80.00 80.00', 乙: '0.00 0.00 0.00 0.00' };
    expect(await bySegment()).to.deep.equal(before);
    // Instants are kept to the millisecond: the move must not fall into that of the look.
    const [{ now: knownAt } = { now: new Date() }] = await stage.rows<{ now: Date }>(
      'select clock_timestamp() as now, pg_sleep(0.01)',
    );

    const input = { lineId, segmentId: to.segmentId, reason };
    const moved = await stage.done(moveLine, input, stage.bank, at(1));
    expect(moved).to.deep.equal({
      lineId,
      segmentId: to.segmentId,
      fromId: park.segmentId,
      outstanding: '80.00',
      reserved: '0.00',
    });
    expect([await segmentOf(lineId), await segmentOf(sub.lineId)]).to.deep.equal([
      to.segmentId,
      to.segmentId,
    ]);
    expect(await used(to.nodeId)).to.equal('80.00');
    const after = { 产业集群: '0.00 0.00 0.00 0.00', 乙: '300.00 300.00 80.00 80.00' };
    expect(await bySegment()).to.deep.equal(after);
    expect(await bySegment({ asOf: today })).to.deep.equal(after);
    expect(await bySegment({ asOf: ago(1) })).to.deep.equal(before);
    expect(await bySegment({ asOf: today, knownAt: knownAt.toISOString() })).to.deep.equal(before);

    const paid = { drawdownId, principal: '30.00', interest: '0.00', valueOn: today };
    await stage.done(repay, paid, stage.bank);
    expect(await used(to.nodeId)).to.equal('50.00');
    // There and back again: each past day is where it was.
    await stage.done(moveLine, { ...input, segmentId: park.segmentId }, stage.bank, at(2));
    expect(await bySegment({ asOf: ago(1) })).to.deep.equal(before);
    expect((await bySegment())['产业集群']).to.equal('300.00 300.00 80.00 50.00');
    expect(await used(nodeId)).to.equal('50.00');
    await stage.check();
  });

  it('lends for the purposes of the new segment', async () => {
    const park = await parkIn(stage, '1000.00');
    const to = await segmentIn(park, '乙', '500.00');
    const terms = { segmentId: to.segmentId, eligiblePurposes: ['技术改造'], reason };
    await stage.done(amendSegment, terms, stage.office, at(1));
    const { lineId } = await lineIn(stage, park, '300.00');
    await stage.done(drawDown, drawing(lineId, '1.00'), stage.bank);
    const input = { lineId, segmentId: to.segmentId, reason };
    await stage.done(moveLine, input, stage.bank, at(1));
    const refused = await stage.refused(drawDown, drawing(lineId, '1.00'), stage.bank);
    expect(refused.code).to.equal('purpose-not-eligible');
    const fits = drawing(lineId, '1.00', { purpose: '技术改造' });
    await stage.done(drawDown, fits, stage.bank);
  });

  it('must fit, to the fen, or nothing moves', async () => {
    const park = await parkIn(stage, '1000.00');
    const tight = await segmentIn(park, '紧', '79.99');
    const exact = await segmentIn(park, '恰', '80.00');
    const { lineId } = await lineIn(stage, park, '80.00');
    await stage.done(drawDown, drawing(lineId, '80.00'), stage.bank);
    const input = { lineId, segmentId: tight.segmentId, reason };
    const refused = await stage.refused(moveLine, input, stage.bank, at(1));
    expect(refused.code).to.equal('limit-exceeded');
    expect(await segmentOf(lineId)).to.equal(park.segmentId);
    const fits = { ...input, segmentId: exact.segmentId };
    await stage.done(moveLine, fits, stage.bank, at(1));
    expect(await segmentOf(lineId)).to.equal(exact.segmentId);
    await stage.check();
  });

  it('refuses in order: missing, stale, sub-line, agreement, same segment, ended', async () => {
    const park = await parkIn(stage, '1000.00');
    const other = await parkIn(stage, '1000.00');
    const { segmentId } = await segmentIn(park, '乙', '500.00');
    const { lineId } = await lineIn(stage, park, '300.00');
    const subTerms = { parentLineId: lineId, product: '票据' };
    const sub = await lineIn(stage, park, '200.00', subTerms);
    expect(await code({ lineId: 'line_nobody', segmentId })).to.equal('line-missing');
    expect(await code({ lineId, segmentId }, 1, stage.otherBank)).to.equal('line-missing');
    expect(await code({ lineId, segmentId }, 1, stage.office)).to.equal('line-missing');
    expect(await code({ lineId, segmentId: 'seg_nobody' }, 2)).to.equal('version-stale');
    expect(await code({ lineId, segmentId: 'seg_nobody' })).to.equal('segment-missing');
    expect(await code({ lineId: sub.lineId, segmentId })).to.equal('move-of-sub-line');
    const elsewhere = { lineId, segmentId: other.segmentId };
    expect(await code(elsewhere)).to.equal('segment-other-agreement');
    expect(await code({ lineId, segmentId: park.segmentId })).to.equal('segment-same');
    const ending = { agreementId: park.agreementId, reason };
    await stage.done(end, ending, stage.office, at(1));
    const { version } = await stage.ask(showLine, { lineId }, stage.bank);
    expect(await code({ lineId, segmentId }, version)).to.equal('agreement-ended');
  });

  it('finds no line for a sub-line in another segment than the line is in', async () => {
    const park = await parkIn(stage, '1000.00');
    const other = await parkIn(stage, '1000.00');
    const { segmentId } = await segmentIn(park, '乙', '500.00');
    const { lineId } = await lineIn(stage, park, '300.00');
    const terms = { enterpriseId: stage.firmId, product: '票据', amount: '1.00' };
    const days = { startsOn: ago(200), expiresOn: ago(-400) };
    const sub = {
      ...terms,
      ...days,
      ...outsideWhitelist,
      rateAnnual: '0.0345',
      parentLineId: lineId,
    };
    for (const place of [segmentId, other.segmentId]) {
      const refused = await stage.refused(openLine, { ...sub, segmentId: place }, stage.bank);
      expect(refused.code).to.equal('line-missing');
    }
  });

  it('is the only way: the limit tree parts no line and no segment from its row', async () => {
    const park = await parkIn(stage, '1000.00');
    const to = await segmentIn(park, '乙', '500.00');
    const { lineId, nodeId } = await lineIn(stage, park, '300.00');
    const move = (id: string, parentId: string) =>
      stage.refused(moveNodeOperation, { nodeId: id, parentId, reason }, stage.bank, at(1));
    const refused = await move(nodeId, to.nodeId);
    expect(refused.code).to.equal('move-with-line');
    expect(refused.facts).to.deep.equal({
      nodeId,
      subjectId: lineId,
      operation: 'credit.move-line',
    });
    const segment = await move(to.nodeId, (await parkIn(stage, '1000.00')).masterId);
    expect(segment.code).to.equal('move-impossible');
    expect(segment.facts['cause']).to.equal('agreement');
  });
});
