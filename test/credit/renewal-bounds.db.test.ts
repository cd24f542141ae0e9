// What was agreed for a line bounds the line that takes over from it as well.
import { expect } from 'chai';
import { drawDown, repay } from '../../src/credit/index.ts';
import { renewLine } from '../../src/credit/operations/renew-line.ts';
import { takeOverAmount } from '../../src/credit/operations/take-over-amount.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { openCap } from '../../src/limits/operations/open-cap.ts';
import { setOversubscription } from '../../src/limits/operations/set-oversubscription.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { listNodes, showNode } from '../../src/limits/queries.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { openProgramme, tagLine } from './agreement-desk.ts';
import type { Park } from './stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const reason = '年度安排';

describe('credit: bounds of a renewed line', () => {
  let stage: Stage;
  let park: Park;
  before(async () => {
    stage = await openStage();
    park = await parkIn(stage, '100000000');
  });
  afterEach(() => stage.check());
  after(() => stage.close());

  const node = (nodeId: string) => stage.ask(showNode, { nodeId }, stage.bank);
  const at = async (nodeId: string) => ({ expectedVersion: (await node(nodeId)).version });
  const terms = async (nodeId: string, given: object) =>
    stage.done(setTerms, { nodeId, reason, ...given }, stage.bank, await at(nodeId));
  const renew = async ({ lineId, nodeId }: { lineId: string; nodeId: string }, more = {}) => {
    const input = { lineId, expiresOn: ago(-700), reason: '到期续授信', ...more };
    const answer = await stage.done(renewLine, input, stage.bank, await at(nodeId));
    return answer as { lineId: string; nodeId: string; available: string };
  };
  const draw = (lineId: string, amount: string, more: object = {}) =>
    stage.outcome(drawDown, drawing(lineId, amount, more), stage.bank);
  const drawn = async (lineId: string, amount: string): Promise<string> =>
    (await stage.done(drawDown, drawing(lineId, amount), stage.bank))['drawdownId'] as string;
  const why = async (lineId: string, amount: string, more: object = {}) => {
    const answer = await draw(lineId, amount, more);
    return answer.kind === 'refused' ? answer.failure.code : answer.kind;
  };

  it('tenor buckets: the same lengths, none above the renewed amount', async () => {
    const old = await lineIn(stage, park, '1000');
    const buckets = [
      { days: 90, amount: '1000' },
      { days: 400, amount: '600' },
    ];
    await terms(old.nodeId, { buckets });
    const { lineId, nodeId } = await renew(old, { amount: '800' });
    const kept = (await node(nodeId)).terms.buckets;
    expect(kept).to.deep.equal([
      { days: 90, amount: '800.00' },
      { days: 400, amount: '600.00' },
    ]);
    expect(await why(lineId, '1', { dueOn: ago(-401) })).to.equal('tenor-too-long');
    expect(await why(lineId, '600.01', { dueOn: ago(-400) })).to.equal('bucket-full');
    expect(await why(lineId, '600', { dueOn: ago(-400) })).to.equal('done');
    expect(await why(lineId, '0.01', { dueOn: ago(-91) })).to.equal('bucket-full');
    expect(await why(lineId, '200', { dueOn: ago(-90) })).to.equal('done');
  });

  it('a cap that names it, and one whose rule takes it, count both once', async () => {
    const old = await lineIn(stage, park, '1000', { product: '科技贷款' });
    const open = async (counted: object): Promise<string> =>
      (await stage.done(openCap, { name: '横向', limit: '900', reason, ...counted }, stage.bank))[
        'nodeId'
      ] as string;
    const named = await open({ nodeIds: [old.nodeId] });
    const ruled = await open({ selector: { zoneId: stage.zoneId, products: ['科技贷款'] } });
    await drawn(old.lineId, '400');
    const { lineId, nodeId } = await renew(old);
    for (const capId of [named, ruled]) {
      const { items } = await stage.ask(listNodes, { capId }, stage.bank);
      expect(items.map((one) => one.nodeId)).to.have.members([old.nodeId, nodeId]);
    }
    expect(await why(lineId, '500.01')).to.equal('limit-exceeded');
    expect(await why(lineId, '500')).to.equal('done');
    expect((await node(named)).used).to.equal('900.00');
    expect((await node(ruled)).used).to.equal('900.00');
  });

  it('collateral that bounds it bounds the old debt and the new together', async () => {
    const old = await lineIn(stage, park, '1000');
    const piece = (price: string) => [{ ref: '厂房', price, quantity: '1', haircut: '0.3' }];
    await terms(old.nodeId, { basis: 'MIN', collateral: piece('1000') });
    const drawdownId = await drawn(old.lineId, '400');
    const next = await renew(old);
    expect(next.available).to.equal('300.00');
    expect(await why(next.lineId, '300.01')).to.equal('limit-exceeded');
    expect(await why(next.lineId, '200')).to.equal('done');

    const paid = { drawdownId, principal: '150', interest: '0', valueOn: today };
    await stage.done(repay, paid, stage.bank);
    await stage.done(takeOverAmount, { lineId: next.lineId }, stage.bank);
    const shared = await node(next.nodeId);
    expect(shared).to.deep.include({ limit: '450.00', available: '250.00' });
    expect(shared.terms.priorClaim).to.equal('250.00');

    // Worth less the next day: what the old debt takes of it is taken first.
    await terms(next.nodeId, { collateral: piece('700') });
    expect((await node(next.nodeId)).available).to.equal('40.00');
    expect(await why(next.lineId, '40.01')).to.equal('limit-exceeded');
    expect(await why(next.lineId, '40')).to.equal('done');
    expect((await node(old.nodeId)).limit).to.equal('250.00');
  });

  it('collateral that adds to it adds once, and what was dated for the old one ends', async () => {
    const old = await lineIn(stage, park, '1000');
    const collateral = [{ ref: '应收账款', price: '200', quantity: '1', haircut: '0' }];
    const schedule = [{ from: ago(10), amount: '5000' }];
    const topUps = [{ ref: '临时', amount: '70', from: ago(1), to: ago(-30) }];
    await terms(old.nodeId, { basis: 'SUM', collateral, schedule, topUps });
    await drawn(old.lineId, '400');
    const next = await renew(old);
    expect(await node(old.nodeId)).to.deep.include({ limit: '400.00', state: 'FROZEN' });
    expect(await node(next.nodeId)).to.deep.include({ limit: '800.00', available: '800.00' });
    expect(await why(next.lineId, '800.01')).to.equal('limit-exceeded');
    expect(await why(next.lineId, '800')).to.equal('done');
  });

  it('tolerance, warning, attributes and what it keeps from its siblings', async () => {
    const own = await parkIn(stage, '1000');
    const old = await lineIn(stage, own, '600');
    const given = {
      lend: '100.00',
      borrow: '50.00',
      attributes: { secured: true },
      lendTo: { secured: true },
      toleranceAmount: '5.00',
      warnRate: '0.7',
    };
    await terms(old.nodeId, given);
    const before = await node(own.masterId);
    const next = await renew(old);
    expect((await node(next.nodeId)).terms).to.deep.include(given);
    expect((await node(own.masterId)).available).to.equal(before.available);
    const sibling = await lineIn(stage, own, '400');
    await terms(sibling.nodeId, { borrow: '300.00' });
    // It lends to what is secured alone, as the old line did.
    expect(await why(sibling.lineId, '400.01')).to.equal('limit-exceeded');
    await terms(sibling.nodeId, { attributes: { secured: true } });
    expect(await why(sibling.lineId, '500.01')).to.equal('limit-exceeded');
    expect(await why(sibling.lineId, '500')).to.equal('done');
  });

  it('the policy of over-subscription, how it counts above, its programme', async () => {
    const { agreementId } = park;
    const programme = { agreementId, name: '双百双新', queueRank: 1, decisionClockDays: 5, reason };
    const opened = await stage.done(openProgramme, programme, stage.office);
    const programmeId = opened['programmeId'] as string;
    const old = await lineIn(stage, park, '1000', { contribution: 'outstanding' });
    await stage.done(tagLine, { lineId: old.lineId, programmeId, reason }, stage.bank);
    const policy = { nodeId: old.nodeId, oversub: '1.2', reason };
    await stage.done(setOversubscription, policy, stage.bank, await at(old.nodeId));
    const next = await renew(old);
    const [row] = await stage.rows<object>(
      `select oversub, contribution from limits_nodes where id = '${next.nodeId}'`,
    );
    expect(row).to.deep.equal({ oversub: '1.2000', contribution: 'outstanding' });
    const tags = await stage.rows<object>(
      `select programme_id as "programmeId", counts, value_on as "valueOn"
       from credit_line_tags where line_id = '${next.lineId}'`,
    );
    expect(tags).to.deep.equal([{ programmeId, counts: true, valueOn: today }]);
  });

  it('below a hard allocation the bounded amount is what counts', async () => {
    const own = await parkIn(stage, '1000');
    const segment = await stage.rows<{ id: string }>(
      `select node_id as id from credit_segments where id = '${own.segmentId}'`,
    );
    const segmentNode = segment[0]?.id ?? '';
    const old = await lineIn(stage, own, '1000');
    const collateral = [{ ref: '房产', price: '700', quantity: '1', haircut: '0' }];
    await terms(old.nodeId, { basis: 'MIN', collateral });
    await lineIn(stage, own, '300');
    const hard = { nodeId: segmentNode, oversub: '1', reason };
    await stage.done(setOversubscription, hard, stage.bank, await at(segmentNode));
    const next = await renew(old);
    expect(next.available).to.equal('700.00');
    const more = { segmentId: own.segmentId };
    const answer = await lineIn(stage, { ...own, ...more }, '0.01').catch((error) => String(error));
    expect(answer).to.contain('over-allocated');
  });

  it('the shared grant: no change by hand that the next repayment would undo', async () => {
    const old = await lineIn(stage, park, '1000');
    await drawn(old.lineId, '400');
    const next = await renew(old);
    for (const { nodeId } of [old, next]) {
      const change = { nodeId, limit: '100', reason };
      const { code } = await stage.refused(changeLimit, change, stage.bank, await at(nodeId));
      expect(code).to.equal('grant-shared');
    }
    await terms(next.nodeId, { schedule: [{ from: today, amount: '250' }] });
    await stage.done(takeOverAmount, { lineId: next.lineId }, stage.bank);
    expect((await node(next.nodeId)).limit).to.equal('250.00');
    expect(await why(next.lineId, '250.01')).to.equal('limit-exceeded');
    expect(await why(next.lineId, '250')).to.equal('done');
  });
});
