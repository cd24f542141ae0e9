// Where an approval is capped by collateral, the limit of its line is, from the first day on.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { showNode } from '../../src/limits/queries.ts';
import type { Stage } from '../support/stage.ts';
import { openStage } from '../support/stage.ts';
import { deskOf } from './demand-desk.ts';
import { drawing, parkIn } from './stage.ts';

describe('credit: collateral of an application', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  it('bounds the limit by its value of the day, where the approval says so', async () => {
    const park = await parkIn(stage, '100000000');
    const { effective } = deskOf(stage, () => park);
    const line = await effective({ collateralBasis: 'MIN' });
    const [lineId, nodeId] = [line['lineId'] as string, line['nodeId'] as string];
    const node = () => stage.ask(showNode, { nodeId }, stage.bank);
    const first = await node();
    expect(first).to.deep.include({ limit: '3000000.00', available: '3000000.00' });
    expect(first.terms.basis).to.equal('MIN');
    expect(first.terms.collateral.map(({ ref, price, haircut }) => [ref, price, haircut])).to.eql([
      ['发明专利三项', '6000000.00', '0.7'],
      ['厂房', '5000000.01', '0.4'],
    ]);
    const revalued = first.terms.collateral.map((one) => ({ ...one, price: '2000000' }));
    const change = { nodeId, collateral: revalued, reason: '年度重估' };
    const { version: expectedVersion } = first;
    await stage.done(setTerms, change, stage.bank, { expectedVersion });
    const above = await stage.refused(drawDown, drawing(lineId, '1800000.01'), stage.bank);
    expect(above.code).to.equal('limit-exceeded');
    await stage.done(drawDown, drawing(lineId, '1800000'), stage.bank);

    const unbound = await effective();
    const other = await stage.ask(showNode, { nodeId: unbound['nodeId'] as string }, stage.bank);
    expect(other.terms.basis).to.equal('LINE');
    expect(other.terms.collateral).to.deep.equal([]);
    await stage.check();
  });
});
