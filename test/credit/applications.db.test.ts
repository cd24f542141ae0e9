// Applications: every way from state to state, the refusals in order, and the line at the end.
import { expect } from 'chai';
import { Day, addDays } from '../../src/kernel/index.ts';
import { drawDown } from '../../src/credit/index.ts';
import { apply } from '../../src/credit/operations/apply.ts';
import { approveApplication } from '../../src/credit/operations/approve-application.ts';
import { claimDemand } from '../../src/credit/operations/claim-demand.ts';
import { declineApplication } from '../../src/credit/operations/decline-application.ts';
import { declineDemand } from '../../src/credit/operations/decline-demand.ts';
import { enterDemand } from '../../src/credit/operations/enter-demand.ts';
import { lapseApplication } from '../../src/credit/operations/lapse-application.ts';
import { makeEffective } from '../../src/credit/operations/make-effective.ts';
import { meetCondition } from '../../src/credit/operations/meet-condition.ts';
import { recordDiligence } from '../../src/credit/operations/record-diligence.ts';
import { releaseDemand } from '../../src/credit/operations/release-demand.ts';
import { signContract } from '../../src/credit/operations/sign-contract.ts';
import { withdrawApplication } from '../../src/credit/operations/withdraw-application.ts';
import { showLine } from '../../src/credit/queries.ts';
import { listApplications, showApplication } from '../../src/credit/queries-applications.ts';
import { showDemand } from '../../src/credit/queries-demands.ts';
import { statements as statementRows } from '../../src/demo/park-desk.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { deskOf } from './demand-desk.ts';
import { drawing, parkIn } from './stage.ts';
import type { Park } from './stage.ts';
import { entryAt } from './whitelist-stage.ts';

const why = '经营情况不符合本行政策';

/** With commas between the thousands. */
const grouped = (digits: string): string => digits.replaceAll(/\B(?=(\d{3})+$)/g, ',');

