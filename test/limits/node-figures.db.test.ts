// What a limit shows counts nothing that has ended: the limits of children that are closed or
// expired count for what they still owe.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { closeLine } from '../../src/credit/operations/close-line.ts';
import { endAgreement } from '../../src/credit/operations/end-agreement.ts';
import { headroom } from '../../src/limits/headroom-queries.ts';
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
});
