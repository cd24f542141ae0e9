// What a limit shows counts nothing that has ended: not the limits of children that are closed or
// expired beyond what they still owe, nor reservations that have run out, in tenor buckets either.
import { expect } from 'chai';
import { drawDown, reserve } from '../../src/credit/index.ts';
import { closeLine } from '../../src/credit/operations/close-line.ts';
import { endAgreement } from '../../src/credit/operations/end-agreement.ts';
import { headroom } from '../../src/limits/headroom-queries.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { listNodes, showNode } from '../../src/limits/queries.ts';
import { drawing, lineIn, parkIn } from '../credit/stage.ts';
import { ago, openStage, type Stage, today } from '../support/stage.ts';

const reason = '测试';

describe('the figures of a limit', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const shown = (nodeId: string, actor = stage.bank) => stage.ask(showNode, { nodeId }, actor);

  it('have ended children granted by what they owe', async () => {
    const park = await parkIn(stage, '1000.00');
    const past = await lineIn(stage, park, '60.00', { expiresOn: ago(10) });
    const owed = drawing(past.lineId, '20.00', { valueOn: ago(20), dueOn: ago(-20) });
    await stage.done(drawDown, owed, stage.bank);
    await lineIn(stage, park, '100.00');
    const closed = await lineIn(stage, park, '50.00');
    const seen = { expectedVersion: (await shown(closed.nodeId)).version };
    await stage.done(closeLine, { lineId: closed.lineId, reason }, stage.bank, seen);
    const { parentId } = await shown(past.nodeId);
    expect((await shown(String(parentId))).granted).to.equal('120.00');
    const { items } = await stage.ask(listNodes, { kind: 'SEGMENT' }, stage.bank);
    expect(items.map(({ granted }) => granted)).to.deep.equal(['120.00']);
  });

  it('are those of the day where the root is the sum of what is granted below', async () => {
    const park = await parkIn(stage, '1000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '60.00');
    const owed = drawing(lineId, '20.00', { valueOn: ago(20), dueOn: ago(-20) });
    await stage.done(drawDown, owed, stage.bank);
    const rootLimit = async (asOf: string): Promise<string | undefined> => {
      const { path } = await stage.ask(headroom, { nodeId, asOf }, stage.bank);
      return path.find(({ kind }) => kind === 'ZONE')?.limit;
    };
    expect(await rootLimit(today)).to.equal('1000.00');
    const seen = { expectedVersion: 1 };
    await stage.done(endAgreement, { agreementId: park.agreementId, reason }, stage.bank, seen);
    expect(await rootLimit(today)).to.equal('20.00');
    expect(await rootLimit(ago(1))).to.equal('1000.00');
    // The agreement was to end 1500 days from now, and its root counts it by its end.
    expect(await rootLimit(ago(-2000))).to.equal('20.00');
  });

  it('have tenor buckets without reservations that ran out, before any job looked', async () => {
    const park = await parkIn(stage, '1000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '500.00');
    const terms = { buckets: [30, 90].map((days) => ({ days, amount: '100.00' })) };
    await stage.done(setTerms, { nodeId, reason, ...terms }, stage.bank, {
      expectedVersion: (await shown(nodeId)).version,
    });
    const hold = (amount: string, more: object) =>
      stage.done(reserve, { lineId, amount, purpose: '备料', tenorDays: 60, ...more }, stage.bank);
    const usedIn = async () => {
      const { bucketUse, reserved } = await shown(nodeId);
      return [reserved, ...bucketUse.map(({ used, available }) => `${used} ${available}`)];
    };
    const asked = async (amount: string, asOf: string = today): Promise<string | null> => {
      const given = { nodeId, amount, tenorDays: '60', asOf };
      return (await stage.ask(headroom, given, stage.bank)).code;
    };
    await hold('10.00', {});
    await hold('70.00', { expiresAt: new Date(Date.now() + 1_500).toISOString() });
    expect(await usedIn()).to.deep.equal(['80.00', '0.00 100.00', '80.00 20.00']);
    expect(await asked('90.00')).to.equal('bucket-full');
    // By the end of tomorrow the shorter one has run out.
    expect(await asked('90.00', ago(-1))).to.equal(null);
    await new Promise((resolve) => {
      setTimeout(resolve, 1_600);
    });
    expect(await usedIn()).to.deep.equal(['10.00', '0.00 100.00', '10.00 90.00']);
    expect(await asked('90.00')).to.equal(null);
    expect(await asked('90.01')).to.equal('bucket-full');
    expect(await asked('90.00', ago(1))).to.equal(null);
    const stored = `select bucket_use ->> '90' as held from limits_nodes where id = '${nodeId}'`;
    expect(await stage.rows(stored)).to.deep.equal([{ held: '80.00' }]);
  });
});
