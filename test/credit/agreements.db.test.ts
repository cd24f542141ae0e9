// Park agreements through `perform`: terms by value day, renewal, early end and segments.
import { expect } from 'chai';
import { drawDown, openAgreement, openLine, openSegment, repay } from '../../src/credit/index.ts';
import { close } from '../../src/limits/operations/close.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import {
  amend,
  amendSegment,
  at,
  codeOf,
  end,
  four,
  openProgramme,
  progressOf,
  queryOf,
  reason,
  refusalOf,
  renew,
} from './agreement-desk.ts';
import { drawing, lineIn, outsideWhitelist, parkIn } from './stage.ts';

describe('park agreements', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const progress = (agreementId: string, more: object = {}, actor?: Actor) =>
    progressOf(stage, agreementId, more, actor);
  const code = (operation: Operation, input: unknown, version?: number, actor?: Actor) =>
    codeOf(stage, operation, input, version, actor);

  describe('terms', () => {
    it('are amended from a day on, and a past day keeps the terms of then', async () => {
      const { agreementId, masterId } = await parkIn(stage, '1000.00');
      const answer = await stage.done(
        amend,
        { agreementId, intentAmount: '2000', name: '新名', effectiveOn: ago(10), reason },
        stage.office,
        at(1),
      );
      expect(answer).to.deep.equal({ agreementId, version: 2 });
      expect(await progress(agreementId)).to.include({ intentAmount: '2000.00', name: '新名' });
      expect((await progress(agreementId, { asOf: ago(10) })).intentAmount).to.equal('2000.00');
      expect((await progress(agreementId, { asOf: ago(11) })).intentAmount).to.equal('1000.00');
      const before = new Date(Date.now() - 3_600_000).toISOString();
      const unknown = await refusalOf(progress(agreementId, { knownAt: before }));
      expect(unknown.code).to.equal('day-before-agreement');
      const [node] = await stage.rows<{ amount: string }>(
        `select amount from limits_nodes where id = '${masterId}'`,
      );
      expect(node?.amount).to.equal('2000.00');
      const history = (await stage.ask(
        queryOf('agreement-history'),
        { agreementId },
        stage.office,
      )) as { items: { kind: string; change: string; valueOn: string; reason: string }[] };
      expect(history.items.map((one) => `${one.kind} ${one.change} ${one.valueOn}`)).to.deep.equal([
        `AGREEMENT OPENED ${ago(300)}`,
        `SEGMENT OPENED ${ago(300)}`,
        `AGREEMENT AMENDED ${ago(10)}`,
      ]);
    });

    it('are as they were known at an instant', async () => {
      const { agreementId } = await parkIn(stage, '1000.00');
      await new Promise((resolve) => setTimeout(resolve, 20));
      const between = new Date().toISOString();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const change = { agreementId, intentAmount: '2000', effectiveOn: ago(10), reason };
      await stage.done(amend, change, stage.office, at(1));
      const then = await progress(agreementId, { asOf: ago(5), knownAt: between });
      expect(then.intentAmount).to.equal('1000.00');
      expect((await progress(agreementId, { asOf: ago(5) })).intentAmount).to.equal('2000.00');
    });

    it('are changed by who has seen the last ones; who has not is told what changed', async () => {
      const { agreementId } = await parkIn(stage, '1000.00');
      await stage.done(amend, { agreementId, intentAmount: '2000', reason }, stage.office, at(1));
      const stale = await stage.refused(
        amend,
        { agreementId, name: '别名', reason: '更名' },
        stage.office,
        at(1),
      );
      expect(stale.code).to.equal('version-stale');
      expect(stale.facts).to.include({ version: 2, expected: 1 });
      const [change] = stale.facts['changes'] as { fields: object; reason: string }[];
      expect(change?.fields).to.deep.equal({
        intentAmount: { from: '1000.00', to: '2000.00' },
      });
      expect(change?.reason).to.equal(reason);
    });

    it('an extension moves the nodes of the agreement and of its segments', async () => {
      const { agreementId, masterId, segmentId } = await parkIn(stage, '1000.00');
      await stage.done(amend, { agreementId, endsOn: ago(-2000), reason }, stage.office, at(1));
      const nodes = await stage.rows<{ ends: string }>(
        `select n.expires_on::text as ends from limits_nodes n
         where n.id = '${masterId}' or n.subject_id = '${segmentId}'`,
      );
      expect(nodes.map(({ ends }) => ends)).to.deep.equal([ago(-2000), ago(-2000)]);
      const changes = await stage.rows(
        `select field from limits_changes where field = 'expires_on'`,
      );
      expect(changes).to.have.length(2);
    });

    it('refuse in order', async () => {
      const { agreementId } = await parkIn(stage, '1000.00');
      const wrong = { agreementId, endsOn: ago(400), reason };
      expect(await code(amend, { ...wrong, agreementId: 'agr_none' }, 7)).to.equal(
        'agreement-missing',
      );
      expect(await code(amend, wrong, 1, stage.otherBank)).to.equal('agreement-missing');
      expect(await code(amend, { ...wrong, effectiveOn: ago(-1) }, 7)).to.equal('version-stale');
      expect(await code(amend, { ...wrong, effectiveOn: ago(-1) })).to.equal('value-day-in-future');
      expect(await code(amend, { ...wrong, effectiveOn: ago(301) })).to.equal(
        'change-out-of-order',
      );
      expect(await code(amend, { agreementId, intentAmount: '1000', reason })).to.equal(
        'nothing-changed',
      );
      expect(await code(amend, wrong)).to.equal('term-reversed');
      expect(await code(amend, { agreementId, endsOn: ago(1), reason })).to.equal('end-in-past');
      expect(await code(amend, { agreementId, paceBehindBelow: '2', reason })).to.equal(
        'pace-thresholds-crossed',
      );
      const quota = { name: '千企技改', queueRank: 1, decisionClockDays: 5, reservedQuota: '600' };
      await stage.done(openProgramme, { agreementId, ...quota, reason }, stage.office);
      expect(await code(amend, { agreementId, intentAmount: '599.99', reason })).to.equal(
        'quotas-exceed-intent',
      );
      await stage.done(amend, { agreementId, intentAmount: '600', reason }, stage.office, at(1));
      const ended = { agreementId, reason };
      await stage.done(end, ended, stage.office, at(2));
      expect(await code(amend, { agreementId, intentAmount: '600', reason }, 3)).to.equal(
        'agreement-ended',
      );
    });
  });

  describe('eligible purposes', () => {
    it('of the agreement and of the segment bind each draw, as amended', async () => {
      const park = await parkIn(stage, '1000.00');
      const { agreementId, segmentId } = park;
      const { lineId } = await lineIn(stage, park, '500.00');
      const draw = (purpose: string) => drawing(lineId, '1.00', { purpose });
      await stage.done(drawDown, draw('随意'), stage.bank);
      const allowed = { agreementId, eligiblePurposes: ['采购原材料', '技术改造'], reason };
      await stage.done(amend, allowed, stage.office, at(1));
      await stage.done(drawDown, draw('采购原材料'), stage.bank);
      expect(await code(drawDown, draw('随意'))).to.equal('purpose-not-eligible');
      const narrower = { segmentId, eligiblePurposes: ['技术改造'], reason };
      await stage.done(amendSegment, narrower, stage.office, at(1));
      await stage.done(drawDown, draw('技术改造'), stage.bank);
      const refusal = await stage.refused(drawDown, draw('采购原材料'), stage.bank);
      expect(refusal.facts).to.deep.equal({ purpose: '采购原材料', eligible: ['技术改造'] });
      const late = { ...draw('随意'), dueOn: ago(1), valueOn: today };
      expect(await code(drawDown, late)).to.equal('due-before-value-day');
      const freed = { agreementId, eligiblePurposes: [], reason };
      await stage.done(amend, freed, stage.office, at(2));
      expect(await code(drawDown, draw('采购原材料'))).to.equal('purpose-not-eligible');
    });
  });

  describe('renewal', () => {
    const next = { startsOn: ago(-1501), endsOn: ago(-3000), reason: '续签' };

    it('makes a linked successor with its own segments and programmes', async () => {
      const { agreementId } = await parkIn(stage, '1000.00');
      const programme = { name: '双百双新', queueRank: 1, decisionClockDays: 7 };
      await stage.done(openProgramme, { agreementId, ...programme, reason }, stage.office);
      const renewed = await stage.done(
        renew,
        { agreementId, ...next, intentAmount: '3000' },
        stage.office,
        at(1),
      );
      expect(renewed).to.include({ predecessorId: agreementId, predecessorVersion: 2 });
      const shown = (await stage.ask(
        queryOf('show-agreement'),
        { agreementId: renewed['agreementId'] },
        stage.bank,
      )) as { intentAmount: string; segments: { amount: string }[]; programmes: object[] };
      expect(shown).to.include({ predecessorId: agreementId, intentAmount: '3000.00' });
      expect(shown.segments.map(({ amount }) => amount)).to.deep.equal(['1000.00']);
      expect(shown.programmes).to.have.length(1);
      const old = await stage.ask(queryOf('show-agreement'), { agreementId }, stage.bank);
      expect(old).to.include({ successorId: renewed['agreementId'], version: 2 });
    });

    it('carries no segment over that was closed', async () => {
      const { agreementId, segmentId } = await parkIn(stage, '1000.00');
      const [segment] = await stage.rows<{ nodeId: string }>(
        `select node_id as "nodeId" from credit_segments where id = '${segmentId}'`,
      );
      const { nodeId } = segment as { nodeId: string };
      await stage.done(close, { nodeId, reason }, stage.bank, at(1));
      const renewed = await stage.done(renew, { agreementId, ...next }, stage.office, at(1));
      const shown = (await stage.ask(
        queryOf('show-agreement'),
        { agreementId: renewed['agreementId'] },
        stage.bank,
      )) as { segments: object[] };
      expect(shown.segments).to.deep.equal([]);
    });

    it('refuses in order', async () => {
      const { agreementId } = await parkIn(stage, '1000.00');
      const input = { agreementId, ...next };
      expect(await code(renew, { ...input, agreementId: 'agr_none' })).to.equal(
        'agreement-missing',
      );
      expect(await code(renew, input, 2)).to.equal('version-stale');
      const overlapping = { ...input, startsOn: ago(-1500), endsOn: ago(-1500) };
      expect(await code(renew, overlapping)).to.equal('renewal-overlaps');
      expect(await code(renew, { ...input, endsOn: ago(-1501) })).to.equal('term-reversed');
      await stage.done(renew, input, stage.office, at(1));
      expect(await code(renew, input, 2)).to.equal('agreement-renewed');
      const longer = { agreementId, endsOn: next.startsOn, reason };
      expect(await code(amend, longer, 2)).to.equal('renewal-overlaps');
      await stage.done(end, { agreementId, reason }, stage.office, at(2));
      expect(await code(renew, input, 3)).to.equal('agreement-ended');
    });
  });

  describe('early end', () => {
    it('takes no new segment, line or draw; loans run off', async () => {
      const park = await parkIn(stage, '1000.00');
      const { agreementId } = park;
      const { lineId } = await lineIn(stage, park, '500.00');
      const { drawdownId } = await stage.done(drawDown, drawing(lineId, '200.00'), stage.bank);
      expect(four((await progress(agreementId)).measured)).to.equal('500.00 500.00 200.00 200.00');
      const ended = await stage.done(end, { agreementId, reason }, stage.office, at(1));
      expect(ended).to.deep.equal({ agreementId, endedOn: today, version: 2 });
      expect(await code(drawDown, drawing(lineId, '1.00'))).to.equal('limit-closed');
      const segment = { agreementId, name: '新', scope: 'operations', amount: '1' };
      expect(await code(openSegment, segment)).to.equal('agreement-ended');
      const line = {
        segmentId: park.segmentId,
        enterpriseId: stage.otherFirmId,
        product: '流动资金贷款',
        amount: '1',
        rateAnnual: '0.03',
        startsOn: ago(200),
        expiresOn: ago(-1),
        ...outsideWhitelist,
      };
      expect(await code(openLine, line)).to.equal('agreement-ended');
      const back = { drawdownId, principal: '50', valueOn: today };
      await stage.done(repay, back, stage.bank);
      const now = await progress(agreementId);
      expect(now).to.include({ state: 'ENDED', alert: null });
      expect(four(now.measured)).to.equal('500.00 0.00 200.00 150.00');
      const yesterday = await progress(agreementId, { asOf: ago(1) });
      expect(yesterday.state).to.equal('IN_FORCE');
      expect(four(yesterday.measured)).to.equal('500.00 500.00 0.00 0.00');
    });

    it('refuses in order', async () => {
      const { agreementId } = await parkIn(stage, '1000.00');
      expect(await code(end, { agreementId: 'agr_none', reason })).to.equal('agreement-missing');
      expect(await code(end, { agreementId, reason }, 2)).to.equal('version-stale');
      await stage.done(end, { agreementId, reason }, stage.office, at(1));
      expect(await code(end, { agreementId, reason }, 2)).to.equal('agreement-ended');
      const over = await stage.done(
        openAgreement,
        {
          zoneId: stage.zoneId,
          bankId: stage.bankId,
          name: '到期协议',
          intentAmount: '1',
          startsOn: ago(30),
          endsOn: ago(1),
        },
        stage.office,
      );
      const expired = { agreementId: over['agreementId'], reason };
      expect(await code(end, expired)).to.equal('agreement-expired');
    });
  });

  describe('segments', () => {
    it('are amended with their node, by value day', async () => {
      const { agreementId, segmentId } = await parkIn(stage, '1000.00');
      const change = { segmentId, amount: '700', name: '新能源', effectiveOn: ago(5), reason };
      await stage.done(amendSegment, change, stage.office, at(1));
      const amounts = async (day: string) =>
        (await progress(agreementId, { asOf: day })).segments.map((s) => `${s.name} ${s.amount}`);
      expect(await amounts(today)).to.deep.equal(['新能源 700.00']);
      expect(await amounts(ago(6))).to.deep.equal(['产业集群 1000.00']);
      const [node] = await stage.rows<{ amount: string }>(
        `select amount from limits_nodes where subject_id = '${segmentId}'`,
      );
      expect(node?.amount).to.equal('700.00');
    });

    it('a cut below use is carried out and told with its size', async () => {
      const park = await parkIn(stage, '1000.00');
      const { lineId } = await lineIn(stage, park, '500.00');
      await stage.done(drawDown, drawing(lineId, '200.00'), stage.bank);
      const cut = { segmentId: park.segmentId, amount: '150', reason };
      await stage.done(amendSegment, cut, stage.office, at(1));
      const told = await stage.rows<{ payload: { excess: string } }>(
        `select payload from platform_events where name = 'limits.over-limit'`,
      );
      expect(told.map(({ payload }) => payload.excess)).to.deep.equal(['50.00']);
      expect(await code(drawDown, drawing(lineId, '0.01'))).to.equal('limit-exceeded');
    });

    it('refuse in order', async () => {
      const { agreementId, segmentId } = await parkIn(stage, '1000.00');
      const same = { segmentId, amount: '1000', reason };
      expect(await code(amendSegment, { ...same, segmentId: 'seg_none' }, 9)).to.equal(
        'segment-missing',
      );
      expect(await code(amendSegment, same, 1, stage.otherBank)).to.equal('segment-missing');
      expect(await code(amendSegment, same, 2)).to.equal('version-stale');
      expect(await code(amendSegment, { ...same, effectiveOn: ago(301) })).to.equal(
        'change-out-of-order',
      );
      expect(await code(amendSegment, same)).to.equal('nothing-changed');
      await stage.done(end, { agreementId, reason }, stage.office, at(1));
      expect(await code(amendSegment, same)).to.equal('agreement-ended');
    });

    it('that together pass the intent are told, not refused', async () => {
      const { agreementId } = await parkIn(stage, '1000.00');
      const second = { agreementId, name: '基础设施', scope: 'infrastructure', amount: '0.01' };
      await stage.done(openSegment, second, stage.office);
      expect(await progress(agreementId)).to.include({
        allocated: '1000.01',
        overAllocatedBy: '0.01',
      });
    });
  });
});