describe('credit: applications', () => {
  let stage: Stage;
  let park: Park;
  before(async () => {
    stage = await openStage();
    park = await parkIn(stage, '100000000');
  });
  after(() => stage.close());

  const desk = () => deskOf(stage, () => park);
  const show = (applicationId: string, actor = stage.bank) =>
    stage.ask(showApplication, { applicationId }, actor);
  const claimed = async (): Promise<string> => {
    const { demandId } = await stage.done(
      enterDemand,
      { enterpriseId: stage.firmId, amount: '3000000', purpose: '采购', termMonths: 12 },
      stage.office,
    );
    await stage.done(claimDemand, { demandId }, stage.bank, { expectedVersion: 1 });
    return demandId as string;
  };
  const demandState = async (demandId: string) =>
    (await stage.ask(showDemand, { demandId }, stage.office)).state;
  const wanted = (more: object) => ({
    segmentId: park.segmentId,
    enterpriseId: stage.firmId,
    product: '流动资金贷款',
    amount: '3000000',
    termMonths: 12,
    purpose: '采购原材料',
    ...more,
  });

  it('goes from a demand to a line of that amount, rate and term', async () => {
    const { applied, step, approval, diligence } = desk();
    const demandId = await claimed();
    const id = await applied({ demandId });
    const found = await step(recordDiligence, id, diligence());
    expect(found).to.deep.include({ need: '19000000.00', newLoan: '10000000.00' });
    const conditions = [
      { kind: 'precedent', wording: '抵押登记办妥' },
      { kind: 'covenant', wording: '资产负债率不超过 70%' },
    ];
    const approved = await step(approveApplication, id, approval({ conditions }));
    expect(approved['rateAnnual']).to.equal('0.03450000');
    const [precedent] = approved['conditionIds'] as unknown as string[];
    await step(signContract, id, { contractNo: '授信-A1', signedOn: today });
    await step(meetCondition, id, { conditionId: precedent, evidence: '不动产登记证明' });
    const { lineId } = await step(makeEffective, id, { whitelistRequired: false });
    expect(await show(id)).to.deep.include({ state: 'EFFECTIVE', lineId, openConditions: 0 });
    const line = await stage.ask(showLine, { lineId }, stage.bank);
    expect(line).to.deep.include({
      limit: '3000000.00',
      rateAnnual: '0.03450000',
      startsOn: today,
      agreementId: park.agreementId,
      state: 'ACTIVE',
    });
    expect(await demandState(demandId)).to.equal('MET');
    await stage.done(drawDown, drawing(lineId as string, '1000000'), stage.bank);
  });

  it('warns at once of a firm outside the whitelist, and refuses nothing', async () => {
    const answered = async (enterpriseId: string) =>
      stage.done(apply, wanted({ enterpriseId }), stage.bank);
    const listed = await entryAt(stage, 'ACTIVE');
    const suspended = await entryAt(stage, 'SUSPENDED');
    const outside = await answered(stage.firmId);
    expect(outside).to.deep.include({ state: 'APPLIED', warnings: ['not-whitelisted'] });
    expect(await answered(suspended.enterpriseId)).to.deep.include({
      warnings: ['not-whitelisted'],
    });
    const inside = await answered(listed.enterpriseId);
    expect(inside).to.deep.include({ state: 'APPLIED', warnings: [] });
    expect(await show(inside['applicationId'] as string)).to.include({ whitelisted: true });
    expect(await show(outside['applicationId'] as string)).to.include({ whitelisted: false });
  });

  it('keeps the statements, their ratios, the sizing and collateral after haircut', async () => {
    const id = await desk().examined();
    const { diligences } = await show(id);
    const [one] = diligences;
    expect(one?.ratios).to.deep.equal({
      currentRatio: '2.000000',
      debtRatio: '0.500000',
      interestCover: '5.000000',
      margin: '0.050000',
      growth: '0.250000',
    });
    expect(one?.sizing).to.deep.include({ cycleDays: '90.000000', turns: '4.000000', bound: null });
    expect(one?.collaterals.map(({ kind, counted }) => [kind, counted])).to.deep.equal([
      ['ip-pledge', '1800000.00'],
      ['property', '3000000.00'],
      ['credit', '0.00'],
    ]);
    expect(one?.statements).to.have.length(statementRows.length);
  });

  it('takes statements as a spreadsheet has them, to the same ratios', async () => {
    const { applied, step, diligence } = desk();
    const id = await applied();
    const others = diligence({ statements: undefined });
    const cell = (text = ''): string => (text.length > 3 ? `"${grouped(text)}"` : text);
    const rows = statementRows.map(({ item, before, now }) =>
      [item, cell(before), cell(now)].join(','),
    );
    await step(recordDiligence, id, {
      ...others,
      statementsCsv: ['item,before,now', ...rows].join('\n'),
    });
    const [one] = (await show(id)).diligences;
    expect(one?.ratios).to.include({ currentRatio: '2.000000', margin: '0.050000' });
    expect(one?.statements).to.deep.include({
      item: 'costOfSales',
      before: null,
      now: '60000000.00',
    });
  });

  it('is its bank’s alone: neither the office nor another bank reads it', async () => {
    const id = await desk().applied();
    for (const actor of [stage.office, stage.otherBank]) {
      const answer = await show(id, actor).catch((problem: { code: string }) => problem.code);
      expect(answer).to.equal('application-missing');
      expect((await stage.ask(listApplications, {}, actor)).total).to.equal(0);
    }
    const options = { expectedVersion: 1 };
    const input = { applicationId: id, reason: why };
    const { code } = await stage.refused(declineApplication, input, stage.otherBank, options);
    expect(code).to.equal('application-missing');
  });

  describe('every way from state to state', () => {
    const inputs = new Map<Operation, object>();
    const reached: Record<string, () => Promise<string>> = {};
    before(() => {
      const { applied, examined, approved, signed, effective, step, diligence, approval } = desk();
      inputs.set(recordDiligence, diligence());
      inputs.set(approveApplication, approval());
      inputs.set(declineApplication, { reason: why });
      inputs.set(signContract, { contractNo: '授信-转', signedOn: today });
      inputs.set(makeEffective, { whitelistRequired: false });
      inputs.set(withdrawApplication, { reason: why });
      inputs.set(lapseApplication, {});
      const then = async (from: Promise<string>, operation: Operation, more: object = {}) => {
        const id = await from;
        if (operation === lapseApplication) await expire(id);
        await step(operation, id, more);
        return id;
      };
      Object.assign(reached, {
        APPLIED: () => applied(),
        DUE_DILIGENCE: () => examined(),
        APPROVED: async () => (await approved()).id,
        SIGNED: () => signed(),
        EFFECTIVE: async () => (await effective())['applicationId'] as string,
        DECLINED: () => then(applied(), declineApplication, { reason: why }),
        WITHDRAWN: () => then(applied(), withdrawApplication, { reason: why }),
        LAPSED: () => then(signed(), lapseApplication),
      });
    });
    const expire = (id: string) =>
      stage.rows(`update credit_applications set approved_on = '${ago(40)}',
        signed_on = case when signed_on is null then null else '${ago(40)}'::date end,
        valid_until = '${ago(1)}' where id = '${id}'`);

    const allowed: Record<string, readonly Operation[]> = {
      APPLIED: [recordDiligence, declineApplication, withdrawApplication],
      DUE_DILIGENCE: [recordDiligence, approveApplication, declineApplication, withdrawApplication],
      APPROVED: [signContract, withdrawApplication, lapseApplication],
      SIGNED: [makeEffective, withdrawApplication, lapseApplication],
      EFFECTIVE: [],
      DECLINED: [],
      WITHDRAWN: [],
      LAPSED: [],
    };
    for (const [state, operations] of Object.entries(allowed)) {
      it(`leaves ${state} only by what its table names`, async () => {
        const { step, refusedStep } = desk();
        const refusing = await reached[state]?.();
        for (const [operation, input] of inputs) {
          if (operations.includes(operation)) continue;
          const code = await refusedStep(operation, refusing as string, input);
          expect(code, `${state} ${operation.name}`).to.equal('application-step');
        }
        for (const operation of operations) {
          const id = (await reached[state]?.()) as string;
          if (operation === lapseApplication) await expire(id);
          await step(operation, id, inputs.get(operation));
        }
      });
    }
  });

  describe('refusals, in their order', () => {
    it('of an application', async () => {
      const code = async (more: object, actor: Actor = stage.bank) =>
        (await stage.refused(apply, wanted(more), actor)).code;
      expect(await code({ segmentId: 'seg_0', enterpriseId: 'ent_0' })).to.equal('segment-missing');
      expect(await code({}, stage.otherBank)).to.equal('segment-missing');
      expect(await code({}, stage.office)).to.equal('segment-missing');
      expect(await code({ enterpriseId: 'ent_0' })).to.equal('enterprise-missing');
      expect(await code({ demandId: 'dmd_0' })).to.equal('demand-missing');
      const demandId = await claimed();
      const another = { demandId, enterpriseId: stage.otherFirmId };
      expect(await code(another)).to.equal('demand-other-firm');
      await stage.done(apply, wanted({ demandId }), stage.bank);
      expect(await code({ demandId })).to.equal('demand-in-application');
    });

    it('of a demand that is open, and of one that an application holds', async () => {
      const { demandId } = await stage.done(
        enterDemand,
        { enterpriseId: stage.firmId, amount: '1', purpose: '采购', termMonths: 1 },
        stage.office,
      );
      const open = await stage.refused(apply, wanted({ demandId }), stage.bank);
      expect(open.code).to.equal('demand-step');
      const held = await claimed();
      const applicationId = await desk().applied({ demandId: held });
      for (const operation of [declineDemand, releaseDemand]) {
        const input = { demandId: held, reason: why };
        const { code } = await stage.refused(operation, input, stage.bank, { expectedVersion: 2 });
        expect(code).to.equal('demand-in-application');
      }
      await desk().step(withdrawApplication, applicationId, { reason: why });
      expect(await demandState(held)).to.equal('CLAIMED');
      await desk().applied({ demandId: held });
    });

    it('of statements that are incomplete, doubled or larger than their whole', async () => {
      const { applied, refusedStep, diligence } = desk();
      const id = await applied();
      const code = (statements: object[]) =>
        refusedStep(recordDiligence, id, diligence({ statements }));
      const without = (item: string) => statementRows.filter((row) => row.item !== item);
      const first = statementRows[0] as object;
      expect(await code([...statementRows, first])).to.equal('statement-row-twice');
      expect(await code(without('inventory'))).to.equal('statement-row-missing');
      const noOpening = [...without('inventory'), { item: 'inventory', now: '1' }];
      expect(await code(noOpening)).to.equal('statement-row-missing');
      const large = { item: 'inventory', before: '1', now: '90000000' };
      expect(await code([...without('inventory'), large])).to.equal('balance-sheet-unbalanced');
      const none = { item: 'sales', now: '0' };
      expect(await code([...without('sales'), none])).to.equal('sales-zero');
      const negative = { item: 'inventory', before: '1', now: '-1' };
      expect(await code([...without('inventory'), negative])).to.equal('invalid-input');
    });

    it('of a file of statements that is none, with every fault by its line', async () => {
      const { applied, refusedStep, diligence } = desk();
      const id = await applied();
      const others = diligence({ statements: undefined });
      const both = { ...diligence(), statementsCsv: 'item,before,now' };
      expect(await refusedStep(recordDiligence, id, both)).to.equal('invalid-input');
      expect(await refusedStep(recordDiligence, id, others)).to.equal('invalid-input');
      const wrong = { ...others, statementsCsv: '项目,期初,期末\n存货,1,一' };
      expect(await refusedStep(recordDiligence, id, wrong)).to.equal('statements-malformed');
      const short = { ...others, statementsCsv: '项目,期初,期末\n存货,1,2' };
      expect(await refusedStep(recordDiligence, id, short)).to.equal('statement-row-missing');
    });

    it('of an approval: person, step, validity, amount, need, collateral', async () => {
      const { examined, refusedStep, approval, step, applied } = desk();
      const id = await examined({ amount: '10000000.01' });
      const refusing = (more: object, actor?: Actor) =>
        refusedStep(approveApplication, id, approval(more), actor);
      const colleague = { ...stage.bank, userId: 'user_2', personId: 'person_2' };
      expect(await refusing({ validUntil: ago(1) }, colleague)).to.equal('manager-proposes');
      const early = await applied();
      const tooSoon = await refusedStep(approveApplication, early, approval({ amount: '1' }));
      expect(tooSoon).to.equal('application-step');
      const beyond = { amount: '10000000.02' };
      expect(await refusing({ ...beyond, validUntil: ago(1) })).to.equal('validity-in-past');
      expect(await refusing(beyond)).to.equal('approval-above-application');
      expect(await refusing({ amount: '10000000.01' })).to.equal('approval-above-need');
      const secured = { collateralBasis: 'MIN' };
      expect(await refusing({ amount: '4800000.01', ...secured })).to.equal('collateral-short');
      expect(await refusing({ spreadBp: -301 })).to.equal('prime-rate-missing');
      await step(approveApplication, id, approval({ amount: '4800000', ...secured }));
      const exceeding = await examined({ amount: '10000000.01' });
      const exception = '核心企业订单已锁定';
      const more = { amount: '10000000.01', exception, validUntil: today };
      await step(approveApplication, exceeding, approval(more));
      expect(await show(exceeding)).to.deep.include({ exception, lapsed: false });
    });

    it('of what a colleague changed meanwhile, before anything else', async () => {
      const { applied, diligence } = desk();
      const id = await applied();
      const first = { applicationId: id, ...diligence() };
      await stage.done(recordDiligence, first, stage.bank, { expectedVersion: 1 });
      const again = await stage.refused(recordDiligence, first, stage.bank, { expectedVersion: 1 });
      expect(again.code).to.equal('version-stale');
      expect(again.facts).to.deep.include({ version: 2, state: 'DUE_DILIGENCE' });
    });

    it('of conditions: unknown, open, met twice', async () => {
      const { approved, refusedStep, step } = desk();
      const conditions = [{ kind: 'precedent', wording: '质押登记' }];
      const { id, conditionIds } = await approved({ conditions });
      const [conditionId] = conditionIds;
      const proof = { conditionId, evidence: '登记证书' };
      const unknown = { ...proof, conditionId: 'cond_0' };
      expect(await refusedStep(meetCondition, id, unknown)).to.equal('condition-missing');
      await step(signContract, id, { contractNo: '授信-C1', signedOn: today });
      const activation = { whitelistRequired: false };
      expect(await refusedStep(makeEffective, id, activation)).to.equal('condition-open');
      await step(meetCondition, id, proof);
      expect(await refusedStep(meetCondition, id, proof)).to.equal('condition-met');
      await step(makeEffective, id, activation);
      expect(await refusedStep(meetCondition, id, proof)).to.equal('application-step');
    });

    it('of a contract: days at their border, and a number in use', async () => {
      const { approved, refusedStep, step } = desk();
      const { id } = await approved();
      const contract = (signedOn: string, contractNo = '授信-D1') => ({ contractNo, signedOn });
      expect(await refusedStep(signContract, id, contract(ago(1)))).to.equal('signed-day-outside');
      expect(await refusedStep(signContract, id, contract(ago(-1)))).to.equal('signed-day-outside');
      await step(signContract, id, contract(today));
      const { id: other } = await approved();
      expect(await refusedStep(signContract, other, contract(today))).to.equal('contract-exists');
    });

    it('of an approval on the day after its last', async () => {
      const { approved, signed, refusedStep, step } = desk();
      const { id } = await approved({ validUntil: today });
      expect(await refusedStep(lapseApplication, id)).to.equal('approval-still-valid');
      await step(signContract, id, { contractNo: '授信-E1', signedOn: today });
      const late = await signed();
      await stage.rows(`update credit_applications set approved_on = '${ago(9)}',
        signed_on = '${ago(9)}', valid_until = '${ago(1)}' where id = '${late}'`);
      expect((await show(late)).lapsed).to.equal(true);
      const activation = { whitelistRequired: false };
      expect(await refusedStep(makeEffective, late, activation)).to.equal('approval-lapsed');
      await step(lapseApplication, late);
      expect((await show(late)).state).to.equal('LAPSED');
    });

    it('of the line itself: whitelist, agreement, as in credit.open-line', async () => {
      const { signed, refusedStep, step } = desk();
      const id = await signed();
      expect(await refusedStep(makeEffective, id)).to.equal('not-whitelisted');
      const shown = await show(id);
      const [signedOn, validUntil] = [Day.of(`${shown.signedOn}`), Day.of(`${shown.validUntil}`)];
      const from = (startsOn: Day) => ({ whitelistRequired: false, startsOn });
      const early = await refusedStep(makeEffective, id, from(addDays(signedOn, -1)));
      expect(early).to.equal('effective-too-early');
      const late = await refusedStep(makeEffective, id, from(addDays(validUntil, 1)));
      expect(late).to.equal('approval-lapsed');
      expect((await show(id)).state).to.equal('SIGNED');
      await step(makeEffective, id, { whitelistRequired: false });
    });
  });

  it('declines the demand together with the application', async () => {
    const demandId = await claimed();
    const id = await desk().applied({ demandId });
    await desk().step(declineApplication, id, { reason: why });
    expect(await stage.ask(showDemand, { demandId }, stage.office)).to.deep.include({
      state: 'DECLINED',
      reason: why,
    });
  });
});
