// A financing list on a real database: sent, answered, converted, and seen by whom it concerns.
import { expect } from 'chai';
import { answerReferral } from '../../src/credit/operations/answer-referral.ts';
import { sendFinancingList } from '../../src/credit/operations/send-financing-list.ts';
import {
  financingConversion,
  listFinancingLists,
  listReferrals,
  showReferral,
} from '../../src/credit/queries-financing-lists.ts';
import { addMembers, registerOrganisation } from '../../src/parties/index.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { newFirm } from './whitelist-stage.ts';

describe('financing lists', () => {
  let stage: Stage;
  let fund: Actor;
  let names = 0;
  before(async () => {
    stage = await openStage();
    const { organisationId } = (await stage.done(
      registerOrganisation,
      { kind: 'fund_manager', name: '示例基金管理人', since: ago(2000) },
      stage.root,
    )) as { organisationId: string };
    await withTransaction(stage.db, everything, (tx) =>
      addMembers(tx, stage.zoneId, [organisationId], ago(2000)),
    );
    fund = {
      ...stage.bank,
      userId: 'user_fund',
      personId: 'person_fund',
      organisationId,
      scope: { zones: [stage.zoneId], owners: [organisationId] },
    };
  });
  after(() => stage.close());

  const listing = (more: object = {}) => ({
    zoneId: stage.zoneId,
    name: `融资白名单第 ${(names += 1)} 期`,
    sourceDocument: '高新区关于推送融资白名单的通知',
    documentOn: ago(3),
    recipientIds: [stage.bankId, fund.organisationId],
    enterpriseIds: [stage.firmId, stage.otherFirmId],
    ...more,
  });
  const send = async (more: object = {}): Promise<string> =>
    String((await stage.done(sendFinancingList, listing(more), stage.office))['listId']);
  const referrals = async (listId: string, actor: Actor) =>
    (await stage.ask(listReferrals, { listId }, actor)).items;
  const codeOf = async (more: object) =>
    (await stage.refused(sendFinancingList, listing(more), stage.office)).code;

  it('is sent to banks and funds of the zone, every firm before each', async () => {
    const answer = await stage.done(sendFinancingList, listing(), stage.office);
    expect(answer).to.deep.include({ sentOn: today, referrals: 4 });
    const seen = await referrals(String(answer['listId']), stage.office);
    expect(seen.map(({ state }) => state)).to.deep.equal(['SENT', 'SENT', 'SENT', 'SENT']);
    const limits = await stage.rows(`select from limits_nodes where kind = 'ENTERPRISE_LINE'`);
    expect(limits).to.deep.equal([]);
  });

  it('is refused in the order of the refusals', async () => {
    const wrong = {
      enterpriseIds: ['ent_x'],
      recipientIds: [stage.officeId],
      documentOn: ago(-1),
    };
    expect(await codeOf(wrong)).to.equal('enterprise-missing');
    const { enterpriseIds: _, ...rest } = wrong;
    expect(await codeOf(rest)).to.equal('recipient-missing');
    expect(await codeOf({ documentOn: ago(-1) })).to.equal('list-day-in-future');
    expect(await codeOf({ recipientIds: [stage.bankId, stage.bankId] })).to.equal('invalid-input');
    await send({ name: '第一期', documentOn: today });
    expect(await codeOf({ name: '第一期' })).to.equal('list-exists');
  });

  it('is answered firm by firm, and every answer is kept', async () => {
    const listId = await send();
    const [one] = await referrals(listId, stage.bank);
    if (!one) throw new Error('the bank was sent nothing');
    const answer = (input: object, version: number, actor = stage.bank) =>
      stage.outcome(answerReferral, { referralId: one.id, ...input }, actor, {
        expectedVersion: version,
      });
    const code = async (input: object, version: number, actor?: Actor) => {
      const outcome = await answer(input, version, actor);
      return outcome.kind === 'refused' ? outcome.failure.code : outcome.kind;
    };
    expect(await code({ answer: 'DECLINED' }, 1)).to.equal('answer-reason-missing');
    expect(await code({ answer: 'CONTACTED' }, 1, stage.otherBank)).to.equal('referral-missing');
    expect(await code({ answer: 'CONTACTED' }, 1, fund)).to.equal('referral-missing');
    expect(await code({ answer: 'DECLINED', note: '暂无融资需求' }, 1)).to.equal('done');
    expect(await code({ answer: 'CONTACTED' }, 1)).to.equal('version-stale');
    expect(await code({ answer: 'CREDITED' }, 2)).to.equal('answer-step');
    expect(await code({ answer: 'CONTACTED', note: '企业重新提出需求' }, 2)).to.equal('done');
    expect(await code({ answer: 'CONTACTED' }, 3)).to.equal('answer-step');
    expect(await code({ answer: 'CREDITED', note: '授信 500 万元' }, 3)).to.equal('done');
    expect(await code({ answer: 'DECLINED', note: '反悔' }, 4)).to.equal('answer-step');
    const shown = await stage.ask(showReferral, { referralId: one.id }, stage.office);
    expect(shown).to.include({ state: 'CREDITED', contactedOn: today, creditedOn: today });
    expect(shown.answers.map(({ from, to, note }) => [from, to, note])).to.deep.equal([
      ['SENT', 'DECLINED', '暂无融资需求'],
      ['DECLINED', 'CONTACTED', '企业重新提出需求'],
      ['CONTACTED', 'CREDITED', '授信 500 万元'],
    ]);
    expect(shown.answers[0]?.madeBy).to.equal(stage.bank.userId);
  });

  it('is answered in a batch, each on its own', async () => {
    const listId = await send();
    const mine = await referrals(listId, stage.bank);
    const calls = [
      { referralId: mine[0]?.id, answer: 'CONTACTED' },
      { referralId: mine[1]?.id, answer: 'DECLINED' },
      { referralId: mine[0]?.id, answer: 'INVESTED' },
    ];
    const results = await withTransaction(stage.db, stage.bank.scope, (tx) => {
      const context = {
        tx,
        now: new Date(),
        today,
        optimistic: false,
        emit: () => undefined,
        concern: () => undefined,
        quote: () => undefined,
        sendEvents: () => undefined,
        lockLog: () => undefined,
      };
      const items = calls.map((raw) => ({
        input: answerReferral.input.parse(raw),
        actor: stage.bank,
        operationId: 'op_batch',
      }));
      return answerReferral.runMany(context, items);
    });
    expect(results.map((one) => ('code' in one ? one.code : one.state))).to.deep.equal([
      'CONTACTED',
      'answer-reason-missing',
      'INVESTED',
    ]);
    const after = await referrals(listId, stage.bank);
    expect(after.map(({ state, version }) => [state, version])).to.deep.equal([
      ['INVESTED', 3],
      ['SENT', 1],
    ]);
  });

  it('reports what came of it, per recipient and together', async () => {
    const third = await newFirm(stage);
    const listId = await send({ enterpriseIds: [stage.firmId, stage.otherFirmId, third] });
    const answer = async (actor: Actor, place: number, given: string, note?: string) => {
      const one = (await referrals(listId, actor))[place];
      const options = { expectedVersion: one?.version };
      const input = { referralId: one?.id, answer: given, note };
      await stage.done(answerReferral, input, actor, options);
    };
    await answer(stage.bank, 0, 'CONTACTED');
    await answer(stage.bank, 1, 'CREDITED');
    await answer(stage.bank, 2, 'CONTACTED');
    await answer(stage.bank, 2, 'DECLINED', '不符合准入条件');
    await answer(fund, 0, 'INVESTED');
    const report = await stage.ask(financingConversion, { listId }, stage.office);
    const ofBank = report.recipients.find((one) => one.recipientId === stage.bankId);
    expect(ofBank).to.deep.include({
      sent: 3,
      contacted: 3,
      credited: 1,
      invested: 0,
      declined: 1,
      unanswered: 0,
      contactedRate: '1.0000',
      creditedRate: '0.3333',
      investedRate: '0.0000',
      declinedRate: '0.3333',
    });
    expect(report.total).to.deep.equal({
      sent: 6,
      contacted: 4,
      credited: 1,
      invested: 1,
      declined: 1,
      unanswered: 2,
      contactedRate: '0.6667',
      creditedRate: '0.1667',
      investedRate: '0.1667',
      declinedRate: '0.1667',
    });
    const own = await stage.ask(financingConversion, { listId }, fund);
    expect(own.recipients.map((one) => one.recipientId)).to.deep.equal([fund.organisationId]);
    expect(own.total).to.include({ sent: 3, invested: 1 });
  });

  it('is seen by its recipients and the zone, each recipient its own answers', async () => {
    const listId = await send({ recipientIds: [stage.bankId, fund.organisationId] });
    const lists = async (actor: Actor) =>
      (await stage.ask(listFinancingLists, { limit: '200' }, actor)).items.find(
        ({ id }) => id === listId,
      );
    expect(await lists(stage.office)).to.include({ sent: 4, unanswered: 4 });
    expect(await lists(stage.bank)).to.include({ sent: 2 });
    expect(await lists(fund)).to.include({ sent: 2 });
    expect(await lists(stage.otherBank)).to.equal(undefined);
    const foreign = await referrals(listId, stage.otherBank).catch((problem: unknown) => problem);
    expect(foreign).to.have.property('code', 'list-missing');
    const recipients = (await referrals(listId, stage.bank)).map(({ recipientId }) => recipientId);
    expect(new Set(recipients)).to.deep.equal(new Set([stage.bankId]));
    const hidden = await stage.performer
      .ask(financingConversion, stage.otherBank, { listId })
      .catch((problem: unknown) => problem);
    expect(hidden).to.have.property('code', 'list-missing');
  });
});
