// Off the whitelist and back: what is frozen, thawed and left alone; and whole batches at once.
import { expect } from 'chai';
import { drawDown, openLine } from '../../src/credit/index.ts';
import { decideEntries, decideEntry } from '../../src/credit/operations/decide-entry.ts';
import { nominate } from '../../src/credit/operations/nominate.ts';
import { recommendEntries } from '../../src/credit/operations/recommend-entry.ts';
import { resumeEntry, suspendEntry } from '../../src/credit/operations/suspend-entry.ts';
import { listEntries, showEntry } from '../../src/credit/queries-whitelist.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';
import { entryAt, findings, newFirm, step, versionOf } from './whitelist-stage.ts';

describe('whitelist: removal and batches', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  const nominated = (enterpriseId: string, more: object = {}) => ({
    enterpriseId,
    bankId: stage.bankId,
    reason: '园区产业链龙头企业',
    ...more,
  });
  const shown = (entryId: string) => stage.ask(showEntry, { entryId }, stage.office);

  describe('suspension and removal', () => {
    it('freeze every line of the firm at that bank, and a draw is refused', async () => {
      const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
      const park = await parkIn(stage, '100000000.00');
      const second = await parkIn(stage, '50000000.00');
      const terms = { enterpriseId, whitelistRequired: true };
      const line = await lineIn(stage, park, '10000000.00', terms);
      const sub = await lineIn(stage, park, '5000000.00', {
        ...terms,
        parentLineId: line.lineId,
        product: '贴现',
      });
      const elsewhere = await lineIn(stage, second, '1000000.00', terms);
      const bystander = await lineIn(stage, park, '1000000.00');
      const own = await lineIn(stage, second, '2000000.00', terms);
      await stage.done(freeze, { nodeId: own.nodeId, reason: '行内另有原因' }, stage.bank, {
        expectedVersion: 1,
      });
      await stage.done(drawDown, drawing(sub.lineId, '100.00'), stage.bank);

      const suspended = await stage.outcome(
        suspendEntry,
        { entryId, reason: '逾期核查' },
        stage.bank,
        { expectedVersion: await versionOf(stage, entryId) },
      );
      expect(suspended.kind === 'done' && suspended.output).to.deep.include({
        state: 'SUSPENDED',
      });
      const three = [line, sub, elsewhere];
      const states = async (lines: readonly { nodeId: string }[]) => {
        const list = lines.map(({ nodeId }) => `'${nodeId}'`).join(',');
        const rows = await stage.rows<{ state: string }>(
          `select state from limits_nodes where id in (${list})`,
        );
        return [...new Set(rows.map(({ state }) => state))];
      };
      expect(await states([...three, own])).to.deep.equal(['FROZEN']);
      expect(await states([bystander])).to.deep.equal(['ACTIVE']);
      const refused = await stage.refused(drawDown, drawing(sub.lineId, '100.00'), stage.bank);
      expect(refused.code).to.equal('limit-frozen');
      const opening = await stage.refused(
        openLine,
        {
          segmentId: park.segmentId,
          product: '流动资金贷款',
          amount: '1.00',
          rateAnnual: '0.03',
          startsOn: today,
          expiresOn: ago(-100),
          ...terms,
        },
        stage.bank,
      );
      expect(opening.code).to.equal('not-whitelisted');

      const version = await versionOf(stage, entryId);
      const resume = { entryId, reason: '核查完毕' };
      const byZone = await stage.refused(resumeEntry, resume, stage.office, {
        expectedVersion: version,
      });
      expect(byZone.code).to.equal('entry-not-owned');
      await step(stage, 'resume', entryId);
      expect(await states(three)).to.deep.equal(['ACTIVE']);
      // What the bank froze for a cause of its own is not thawed with it.
      expect(await states([own])).to.deep.equal(['FROZEN']);
      await stage.done(drawDown, drawing(sub.lineId, '100.00'), stage.bank);

      const exit = await step(stage, 'exit', entryId, { exitReason: 'NPL', reason: '不良' });
      expect(exit.kind).to.equal('done');
      expect(await states([...three, own])).to.deep.equal(['FROZEN']);
      const late = await stage.refused(drawDown, drawing(elsewhere.lineId, '1.00'), stage.bank);
      expect(late.code).to.equal('limit-frozen');
      expect(await shown(entryId)).to.include({ state: 'EXITED', exitReason: 'NPL' });
      const changes = await stage.rows<{ reason: string }>(
        `select reason from limits_changes where node_id = '${sub.nodeId}' order by recorded_at`,
      );
      expect(changes.map(({ reason }) => reason)).to.deep.equal([
        `白名单 ${entryId}：逾期核查`,
        `白名单 ${entryId}：核对无误`,
        `白名单 ${entryId}：不良`,
      ]);
    });

    it('and a line opened at the same moment leave no line unfrozen', async () => {
      const park = await parkIn(stage, '100000000.00');
      for (let round = 0; round < 8; round += 1) {
        const { entryId, enterpriseId, version } = await entryAt(stage, 'ACTIVE');
        const terms = {
          segmentId: park.segmentId,
          enterpriseId,
          whitelistRequired: true,
          product: '流动资金贷款',
          amount: '1.00',
          rateAnnual: '0.03',
          startsOn: today,
          expiresOn: ago(-100),
        };
        const suspension = { entryId, reason: '核查中' };
        const [opened, suspended] = await Promise.all([
          stage.outcome(openLine, terms, stage.bank),
          stage.outcome(suspendEntry, suspension, stage.bank, { expectedVersion: version }),
        ]);
        expect(suspended.kind).to.equal('done');
        expect(opened.kind).to.be.oneOf(['done', 'refused']);
        const open = await stage.rows(
          `select n.id from limits_nodes n join credit_lines l on l.node_id = n.id
           where l.enterprise_id = '${enterpriseId}' and n.state <> 'FROZEN'`,
        );
        expect(open).to.deep.equal([]);
      }
    });

    it('are not needed for an entry to end: after its last day it opens no line', async () => {
      const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
      const park = await parkIn(stage, '1000.00');
      const opening = () =>
        lineIn(stage, park, '1.00', { enterpriseId, whitelistRequired: true }).then(
          () => 'done',
          (problem: unknown) => /"code":"([\w-]+)"/.exec(String(problem))?.[1],
        );
      const ends = (on: string) =>
        stage.rows(
          `update credit_whitelist_entries set expires_on = '${on}' where id = '${entryId}'`,
        );
      await ends(today);
      expect(await opening()).to.equal('done');
      await ends(ago(1));
      expect(await opening()).to.equal('not-whitelisted');
    });

    it('leave the firm free to be nominated again', async () => {
      const { enterpriseId } = await entryAt(stage, 'EXITED');
      const again = await stage.done(nominate, nominated(enterpriseId), stage.office);
      expect(again['state']).to.equal('RECOMMENDED');
    });
  });

  describe('batches', () => {
    it('recommend each on its own', async () => {
      const good = await entryAt(stage, 'SCREENED');
      const early = await entryAt(stage, 'SUBMITTED');
      const failed = await entryAt(stage, 'SUBMITTED');
      await step(stage, 'screen', failed.entryId, { findings: findings('real-need') });
      const ids = [good.entryId, early.entryId, failed.entryId, good.entryId];
      const entriesOf = (some: readonly string[]) =>
        some.map((entryId) => ({ entryId, reason: '批量推荐' }));
      // A list that names what is not there is refused as a whole, and moves nothing.
      const strange = { entries: entriesOf([...ids, 'wl_nowhere']) };
      const no = await stage.refused(recommendEntries, strange, stage.office);
      expect(no.code).to.equal('entry-missing');
      const entries = entriesOf(ids);
      const answer: unknown = await stage.done(recommendEntries, { entries }, stage.office);
      const { done, refused, results } = answer as {
        done: number;
        refused: number;
        results: { outcome: string; state: string | null; code: string | null }[];
      };
      expect({ done, refused }).to.deep.equal({ done: 1, refused: 3 });
      expect(results.map(({ state, code }) => state ?? code)).to.deep.equal([
        'RECOMMENDED',
        'entry-step',
        'screening-failed',
        'entry-step',
      ]);
      expect((await shown(early.entryId)).state).to.equal('SUBMITTED');
    });

    it('decide each on its own; a retry with the same key changes nothing', async () => {
      const first = await entryAt(stage, 'RECOMMENDED');
      const second = await entryAt(stage, 'RECOMMENDED');
      const gone = await entryAt(stage, 'EXITED');
      const entries = [
        { entryId: second.entryId, decision: 'decline', reason: '资料不全' },
        { entryId: gone.entryId, decision: 'accept', reason: '同意' },
        { entryId: first.entryId, decision: 'accept', reason: '同意', version: 1 },
        { entryId: first.entryId, decision: 'accept', reason: '同意' },
      ];
      const call = () =>
        stage.performer.perform(decideEntries, stage.bank, { entries }, 'batch-12');
      const outcome = await call();
      const output = outcome.kind === 'done' ? outcome.output : {};
      expect(output).to.deep.include({ done: 2, refused: 2 });
      const { results } = output as { results: { state: string | null; code: string | null }[] };
      expect(results.map(({ state, code }) => state ?? code)).to.deep.equal([
        'DECLINED',
        'entry-decided',
        'version-stale',
        'ACTIVE',
      ]);
      const again = await call();
      expect(again).to.deep.include({ kind: 'done', replayed: true });
      expect(again.kind === 'done' && again.output).to.deep.equal(output);
      expect(await versionOf(stage, first.entryId)).to.equal(first.version + 1);
    });

    it('and single calls for one entry at once: exactly one decides', async () => {
      const { entryId } = await entryAt(stage, 'RECOMMENDED');
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) => {
          const decision = i % 2 === 0 ? 'accept' : 'decline';
          return stage.outcome(decideEntry, { entryId, decision, reason: '结论' }, stage.bank);
        }),
      );
      expect(outcomes.filter(({ kind }) => kind === 'done')).to.have.lengthOf(1);
      const codes = outcomes.flatMap((one) => (one.kind === 'refused' ? [one.failure.code] : []));
      expect(codes).to.have.lengthOf(19);
      expect(new Set(codes).has('entry-missing')).to.equal(false);
    });

    it('are found by their name', async () => {
      const enterpriseId = await newFirm(stage);
      await stage.done(nominate, nominated(enterpriseId, { batch: '第12批' }), stage.office);
      const { items } = await stage.ask(listEntries, { batch: '第12批' }, stage.office);
      expect(items.map((one) => one.enterpriseId)).to.deep.equal([enterpriseId]);
    });
  });
});
