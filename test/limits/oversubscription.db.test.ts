/** Σ of what is granted below a node against its policy: the nominal check, beside that of use. */
import { expect } from 'chai';
import { addDays } from '../../src/kernel/index.ts';
import { drawDown, openLine, openSegment } from '../../src/credit/index.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { showNode } from '../../src/limits/queries.ts';
import { setOversubscription } from '../../src/limits/operations/set-oversubscription.ts';
import { drawing, lineIn, outsideWhitelist, parkIn, type Park } from '../credit/stage.ts';
import { operationOf } from '../credit/agreement-desk.ts';
import { ago, openStage, type Stage, today } from '../support/stage.ts';

describe('over-subscription', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  const versionOf = async (nodeId: string): Promise<number> => {
    const [row] = await stage.rows<{ version: string }>(
      `select version from limits_nodes where id = '${nodeId}'`,
    );
    return parseInt(row?.version ?? '0', 10);
  };
  const policy = async (nodeId: string, oversub: string | null) =>
    stage.done(setOversubscription, { nodeId, oversub, reason: '政策' }, stage.bank, {
      expectedVersion: await versionOf(nodeId),
    });
  const segmentNode = async ({ segmentId }: Park): Promise<string> => {
    const [row] = await stage.rows<{ node_id: string }>(
      `select node_id from credit_segments where id = '${segmentId}'`,
    );
    return row?.node_id ?? '';
  };
  const opening = (park: Park, amount: string) => ({
    segmentId: park.segmentId,
    enterpriseId: stage.firmId,
    product: '流动资金贷款',
    amount,
    rateAnnual: '0.0345',
    startsOn: ago(200),
    expiresOn: ago(-400),
    ...outsideWhitelist,
  });
  const outcome = async (park: Park, amount: string): Promise<string> => {
    const answer = await stage.outcome(openLine, opening(park, amount), stage.bank);
    return answer.kind === 'refused' ? answer.failure.code : answer.kind;
  };

  it('without a policy grants more than there is; with 1 not a fen', async () => {
    const park = await parkIn(stage, '100.00');
    expect(await outcome(park, '60.00')).to.equal('done');
    expect(await outcome(park, '60.00')).to.equal('done');
    const node = await segmentNode(park);
    await policy(node, '1');
    expect(await outcome(park, '0.01')).to.equal('over-allocated');
    await policy(node, '1.2');
    expect(await outcome(park, '0.01')).to.equal('over-allocated');
    await policy(node, '1.2001');
    expect(await outcome(park, '0.02')).to.equal('over-allocated');
    expect(await outcome(park, '0.01')).to.equal('done');
    await policy(node, null);
    expect(await outcome(park, '1000.00')).to.equal('done');
  });

  it('is no matter of a SOFT limit, which refuses no grant', async () => {
    const { agreementId } = await parkIn(stage, '100.00');
    const soft = { agreementId, name: '园区经营', scope: 'operations', enforcement: 'SOFT' };
    await stage.done(openSegment, { ...soft, amount: '50.00' }, stage.bank);
    const [row] = await stage.rows<{ node_id: string }>(
      `select node_id from credit_segments where agreement_id = '${agreementId}'
       and name = '园区经营'`,
    );
    const input = { nodeId: row?.node_id, oversub: '1', reason: '政策' };
    const refused = await stage.refused(setOversubscription, input, stage.bank, {
      expectedVersion: 1,
    });
    expect(refused.code).to.equal('hard-expected');
  });

  it('decides a batch in order, and says what would fit', async () => {
    const park = await parkIn(stage, '100.00');
    await policy(await segmentNode(park), '1.5');
    const entries = ['90.00', '60.01', '60.00', '0.01'].map((amount, i) => ({
      raw: opening(park, amount),
      key: `batch-${i}-${park.segmentId}`,
    }));
    const answers = await stage.performer.performMany(openLine, stage.bank, entries);
    expect(
      answers.map((one) => (one.kind === 'refused' ? one.failure.code : one.kind)),
    ).to.deep.equal(['done', 'over-allocated', 'done', 'over-allocated']);
    const [, second] = answers;
    expect(
      second?.kind === 'refused' && JSON.parse(JSON.stringify(second.failure)).facts,
    ).to.deep.include({ smallestAdmissible: '60.00', shortBy: '0.01', most: '150.00' });
  });

  it('lets two at once not both take the last of it', async () => {
    const park = await parkIn(stage, '100.00');
    await policy(await segmentNode(park), '1');
    const many = await Promise.all(Array.from({ length: 10 }, () => outcome(park, '30.00')));
    expect(many.filter((one) => one === 'done').length).to.equal(3);
  });

  it('holds for segments and for raising a limit', async () => {
    const park = await parkIn(stage, '100.00');
    await policy(park.masterId, '1');
    const more = { agreementId: park.agreementId, name: '另一集群', scope: 'cluster' };
    const segment = { ...more, amount: '0.01', enforcement: 'HARD' };
    expect((await stage.refused(openSegment, segment, stage.bank)).code).to.equal('over-allocated');
    const node = await segmentNode(park);
    const { nodeId } = await lineIn(stage, park, '80.00');
    await policy(node, '1');
    const raise = async (limit: string) =>
      stage.outcome(changeLimit, { nodeId, limit, reason: '增额' }, stage.bank, {
        expectedVersion: await versionOf(nodeId),
      });
    const over = await raise('100.01');
    expect(over.kind === 'refused' && over.failure.code).to.equal('over-allocated');
    expect((await raise('100.00')).kind).to.equal('done');
    expect((await raise('10.00')).kind).to.equal('done');
  });

  it('counts what terms make of a limit, today and on every day to come', async () => {
    const park = await parkIn(stage, '100.00');
    const node = await segmentNode(park);
    const { nodeId } = await lineIn(stage, park, '80.00');
    await policy(node, '1');
    const set = async (id: string, terms: object) =>
      stage.outcome(setTerms, { nodeId: id, reason: '计划', ...terms }, stage.bank, {
        expectedVersion: await versionOf(id),
      });
    const answer = async (id: string, terms: object): Promise<unknown> => {
      const one = await set(id, terms);
      return one.kind === 'refused' ? JSON.parse(JSON.stringify(one.failure)) : one.kind;
    };
    const topUps = (amount: string, from = today) => ({
      topUps: [{ ref: '旺季', amount, from, to: addDays(from, 30) }],
    });
    expect(await answer(nodeId, topUps('20.01'))).to.deep.include({ code: 'over-allocated' });
    expect(await answer(nodeId, topUps('20.00'))).to.equal('done');
    const { granted } = (await stage.ask(showNode, { nodeId: node }, stage.bank)) as {
      granted: string;
    };
    expect(granted).to.equal('100.00');
    expect(await outcome(park, '0.01')).to.equal('over-allocated');
    const later = addDays(today, 200);
    expect(await answer(nodeId, { schedule: [{ amount: '100.01', from: later }] })).to.deep.include(
      {
        code: 'over-allocated',
      },
    );
    expect(
      await answer(nodeId, { topUps: [], schedule: [{ amount: '90.00', from: later }] }),
    ).to.equal('done');
    // Today 20.00 are free, from `later` on 10.00.
    expect(await outcome(park, '10.01')).to.equal('over-allocated');
    // What the limit itself may be on a day bounds what is granted on it.
    expect(await answer(node, topUps('5.00', later))).to.equal('done');
    expect(await outcome(park, '10.01')).to.equal('over-allocated');
    expect(await outcome(park, '10.00')).to.equal('done');
  });

  it('holds for amendments, and tells of a cut below what is granted', async () => {
    const park = await parkIn(stage, '100.00');
    await policy(park.masterId, '1');
    const { segmentId } = park;
    const amend = async (amount: string): Promise<string> => {
      const [{ version } = { version: '1' }] = await stage.rows<{ version: string }>(
        `select version from credit_segments where id = '${segmentId}'`,
      );
      const answered = await stage.outcome(
        operationOf('amend-segment'),
        { segmentId, amount, reason: '调整' },
        stage.bank,
        { expectedVersion: parseInt(version, 10) },
      );
      return answered.kind === 'refused' ? answered.failure.code : answered.kind;
    };
    expect(await amend('100.01')).to.equal('over-allocated');
    expect(await amend('60.00')).to.equal('done');
    expect(await amend('100.00')).to.equal('done');
    const incidents = () =>
      stage.rows(
        `select state, size from limits_incidents where node_id = '${park.masterId}'
         and cause = 'allocation'`,
      );
    const change = async (limit: string) =>
      stage.done(changeLimit, { nodeId: park.masterId, limit, reason: '压降' }, stage.bank, {
        expectedVersion: await versionOf(park.masterId),
      });
    expect(await change('99.99')).to.deep.include({
      overAllocated: {
        nodeId: park.masterId,
        name: '示例整园授信',
        limit: '99.99',
        allocated: '100.00',
        size: '0.01',
      },
    });
    expect(await incidents()).to.deep.equal([{ state: 'OPEN', size: '0.01' }]);
    // Within the buffer it stays open; above it, it is over.
    await change('200.00');
    expect(await incidents()).to.deep.equal([{ state: 'RESOLVED', size: '0.00' }]);
  });

  it('tells of a policy that is tighter than what is granted, until it is taken away', async () => {
    const park = await parkIn(stage, '100.00');
    const node = await segmentNode(park);
    await lineIn(stage, park, '80.00');
    await lineIn(stage, park, '80.00');
    const states = () =>
      stage.rows(`select state, size from limits_incidents where node_id = '${node}'`);
    await policy(node, '1.5');
    expect(await states()).to.deep.equal([{ state: 'OPEN', size: '10.00' }]);
    await policy(node, null);
    expect(await states()).to.deep.include({ state: 'RESOLVED', size: '0.00' });
  });

  it('lets a line that takes the place of another be granted what that was', async () => {
    const park = await parkIn(stage, '100.00');
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    await policy(await segmentNode(park), '1');
    const renew = async (amount: string): Promise<string> => {
      const input = {
        lineId,
        amount,
        expiresOn: ago(-500),
        reason: '续授信',
        whitelistRequired: false,
      };
      const options = { expectedVersion: await versionOf(nodeId) };
      const answered = await stage.outcome(operationOf('renew-line'), input, stage.bank, options);
      return answered.kind === 'refused' ? answered.failure.code : answered.kind;
    };
    expect(await renew('100.01')).to.equal('over-allocated');
    expect(await renew('100.00')).to.equal('done');
    await stage.check();
  });

  it('is independent of use: neither check stands in for the other', async () => {
    const park = await parkIn(stage, '100.00');
    const node = await segmentNode(park);
    const { lineId } = await lineIn(stage, park, '100.00');
    const other = await lineIn(stage, park, '100.00');
    for (const nodeId of [node, park.masterId]) {
      const input = { nodeId, reason: '容忍', toleranceRate: '0.1' };
      const options = { expectedVersion: await versionOf(nodeId) };
      await stage.done(setTerms, input, stage.bank, options);
    }
    await policy(node, '1');
    // Nominal: 200 granted of 100, whatever the tolerance; nothing more is granted.
    expect(await outcome(park, '0.01')).to.equal('over-allocated');
    // Effective: use may reach the internal limit, 110, although too much is granted.
    const draw = async (id: string, amount: string): Promise<string> => {
      const answer = await stage.outcome(drawDown, drawing(id, amount), stage.bank);
      return answer.kind === 'refused' ? answer.failure.code : answer.kind;
    };
    expect(await draw(lineId, '100.00')).to.equal('done');
    expect(await draw(other.lineId, '10.01')).to.equal('limit-exceeded');
    expect(await draw(other.lineId, '10.00')).to.equal('done');
    // Much is granted by policy, and use is refused all the same.
    await policy(node, '9');
    expect(await outcome(park, '500.00')).to.equal('done');
    expect(await draw(other.lineId, '0.01')).to.equal('limit-exceeded');
    await stage.check();
  });
});
