// Financing demands: who enters, who sees, who claims first, and how each ends.
import { expect } from 'chai';
import { claimDemand } from '../../src/credit/operations/claim-demand.ts';
import { declineDemand } from '../../src/credit/operations/decline-demand.ts';
import { enterDemand } from '../../src/credit/operations/enter-demand.ts';
import { releaseDemand } from '../../src/credit/operations/release-demand.ts';
import { withdrawDemand } from '../../src/credit/operations/withdraw-demand.ts';
import { listDemands, showDemand } from '../../src/credit/queries-demands.ts';
import type { Failure } from '../../src/kernel/index.ts';
import { addMembers, registerOrganisation } from '../../src/parties/index.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';

describe('credit: financing demands', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  const wanted = (more: object = {}) => ({
    enterpriseId: stage.firmId,
    amount: '3000000',
    purpose: '采购中试设备',
    termMonths: 12,
    ...more,
  });
  const enter = async (more: object = {}) =>
    (await stage.done(enterDemand, wanted(more), stage.office))['demandId'] as string;
  const at = (expectedVersion: number) => ({ expectedVersion });
  const codeOf = async (
    operation: Operation,
    input: object,
    actor: Actor,
    version = 1,
  ): Promise<string> => (await stage.refused(operation, input, actor, at(version))).code;
  const show = (demandId: string, actor: Actor) => stage.ask(showDemand, { demandId }, actor);
  const unseen = async (demandId: string, actor: Actor): Promise<boolean> =>
    show(demandId, actor).then(
      () => false,
      (problem: unknown) => (problem as Failure).code === 'demand-missing',
    );
  const why = '超出本行行业政策';

  describe('entering', () => {
    it('starts a clock of 30 calendar days, or the one that is stated', async () => {
      const demand = await show(await enter(), stage.office);
      expect(demand).to.deep.include({
        state: 'OPEN',
        dueOn: ago(-30),
        overdue: false,
        version: 1,
      });
      const short = await enter({ clock: { days: 10, unit: 'calendar-days' } });
      expect((await show(short, stage.office)).dueOn).to.equal(ago(-10));
    });

    it('is the office’s and the firm’s own affair', async () => {
      const { code } = await stage.refused(enterDemand, wanted(), stage.bank);
      expect(code).to.equal('demand-not-yours');
      const missing = await stage.refused(
        enterDemand,
        wanted({ enterpriseId: 'ent_0' }),
        stage.office,
      );
      expect(missing.code).to.equal('enterprise-missing');
    });

    it('lets a firm enter for itself, and see its own demands only', async () => {
      const { organisationId } = await stage.done(
        registerOrganisation,
        { kind: 'enterprise', name: '示例科技企业', since: ago(100) },
        stage.root,
      );
      const firmOrg = organisationId as string;
      await withTransaction(stage.db, everything, (tx) =>
        addMembers(tx, stage.zoneId, [firmOrg], ago(100)),
      );
      await stage.rows(
        `update parties_organisations set uscc = '91110108551385082Q' where id = '${firmOrg}'`,
      );
      const firm: Actor = {
        ...stage.bank,
        userId: 'user_firm',
        personId: 'person_firm',
        organisationId: firmOrg,
        scope: { zones: [stage.zoneId], owners: [firmOrg] },
      };
      const own = await stage.done(enterDemand, wanted({ enterpriseId: stage.otherFirmId }), firm);
      const { code } = await stage.refused(enterDemand, wanted(), firm);
      expect(code).to.equal('demand-not-yours');
      const { items } = await stage.ask(listDemands, {}, firm);
      expect(items.map(({ id }) => id)).to.deep.equal([own['demandId']]);
      expect(await codeOf(claimDemand, own, firm)).to.equal('invalid-input');
      const { demandId } = own;
      expect(await codeOf(claimDemand, { demandId }, firm)).to.equal('demand-not-yours');
      await stage.done(withdrawDemand, { demandId, reason: '已自筹' }, firm, at(1));
    });
  });

  describe('claiming', () => {
    it('shows an open demand to every bank, a claimed one to its bank and the office', async () => {
      const demandId = await enter();
      expect((await show(demandId, stage.otherBank)).amount).to.equal('3000000.00');
      await stage.done(claimDemand, { demandId }, stage.bank, at(1));
      expect(await show(demandId, stage.bank)).to.deep.include({
        state: 'CLAIMED',
        claimedBy: stage.bankId,
        claimedByName: '示例银行甲',
        claimedOn: today,
      });
      expect(await unseen(demandId, stage.otherBank)).to.equal(true);
      expect((await show(demandId, stage.office)).state).to.equal('CLAIMED');
      expect(await codeOf(claimDemand, { demandId }, stage.otherBank)).to.equal('demand-missing');
    });

    it('lets exactly one of two banks have it, again and again', async () => {
      for (let round = 0; round < 12; round += 1) {
        const demandId = await enter();
        const outcomes = await Promise.all(
          [stage.bank, stage.otherBank].map((actor) =>
            stage.outcome(claimDemand, { demandId }, actor, at(1)),
          ),
        );
        const won = outcomes.filter(({ kind }) => kind === 'done');
        expect(won).to.have.length(1);
        const lost = outcomes.find((one) => one.kind === 'refused');
        const code = lost?.kind === 'refused' ? lost.failure.code : undefined;
        expect(code).to.be.oneOf(['demand-claimed', 'demand-missing']);
      }
    });

    it('refuses what is stale before what is at the wrong step', async () => {
      const demandId = await enter();
      expect(await codeOf(claimDemand, { demandId }, stage.bank, 2)).to.equal('version-stale');
      await stage.done(claimDemand, { demandId }, stage.bank, at(1));
      expect(await codeOf(claimDemand, { demandId }, stage.bank)).to.equal('version-stale');
      expect(await codeOf(claimDemand, { demandId }, stage.bank, 2)).to.equal('demand-step');
      expect(await codeOf(claimDemand, { demandId }, stage.office, 2)).to.equal('demand-not-yours');
      expect(await codeOf(claimDemand, { demandId: 'dmd_0' }, stage.bank)).to.equal(
        'demand-missing',
      );
    });
  });

  describe('ending', () => {
    it('is declined with a reason by the bank that has it, once', async () => {
      const demandId = await enter();
      const declined = { demandId, reason: why };
      expect(await codeOf(declineDemand, declined, stage.bank)).to.equal('demand-step');
      await stage.done(claimDemand, { demandId }, stage.bank, at(1));
      expect(await codeOf(declineDemand, { demandId }, stage.bank, 2)).to.equal('invalid-input');
      expect(await codeOf(declineDemand, declined, stage.office, 2)).to.equal('demand-not-yours');
      await stage.done(declineDemand, declined, stage.bank, at(2));
      expect(await show(demandId, stage.office)).to.deep.include({
        state: 'DECLINED',
        reason: why,
        closedOn: today,
        version: 3,
      });
      for (const operation of [declineDemand, releaseDemand]) {
        expect(await codeOf(operation, declined, stage.bank, 3)).to.equal('demand-step');
      }
      expect(await codeOf(withdrawDemand, declined, stage.office, 3)).to.equal('demand-step');
    });

    it('is released to all banks, its clock running on and the reason kept from them', async () => {
      const demandId = await enter();
      await stage.done(claimDemand, { demandId }, stage.bank, at(1));
      await stage.done(releaseDemand, { demandId, reason: why }, stage.bank, at(2));
      const seen = await show(demandId, stage.otherBank);
      expect(seen).to.deep.include({ state: 'OPEN', claimedBy: null, reason: null });
      expect(seen.dueOn).to.equal(ago(-30));
      expect(seen.steps).to.deep.equal([]);
      const { steps } = await show(demandId, stage.office);
      expect(steps.map(({ to, reason }) => [to, reason])).to.deep.equal([
        ['OPEN', null],
        ['CLAIMED', null],
        ['OPEN', why],
      ]);
      await stage.done(claimDemand, { demandId }, stage.otherBank, at(3));
      expect(await unseen(demandId, stage.bank)).to.equal(true);
    });

    it('is withdrawn while nobody has claimed it', async () => {
      const demandId = await enter();
      const withdrawn = { demandId, reason: '企业不再需要' };
      expect(await codeOf(withdrawDemand, withdrawn, stage.bank)).to.equal('demand-not-yours');
      await stage.done(withdrawDemand, withdrawn, stage.office, at(1));
      expect(await unseen(demandId, stage.bank)).to.equal(true);
    });
  });

  it('is due on its last day and overdue on the next, until somebody answers', async () => {
    const [last, late, answered] = [await enter(), await enter(), await enter()] as const;
    await stage.rows(`update credit_demands set entered_on = '${ago(31)}',
      due_on = '${today}' where id = '${last}'`);
    await stage.rows(`update credit_demands set entered_on = '${ago(31)}',
      due_on = '${ago(1)}' where id in ('${late}', '${answered}')`);
    await stage.done(claimDemand, { demandId: answered }, stage.bank, at(1));
    const overdue = async () => {
      const { items } = await stage.ask(listDemands, { overdue: 'true' }, stage.office);
      return items.map(({ id }) => id);
    };
    expect(await overdue()).to.deep.equal([late, answered]);
    expect(await show(last, stage.office)).to.deep.include({ due: true, overdue: false });
    await stage.done(declineDemand, { demandId: answered, reason: why }, stage.bank, at(2));
    expect(await overdue()).to.deep.equal([late]);
  });
});
