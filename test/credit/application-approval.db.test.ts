// Four eyes on an approval, with the real port: the manager proposes, another person decides.
import { expect } from 'chai';
import { Approvals, approvalsModule } from '../../src/approvals/index.ts';
import { openLine } from '../../src/credit/index.ts';
import { approveApplication } from '../../src/credit/operations/approve-application.ts';
import { apply } from '../../src/credit/operations/apply.ts';
import { makeEffective } from '../../src/credit/operations/make-effective.ts';
import { recordDiligence } from '../../src/credit/operations/record-diligence.ts';
import { showApplication } from '../../src/credit/queries-applications.ts';
import { addPerson, addUser, grantRoles } from '../../src/identity/store.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage } from '../support/stage.ts';
import { deskOf } from './demand-desk.ts';
import { parkIn } from './stage.ts';

const decide = approvalsModule(() => [approveApplication]).operations.find(
  ({ name }) => name === 'approvals.decide',
) as Operation;

describe('credit: approval of an application by two persons', () => {
  let stage: Stage;
  let approvals: Approvals | undefined;
  let manager: Actor;
  let otherHand: Actor;
  let checker: Actor;
  before(async () => {
    stage = await openStage({
      needsApproval: (operation, actor, input) =>
        operation === approveApplication && approvals?.needed(operation, actor, input) === true,
      submit: (...filing) => (approvals as Approvals).submit(...filing),
    });
    approvals = new Approvals(stage.db);
    const staff = async (username: string, personId: string, role: string): Promise<Actor> => {
      const at = new Date();
      return withTransaction(stage.db, everything, async (tx) => {
        await addPerson(tx, { id: personId, name: username, at });
        const userId = await addUser(tx, {
          username,
          organisationId: stage.bankId,
          personId,
          passwordHash: 'unused',
          mustChangePassword: false,
          demo: false,
          at,
        });
        await grantRoles(tx, userId as string, { roles: [role], by: 'test', at });
        const permissions = new Set(['application:work', 'credit:approve', 'approvals:decide']);
        return { ...stage.bank, userId: userId as string, personId, permissions };
      });
    };
    manager = await staff('manager', 'person_m', 'bank-maker');
    checker = await staff('checker', 'person_c', 'bank-checker');
    otherHand = { ...checker, personId: manager.personId, userId: manager.userId };
  });
  after(() => stage.close());

  it('files the manager’s proposal and lets only another person decide it', async () => {
    const park = await parkIn(stage, '100000000');
    const { approval, diligence } = deskOf(stage, () => park);
    const { applicationId } = await stage.done(
      apply,
      {
        segmentId: park.segmentId,
        enterpriseId: stage.firmId,
        product: '流动资金贷款',
        amount: '3000000',
        termMonths: 12,
        purpose: '采购原材料',
      },
      manager,
    );
    const at = (expectedVersion: number) => ({ expectedVersion });
    await stage.done(recordDiligence, { applicationId, ...diligence() }, manager, at(1));
    const proposal = { applicationId, ...approval() };
    // The first question loads the tiers; from then on the answer is at hand.
    await approvals?.needed(approveApplication, manager, proposal);
    const foreign = await stage.refused(approveApplication, proposal, checker, at(2));
    expect(foreign.code).to.equal('manager-proposes');
    const filed = await stage.outcome(approveApplication, proposal, manager, at(2));
    expect(filed.kind).to.equal('submitted');
    const approvalId = filed.kind === 'submitted' ? filed.approvalId : '';
    const state = async () => (await stage.ask(showApplication, { applicationId }, manager)).state;
    expect(await state()).to.equal('DUE_DILIGENCE');
    const verdict = { approvalId, decision: 'approve', reason: '同意' };
    expect((await stage.refused(decide, verdict, otherHand)).code).to.equal('same-person');
    await stage.done(decide, verdict, checker);
    expect(await state()).to.equal('APPROVED');
  });

  it('asks for a second person before a line is opened outside the whitelist', async () => {
    const needed = (whitelistRequired: boolean) =>
      approvals?.needed(makeEffective, manager, { applicationId: 'appl_1', whitelistRequired });
    expect(await needed(false)).to.equal(true);
    expect(await needed(true)).to.equal(false);
  });

  it('opens a line round the whitelist, without an application, for a reason only', async () => {
    const { segmentId } = await parkIn(stage, '1000000');
    const line = {
      segmentId,
      enterpriseId: stage.firmId,
      product: '流动资金贷款',
      amount: '1000.00',
      rateAnnual: '0.0345',
      startsOn: ago(10),
      expiresOn: ago(-100),
    };
    expect((await stage.refused(openLine, line, stage.bank)).code).to.equal('not-whitelisted');
    const silent = { ...line, whitelistRequired: false };
    const { code, facts } = await stage.refused(openLine, silent, stage.bank);
    expect(code).to.equal('invalid-input');
    expect(JSON.stringify(facts)).to.include('名单外授信须说明理由');
    const told = { ...silent, reason: '总行直营客户' };
    expect(openLine.approval?.needed?.(openLine.input.parse(told))).to.equal(true);
    expect(openLine.approval?.needed?.(openLine.input.parse(line))).to.equal(false);
    expect(await stage.done(openLine, told, stage.bank)).to.have.property('lineId');
  });
});
