// Exceptions: what a draw may pass by them, to the fen; every refusal in order; the quota; the end.
import { expect } from 'chai';
import { drawDown, renewLoanWithoutRepayment, repay } from '../../src/credit/index.ts';
import { approveException } from '../../src/credit/operations/approve-exception.ts';
import { expireExceptions } from '../../src/credit/operations/expire-exceptions.ts';
import { justifyException } from '../../src/credit/operations/justify-exception.ts';
import { raiseException } from '../../src/credit/operations/raise-exception.ts';
import { rejectException } from '../../src/credit/operations/reject-exception.ts';
import { setExceptionQuota } from '../../src/credit/operations/set-exception-quota.ts';
import {
  listExceptions,
  showException,
  showExceptionQuota,
} from '../../src/credit/queries-exceptions.ts';
import { Money } from '../../src/kernel/index.ts';
import { incidentEffects } from '../../src/limits/index.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import type { Park } from './stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const at = (expectedVersion: number) => ({ expectedVersion });
const justified = { justification: '订单已签，回款确定', evidence: '销售合同 X-1' };

describe('credit: exceptions', () => {
  let stage: Stage;
  let park: Park;
  before(async () => {
    stage = await openStage({ effects: [incidentEffects] });
    park = await parkIn(stage, '100000000');
    const { zoneId, bankId } = stage;
    const input = { zoneId, bankId, amount: '500000', reason: '年度' };
    const set = await stage.done(setExceptionQuota, input, stage.bank, at(0));
    expect(set).to.deep.include({ available: '500000.00', version: 1 });
  });
  afterEach(() => stage.check());
  after(() => stage.close());

  const raised = async (more: object): Promise<string> => {
    const input = { kind: 'excess', amount: '20.00', purpose: '采购原材料', ...more };
    return (await stage.done(raiseException, input, stage.bank))['exceptionId'] as string;
  };
  const approved = async (more: object, terms: object = {}): Promise<string> => {
    const exceptionId = await raised(more);
    await stage.done(justifyException, { exceptionId, ...justified }, stage.bank, at(1));
    const word = { exceptionId, amount: '20.00', expiresOn: ago(-30), reason: '同意', ...terms };
    await stage.done(approveException, word, stage.bank, at(2));
    return exceptionId;
  };
  const show = (exceptionId: string, actor = stage.bank) =>
    stage.ask(showException, { exceptionId }, actor);
  const quota = () =>
    stage.ask(showExceptionQuota, { zoneId: stage.zoneId, bankId: stage.bankId }, stage.bank);
  const excessOf = async (nodeId: string): Promise<string> => {
    const found = await stage.rows<{ excess: string }>(
      `select excess from limits_nodes where id = '${nodeId}'`,
    );
    return found[0]?.excess ?? '';
  };
  const drawn = (lineId: string, amount: string, more: object = {}) =>
    stage.done(drawDown, drawing(lineId, amount, more), stage.bank);
  const noDraw = (lineId: string, amount: string, more: object = {}) =>
    stage.refused(drawDown, drawing(lineId, amount, more), stage.bank);

  it('lets one draw pass by exactly its amount, once', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    await drawn(lineId, '70.00');
    const id = await approved({ lineId });
    expect(await excessOf(nodeId)).to.equal('20.00');
    const exceptionIds = [id];
    const above = await noDraw(lineId, '50.01', { exceptionIds });
    expect(above.code).to.equal('limit-exceeded');
    expect(String(above.facts['smallestAdmissible'])).to.equal('50.00');
    expect((await noDraw(lineId, '30.01')).code).to.equal('limit-exceeded');
    const { drawdownId, lineAvailable } = await drawn(lineId, '50.00', { exceptionIds });
    expect(lineAvailable).to.equal('-20.00');
    expect(await show(id)).to.deep.include({ state: 'CONSUMED', usedAmount: '20.00', drawdownId });
    expect((await noDraw(lineId, '0.01', { exceptionIds })).code).to.equal(
      'exception-not-approved',
    );
    expect((await quota()).used).to.equal('20.00');
    const back = { drawdownId, principal: '50.00', interest: '0', valueOn: today };
    await stage.done(repay, back, stage.bank);
    expect((await quota()).used).to.equal('0.00');
    expect((await noDraw(lineId, '30.01')).code).to.equal('limit-exceeded');
  });

  it('takes back what the draw did not need', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const id = await approved({ lineId });
    await drawn(lineId, '105.50', { exceptionIds: [id] });
    expect(await show(id)).to.deep.include({ usedAmount: '5.50', state: 'CONSUMED' });
    expect(await excessOf(nodeId)).to.equal('5.50');
  });

  it('lets a second exception pass beside the first, and no more than both', async () => {
    const { lineId } = await lineIn(stage, park, '100.00');
    await drawn(lineId, '110.00', { exceptionIds: [await approved({ lineId })] });
    const exceptionIds = [await approved({ lineId }), await approved({ lineId })];
    expect((await noDraw(lineId, '40.01', { exceptionIds })).code).to.equal('limit-exceeded');
    await drawn(lineId, '40.00', { exceptionIds });
  });

  it('passes a limit above the line, while every other limit still binds', async () => {
    const tight = await parkIn(stage, '60.00');
    const { lineId } = await lineIn(stage, tight, '100.00');
    const [segment] = await stage.rows<{ id: string }>(
      `select node_id as id from credit_segments where id = '${tight.segmentId}'`,
    );
    const onSegment = await approved({ lineId, nodeId: segment?.id });
    const refusal = await noDraw(lineId, '70.00', { exceptionIds: [onSegment] });
    const binding = refusal.facts['binding'] as { nodeId: string }[];
    expect(binding.map(({ nodeId }) => nodeId)).to.deep.equal([tight.masterId]);
    const exceptionIds = [onSegment, await approved({ lineId, nodeId: tight.masterId })];
    await drawn(lineId, '70.00', { exceptionIds });
  });

  it('may be given up before it is approved', async () => {
    const { lineId } = await lineIn(stage, park, '100.00');
    const exceptionId = await raised({ lineId });
    await stage.done(rejectException, { exceptionId, reason: '不同意' }, stage.bank, at(1));
    expect(await show(exceptionId)).to.include({ state: 'REJECTED', reason: '不同意' });
  });

  it('passes a full tenor bucket by its own kind', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const [node] = await stage.rows<{ version: string }>(
      `select version from limits_nodes where id = '${nodeId}'`,
    );
    const buckets = [{ days: 365, amount: '50.00' }];
    const terms = { nodeId, buckets, reason: '分档' };
    await stage.done(setTerms, terms, stage.bank, at(Number(node?.version)));
    await drawn(lineId, '40.00');
    const excess = await approved({ lineId });
    expect((await noDraw(lineId, '30.00', { exceptionIds: [excess] })).code).to.equal(
      'bucket-full',
    );
    const id = await approved({ lineId, kind: 'bucket-full', bucketDays: 365 });
    const exceptionIds = [id];
    expect((await noDraw(lineId, '30.01', { exceptionIds })).code).to.equal('bucket-full');
    await drawn(lineId, '30.00', { exceptionIds });
    expect(await show(id)).to.deep.include({ state: 'CONSUMED', usedAmount: '20.00' });
    const wrong = { lineId, kind: 'bucket-full', bucketDays: 90, amount: '1', purpose: '采购' };
    const { code } = await stage.refused(raiseException, wrong, stage.bank);
    expect(code).to.equal('exception-bucket-missing');
  });

  it('opens a line of its own for a missing limit, to be drawn once', async () => {
    const { segmentId } = park;
    const missing = {
      kind: 'missing-limit',
      segmentId,
      enterpriseId: stage.otherFirmId,
      product: '应急周转贷款',
      rateAnnual: '0.0345',
    };
    const id = await approved(missing);
    const { lineId } = await show(id);
    await drawn(lineId as string, '20.00', { exceptionIds: [id] });
    expect(await show(id)).to.deep.include({ state: 'CONSUMED', usedAmount: '20.00' });
    expect((await noDraw(lineId as string, '0.01')).code).to.equal('limit-exceeded');
  });

  it('keeps on the quota what the line of a missing limit may still draw', async () => {
    const missing = {
      kind: 'missing-limit',
      segmentId: park.segmentId,
      enterpriseId: stage.otherFirmId,
      product: '应急订单贷款',
      rateAnnual: '0.0345',
    };
    const before = Money.of((await quota()).used);
    const used = async () =>
      Money.of((await quota()).used)
        .minus(before)
        .toString();
    const id = await approved(missing);
    const lineId = (await show(id)).lineId as string;
    const { drawdownId } = await drawn(lineId, '1.00', { exceptionIds: [id] });
    expect(await used()).to.equal('20.00');
    await drawn(lineId, '19.00');
    expect(await used()).to.equal('20.00');
    const back = { drawdownId, principal: '1.00', interest: '0', valueOn: today };
    await stage.done(repay, back, stage.bank);
    expect(await used()).to.equal('19.00');
  });

  it('stays on the quota while its loan is owed, renewed or not', async () => {
    const { lineId } = await lineIn(stage, park, '100.00');
    const before = Money.of((await quota()).used);
    const used = async () =>
      Money.of((await quota()).used)
        .minus(before)
        .toString();
    const { drawdownId: first } = await drawn(lineId, '70.00');
    const { drawdownId: passed } = await drawn(lineId, '50.00', {
      exceptionIds: [await approved({ lineId })],
    });
    const paid = (drawdownId: string | undefined, principal: string) =>
      stage.done(repay, { drawdownId, principal, interest: '0', valueOn: today }, stage.bank);
    await paid(first, '70.00');
    let owed = passed;
    for (let time = 1; time <= 2; time += 1) {
      const renewal = { drawdownId: owed, valueOn: today, dueOn: ago(-200), reason: '续贷' };
      const input = { ...renewal, size: 'small', findings: [] };
      owed = (await stage.done(renewLoanWithoutRepayment, input, stage.bank, at(1)))['drawdownId'];
      expect(await used()).to.equal('20.00');
    }
    await paid(owed, '35.00');
    expect(await used()).to.equal('15.00');
    await paid(owed, '15.00');
    expect(await used()).to.equal('0.00');
  });

  it('holds a limit to itself again once the loan that passed it is settled', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const passing = { exceptionIds: [await approved({ lineId })] };
    const { drawdownId } = await drawn(lineId, '120.00', passing);
    const job = () => stage.done(expireExceptions, { asOf: today }, stage.root);
    const pay = (principal: string) =>
      stage.done(repay, { drawdownId, principal, interest: '0', valueOn: today }, stage.bank);
    await pay('119.99');
    await job();
    expect(await excessOf(nodeId)).to.equal('20.00');
    await pay('0.01');
    expect((await job())['settled']).to.equal(1);
    expect(await excessOf(nodeId)).to.equal('0.00');
    expect(await job()).to.deep.include({ settled: 0, done: 0, next: null });
    // A cut below use is a breach by all of it: the exception is no part of the bound any more.
    await drawn(lineId, '100.00');
    const [node] = await stage.rows<{ version: number }>(
      `select version::int from limits_nodes where id = '${nodeId}'`,
    );
    const cut = { nodeId, limit: '85.00', reason: '压降' };
    await stage.done(changeLimit, cut, stage.bank, at(node?.version ?? 0));
    const incidents = await stage.rows<{ severity: string; size: string }>(
      `select severity, size from limits_incidents where node_id = '${nodeId}'`,
    );
    expect(incidents).to.deep.equal([{ severity: 'BREACH', size: '15.00' }]);
  });

  it('tells by a trial which incident an exception that is taken back would open', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const id = await approved({ lineId }, { expiresOn: today });
    const [node] = await stage.rows<{ version: number }>(
      `select version::int from limits_nodes where id = '${nodeId}'`,
    );
    await drawn(lineId, '100.00');
    const cut = { nodeId, limit: '85.00', reason: '压降' };
    await stage.done(changeLimit, cut, stage.bank, at(node?.version ?? 0));
    await stage.db.raw(
      `update credit_exceptions set approved_on = '${ago(9)}', expires_on = '${ago(1)}'
       where id = '${id}'`,
    );
    const options = { expectedVersion: undefined };
    const trial = await stage.performer.tryOut(
      expireExceptions,
      stage.root,
      { asOf: today },
      options,
    );
    const told = trial.effects['incidents'] as readonly Record<string, string>[];
    expect(told.filter((one) => one['nodeId'] === nodeId)).to.have.length(1);
    expect(told.find((one) => one['nodeId'] === nodeId)).to.include({
      cause: 'use',
      step: 'worsened',
      severityBefore: 'WARNING',
      severity: 'BREACH',
      size: '15.00',
    });
  });

  it('leaves a limit passed that counts what was ever drawn', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '100.00', { revolving: 'NR' });
    const passing = { exceptionIds: [await approved({ lineId })] };
    const { drawdownId } = await drawn(lineId, '120.00', passing);
    const whole = { drawdownId, principal: '120.00', interest: '0', valueOn: today };
    await stage.done(repay, whole, stage.bank);
    const run = await stage.done(expireExceptions, { asOf: today }, stage.root);
    expect(run['settled']).to.equal(0);
    expect(await excessOf(nodeId)).to.equal('20.00');
  });

  it('ends with its last day, which belongs to it, and gives the quota back', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const { used } = await quota();
    const id = await approved({ lineId }, { expiresOn: today });
    const job = () => stage.done(expireExceptions, { asOf: today }, stage.root);
    expect(await job()).to.deep.include({ done: 0 });
    await stage.db.raw(
      `update credit_exceptions set approved_on = '${ago(9)}', expires_on = '${ago(1)}'
       where id = '${id}'`,
    );
    expect((await quota()).used).to.equal(used);
    expect((await noDraw(lineId, '120.00', { exceptionIds: [id] })).code).to.equal(
      'exception-expired',
    );
    expect(await job()).to.deep.include({ expired: 1, done: 1, next: null });
    expect(await excessOf(nodeId)).to.equal('0.00');
    expect(await show(id)).to.deep.include({ state: 'EXPIRED', closedOn: today });
  });

  it('refuses in order', async () => {
    const { lineId } = await lineIn(stage, park, '100.00');
    const other = await lineIn(stage, park, '100.00', { enterpriseId: stage.otherFirmId });
    const id = await raised({ lineId });
    const word = { exceptionId: id, amount: '20.00', expiresOn: today, reason: '同意' };
    const refusal = async (
      operation: Operation,
      input: object,
      version: number,
      actor = stage.bank,
    ) => (await stage.refused(operation, input, actor, at(version))).code;
    expect(await refusal(approveException, word, 1, stage.otherBank)).to.equal('exception-missing');
    const somebody = { ...stage.bank, personId: 'person_else' };
    expect(
      await refusal(justifyException, { exceptionId: id, ...justified }, 1, somebody),
    ).to.equal('raiser-proposes');
    expect(await refusal(approveException, word, 7)).to.equal('version-stale');
    expect(await refusal(approveException, word, 1)).to.equal('exception-step');
    await stage.done(justifyException, { exceptionId: id, ...justified }, stage.bank, at(1));
    expect(await refusal(approveException, word, 2, somebody)).to.equal('raiser-proposes');
    expect(await refusal(approveException, { ...word, amount: '20.01' }, 2)).to.equal(
      'exception-above-request',
    );
    expect(await refusal(approveException, { ...word, expiresOn: ago(1) }, 2)).to.equal(
      'exception-expiry-past',
    );
    const exceptionIds = [id];
    expect((await noDraw(lineId, '120.00', { exceptionIds })).code).to.equal(
      'exception-not-approved',
    );
    await stage.done(approveException, word, stage.bank, at(2));
    expect((await noDraw(other.lineId, '120.00', { exceptionIds })).code).to.equal(
      'exception-other-line',
    );
    const unknown = { exceptionIds: ['exc_01KAJ0000000000000000000000'] };
    expect((await noDraw(lineId, '1.00', unknown)).code).to.equal('exception-missing');
    expect(await refusal(rejectException, { exceptionId: id, reason: '不同意' }, 3)).to.equal(
      'exception-step',
    );
    const shared = { lineId, nodeId: other.nodeId, kind: 'excess', amount: '1', purpose: '采购' };
    expect((await stage.refused(raiseException, shared, stage.bank)).code).to.equal(
      'exception-node-missing',
    );
    const root = await stage.rows<{ id: string }>(
      `select id from limits_nodes where kind = 'ZONE'`,
    );
    const above = { ...shared, nodeId: root[0]?.id };
    expect((await stage.refused(raiseException, above, stage.bank)).code).to.equal(
      'exception-node-not-own',
    );
  });

  it('keeps to the quota to the fen, with what is in process', async () => {
    const { lineId } = await lineIn(stage, park, '100.00');
    const before = await quota();
    const input = { kind: 'excess', lineId, purpose: '采购' };
    const { available } = before;
    const over = Money.of(available).plus(Money.of('0.01')).toString();
    const refusal = await stage.refused(raiseException, { ...input, amount: over }, stage.bank);
    expect(refusal.code).to.equal('exception-quota-exceeded');
    const answer = await stage.done(raiseException, { ...input, amount: available }, stage.bank);
    expect(await quota()).to.deep.include({ available: '0.00' });
    const stale = { zoneId: stage.zoneId, bankId: stage.bankId, amount: '1', reason: '削减' };
    expect((await stage.refused(setExceptionQuota, stale, stage.bank, at(0))).code).to.equal(
      'version-stale',
    );
    expect((await stage.refused(setExceptionQuota, stale, stage.otherBank, at(0))).code).to.equal(
      'bank-missing',
    );
    const { exceptionId } = answer;
    await stage.done(rejectException, { exceptionId, reason: '撤回' }, stage.bank, at(1));
    expect((await quota()).available).to.equal(available);
    expect((await stage.ask(listExceptions, {}, stage.otherBank)).total).to.equal(0);
  });

  it('serves one of many draws that name it at once', async () => {
    const { lineId } = await lineIn(stage, park, '100.00');
    const exceptionIds = [await approved({ lineId })];
    const one = () =>
      stage.outcome(drawDown, drawing(lineId, '110.00', { exceptionIds }), stage.bank);
    const outcomes = await Promise.all([one(), one(), one(), one()]);
    expect(outcomes.filter(({ kind }) => kind === 'done')).to.have.length(1);
  });

  it('passes no more than that in the table, whatever the program thinks', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    await approved({ lineId });
    const push = (consumed: string) =>
      stage.db.raw(`update limits_nodes set consumed = ${consumed} where id = '${nodeId}'`).then(
        () => 'taken',
        (problem: { code: string }) => problem.code,
      );
    expect(await push('120.01')).to.equal('YX002');
  });
});
