// The end of limits and lines: refused while something is owed or held, by name; for good after it;
// and what has ended counts in the nominal check for nothing but what is still owed.
import { expect } from 'chai';
import { drawDown, release, repay, reserve } from '../../src/credit/index.ts';
import { amendSegment } from '../../src/credit/operations/amend-segment.ts';
import { setExceptionQuota } from '../../src/credit/operations/set-exception-quota.ts';
import { raiseException } from '../../src/credit/operations/raise-exception.ts';
import { closeLine } from '../../src/credit/operations/close-line.ts';
import { closeRunOff } from '../../src/credit/operations/close-run-off.ts';
import { listLines, showLine } from '../../src/credit/queries.ts';
import { headroom } from '../../src/limits/headroom-queries.ts';
import { limitEffects } from '../../src/limits/index.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { close } from '../../src/limits/operations/close.ts';
import { extend } from '../../src/limits/operations/extend.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { openCap } from '../../src/limits/operations/open-cap.ts';
import { setOversubscription } from '../../src/limits/operations/set-oversubscription.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { unfreeze } from '../../src/limits/operations/unfreeze.ts';
import { listNodes, showNode } from '../../src/limits/queries.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import { addPack } from '../../src/rulebook/index.ts';
import { drawing, lineIn, parkIn } from '../credit/stage.ts';
import { ago, openStage, type Stage, today } from '../support/stage.ts';

