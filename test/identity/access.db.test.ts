// Who sees which accounts, what a scope is, and what the tables refuse whatever the program
// decides.
import { expect } from 'chai';
import {
  ensureUser,
  hashPassword,
  identityModule,
  scopeOf,
  systemActor,
} from '../../src/identity/index.ts';
import type { Tx } from '../../src/platform/transaction.ts';
import { everything, statement, withTransaction } from '../../src/platform/transaction.ts';
import type { People } from './people.ts';
import { openPeople, refusalOf } from './people.ts';

function ask(name: string) {
  const found = identityModule.queries.find((one) => one.name === `identity.${name}`);
  if (!found) throw new Error(`no query ${name}`);
  return found;
}

describe('access', () => {
  let people: People;
  before(async () => {
    people = await openPeople();
    const organisationId = 'org_operator';
    await people.add({ username: 'admin', organisationId, roles: ['system-officer'] });
    await people.add({ username: 'security', organisationId, roles: ['security-officer'] });
    await people.add({ username: 'auditor', organisationId, roles: ['auditor'] });
    await people.add({ username: 'rm', organisationId: 'org_bank1', roles: ['bank-maker'] });
    await people.add({ username: 'rm2', organisationId: 'org_bank2', roles: ['bank-maker'] });
    await people.add({ username: 'east', organisationId: 'org_east', roles: ['zone-maker'] });
  });
  after(() => people.close());

  describe('lists', () => {
    type List = { items: { username: string }[]; total: number; nextCursor: string | null };
    const list = async (username: string, input: object = {}) => {
      const who = await people.signedIn(username);
      return (await people.performer.ask(ask('users'), who, input)) as List;
    };

    it('show everybody to officers and page by name', async () => {
      const all = await list('auditor', { pageSize: 200 });
      expect(all.total).to.equal(all.items.length).and.to.be.above(5);
      const first = await list('auditor', { limit: 2 });
      const second = await list('auditor', { limit: 2, cursor: first.nextCursor });
      expect([...first.items, ...second.items]).to.deep.equal(all.items.slice(0, 4));
      expect(JSON.stringify(all)).not.to.include('argon2');
      const makers = await list('auditor', { role: 'bank-maker', organisationId: 'org_bank1' });
      expect(makers.items.map((user) => user.username))
        .to.include('rm')
        .and.not.include('east');
    });

    it('show only the own organisation to whoever else may read them', async () => {
      await people
        .db('identity_permissions')
        .insert({ role: 'zone-maker', permission: 'users:read' });
      const own = await list('east', { organisationId: 'org_east' });
      expect(own.items.map((user) => user.username)).to.deep.equal(['east']);
      expect((await list('east')).items).to.deep.equal(own.items);
      expect((await list('east', { organisationId: 'org_bank1' })).total).to.equal(0);
      const east = await people.signedIn('east');
      const rm = await people.signedIn('rm');
      const foreign = people.performer.ask(ask('user'), east, { userId: rm.userId });
      expect((await refusalOf(foreign)).kind).to.equal('missing');
    });

    it('say who one is', async () => {
      expect(
        await people.performer.ask(ask('me'), await people.signedIn('security'), {}),
      ).to.deep.include({
        username: 'security',
        organisationKind: 'operator',
        roles: ['security-officer'],
        zones: '*',
        mustChangePassword: false,
      });
    });
  });

  describe('scope', () => {
    it('is decided by the organisation, and by the auditor role in an operator alone', () => {
      const zones = ['zone_a'];
      const rows = [
        ['bank', false, { zones, owners: ['org'] }],
        ['fund_manager', true, { zones, owners: ['org'] }],
        ['enterprise', false, { zones, owners: ['org'] }],
        ['zone_office', false, { zones, owners: '*' }],
        ['operator', false, { zones: '*', owners: ['org'] }],
        ['operator', true, everything],
      ] as const;
      for (const [kind, seesEverything, expected] of rows) {
        expect(scopeOf({ kind, id: 'org' }, zones, seesEverything), kind).to.deep.equal(expected);
      }
    });

    it('of a job is everything, with the permissions of its role', async () => {
      const job = await systemActor(people.db, 'accrual');
      expect(job).to.deep.include({ userId: 'job_accrual', scope: everything });
      expect(job.permissions.has('jobs:run')).to.equal(true);
      expect(job.permissions.has('users:manage')).to.equal(false);
    });
  });

  describe('people of the demo', () => {
    const ensure = (username: string, passwordHash: string) =>
      withTransaction(people.db, everything, (tx) =>
        ensureUser(tx, {
          username,
          organisationId: 'org_bank1',
          roles: ['bank-maker'],
          personName: '客户经理',
          passwordHash,
          demo: true,
        }),
      );

    it('are made once, take a new password and take over no real account', async () => {
      const made1 = await ensure('rm.demo', await hashPassword('demo'));
      for (let i = 0; i < 5; i += 1) await refusalOf(people.sessions.signIn('rm.demo', 'x'));
      const made2 = await ensure('rm.demo', await hashPassword('another'));
      expect(made1).to.be.a('string').and.to.equal(made2);
      await refusalOf(people.sessions.signIn('rm.demo', 'demo'));
      const { accessToken } = await people.sessions.signIn('rm.demo', 'another');
      const who = await people.sessions.authenticate(accessToken);
      expect(who.permissions.has('credit:draw')).to.equal(true);
      expect(await ensure('rm', await hashPassword('demo'))).to.equal(undefined);
      await people.signedIn('rm');
    });
  });

  describe('the tables', () => {
    const asProgram = (sql: string) =>
      withTransaction(people.db, everything, (tx: Tx) => tx.rows(statement('', sql)));
    const denied = async (sql: string) => {
      const problem = await asProgram(sql).then(
        () => undefined,
        (caught: { code: string }) => caught.code,
      );
      expect(problem, sql).to.equal('42501');
    };

    it('let the program neither delete nor rewrite who somebody is or what roles may', async () => {
      await denied('delete from identity_users');
      await denied(`update identity_users set person_id = 'person_x'`);
      await denied(`update identity_users set organisation_id = 'org_bank1'`);
      await denied('delete from identity_user_roles');
      await denied(`insert into identity_permissions values ('bank-maker', 'users:manage')`);
      await denied(`select identity_grant('bank-maker', 'users:manage')`);
      await denied('update identity_settings set failures_before_lock = 1000');
      await denied(`insert into identity_consents (id) values ('x')`);
    });

    it('refuse conflicting roles of one person whatever the program decides', async () => {
      const problem = await asProgram(
        `insert into identity_user_roles select id, 'auditor', now(), 'test' from identity_users
         where username = 'admin'`,
      ).then(
        () => undefined,
        (caught: { code: string }) => caught.code,
      );
      expect(problem).to.equal('YX003');
    });

    it('keep who reads from being granted more', async () => {
      const grants = (role: string, permission: string) =>
        people.db.raw('select identity_grant(?, ?)', [role, permission]);
      await grants('auditor', 'credit:read');
      const problem = await grants('auditor', 'credit:draw').then(
        () => '',
        (caught: Error) => caught.message,
      );
      expect(problem).to.include('auditor only reads');
    });

    it('open nothing by consent while there is none, then the right rows', async () => {
      await people.db('parties_enterprises').insert({
        id: 'ent_1',
        zone_id: 'zone_east',
        uscc: '91000000000000000K',
        name: '示例企业',
        registered_on: '2026-01-01',
      });
      const consented = async (owner: string) => {
        const scope = { zones: ['zone_east'], owners: [owner] };
        const sql = `select identity_consented('ent_1') as yes`;
        return withTransaction(people.db, scope, async (tx) => {
          const [row] = await tx.rows<{ yes: boolean }>(statement('', sql));
          return row?.yes;
        });
      };
      expect(await consented('org_bank2')).to.equal(false);
      await people.db('identity_consents').insert({
        id: 'cons_1',
        zone_id: 'zone_east',
        enterprise_id: 'ent_1',
        organisation_id: 'org_bank2',
        purpose: '授信',
        given_on: '2026-01-01',
        source: '授权书',
      });
      expect(await consented('org_bank2')).to.equal(true);
      expect(await consented('org_bank1')).to.equal(false);
    });
  });
});
