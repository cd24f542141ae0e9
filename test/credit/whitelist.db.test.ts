// A firm's way onto a bank's whitelist and off it, on a real database.
import { expect } from 'chai';
import type { EntryState } from '../../src/credit/model-whitelist.ts';
import { decideEntry } from '../../src/credit/operations/decide-entry.ts';
import { nominate } from '../../src/credit/operations/nominate.ts';
import { suspendEntry } from '../../src/credit/operations/suspend-entry.ts';
import { listEntries, showEntry } from '../../src/credit/queries-whitelist.ts';
import { addDays, addMonths } from '../../src/kernel/index.ts';
import { addPack } from '../../src/rulebook/index.ts';
import { admissionRule } from '../../migrations/0018_credit_whitelists.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import type { WayName } from './whitelist-stage.ts';
import { entryAt, findings, newFirm, step, tagged, versionOf, ways } from './whitelist-stage.ts';

describe('whitelist: on the database', () => {
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
  const shown = (entryId: string, actor = stage.office) => stage.ask(showEntry, { entryId }, actor);

  describe('steps', () => {
    /** Where each operation leads from each state; what is not named is refused. */
    const leads: Readonly<Record<EntryState, Partial<Record<WayName, EntryState>>>> = {
      DRAFT: { submit: 'SUBMITTED', exit: 'EXITED' },
      SUBMITTED: { screen: 'SCREENED', zoneDecline: 'DECLINED', exit: 'EXITED' },
      SCREENED: {
        screen: 'SCREENED',
        zoneDecline: 'DECLINED',
        recommend: 'RECOMMENDED',
        exit: 'EXITED',
      },
      RECOMMENDED: { accept: 'BANK_ACCEPTED', decline: 'DECLINED', exit: 'EXITED' },
      BANK_ACCEPTED: { activate: 'ACTIVE', exit: 'EXITED' },
      ACTIVE: { suspend: 'SUSPENDED', exit: 'EXITED' },
      SUSPENDED: { resume: 'ACTIVE', exit: 'EXITED' },
      EXITED: {},
      DECLINED: {},
    };
    // The bank does not see what the zone has not recommended: to it there is no such entry.
    const unseen = new Set(['DRAFT', 'SUBMITTED', 'SCREENED']);
    const byBank = new Set<WayName>(['accept', 'decline', 'activate', 'suspend', 'resume', 'exit']);

    for (const [state, ahead] of Object.entries(leads) as [EntryState, object][]) {
      it(`from ${state} are those of the table, and every other is refused`, async () => {
        const names = Object.keys(ways) as WayName[];
        const closed = names.filter((name) => !(name in ahead));
        const at = await entryAt(stage, state);
        for (const name of closed) {
          const outcome = await step(stage, name, at.entryId);
          const code = outcome.kind === 'refused' ? outcome.failure.code : outcome.kind;
          const hidden = unseen.has(state) && byBank.has(name);
          expect(code, `${state} ${name}`).to.be.oneOf(
            hidden ? ['entry-missing'] : ['entry-step', 'entry-decided'],
          );
        }
        expect(await versionOf(stage, at.entryId)).to.equal(at.version);
        for (const [name, to] of Object.entries(ahead) as [WayName, EntryState][]) {
          const fresh = await entryAt(stage, state);
          const [operation, input] = ways[name];
          const actor = unseen.has(state) ? stage.office : ways[name][2](stage);
          const options = { expectedVersion: fresh.version };
          const answer = await stage.done(operation, input(fresh.entryId), actor, options);
          expect(answer['state'], `${state} ${name}`).to.equal(to);
          expect(Number(answer['version'])).to.equal(fresh.version + 1);
        }
      });
    }

    it('are kept, with who took them and why', async () => {
      const { entryId } = await entryAt(stage, 'SUSPENDED');
      const { steps } = await shown(entryId);
      expect(steps.map(({ from, to }) => `${from} ${to}`)).to.deep.equal([
        'DRAFT DRAFT',
        'DRAFT SUBMITTED',
        'SUBMITTED SCREENED',
        'SCREENED RECOMMENDED',
        'RECOMMENDED BANK_ACCEPTED',
        'BANK_ACCEPTED ACTIVE',
        'ACTIVE SUSPENDED',
      ]);
      expect(steps.at(-1)).to.include({ madeBy: stage.bank.userId, on: today });
    });

    it('are refused to whoever saw another version, and told what it is now', async () => {
      const { entryId, version } = await entryAt(stage, 'ACTIVE');
      const failure = await stage.refused(suspendEntry, { entryId, reason: '核查中' }, stage.bank, {
        expectedVersion: version - 1,
      });
      expect(failure.code).to.equal('version-stale');
      expect(failure.facts).to.deep.include({ version, state: 'ACTIVE' });
      const late = await stage.refused(
        decideEntry,
        { entryId, decision: 'accept', reason: '同意' },
        stage.bank,
        { expectedVersion: 1 },
      );
      expect(late.code).to.equal('version-stale');
    });
  });

  describe('nomination', () => {
    it('goes straight to the bank, whose clock runs from today', async () => {
      const enterpriseId = await newFirm(stage);
      const answer = await stage.done(nominate, nominated(enterpriseId), stage.office);
      expect(answer).to.deep.include({ state: 'RECOMMENDED', decisionDueOn: ago(-30) });
      const accepted = await stage.done(
        decideEntry,
        { entryId: answer['entryId'], decision: 'accept', reason: '经营稳定' },
        stage.bank,
      );
      expect(accepted['state']).to.equal('ACTIVE');
      const entry = await shown(String(answer['entryId']));
      expect(entry).to.include({
        clockCount: 30,
        clockUnit: 'calendar-days',
        decidedOn: today,
        expiresOn: addMonths(today, 12),
        reviewDueOn: addMonths(today, 12),
        overdue: false,
      });
    });

    it('is refused for strangers, in the order of the refusals', async () => {
      const enterpriseId = await newFirm(stage);
      const codes = async (input: object) =>
        (await stage.refused(nominate, nominated(enterpriseId, input), stage.office)).code;
      expect(await codes({ enterpriseId: 'ent_x', bankId: 'org_x' })).to.equal(
        'enterprise-missing',
      );
      expect(await codes({ bankId: stage.officeId })).to.equal('bank-missing');
      await stage.done(nominate, nominated(enterpriseId), stage.office);
      expect(await codes({})).to.equal('entry-exists');
      expect(await codes({ draft: true })).to.equal('entry-exists');
    });

    it('waits out the cool-down after a no, to the day', async () => {
      const { entryId, enterpriseId } = await entryAt(stage, 'RECOMMENDED');
      await step(stage, 'decline', entryId);
      const until = addDays(today, 90);
      expect(await shown(entryId)).to.include({ state: 'DECLINED', renominableOn: until });
      const again = () => stage.outcome(nominate, nominated(enterpriseId), stage.office);
      const set = (on: string) =>
        stage.rows(
          `update credit_whitelist_entries set renominable_on = '${on}' where id = '${entryId}'`,
        );
      const failure = await stage.refused(nominate, nominated(enterpriseId), stage.office);
      expect(failure.code).to.equal('cooling-down');
      expect(failure.facts).to.deep.include({ until });
      // The other bank said nothing.
      const other = nominated(enterpriseId, { bankId: stage.otherBankId });
      await stage.done(nominate, other, stage.office);
      await set(ago(-1));
      expect((await again()).kind).to.equal('refused');
      await set(today);
      expect((await again()).kind).to.equal('done');
    });
  });

  describe('screening', () => {
    it('records each standard with result, evidence and clause, and bars who failed', async () => {
      const { entryId } = await entryAt(stage, 'SUBMITTED');
      const outcome = await step(stage, 'screen', entryId, { findings: findings('not-dishonest') });
      expect(outcome.kind).to.equal('done');
      const entry = await shown(entryId);
      const [screening] = entry.screenings;
      expect(screening).to.include({ passed: false, packId: 'pack_whitelist-admission-1' });
      expect(screening?.findings.filter(({ met }) => !met)).to.deep.equal([
        {
          standard: 'not-dishonest',
          name: '未列入失信被执行人名单',
          by: 'person',
          met: false,
          evidence: '核查记录 not-dishonest',
          clause: '近三年无重大失信；待园区确认',
        },
      ]);
      const barred = await step(stage, 'recommend', entryId);
      expect(barred.kind === 'refused' && barred.failure.code).to.equal('screening-failed');
      await step(stage, 'screen', entryId);
      const passed = await step(stage, 'recommend', entryId);
      expect(passed.kind).to.equal('done');
      expect((await shown(entryId)).screenings.map((one) => one.passed)).to.deep.equal([
        false,
        true,
      ]);
    });

    it('fails a firm whose only tag has run out', async () => {
      const enterpriseId = await newFirm(stage);
      await tagged(stage, enterpriseId, { grantedOn: ago(400), expiresOn: ago(1) });
      const { entryId } = await entryAt(stage, 'SUBMITTED', enterpriseId);
      await step(stage, 'screen', entryId);
      const [screening] = (await shown(entryId)).screenings;
      const unmet = screening?.findings.filter(({ met }) => !met);
      expect(unmet?.map(({ standard }) => standard)).to.deep.equal(['qualification-tag']);
      await tagged(stage, enterpriseId, { grantedOn: ago(400), expiresOn: today, tag: 'core-ip' });
      await step(stage, 'screen', entryId);
      expect((await shown(entryId)).screeningPassed).to.equal(true);
    });

    it('takes findings of the pack only, and all of them', async () => {
      const { entryId } = await entryAt(stage, 'SUBMITTED');
      const codeWith = async (list: unknown) => {
        const outcome = await step(stage, 'screen', entryId, { findings: list });
        return outcome.kind === 'refused' ? outcome.failure.code : outcome.kind;
      };
      expect(await codeWith(findings().slice(2))).to.equal('finding-missing');
      const stray = { standard: 'handsome', met: true, evidence: '无' };
      expect(await codeWith([...findings(), stray])).to.equal('finding-unknown');
    });
  });

  describe('the bank’s clock', () => {
    it('runs from the complete file, between nomination and today', async () => {
      const { entryId } = await entryAt(stage, 'SCREENED');
      const codeOn = async (fileCompleteOn: string) => {
        const outcome = await step(stage, 'recommend', entryId, { fileCompleteOn });
        return outcome.kind === 'refused' ? outcome.failure.code : outcome.kind;
      };
      expect(await codeOn(ago(-1))).to.equal('file-day-outside');
      expect(await codeOn(ago(1))).to.equal('file-day-outside');
      await stage.rows(
        `update credit_whitelist_entries set nominated_on = '${ago(5)}' where id = '${entryId}'`,
      );
      expect(await codeOn(ago(5))).to.equal('done');
      expect((await shown(entryId)).decisionDueOn).to.equal(ago(-25));
    });

    it('is overdue the day after its last day, and listed', async () => {
      const { entryId } = await entryAt(stage, 'RECOMMENDED');
      const overdue = async () => {
        const list = await stage.ask(listEntries, { overdue: 'true', limit: '200' }, stage.bank);
        return list.items.some(({ id }) => id === entryId);
      };
      const due = (on: string) =>
        stage.rows(
          `update credit_whitelist_entries set decision_due_on = '${on}' where id = '${entryId}'`,
        );
      await due(today);
      expect(await overdue()).to.equal(false);
      await due(ago(1));
      expect(await overdue()).to.equal(true);
      // Late is late, not lost: the bank may still decide.
      expect((await step(stage, 'accept', entryId)).kind).to.equal('done');
      expect(await overdue()).to.equal(false);
    });
  });

  describe('sight', () => {
    it('is the addressed bank’s and the zone’s, and of drafts the zone’s alone', async () => {
      const draft = await entryAt(stage, 'SCREENED');
      const open = await entryAt(stage, 'RECOMMENDED');
      const sees = async (actor: Stage['bank']) => {
        const { items } = await stage.ask(listEntries, { limit: '200' }, actor);
        const seen = new Set(items.map(({ id }) => id));
        return [seen.has(draft.entryId), seen.has(open.entryId)];
      };
      expect(await sees(stage.office)).to.deep.equal([true, true]);
      expect(await sees(stage.bank)).to.deep.equal([false, true]);
      expect(await sees(stage.otherBank)).to.deep.equal([false, false]);
      for (const { entryId } of [draft, open]) {
        const input = { entryId, decision: 'accept', reason: '同意' };
        const failure = await stage.refused(decideEntry, input, stage.otherBank);
        expect(failure.code).to.equal('entry-missing');
      }
    });
  });

  describe('a zone’s own pack', () => {
    it('holds the zone to it: screened first, a shorter clock in working days', async () => {
      const strict = {
        ...admissionRule,
        screeningRequired: true,
        clock: { count: 10, unit: 'working-days' },
        coolDownDays: 0,
      };
      await stage.done(
        addPack,
        {
          kind: 'whitelist',
          scheme: 'whitelist-admission',
          zoneId: stage.zoneId,
          documentNo: '示例高新区〔2026〕1号',
          title: '示例园区白名单办法',
          validFrom: today,
          evidence: '[D]',
          parameters: strict,
          clauses: { clock: { text: '十个工作日', evidence: '[D]' } },
        },
        stage.root,
      );
      const enterpriseId = await newFirm(stage);
      const direct = await stage.refused(nominate, nominated(enterpriseId), stage.office);
      expect(direct.code).to.equal('screening-required');
      const { entryId, enterpriseId: firm } = await entryAt(stage, 'RECOMMENDED');
      const entry = await shown(entryId);
      expect(entry).to.include({ clockCount: 10, clockUnit: 'working-days' });
      // Ten working days span a weekend at least, and never thirty days.
      const due = String(entry.decisionDueOn);
      expect(due > ago(-11) && due < ago(-29)).to.equal(true);
      await step(stage, 'decline', entryId);
      const again = await stage.done(nominate, nominated(firm, { draft: true }), stage.office);
      expect(again['state']).to.equal('DRAFT');
    });
  });
});
