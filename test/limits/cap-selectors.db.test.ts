// Caps that take limits by a stored rule: what is there when the cap is opened, and every line that
// is opened later, from its first day; also when both happen at once.
import { expect } from 'chai';
import { drawDown, moveLine, openLine, openSegment } from '../../src/credit/index.ts';
import { showLine } from '../../src/credit/queries.ts';
import { openCap } from '../../src/limits/operations/open-cap.ts';
import { setCap } from '../../src/limits/operations/set-cap.ts';
import { showNode } from '../../src/limits/queries.ts';
import { drawing, lineIn, outsideWhitelist, parkIn } from '../credit/stage.ts';
import type { Park } from '../credit/stage.ts';
import { end } from '../credit/agreement-desk.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage } from '../support/stage.ts';

const reason = '集团统一授信';
const product = '科技成果转化项目贷款';

describe('caps by a stored rule', () => {
  let stage: Stage;
  let park: Park;
  beforeEach(async () => {
    stage = await openStage();
    park = await parkIn(stage, '100000.00');
  });
  afterEach(() => stage.close());

  const open = (limit: string, more: object) =>
    stage.done(openCap, { name: '横向限额', limit, reason, ...more }, stage.bank);
  const bySelector = (limit: string, selector: object = {}, more: object = {}) =>
    open(limit, { selector: { zoneId: stage.zoneId, ...selector }, ...more });
  const capsOf = async (nodeId: string): Promise<readonly string[]> => {
    const [row] = await stage.rows<{ caps: string[] }>(
      `select caps from limits_nodes where id = '${nodeId}'`,
    );
    return row?.caps ?? [];
  };
  const outcome = async (lineId: string, amount: string, more: object = {}): Promise<string> => {
    const answer = await stage.outcome(drawDown, drawing(lineId, amount, more), stage.bank);
    return answer.kind === 'refused' ? answer.failure.code : answer.kind;
  };
  const other = () => ({ enterpriseId: stage.otherFirmId });

  it('takes the lines of a borrower that are there, and those that come', async () => {
    const before = await lineIn(stage, park, '100.00');
    expect(await outcome(before.lineId, '60.00')).to.equal('done');
    const cap = await bySelector('80.00', { enterpriseIds: [stage.firmId] });
    expect(cap).to.include({ carriers: 1 });
    const capId = cap['nodeId'] as string;
    const after = await lineIn(stage, park, '100.00', { product });
    const foreign = await lineIn(stage, park, '100.00', other());
    expect(await capsOf(before.nodeId)).to.deep.equal([capId]);
    expect(await capsOf(after.nodeId)).to.deep.equal([capId]);
    expect(await capsOf(foreign.nodeId)).to.deep.equal([]);
    expect(await outcome(after.lineId, '20.01')).to.equal('limit-exceeded');
    expect(await outcome(after.lineId, '20.00')).to.equal('done');
    expect(await outcome(foreign.lineId, '100.00')).to.equal('done');
    const changes = await stage.rows<{ new_value: string; reason: string }>(
      `select new_value, reason from limits_changes
       where node_id = '${after.nodeId}' and field = 'caps'`,
    );
    expect(changes).to.deep.equal([{ new_value: capId, reason: '按规则纳入横向限额' }]);
    const shown = await stage.ask(showNode, { nodeId: capId }, stage.bank);
    expect(shown.selector).to.deep.equal({
      zoneId: stage.zoneId,
      enterpriseIds: [stage.firmId],
      products: null,
    });
    expect(shown).to.include({ used: '80.00', available: '0.00' });
  });

  it('takes a product over all borrowers, a sub-line by itself, and nothing twice', async () => {
    const cap = await bySelector('50.00', { products: [product] });
    const capId = cap['nodeId'] as string;
    expect(cap).to.include({ carriers: 0 });
    const plain = await lineIn(stage, park, '100.00');
    const sub = await lineIn(stage, park, '60.00', { parentLineId: plain.lineId, product });
    const whole = await lineIn(stage, park, '100.00', { ...other(), product });
    const under = { ...other(), parentLineId: whole.lineId, product };
    const below = await lineIn(stage, park, '60.00', under);
    expect(await capsOf(plain.nodeId)).to.deep.equal([]);
    expect(await capsOf(sub.nodeId)).to.deep.equal([capId]);
    expect(await capsOf(whole.nodeId)).to.deep.equal([capId]);
    expect(await capsOf(below.nodeId)).to.deep.equal([]);
    expect(await outcome(sub.lineId, '30.00')).to.equal('done');
    expect(await outcome(below.lineId, '20.01')).to.equal('limit-exceeded');
    expect(await outcome(below.lineId, '20.00')).to.equal('done');
  });

  it('by tenor has its buckets from the first day', async () => {
    const buckets = [
      { days: 30, amount: '100.00' },
      { days: 400, amount: '10.00' },
    ];
    await bySelector('100.00', {}, { buckets });
    const { lineId } = await lineIn(stage, park, '100.00');
    expect(await outcome(lineId, '10.01')).to.equal('bucket-full');
    expect(await outcome(lineId, '10.00')).to.equal('done');
    expect(await outcome(lineId, '80.00', { dueOn: ago(-30) })).to.equal('done');
  });

  it('is set as a whole: another rule, limits beside it, none any more', async () => {
    const [one, two] = [
      await lineIn(stage, park, '100.00'),
      await lineIn(stage, park, '100.00', other()),
    ];
    const { nodeId } = await bySelector('50.00', { enterpriseIds: [stage.firmId] });
    const set = (more: object, expectedVersion: number) =>
      stage.done(setCap, { nodeId, reason, ...more }, stage.bank, { expectedVersion });
    const firm = { zoneId: stage.zoneId, enterpriseIds: [stage.firmId] };
    const both = await set({ nodeIds: [two.nodeId], selector: firm }, 1);
    expect(both).to.deep.include({ added: [two.nodeId], removed: [] });
    const named = await set({ nodeIds: [two.nodeId] }, 2);
    expect(named).to.deep.include({ added: [], removed: [one.nodeId] });
    const later = await lineIn(stage, park, '100.00', { product });
    expect(await capsOf(later.nodeId)).to.deep.equal([]);
    const stale = await stage.refused(
      setCap,
      { nodeId, reason, selector: firm, nodeIds: [] },
      stage.bank,
      { expectedVersion: 2 },
    );
    const fields = (stale.facts['changes'] as { field: string }[]).map((each) => each.field);
    expect([...fields].sort()).to.deep.equal(['carriers', 'selector']);
  });

  it('set as it is stays as it is, whatever the order of its lists', async () => {
    const one = await lineIn(stage, park, '100.00', { product });
    const enterpriseIds = [stage.firmId, stage.otherFirmId];
    const { nodeId } = await bySelector('50.00', { enterpriseIds, products: [product] });
    const rule = {
      zoneId: stage.zoneId,
      enterpriseIds: enterpriseIds.toReversed(),
      products: [product],
    };
    const set = (more: object, expectedVersion: number) =>
      stage.done(setCap, { nodeId, reason, ...more }, stage.bank, { expectedVersion });
    const changes = () =>
      stage.rows(`select field from limits_changes where node_id = '${nodeId}' order by id`);
    const before = await changes();
    const same = { added: [], removed: [], version: 1 };
    expect(await set({ selector: rule }, 1)).to.deep.include(same);
    expect(await set({ selector: rule, nodeIds: [one.nodeId] }, 1)).to.deep.include(same);
    expect(await changes()).to.deep.equal(before);
    const named = await set({ nodeIds: [one.nodeId] }, 1);
    expect(named).to.deep.include({ added: [], removed: [], version: 2 });
    expect(await set({ nodeIds: [one.nodeId] }, 2)).to.deep.include({ version: 2 });
    const told = await stage.rows(
      `select 1 from platform_events where subject_id = '${nodeId}' and name = 'limits.cap-set'`,
    );
    expect(told).to.have.length(1);
  });

  it('counts what is owed under a closed line, also when its rule is set again', async () => {
    const { lineId } = await lineIn(stage, park, '100.00');
    expect(await outcome(lineId, '60.00')).to.equal('done');
    const second = await parkIn(stage, '1000.00');
    const ending = { agreementId: park.agreementId, reason };
    await stage.done(end, ending, stage.office, { expectedVersion: 1 });
    const selector = { zoneId: stage.zoneId, enterpriseIds: [stage.firmId] };
    const code = (
      await stage.refused(
        openCap,
        { name: '横向限额', limit: '59.99', selector, reason },
        stage.bank,
      )
    ).code;
    expect(code).to.equal('limit-exceeded');
    const { nodeId } = await open('80.00', { selector });
    const set = { nodeId, selector, reason };
    await stage.done(setCap, set, stage.bank, { expectedVersion: 1 });
    const later = await lineIn(stage, second, '100.00');
    expect(await outcome(later.lineId, '20.01')).to.equal('limit-exceeded');
    expect(await outcome(later.lineId, '20.00')).to.equal('done');
  });

  it('lets no line go from where alone it is counted, until it is counted by itself', async () => {
    const terms = { name: '乙', scope: 'cluster', amount: '500.00', enforcement: 'HARD' };
    const place = { agreementId: park.agreementId, ...terms };
    const { segmentId } = await stage.done(openSegment, place, stage.bank);
    const [segment] = await stage.rows<{ id: string }>(
      `select node_id as id from credit_segments where id = '${park.segmentId}'`,
    );
    const selector = { zoneId: stage.zoneId, enterpriseIds: [stage.firmId] };
    const { nodeId } = await open('80.00', { nodeIds: [segment?.id], selector });
    const { lineId } = await lineIn(stage, park, '100.00');
    expect(await outcome(lineId, '60.00')).to.equal('done');
    const move = { lineId, segmentId, reason };
    const first = { expectedVersion: 1 };
    const refused = await stage.refused(moveLine, move, stage.bank, first);
    expect(refused.code).to.equal('move-impossible');
    expect(refused.facts['cause']).to.equal('cap');
    await stage.done(setCap, { nodeId, selector, reason }, stage.bank, first);
    const { version } = await stage.ask(showLine, { lineId }, stage.bank);
    await stage.done(moveLine, move, stage.bank, { expectedVersion: version });
    expect(await outcome(lineId, '20.01')).to.equal('limit-exceeded');
    expect(await outcome(lineId, '20.00')).to.equal('done');
  });

  it('refuses a zone out of sight, a firm of nowhere, and a cap of nothing', async () => {
    const code = async (more: object): Promise<string> =>
      (await stage.refused(openCap, { name: '限额', limit: '1', reason, ...more }, stage.bank))
        .code;
    expect(await code({ selector: { zoneId: 'zone_none' } })).to.equal('node-missing');
    const strange = { zoneId: stage.zoneId, enterpriseIds: ['ent_none'] };
    expect(await code({ selector: strange })).to.equal('borrower-missing');
    expect(await code({})).to.equal('invalid-input');
  });

  it('misses no line that is opened at the same time', async () => {
    const selector = { zoneId: stage.zoneId, products: [product] };
    const lines = Array.from({ length: 12 }, () => lineIn(stage, park, '10.00', { product }));
    const caps = Array.from({ length: 3 }, () => open('1000.00', { selector }));
    const made = await Promise.all(lines);
    const ids = (await Promise.all(caps)).map((cap) => cap['nodeId'] as string).sort();
    for (const { nodeId } of made) {
      expect([...(await capsOf(nodeId))].sort()).to.deep.equal(ids);
    }
    const many = Array.from({ length: 30 }, (_, i) => ({
      raw: {
        segmentId: park.segmentId,
        enterpriseId: stage.firmId,
        product,
        amount: '1.00',
        rateAnnual: '0.0345',
        startsOn: ago(200),
        expiresOn: ago(-400),
        ...outsideWhitelist,
      },
      key: `many-${i}-${park.segmentId}`,
    }));
    await stage.performer.performMany(openLine, stage.bank, many);
    const [counted] = await stage.rows<{ lines: string }>(
      `select count(*) as lines from limits_nodes
       where product = '${product}' and cardinality(caps) = 3`,
    );
    expect(counted?.lines).to.equal('42');
  });
});
