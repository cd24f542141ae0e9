// The repayments of a drawdown as a list with pages, in the order in which they were made.
import { expect } from 'chai';
import { drawDown, repay } from '../../src/credit/index.ts';
import { listRepayments } from '../../src/credit/queries-loan-lists.ts';
import { openStage, today } from '../support/stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

describe('credit: repayments of a drawdown', () => {
  it('are listed page by page', async () => {
    const stage = await openStage();
    try {
      const park = await parkIn(stage, '100000');
      const { lineId } = await lineIn(stage, park, '1000');
      const { drawdownId } = await stage.done(drawDown, drawing(lineId, '500'), stage.bank);
      for (const principal of ['1.00', '2.00', '3.00']) {
        await stage.done(repay, { drawdownId, principal, valueOn: today }, stage.bank);
      }
      const ask = (place: object) =>
        stage.ask(listRepayments, { drawdownId, ...place }, stage.bank);
      const first = await ask({ limit: 2 });
      expect(first.items.map(({ principal }) => principal)).to.deep.equal(['1.00', '2.00']);
      expect(first.total).to.equal(3);
      const rest = await ask({ limit: 2, cursor: first.nextCursor });
      expect(rest.items.map(({ principal }) => principal)).to.deep.equal(['3.00']);
      expect(rest.nextCursor).to.equal(null);
      const second = await ask({ page: 2, pageSize: 1 });
      expect(second.items.map(({ principal }) => principal)).to.deep.equal(['2.00']);
    } finally {
      await stage.close();
    }
  });
});
