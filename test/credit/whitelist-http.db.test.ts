// The whitelist at its addresses: versions demanded and told, sight by organisation, due by day.
import { expect } from 'chai';
import { creditModule } from '../../src/credit/index.ts';
import { identityModule } from '../../src/identity/index.ts';
import { addDays } from '../../src/kernel/index.ts';
import type { People } from '../identity/people.ts';
import { openPeople } from '../identity/people.ts';
import type { Served } from '../identity/served.ts';
import { serveTo } from '../identity/served.ts';
import { today } from '../support/stage.ts';

describe('whitelist: over HTTP', () => {
  let people: People;
  let served: Served;
  before(async () => {
    people = await openPeople();
    served = await serveTo(people, [identityModule, creditModule]);
    const staff = [
      { username: 'zone', organisationId: 'org_east', roles: ['zone-maker'] },
      { username: 'bank', organisationId: 'org_bank1', roles: ['bank-maker'] },
      { username: 'other', organisationId: 'org_bank2', roles: ['bank-maker'] },
      { username: 'fund', organisationId: 'org_fund', roles: ['fund-maker'] },
    ] as const;
    for (const person of staff) await people.add(person);
    await served.signIn(...staff.map(({ username }) => username));
    await people.db('parties_enterprises').insert({
      id: 'ent_1',
      zone_id: 'zone_east',
      uscc: '91350100M000100Y43',
      name: '示例企业',
      registered_on: '2020-01-01',
    });
  });
  after(async () => {
    await served.stop();
    await people.close(creditModule.invariants);
  });

  const get: Served['get'] = (...asked) => served.get(...asked);
  const post: Served['post'] = (...asked) => served.post(...asked);

  it('moves an entry from address to address by its version', async () => {
    const body = { enterpriseId: 'ent_1', bankId: 'org_bank1', reason: '骨干企业', draft: true };
    const made = await post('zone', '/whitelist-entries', body);
    expect(made.status).to.equal(201);
    const { entryId } = made.body as { entryId: string };
    const one = `/whitelist-entries/${entryId}`;
    const reason = '材料齐全';
    const bare = await post('zone', `${one}/submissions`, { reason });
    expect(bare.status).to.equal(428);
    const stale = await post('zone', `${one}/submissions`, { reason }, { 'if-match': '"9"' });
    expect(stale.status).to.equal(412);
    expect(stale.body).to.deep.include({ code: 'version-stale' });
    const moved = await post('zone', `${one}/submissions`, { reason }, { 'if-match': '"1"' });
    expect(moved.status).to.equal(200);
    expect(moved.body).to.deep.include({ state: 'SUBMITTED', version: 2 });
    expect((await get('zone', one)).headers['etag']).to.match(/"2"/);
    expect((await get('bank', one)).status).to.equal(404);
    expect((await get('fund', `/whitelist-entries?bankId=org_bank1`)).body).to.include({
      total: 0,
    });
    const wrong = await post('zone', `${one}/exits`, { reason }, { 'if-match': '"2"' });
    expect(wrong.status).to.equal(400);
  });

  it('tells what is due, to whom it is due', async () => {
    await people.db('parties_enterprises').insert({
      id: 'ent_2',
      zone_id: 'zone_east',
      uscc: '91110108551385082Q',
      name: '示例科技',
      registered_on: '2020-01-01',
    });
    const body = { enterpriseId: 'ent_2', bankId: 'org_bank1', reason: '骨干企业' };
    const made = await post('zone', '/whitelist-entries', body);
    const { entryId } = made.body as { entryId: string };
    const address = `/whitelist-due?until=${addDays(today, 30)}&overdue=false`;
    const due = async (username: string) =>
      ((await get(username, address)).body as { items: { entryId: string }[] }).items;
    expect((await due('bank')).map((row) => row.entryId)).to.deep.equal([entryId]);
    expect(await due('other')).to.deep.equal([]);
    expect((await get('bank', '/whitelist-due?overdue=maybe')).status).to.equal(400);
  });

  it('sends a financing list and takes answers', async () => {
    const list = {
      zoneId: 'zone_east',
      name: '第一期',
      sourceDocument: '关于推送融资白名单的通知',
      documentOn: today,
      recipientIds: ['org_bank1', 'org_fund'],
      enterpriseIds: ['ent_1'],
    };
    expect((await post('bank', '/financing-lists', list)).status).to.equal(403);
    const sent = await post('zone', '/financing-lists', list);
    expect(sent.status).to.equal(201);
    const { listId } = sent.body as { listId: string };
    const mine = await get('fund', `/financing-lists/${listId}/referrals`);
    const [referral] = (mine.body as { items: { id: string }[] }).items;
    const path = `/financing-referrals/${String(referral?.id)}`;
    const answer = { answer: 'INVESTED', note: '股权投资' };
    const given = await post('fund', `${path}/answers`, answer, { 'if-match': '"1"' });
    expect(given.status).to.equal(200);
    expect((await get('bank', path)).status).to.equal(404);
    const report = await get('zone', `/financing-lists/${listId}/conversion`);
    expect((report.body as { total: object }).total).to.include({
      sent: 2,
      invested: 1,
      investedRate: '0.5000',
    });
  });
});
