// Filing and deciding: rehearsed at once, carried out once, by another person, as the maker.
import { expect } from 'chai';
import type { Failure } from '../../src/kernel/index.ts';
import type { Outcome } from '../../src/platform/perform.ts';
import { codeOf, done, freshKey } from '../identity/people.ts';
import type { Office } from './office.ts';
import { op, openOffice } from './office.ts';
import { claim, give } from './toys.ts';

describe('approvals', () => {
  let office: Office;
  before(async () => {
    office = await openOffice();
  });
  after(() => office.close());

  const gift = (amount: string, purseId = 'purse_1') => ({ purseId, amount });
  const purse = (id = 'purse_1') => office.row('toys_purses', id);
  const request = (id: string) => office.row('approvals_requests', id);
  const gifts = async () => {
    const [row] = await office.db('toys_gifts').count({ n: '*' });
    return Number(row?.['n']);
  };

  describe('filing', () => {
    it('is not needed up to the tier, and needed one fen above it', async () => {
      const exact = await office.perform(give, office.who('maker'), gift('1000.00'));
      expect(exact.kind).to.equal('done');
      const above = await office.perform(give, office.who('maker'), gift('1000.01'));
      expect(above.kind).to.equal('submitted');
      const id = (above as { approvalId: string }).approvalId;
      expect(await request(id)).to.deep.include({
        state: 'PENDING',
        owner_id: 'org_bank1',
        operation: 'toys.give',
        amount: '1000.01',
        permission: 'credit:approve',
        tier_version: 1,
        maker_person_id: 'person_m',
        hold: 'held:1000.01',
      });
      expect(await purse()).to.deep.include({ left: '9000.00', held: '1000.01' });
      await office.decide('checker', id, { decision: 'reject' });
    });

    it('lets the maker hear a refusal at once, files nothing and replays the refusal', async () => {
      const before_ = await office.db('approvals_requests').select();
      const key = freshKey();
      const hear = () => office.perform(give, office.who('maker'), gift('9999999.00'), { key });
      expect(codeOf(await hear())).to.equal('purse-short');
      expect(await hear()).to.deep.include({ kind: 'refused', replayed: true });
      expect(
        codeOf(await office.perform(give, office.who('maker'), gift('2000', 'purse_9'))),
      ).to.equal('purse-missing');
      expect(await office.db('approvals_requests').select()).to.deep.equal(before_);
      expect((await purse())['held']).to.equal('0.00');
    });

    it('sets aside, so that two pending requests cannot both pass', async () => {
      const first = await office.submit(give, 'maker', gift('5000'));
      const second = await office.perform(give, office.who('maker'), gift('5000'));
      expect(codeOf(second)).to.equal('purse-short');
      await office.decide('checker', first, { decision: 'reject' });
      const third = await office.submit(give, 'maker', gift('5000'));
      await office.decide('checker', third, { decision: 'reject' });
    });

    it('is replayed by its key and files once', async () => {
      const key = freshKey();
      const file = () => office.perform(give, office.who('maker'), gift('1500'), { key });
      const first = await file();
      const again = await file();
      expect(again).to.deep.equal({ ...first, replayed: true });
      await office.decide('checker', (first as { approvalId: string }).approvalId, {
        decision: 'reject',
      });
    });
  });

  describe('approving', () => {
    it('carries out as the maker, caused by the decision, and answers the result', async () => {
      const id = await office.submit(give, 'maker', gift('1200'));
      const key = freshKey();
      const outcome = await office.decide('checker', id, {}, { key });
      const { giftId } = done(outcome) as { giftId: string };
      const decided = await request(id);
      expect(decided).to.deep.include({
        state: 'APPROVED',
        version: '2',
        decided_by: office.who('checker').userId,
        reason: '已核对',
        result: (outcome as { output: unknown }).output,
      });
      expect(await office.row('toys_gifts', giftId)).to.deep.include({
        given_by: office.who('maker').userId,
        operation_id: decided['decided_operation_id'],
        owners: 'org_bank1',
      });
      expect((await purse())['held']).to.equal('0.00');
      const entry = await office.row(
        'platform_operations',
        String(decided['decided_operation_id']),
      );
      expect(entry).to.deep.include({
        chain: 'zone_east',
        operation: 'approvals.decide',
        actor_id: office.who('checker').userId,
        rules: [{ clause: '第一条', pack: 'toys', version: '1' }],
      });
      const events = await office
        .db('platform_events')
        .where({ operation_id: decided['decided_operation_id'] })
        .orderBy('seq')
        .pluck('name');
      expect(events).to.deep.equal(['approvals.request-approved', 'toys.given']);
      const count = await gifts();
      const replay = await office.decide('checker', id, {}, { key });
      expect(replay).to.deep.equal({ ...outcome, replayed: true });
      expect(codeOf(await office.decide('checker', id))).to.equal('approval-decided');
      expect(await gifts()).to.equal(count);
    });

    it('runs under the scope of a maker of another organisation', async () => {
      const input = { zoneId: 'zone_east', purseId: 'purse_1' };
      const id = await office.submit(claim, 'maker', input);
      expect(codeOf(await office.decide('west', id))).to.equal('approval-missing');
      expect(codeOf(await office.decide('checker', id))).to.equal('decider-not-permitted');
      const { giftId } = done(await office.decide('east', id)) as { giftId: string };
      expect((await office.row('toys_gifts', giftId))['owners']).to.equal('org_bank1');
      const seen = await request(id);
      expect(seen['state']).to.equal('APPROVED');
    });

    it('and rejecting, three times at the same moment, is done exactly once', async () => {
      for (let round = 0; round < 5; round += 1) {
        const id = await office.submit(give, 'maker.b2', gift('1001', 'purse_2'));
        const count = await gifts();
        const outcomes = await Promise.all([
          office.decide('checker.b2', id),
          office.decide('checker.b2', id, { version: 1 }),
          office.decide('checker.b2', id, { decision: 'reject' }),
        ]);
        const codes = outcomes.map(codeOf).sort();
        expect(codes.filter((code) => code === 'done')).to.have.length(1);
        for (const code of codes) {
          expect(code).to.be.oneOf(['done', 'approval-decided', 'approval-stale']);
        }
        const carried = (await request(id))['state'] === 'APPROVED' ? 1 : 0;
        expect(await gifts()).to.equal(count + carried);
      }
      expect((await purse('purse_2'))['held']).to.equal('0.00');
    });

    it('by two persons at the same moment carries out exactly once', async () => {
      const id = await office.submit(give, 'maker', gift('1100'));
      const count = await gifts();
      const outcomes = await Promise.all([
        office.decide('checker', id),
        office.decide('checker2', id),
      ]);
      expect(outcomes.map(codeOf).sort()).to.deep.equal(['approval-decided', 'done']);
      expect(await gifts()).to.equal(count + 1);
    });

    it('answers what the operation refuses now, and leaves the request open', async () => {
      const id = await office.submit(give, 'maker', gift('1300'));
      const { left } = await purse();
      await office.db.raw(`update toys_purses set "left" = 10, held = 1300 where id = 'purse_1'`);
      const refused = await office.decide('checker', id);
      expect(codeOf(refused)).to.equal('purse-short');
      const { facts } = (refused as { failure: Failure }).failure;
      expect(facts).to.include({ approvalId: id });
      expect(facts['nextStep']).to.match(/现在不能执行.*驳回.*撤回.*\/withdrawals/);
      expect(await request(id)).to.deep.include({ state: 'PENDING', version: '1' });
      expect((await purse())['held']).to.equal('1300.00');
      const events = await office.db('platform_events').where({ subject_id: id }).pluck('name');
      expect(events).to.deep.equal(['approvals.request-submitted']);
      await office.db('toys_purses').where({ id: 'purse_1' }).update({ left });
      expect((await office.decide('checker', id)).kind).to.equal('done');
    });

    it('of what changed since it was filed is stale, and nothing is half-done', async () => {
      const version = Number((await purse())['version']);
      const id = await office.submit(give, 'maker', gift('1001'), version);
      await office.perform(give, office.who('maker'), gift('1.00'));
      const refused = await office.decide('checker', id);
      expect(codeOf(refused)).to.equal('purse-stale');
      const { facts } = (refused as { failure: Failure }).failure;
      expect(facts['nextStep']).to.match(/不能再通过.*驳回.*撤回/);
      expect(facts['nextStepEn']).to.match(/can no longer be approved.*withdraw/);
      const reviewed = await office.performer.tryOut(op('decide'), office.who('checker'), {
        approvalId: id,
        decision: 'approve',
      });
      expect(reviewed.failure?.code).to.equal('purse-stale');
      expect((await request(id))['state']).to.equal('PENDING');
      await office.decide('checker', id, { decision: 'reject' });
    });
  });

  describe('who may decide', () => {
    it('is never the same person, through no other account', async () => {
      const id = await office.submit(give, 'maker', gift('1400'));
      for (const decision of ['approve', 'reject']) {
        const outcome = await office.decide('other-hand', id, { decision });
        expect(codeOf(outcome)).to.equal('same-person');
      }
      expect((await request(id))['state']).to.equal('PENDING');
      await office.decide('checker', id, { decision: 'reject' });
    });

    it('is held by the table itself, also against a false person', async () => {
      const id = await office.submit(give, 'maker', gift('1400'));
      const { userId } = office.who('other-hand');
      const force = (by: string, person: string | null) =>
        office
          .db('approvals_requests')
          .where({ id })
          .update({
            state: 'APPROVED',
            decided_by: by,
            decided_person_id: person,
            decided_at: new Date(),
            result: '{}',
          })
          .then(
            () => 'allowed',
            ({ code, constraint }: { code: string; constraint: string }) => `${code} ${constraint}`,
          );
      const twoPersons = '23514 approvals_requests_two_persons';
      expect(await force(userId, 'person_m')).to.equal(twoPersons);
      expect(await force(userId, null)).to.match(/^23514/);
      expect(await force(userId, 'person_invented')).to.match(/^23503/);
      await office.decide('checker', id, { decision: 'reject' });
      expect(await force(office.who('checker').userId, office.who('checker').personId)).to.match(
        /^YX004/,
      );
    });

    it('is refused in this order', async () => {
      const open = await office.submit(give, 'maker', gift('1001'));
      const late = await office.submit(give, 'maker', gift('1001'));
      const over = await office.submit(give, 'maker', gift('1001'));
      await office.decide('checker', over, { decision: 'reject' });
      await office
        .db('approvals_requests')
        .where({ id: late })
        .update({ made_at: '2020-01-01', expires_at: '2020-01-02' });
      const claimed = await office.submit(claim, 'maker', {
        zoneId: 'zone_east',
        purseId: 'purse_1',
      });
      const foreign = await office.submit(give, 'maker.b2', gift('1001', 'purse_2'));
      const rows: [string, string, string, object][] = [
        ['forbidden', 'maker', open, {}],
        ['forbidden', 'auditor', open, {}],
        ['invalid-input', 'checker', open, { decision: 'perhaps' }],
        ['invalid-input', 'checker', open, { decision: 'reject', reason: undefined }],
        ['approval-missing', 'checker', 'appr_none', { version: 7 }],
        ['approval-missing', 'checker', foreign, { version: 7 }],
        ['approval-stale', 'other-hand', over, { version: 1 }],
        ['approval-decided', 'other-hand', over, {}],
        ['approval-decided', 'other-hand', over, { version: 2 }],
        ['approval-expired', 'other-hand', late, {}],
        ['same-person', 'other-hand', open, {}],
        ['decider-not-permitted', 'checker', claimed, {}],
      ];
      for (const [code, username, id, decision] of rows) {
        const input = JSON.parse(
          JSON.stringify({ approvalId: id, decision: 'approve', reason: '已核对', ...decision }),
        ) as object;
        const outcome = await office.perform(op('decide'), office.who(username), input);
        expect(codeOf(outcome), `${code} ${username}`).to.equal(code);
      }
      await office.decide('checker', open, { decision: 'reject' });
      await office.decide('checker.b2', foreign, { decision: 'reject' });
      await office.perform(op('withdraw'), office.who('maker'), { approvalId: late });
    });

    it('takes the version from If-Match, else from the body, else the present one', async () => {
      const id = await office.submit(give, 'maker', gift('1001'));
      expect(codeOf(await office.decide('checker', id, { version: 1 }, { version: 2 }))).to.equal(
        'approval-stale',
      );
      expect((await office.decide('checker', id, {}, { version: 1 })).kind).to.equal('done');
    });
  });

  describe('the maker, when it is decided', () => {
    const filedBy = async (username: string) => {
      const roles = ['bank-maker'];
      const userId = await office.add({ username, organisationId: 'org_bank1', roles });
      const filed = await office.perform(give, await office.signedIn(username), gift('1001'));
      return { userId, id: (filed as { approvalId: string }).approvalId };
    };

    it('must still be an active user', async () => {
      const { id, userId } = await filedBy('leaver');
      await office.db('identity_users').where({ id: userId }).update({ state: 'DISABLED' });
      await office
        .db('identity_sessions')
        .where({ user_id: userId })
        .update({ revoked_at: new Date(), reason: 'user-disabled' });
      expect(codeOf(await office.decide('checker', id))).to.equal('maker-inactive');
      expect((await office.decide('checker', id, { decision: 'reject' })).kind).to.equal('done');
      expect((await purse())['held']).to.equal('0.00');
    });

    it('must still hold the permission', async () => {
      const { id, userId } = await filedBy('promoted');
      await office
        .db('identity_user_roles')
        .where({ user_id: userId })
        .update({ revoked_at: new Date() });
      expect(codeOf(await office.decide('checker', id))).to.equal('maker-not-permitted');
      expect((await office.decide('checker', id, { decision: 'reject' })).kind).to.equal('done');
    });
  });

  describe('rejecting and withdrawing', () => {
    it('give back what was set aside, once', async () => {
      const { left } = await purse();
      const id = await office.submit(give, 'maker', gift('2500'));
      expect((await purse())['held']).to.equal('2500.00');
      const rejected = await office.decide('checker', id, {
        decision: 'reject',
        reason: '材料不全',
      });
      expect(done(rejected)).to.deep.equal({ approvalId: id, state: 'REJECTED', version: 2 });
      expect(codeOf(await office.decide('checker2', id))).to.equal('approval-decided');
      expect(await purse()).to.deep.include({ left, held: '0.00' });
    });

    it('belongs to the maker, through any account that may withdraw', async () => {
      const id = await office.submit(give, 'maker', gift('2500'));
      const withdraw = (username: string, more: object = {}): Promise<Outcome> =>
        office.perform(op('withdraw'), office.who(username), { approvalId: id, ...more });
      const second = await office.add({
        username: 'colleague',
        organisationId: 'org_bank1',
        roles: ['bank-maker'],
      });
      expect(second).to.be.a('string');
      const colleague = await office.signedIn('colleague');
      const refused = await office.perform(op('withdraw'), colleague, { approvalId: id });
      expect(codeOf(refused)).to.equal('not-the-maker');
      expect(codeOf(await withdraw('maker', { version: 9 }))).to.equal('approval-stale');
      expect(done(await withdraw('maker', { reason: '填错了' }))).to.deep.equal({
        approvalId: id,
        state: 'WITHDRAWN',
        version: 2,
      });
      expect(codeOf(await withdraw('maker'))).to.equal('approval-decided');
      expect(codeOf(await office.decide('checker', id))).to.equal('approval-decided');
      expect((await purse())['held']).to.equal('0.00');
    });
  });
});
