// Figures and lists of what may still happen leave out what cannot: the rest of a line that was
// closed, and the end of a certificate that has a successor.
import { expect } from 'chai';
import { drawDown, repay } from '../../src/credit/index.ts';
import { showException, showExceptionQuota } from '../../src/credit/queries-exceptions.ts';
import { listWhitelistDue } from '../../src/credit/queries-whitelist.ts';
import { showNode } from '../../src/limits/queries.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { drawing, parkIn } from './stage.ts';
import { entryAt, tagged } from './whitelist-stage.ts';

const reason = '测试';
const seen = (expectedVersion: number) => ({ expectedVersion });

describe('what has ended', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  it('keeps nothing on the quota of exceptions once its line is closed', async () => {
    const { bank, zoneId, bankId } = stage;
    const { segmentId } = await parkIn(stage, '1000000');
    const set = { zoneId, bankId, amount: '500', reason };
    await stage.done(operationOf('set-exception-quota'), set, bank, seen(0));
    const missing = {
      kind: 'missing-limit',
      segmentId,
      enterpriseId: stage.firmId,
      product: '应急周转贷款',
      rateAnnual: '0.0345',
      amount: '20.00',
      purpose: '采购原材料',
    };
    const { exceptionId = '' } = await stage.done(operationOf('raise-exception'), missing, bank);
    const why = { exceptionId, justification: '订单已签', evidence: '销售合同 X-1' };
    await stage.done(operationOf('justify-exception'), why, bank, seen(1));
    const word = { exceptionId, amount: '20.00', expiresOn: ago(-30), reason };
    await stage.done(operationOf('approve-exception'), word, bank, seen(2));
    const used = async (): Promise<string[]> => {
      const quota = await stage.ask(showExceptionQuota, { zoneId, bankId }, bank);
      return [quota.used, quota.available];
    };
    const { lineId } = await stage.ask(showException, { exceptionId }, bank);
    const draw = drawing(String(lineId), '1.00', { exceptionIds: [exceptionId] });
    const { drawdownId, ...drawn } = await stage.done(drawDown, draw, bank);
    expect(drawn).to.include({ lineId });
    const back = { drawdownId, principal: '1.00', interest: '0', valueOn: today };
    await stage.done(repay, back, bank);
    expect(await used()).to.deep.equal(['19.00', '481.00']);
    const [line] = await stage.rows<{ node_id: string }>(
      `select node_id from credit_lines where id = '${lineId}'`,
    );
    const { version } = await stage.ask(showNode, { nodeId: line?.node_id }, bank);
    await stage.done(operationOf('close-line'), { lineId, reason }, bank, seen(version));
    expect(await used()).to.deep.equal(['0.00', '500.00']);
  });

  it('is due no more where a newer certificate stands for it', async () => {
    const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
    const due = async (): Promise<string[]> => {
      const given = { until: ago(-2000), limit: '200' };
      const { items } = await stage.ask(listWhitelistDue, given, stage.bank);
      const own = items.filter((one) => one.entryId === entryId && one.kind === 'tag');
      return own.map(({ subjectId, overdue }) => `${subjectId} ${overdue}`);
    };
    const newest = await due();
    expect(newest).to.have.length(1);
    const days = { grantedOn: ago(1000), expiresOn: ago(10) };
    const old = await tagged(stage, enterpriseId, { certificateNo: 'GR1', ...days });
    expect(await due()).to.deep.equal(newest);
    const revoked = { tagId: newest[0]?.split(' ')[0], reason };
    await stage.done(operationOf('revoke-tag'), revoked, stage.office, seen(1));
    expect(await due()).to.deep.equal([`${old['tagId']} true`]);
  });
});