describe('closing', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage({ effects: [limitEffects] });
  });
  after(() => stage.close());

  const reason = '企业申请注销额度';
  const versionOf = async (nodeId: string): Promise<number> =>
    (await stage.ask(showNode, { nodeId }, stage.bank)).version;
  /** Changes a limit, or the line of it, by the version that it has now. */
  const change = async (
    operation: Operation,
    nodeId: string,
    more: object = { nodeId },
    actor: Actor = stage.bank,
  ) => {
    const expectedVersion = await versionOf(nodeId);
    return stage.outcome(operation, { reason, ...more }, actor, { expectedVersion });
  };
  type Changing = Parameters<typeof change>;
  const codeOf = async (...call: Changing): Promise<string> => {
    const answer = await change(...call);
    return answer.kind === 'refused' ? answer.failure.code : answer.kind;
  };
  const whyNot = async (...call: Changing) => {
    const answer = await change(...call);
    if (answer.kind !== 'refused') throw new Error(`not refused: ${JSON.stringify(answer)}`);
    const { code, facts } = answer.failure;
    const told = JSON.parse(JSON.stringify(facts)) as Record<string, unknown>;
    return { code, facts: told };
  };
  const paid = (drawdownId: unknown, principal: string) => ({
    drawdownId,
    principal,
    interest: '0.00',
    valueOn: today,
  });
  const segmentNode = async (segmentId: string): Promise<string> => {
    const [row] = await stage.rows<{ node_id: string }>(
      `select node_id from credit_segments where id = '${segmentId}'`,
    );
    return row?.node_id ?? '';
  };

  it('waits for an exception of the line that is asked for', async () => {
    const park = await parkIn(stage, '1000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const { zoneId, bankId } = stage;
    const quota = { zoneId, bankId, amount: '500', reason: '年度' };
    await stage.done(setExceptionQuota, quota, stage.bank, { expectedVersion: 0 });
    const asked = { kind: 'excess', amount: '20.00', purpose: '采购原材料', lineId };
    const raised = await stage.done(raiseException, asked, stage.bank);
    const { code, facts } = await whyNot(closeLine, nodeId, { lineId });
    expect(code).to.equal('line-has-exceptions');
    const exceptions = [{ exceptionId: raised['exceptionId'], state: 'RAISED' }];
    expect(facts).to.deep.include({ exceptions });
  });

  it('leaves a closed segment as it is', async () => {
    const park = await parkIn(stage, '1000.00');
    const nodeId = await segmentNode(park.segmentId);
    expect(await codeOf(close, nodeId)).to.equal('done');
    const amend = { segmentId: park.segmentId, amount: '900.00', reason };
    const refused = await stage.refused(amendSegment, amend, stage.bank, { expectedVersion: 1 });
    expect(refused.code).to.equal('segment-closed');
  });

  it('settles a line that owes and holds nothing; nothing happens under it any more', async () => {
    const park = await parkIn(stage, '1000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const { drawdownId } = await stage.done(drawDown, drawing(lineId, '40.00'), stage.bank);
    const held = { lineId, amount: '5.00' };
    const { reservationId } = await stage.done(reserve, held, stage.bank);
    const owing = await whyNot(closeLine, nodeId, { lineId });
    expect(owing.code).to.equal('line-owes');
    expect(owing.facts).to.deep.include({ lineId, outstanding: '40.00', reserved: '5.00' });
    expect(owing.facts['loans']).to.have.length(1);
    expect((owing.facts['loans'] as object[])[0]).to.include({ drawdownId, outstanding: '40.00' });
    await stage.done(repay, paid(drawdownId, '40.00'), stage.bank);
    const holding = await whyNot(closeLine, nodeId, { lineId });
    expect(holding.code).to.equal('limit-in-use');
    expect(holding.facts).to.include({ outstanding: '0.00', reserved: '5.00' });
    expect((holding.facts['reservations'] as object[])[0]).to.include({
      reservationId,
      amount: '5.00',
    });
    await stage.done(release, { reservationId }, stage.bank);
    const expectedVersion = await versionOf(nodeId);
    const input = { lineId, reason };
    const trial = await stage.performer.tryOut(closeLine, stage.bank, input, { expectedVersion });
    expect((trial.effects['limits'] as object[])[0]).to.deep.include({
      nodeId,
      state: 'CLOSED',
      changes: [{ field: 'state', from: 'ACTIVE', to: 'CLOSED' }],
    });
    const stale = { expectedVersion: expectedVersion + 1 };
    expect((await stage.refused(closeLine, input, stage.bank, stale)).code).to.equal(
      'version-stale',
    );
    const closed = await stage.done(closeLine, input, stage.bank, { expectedVersion });
    expect(closed).to.include({ lineId, nodeId, state: 'SETTLED' });
    const quota = { zoneId: stage.zoneId, bankId: stage.bankId, amount: '500', reason };
    const [kept] = await stage.rows<{ version: string }>(
      'select version from credit_exception_quotas',
    );
    await stage.done(setExceptionQuota, quota, stage.bank, {
      expectedVersion: Number(kept?.version ?? 0),
    });
    const excess = { kind: 'excess', amount: '20.00', purpose: '采购原材料', lineId };
    expect((await stage.refused(raiseException, excess, stage.bank)).code).to.equal('limit-closed');
    const later: readonly [Operation, object][] = [
      [closeLine, { lineId }],
      [extend, { nodeId, expiresOn: ago(-800) }],
      [freeze, { nodeId }],
      [unfreeze, { nodeId }],
      [changeLimit, { nodeId, limit: '200.00' }],
      [setTerms, { nodeId, toleranceAmount: '1.00' }],
    ];
    for (const [operation, more] of later) {
      expect(await codeOf(operation, nodeId, more), operation.name).to.equal('limit-closed');
    }
    const drawn = await stage.refused(drawDown, drawing(lineId, '0.01'), stage.bank);
    expect(drawn.code).to.equal('limit-closed');
    expect((await stage.refused(reserve, held, stage.bank)).code).to.equal('limit-closed');
    expect((await stage.ask(showLine, { lineId }, stage.bank)).state).to.equal('CLOSED');
    const listed = async (open: string): Promise<boolean[]> => {
      const place = { zoneId: stage.zoneId, open, pageSize: '200' };
      const lines = await stage.ask(listLines, place, stage.bank);
      const limits = await stage.ask(listNodes, place, stage.bank);
      return [
        lines.items.some(({ id }) => id === lineId),
        limits.items.some((one) => one.nodeId === nodeId),
      ];
    };
    expect([await listed('true'), await listed('false')]).to.deep.equal([
      [false, false],
      [true, true],
    ]);
    await stage.check();
  });

  it('closes a frozen line, after its sub-lines, and opens none below it', async () => {
    const park = await parkIn(stage, '1000.00');
    const main = await lineIn(stage, park, '100.00');
    const sub = await lineIn(stage, park, '50.00', { parentLineId: main.lineId });
    const first = await whyNot(closeLine, main.nodeId, { lineId: main.lineId });
    expect(first.code).to.equal('limit-open-below');
    expect((first.facts['openBelow'] as object[])[0]).to.include({ nodeId: sub.nodeId });
    expect(await codeOf(closeLine, sub.nodeId, { lineId: sub.lineId })).to.equal('done');
    expect(await codeOf(freeze, main.nodeId)).to.equal('done');
    expect(await codeOf(closeLine, main.nodeId, { lineId: main.lineId })).to.equal('done');
    const below = { parentLineId: main.lineId };
    const again = await lineIn(stage, park, '1.00', below).catch((problem: unknown) =>
      String(problem),
    );
    expect(again).to.include('limit-closed');
  });

  it('closes a segment after its lines, a cap at once, and nothing that others end', async () => {
    const park = await parkIn(stage, '1000.00');
    const nodeId = await segmentNode(park.segmentId);
    const { lineId, nodeId: own } = await lineIn(stage, park, '100.00');
    const { drawdownId } = await stage.done(drawDown, drawing(lineId, '40.00'), stage.bank);
    const inUse = await whyNot(close, nodeId);
    expect(inUse.code).to.equal('limit-in-use');
    expect(inUse.facts['outstanding']).to.equal('40.00');
    expect((inUse.facts['owing'] as object[])[0]).to.include({ nodeId: own, outstanding: '40.00' });
    const opening = { name: '误设的集团限额', limit: '90.00', nodeIds: [own], reason };
    const { nodeId: capId } = await stage.done(openCap, opening, stage.bank);
    const cap = String(capId);
    const path = async () =>
      (await stage.ask(headroom, { nodeId: own }, stage.bank)).path.map((one) => one.nodeId);
    expect(await path()).to.include(cap);
    expect(await codeOf(close, cap)).to.equal('done');
    expect(await path()).not.to.include(cap);
    expect(await stage.ask(showNode, { nodeId: cap }, stage.bank)).to.include({
      state: 'CLOSED',
      used: '0.00',
      selector: null,
    });
    expect(await codeOf(close, cap)).to.equal('limit-closed');
    await stage.check();
    expect(await codeOf(close, own)).to.equal('close-with-line');
    expect(await codeOf(close, park.masterId)).to.equal('close-impossible');
    expect(await codeOf(close, nodeId, { nodeId }, stage.office)).to.equal('limit-not-owned');
    expect(await codeOf(close, nodeId, { nodeId }, stage.otherBank)).to.equal('node-missing');
    await stage.done(repay, paid(drawdownId, '40.00'), stage.bank);
    expect(await codeOf(close, nodeId)).to.equal('limit-open-below');
    expect(await codeOf(closeLine, own, { lineId })).to.equal('done');
    expect(await codeOf(close, nodeId)).to.equal('done');
    const late = await lineIn(stage, park, '1.00').catch((problem: unknown) => String(problem));
    expect(late).to.include('limit-closed');
    await stage.check();
  });

  it('a cap by a rule takes no later line once it is closed', async () => {
    const park = await parkIn(stage, '1000.00');
    const selector = { zoneId: stage.zoneId, enterpriseIds: [stage.firmId] };
    const opening = { name: '单户限额', limit: '900.00', selector, reason };
    const { nodeId: capId } = await stage.done(openCap, opening, stage.bank);
    const cap = String(capId);
    expect(await codeOf(close, cap)).to.equal('done');
    const { nodeId } = await lineIn(stage, park, '10.00');
    const { path } = await stage.ask(headroom, { nodeId }, stage.bank);
    expect(path.map((one) => one.nodeId)).not.to.include(cap);
    await stage.check();
  });

  it('settles by night what ended more than thirty days ago and owes nothing', async () => {
    const park = await parkIn(stage, '1000.00');
    const ended = (days: number) =>
      lineIn(stage, park, '50.00', { startsOn: ago(200), expiresOn: ago(days) });
    const [young, old, owing] = [await ended(30), await ended(31), await ended(31)];
    const sub = await lineIn(stage, park, '5.00', {
      parentLineId: old.lineId,
      startsOn: ago(200),
      expiresOn: ago(31),
    });
    const days = { valueOn: ago(60), dueOn: ago(40) };
    const drawn = drawing(owing.lineId, '20.00', days);
    const { drawdownId } = await stage.done(drawDown, drawn, stage.bank);
    const states = async (): Promise<string[]> => {
      const lines = [young, old, sub, owing];
      const shown = lines.map(({ lineId }) => stage.ask(showLine, { lineId }, stage.bank));
      return (await Promise.all(shown)).map(({ state }) => state);
    };
    const night = async (): Promise<void> => {
      let next: unknown = '';
      for (let i = 0; next !== null && i < 9; i += 1) {
        const asked = { asOf: today, after: next };
        ({ next } = await stage.done(closeRunOff, asked, stage.root));
      }
      expect(next).to.equal(null);
    };
    await night();
    expect(await states()).to.deep.equal(['ACTIVE', 'CLOSED', 'CLOSED', 'ACTIVE']);
    await stage.done(repay, paid(drawdownId, '20.00'), stage.bank);
    await night();
    expect(await states()).to.deep.equal(['ACTIVE', 'CLOSED', 'CLOSED', 'CLOSED']);
    expect(
      await codeOf(extend, young.nodeId, { nodeId: young.nodeId, expiresOn: ago(-9) }),
    ).to.equal('done');
    await stage.check();
  });

  it('leaves it open as many days as the rule of its zone says', async () => {
    const pack = {
      kind: 'line-closing',
      scheme: 'line-closing',
      zoneId: stage.zoneId,
      documentNo: '示例高新区〔2026〕2号',
      title: '到期授信结清宽限',
      evidence: '[D]',
      parameters: { graceDays: 5 },
      validFrom: ago(1),
    };
    const park = await parkIn(stage, '1000.00');
    const ended = (days: number) =>
      lineIn(stage, park, '5.00', { startsOn: ago(200), expiresOn: ago(days) });
    const [young, old] = [await ended(5), await ended(6)];
    const night = async (): Promise<string[]> => {
      await stage.done(closeRunOff, { asOf: today }, stage.root);
      const lines = [young, old].map(({ lineId }) => stage.ask(showLine, { lineId }, stage.bank));
      return (await Promise.all(lines)).map(({ state }) => state);
    };
    expect(await night()).to.deep.equal(['ACTIVE', 'ACTIVE']);
    const { packId } = await stage.done(addPack, pack, stage.root);
    expect(await night()).to.deep.equal(['ACTIVE', 'CLOSED']);
    const [told] = await stage.rows<{ rules: { pack: string }[] }>(
      `select rules from platform_operations where operation = 'credit.close-run-off'
       order by recorded_at desc limit 1`,
    );
    expect(told?.rules.map((rule) => rule.pack)).to.have.members([packId, 'pack_line-closing-1']);
    await stage.check();
  });

  it('counts what has ended for what it owes, and in full again once it is extended', async () => {
    const park = await parkIn(stage, '100.00');
    const nodeId = await segmentNode(park.segmentId);
    expect(await codeOf(setOversubscription, nodeId, { nodeId, oversub: '1' })).to.equal('done');
    const term = { startsOn: ago(200), expiresOn: ago(10) };
    const past = await lineIn(stage, park, '60.00', term);
    const drawn = drawing(past.lineId, '20.00', { valueOn: ago(20), dueOn: ago(-20) });
    const { drawdownId } = await stage.done(drawDown, drawn, stage.bank);
    const opened = (amount: string) =>
      lineIn(stage, park, amount).catch((problem: unknown) => String(problem));
    expect(await opened('80.01')).to.include('over-allocated');
    const next = (await opened('80.00')) as { lineId: string; nodeId: string };
    expect(next).to.be.an('object');
    const longer = { nodeId: past.nodeId, expiresOn: ago(-100) };
    const over = await whyNot(extend, past.nodeId, longer);
    expect(over.code).to.equal('over-allocated');
    expect(over.facts).to.include({ requested: '40.00', allocated: '100.00' });
    await stage.done(repay, paid(drawdownId, '20.00'), stage.bank);
    expect(await opened('20.01')).to.include('over-allocated');
    expect(await codeOf(closeLine, next.nodeId, { lineId: next.lineId })).to.equal('done');
    expect(await codeOf(extend, past.nodeId, longer)).to.equal('done');
    expect(await opened('40.01')).to.include('over-allocated');
    expect(await opened('40.00')).to.be.an('object');
    await stage.check();
  });
});
