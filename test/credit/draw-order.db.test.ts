// In which order a draw is refused, and that what binds the limits is told beside any reason of
// credit's own: nobody has to mend one fault to hear of the next.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { amend, at, reason } from './agreement-desk.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

describe('credit: the refusals of a draw', () => {
  let stage: Stage;
  let lineId: string;
  let nodeId: string;
  before(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '1000.00');
    ({ lineId, nodeId } = await lineIn(stage, park, '500.00'));
    const purposes = { agreementId: park.agreementId, eligiblePurposes: ['采购原材料'], reason };
    await stage.done(amend, purposes, stage.office, at(1));
  });
  after(() => stage.close());

  const refusal = (more: object) =>
    stage.refused(drawDown, drawing(lineId, '1000.01', more), stage.bank);
  const wrong = {
    lineId: 'line_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    valueOn: ago(-1),
    dueOn: ago(2),
    purpose: '购买房产',
  };

  it('come in this order', async () => {
    const mended: [string, object][] = [
      ['line-missing', {}],
      ['value-day-in-future', { lineId }],
      ['due-before-value-day', { valueOn: today }],
      ['purpose-not-eligible', { dueOn: ago(-300) }],
      ['limit-exceeded', { purpose: '采购原材料' }],
    ];
    let asked: object = wrong;
    for (const [code, more] of mended) {
      asked = { ...asked, ...more };
      expect((await refusal(asked)).code).to.equal(code);
    }
    await stage.done(drawDown, drawing(lineId, '500.00'), stage.bank);
  });

  it('tell every limit that binds beside a purpose that is not agreed', async () => {
    const { facts } = await refusal({ purpose: '购买房产' });
    expect(facts).to.deep.include({ limitRefusal: 'limit-exceeded', eligible: ['采购原材料'] });
    const binding = facts['binding'] as { nodeId: string; shortBy: unknown; cause: string }[];
    expect(binding.map((one) => [one.cause, String(one.shortBy)])).to.deep.equal([
      ['used-up', '1000.01'],
      ['used-up', '500.01'],
      ['used-up', '500.01'],
    ]);
    expect(binding[0]?.nodeId).to.equal(nodeId);
    expect(String(facts['smallestAdmissible'])).to.equal('0.00');
    await stage.check();
  });

  it('say nothing of limits that would have admitted it, and use nothing', async () => {
    const other = await lineIn(stage, await parkIn(stage, '10.00'), '10.00');
    const freely = drawing(other.lineId, '10.00');
    await stage.done(drawDown, { ...freely, amount: '4.00' }, stage.bank);
    const used = async () =>
      (await stage.rows<{ consumed: string }>(`select consumed from limits_nodes order by id`)).map(
        (row) => row.consumed,
      );
    const before = await used();
    await refusal({ purpose: '购买房产' });
    expect(await used()).to.deep.equal(before);
    await stage.done(drawDown, { ...freely, amount: '6.00' }, stage.bank);
  });
});
