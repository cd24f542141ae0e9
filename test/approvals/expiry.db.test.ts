// Time runs out, who sees which request, and the tiers that decide whether anybody is asked.
import { expect } from 'chai';
import { Approvals } from '../../src/approvals/index.ts';
import { systemActor } from '../../src/identity/index.ts';
import { Money, addDays, dayInShanghai } from '../../src/kernel/index.ts';
import { codeOf, done, freshKey, refusalOf } from '../identity/people.ts';
import type { Office } from './office.ts';
import { op, openOffice, question } from './office.ts';
import { claim, give } from './toys.ts';

describe('approvals, over time and in view', () => {
  let office: Office;
  before(async () => {
    office = await openOffice();
  });
  after(() => office.close());

  const gift = (amount: string, purseId = 'purse_1') => ({ purseId, amount });
  const runOut = (id: string) =>
    office
      .db('approvals_requests')
      .where({ id })
      .update({ made_at: '2020-01-01', expires_at: '2020-01-15' });

  describe('requests that nobody decided', () => {
    it('last fourteen days', async () => {
      const id = await office.submit(give, 'maker', gift('1001'));
      const { made_at: made, expires_at: expires } = (await office.row(
        'approvals_requests',
        id,
      )) as unknown as { made_at: Date; expires_at: Date };
      expect(expires.getTime() - made.getTime()).to.equal(14 * 86_400_000);
      await office.decide('checker', id, { decision: 'reject' });
    });

    it('are over at their instant, and are closed and given back by the job', async () => {
      const late = await office.submit(give, 'maker', gift('1500'));
      const stuck = await office.submit(give, 'maker', gift('1700'));
      const open = await office.submit(give, 'maker', gift('1900'));
      await runOut(late);
      await runOut(stuck);
      expect(codeOf(await office.decide('checker', late))).to.equal('approval-expired');
      const seen = await office.performer.ask(question('request'), office.who('checker'), {
        approvalId: late,
      });
      expect(seen).to.deep.include({ state: 'EXPIRED', mayDecide: false });

      // One of them asks for something the program no longer takes: it must not block the other.
      await office
        .db('approvals_requests')
        .where({ id: stuck })
        .update({ input: JSON.stringify({ purseId: 'purse_1', amount: 'much' }) });
      const job = await systemActor(office.db, 'expire-approvals');
      const run = () => office.performer.perform(op('expire-due'), job, {}, freshKey());
      expect(done(await run())).to.deep.equal({ expired: 1, failed: 1 });
      expect(await office.row('approvals_requests', late)).to.deep.include({
        state: 'EXPIRED',
        decided_by: null,
      });
      expect((await office.row('toys_purses', 'purse_1'))['held']).to.equal('3600.00');
      await office
        .db('approvals_requests')
        .where({ id: stuck })
        .update({ input: JSON.stringify(gift('1700')) });
      expect(done(await run())).to.deep.equal({ expired: 1, failed: 0 });
      expect(done(await run())).to.deep.equal({ expired: 0, failed: 0 });
      expect((await office.row('toys_purses', 'purse_1'))['held']).to.equal('1900.00');
      expect((await office.row('approvals_requests', open))['state']).to.equal('PENDING');
      expect(codeOf(await office.decide('checker', late))).to.equal('approval-decided');
      await office.decide('checker', open, { decision: 'reject' });
    });

    it('are closed by the job alone', async () => {
      const outcome = await office.perform(op('expire-due'), office.who('checker'), {});
      expect(codeOf(outcome)).to.equal('forbidden');
    });
  });

  describe('the inbox', () => {
    type Row = { approvalId: string; mayDecide: boolean; mayWithdraw: boolean };
    type List = { items: Row[]; total: number; nextCursor: string | null };
    const list = async (username: string, input: object = {}): Promise<Row[]> =>
      ((await office.performer.ask(question('requests'), office.who(username), input)) as List)
        .items;
    const ids = async (username: string, input: object = {}) =>
      (await list(username, input)).map((row) => row.approvalId);

    const made: Record<string, string> = {};
    before(async () => {
      made['gift'] = await office.submit(give, 'maker', gift('1001'));
      made['claim'] = await office.submit(claim, 'maker', {
        zoneId: 'zone_east',
        purseId: 'purse_1',
      });
      made['other'] = await office.submit(give, 'maker.b2', gift('1001', 'purse_2'));
    });

    it('shows what I may decide and nothing that I made', async () => {
      expect(await ids('checker', { box: 'to-decide' })).to.deep.equal([made['gift']]);
      expect(await ids('checker.b2', { box: 'to-decide' })).to.deep.equal([made['other']]);
      expect(await ids('east', { box: 'to-decide' })).to.deep.equal([made['claim']]);
      expect(await ids('other-hand', { box: 'to-decide' })).to.deep.equal([]);
      expect(await ids('auditor', { box: 'to-decide' })).to.deep.equal([]);
    });

    it('shows what I made, through either account, newest first', async () => {
      const mine = await ids('maker', { box: 'made', state: 'PENDING' });
      expect(mine).to.deep.equal([made['claim'], made['gift']]);
      expect(await ids('other-hand', { box: 'made', state: 'PENDING' })).to.deep.equal(mine);
    });

    it('shows no other bank, and the zone only what is of its zone', async () => {
      expect(await ids('checker')).not.to.include(made['other']);
      expect(await ids('checker.b2')).to.deep.equal([made['other']]);
      expect(await ids('east')).to.include.members([made['claim'], made['other']]);
      expect(await ids('west')).to.deep.equal([]);
      expect(await ids('auditor', { state: 'PENDING' })).to.have.length(3);
      const foreign = office.performer.ask(question('request'), office.who('checker.b2'), {
        approvalId: made['gift'],
      });
      expect((await refusalOf(foreign)).code).to.equal('approval-missing');
    });

    it('shows of one zone what is of it, and what is of none', async () => {
      const seen = (zoneId: string) => ids('auditor', { state: 'PENDING', zoneId });
      expect(await seen('zone_east')).to.have.members(Object.values(made));
      expect(await seen('zone_west')).to.deep.equal([]);
      const one = office.db('approvals_requests').where({ id: made['other'] });
      await one.clone().update({ zone_id: null });
      expect(await seen('zone_west')).to.deep.equal([made['other']]);
      expect(await seen('zone_east')).to.have.members(Object.values(made));
      await one.clone().update({ zone_id: 'zone_east' });
    });

    it('says what may be done, in words and with what was rehearsed', async () => {
      const input = { approvalId: made['gift'] };
      const seen = await office.performer.ask(question('request'), office.who('checker'), input);
      expect(seen).to.deep.include({
        title: { zh: '赠予', en: 'Give' },
        amount: '1001.00',
        makerName: '人员 maker',
        state: 'PENDING',
        version: 1,
        mayDecide: true,
        mayWithdraw: false,
        input: gift('1001'),
        result: null,
        tierVersion: 1,
      });
      const { rehearsed, effects } = seen as { rehearsed: { left: string }; effects: unknown };
      expect(rehearsed.left).to.equal('8999.00');
      expect(effects).to.deep.equal({
        toys: [{ id: 'purse_1', from: '10000.00', to: '8999.00' }],
      });
      const own = await office.performer.ask(question('request'), office.who('maker'), input);
      expect(own).to.deep.include({ mayDecide: false, mayWithdraw: true });
    });

    it('filters and pages', async () => {
      expect(await ids('maker', { operation: 'toys.claim' })).to.deep.equal([made['claim']]);
      const all = await ids('auditor', { pageSize: '200' });
      const ask = (input: object) =>
        office.performer.ask(question('requests'), office.who('auditor'), input) as Promise<List>;
      const first = await ask({ limit: '2' });
      expect(first.total).to.equal(all.length);
      const second = await ask({ limit: '2', cursor: first.nextCursor });
      const walked = [...first.items, ...second.items].map((row) => row.approvalId);
      expect(walked).to.deep.equal(all.slice(0, 4));
    });
  });

  describe('tiers', () => {
    const today = dayInShanghai();
    const tier = (more: object = {}) => ({
      operation: 'toys.give',
      bands: [{ fromAmount: '2000.00' }],
      validFrom: today,
      source: '授权书〔2026〕1号',
      ...more,
    });
    const set = (username: string, input: object) =>
      office.perform(op('set-tier'), office.who(username), input);
    /** Asked of a process that has just started, for others may be five seconds behind. */
    const needed = async (username: string, amount: string) => {
      const approvals = new Approvals(office.db);
      return approvals.needed(give, office.who(username), { amount: Money.of(amount) });
    };

    it('refuse in this order', async () => {
      const rows: [string, string, object][] = [
        ['forbidden', 'checker', tier()],
        ['invalid-input', 'maker', tier({ bands: [] })],
        [
          'invalid-input',
          'maker',
          tier({ bands: [{ fromAmount: '2.00' }, { fromAmount: '2.00' }] }),
        ],
        ['tier-operation-unknown', 'maker', tier({ operation: 'approvals.decide' })],
        ['tier-elsewhere', 'maker', tier({ organisationId: 'org_bank2', validFrom: '2020-01-01' })],
        ['tier-day-past', 'maker', tier({ validFrom: addDays(today, -1) })],
      ];
      for (const [code, username, input] of rows) {
        expect(codeOf(await set(username, input)), code).to.equal(code);
      }
    });

    it('need a second person themselves, and then hold for that bank alone', async () => {
      const filed = await set('maker', tier());
      expect(filed.kind).to.equal('submitted');
      const { approvalId } = filed as { approvalId: string };
      expect(await needed('maker', '1500.00')).to.equal(true);
      expect(codeOf(await office.decide('other-hand', approvalId))).to.equal('same-person');
      expect(codeOf(await office.decide('admin', approvalId))).to.equal('approval-missing');
      const outcome = await office.decide('checker', approvalId);
      expect(done(outcome)).to.deep.equal({ operation: 'toys.give', version: 1 });
      expect(await needed('maker', '1500.00')).to.equal(false);
      expect(await needed('maker', '2000.01')).to.equal(true);
      expect(await needed('maker.b2', '1500.00')).to.equal(true);
    });

    it('begin on their day and are replaced, never changed', async () => {
      const later = await set(
        'maker',
        tier({ validFrom: addDays(today, 1), bands: [{ fromAmount: '9' }] }),
      );
      await office.decide('checker', (later as { approvalId: string }).approvalId);
      expect(await needed('maker', '1500.00')).to.equal(false);
      const seen = (await office.performer.ask(question('tiers'), office.who('maker'), {})) as {
        items: { operation: string; ownerId: string | null; version: number }[];
      };
      const own = seen.items.filter((one) => one.ownerId !== null);
      expect(own.map((one) => [one.ownerId, one.version])).to.deep.equal([
        ['org_bank1', 1],
        ['org_bank1', 2],
      ]);
      const other = await office.performer.ask(question('tiers'), office.who('maker.b2'), {});
      expect(JSON.stringify(other)).not.to.include('org_bank1');
    });

    it('may have bands that other persons decide; a filed request keeps its own', async () => {
      const filed = await set(
        'security',
        tier({
          organisationId: 'org_bank2',
          bands: [
            { fromAmount: '1000' },
            { fromAmount: '5000', permission: 'credit:approve-large' },
          ],
        }),
      );
      const { approvalId } = filed as { approvalId: string };
      expect((await office.decide('admin', approvalId)).kind).to.equal('done');
      const approvals = new Approvals(office.db);
      await approvals.needed(give, office.who('maker.b2'), { amount: Money.of('1') });
      await new Promise((resolve) => {
        setTimeout(resolve, 5_100);
      });
      const small = await office.submit(give, 'maker.b2', gift('1100', 'purse_2'));
      const large = await office.submit(give, 'maker.b2', gift('5001', 'purse_2'));
      expect((await office.decide('checker.b2', small)).kind).to.equal('done');
      expect(codeOf(await office.decide('checker.b2', large))).to.equal('decider-not-permitted');
      const row = await office.row('approvals_requests', large);
      expect(row).to.deep.include({ permission: 'credit:approve-large', tier_version: 1 });
      await office.perform(op('withdraw'), office.who('maker.b2'), { approvalId: large });
    }).timeout(15_000);

    it('ask no job, and ask always where an amount has no tier', async () => {
      const approvals = new Approvals(office.db);
      const job = await systemActor(office.db, 'import');
      expect(await approvals.needed(give, job, { amount: Money.of('9999999') })).to.equal(false);
      const nameless = { ...give, name: 'toys.nameless' };
      const maker = office.who('maker');
      expect(await approvals.needed(nameless, maker, { amount: Money.of('0.01') })).to.equal(true);
      const free = { ...nameless, approval: { permission: 'credit:approve' } };
      expect(await approvals.needed(free, maker, {})).to.equal(false);
    });
  });
});
