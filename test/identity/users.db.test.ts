// Opening, changing and closing accounts through `perform`, by the officer whose work it is.
import { expect } from 'chai';
import {
  createUser,
  hashPassword,
  identityModule,
  resetPassword,
  systemActor,
} from '../../src/identity/index.ts';
import type { SignedIn } from '../../src/identity/index.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { People } from './people.ts';
import { codeOf, done, freshKey, openPeople, password, refusalOf } from './people.ts';

function op(name: string): Operation {
  const found = identityModule.operations.find((one) => one.name === `identity.${name}`);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
}

function ask(name: string) {
  const found = identityModule.queries.find((one) => one.name === `identity.${name}`);
  if (!found) throw new Error(`no query ${name}`);
  return found;
}

describe('users', () => {
  let people: People;
  let admin: SignedIn;
  let security: SignedIn;
  before(async () => {
    people = await openPeople();
    const organisationId = 'org_operator';
    await people.add({ username: 'admin', organisationId, roles: ['system-officer'] });
    await people.add({ username: 'security', organisationId, roles: ['security-officer'] });
    await people.add({ username: 'auditor', organisationId, roles: ['auditor'] });
    await people.add({ username: 'rm', organisationId: 'org_bank1', roles: ['bank-maker'] });
    await people.add({ username: 'east', organisationId: 'org_east', roles: ['zone-maker'] });
    admin = await people.signedIn('admin');
    security = await people.signedIn('security');
  });
  after(() => people.close());

  let made = 0;
  /** A new account made by the system officer; answers its id and first password. */
  async function newUser(organisationId = 'org_bank2') {
    made += 1;
    const input = { username: `new${made}`, name: '新人', organisationId };
    const issued = await createUser(people.performer, admin, input, freshKey());
    const { userId, personId } = done(issued.outcome) as {
      userId: string;
      personId: string;
    };
    const first = issued.oneTimePassword ?? '';
    return { userId, personId, username: input.username, first };
  }

  describe('identity.create-user', () => {
    it('tells the first password once, stores it nowhere and has it changed', async () => {
      const input = { username: 'clerk', name: '柜员', organisationId: 'org_bank1' };
      const issued = await createUser(people.performer, admin, input, 'the-same-key');
      const again = await createUser(people.performer, admin, input, 'the-same-key');
      expect(again.outcome).to.deep.include({ kind: 'done', replayed: true });
      expect(again.oneTimePassword).to.equal(undefined);
      const first = issued.oneTimePassword ?? '';
      for (const table of ['platform_operations', 'platform_events', 'identity_users']) {
        expect(JSON.stringify(await people.db(table).select())).not.to.include(first);
      }
      const { accessToken } = await people.sessions.signIn('clerk', first);
      const clerk = await people.sessions.authenticate(accessToken);
      expect([...clerk.permissions]).to.deep.equal(['identity:change-password']);
      const listing = people.performer.ask(ask('users'), clerk, {});
      expect((await refusalOf(listing)).code).to.equal('password-change-required');
      expect(await people.performer.ask(ask('me'), clerk, {})).to.deep.include({
        username: 'clerk',
        mustChangePassword: true,
      });
    });

    it('gives roles at once only when the caller may also grant them', async () => {
      const input = {
        username: 'double',
        name: '双人',
        organisationId: 'org_bank1',
        roles: ['bank-maker'],
        password,
      };
      expect(codeOf(await people.perform(op('create-user'), admin, input))).to.equal('forbidden');
      const console_ = await systemActor(people.db, 'user-create', 'console');
      const { outcome } = await createUser(people.performer, console_, input, freshKey());
      expect(done(outcome)).to.deep.include({ username: 'double' });
      const { items } = (await people.performer.ask(ask('users'), admin, {
        username: 'double',
      })) as {
        items: object[];
      };
      expect(items[0]).to.deep.include({ roles: ['bank-maker'], organisationId: 'org_bank1' });
    });

    it('refuses in this order', async () => {
      const base = { username: 'order', name: '次序', organisationId: 'org_bank1', password };
      const rows: [string, object][] = [
        ['invalid-input', { ...base, username: 'Upper Case' }],
        ['invalid-input', { ...base, personId: 'person_x' }],
        ['organisation-missing', { ...base, organisationId: 'org_none', password: 'weak' }],
        ['person-missing', { ...base, name: undefined, personId: 'person_none', password: 'weak' }],
        ['own-account', { ...base, name: undefined, personId: admin.personId, password: 'weak' }],
        ['password-weak', { ...base, username: 'rm', password: 'weak' }],
        ['password-weak', { ...base, password: 'Order-12345a' }],
        ['username-taken', { ...base, username: 'rm', roles: ['none'] }],
        ['forbidden', { ...base, roles: ['none'] }],
      ];
      for (const [code, input] of rows) {
        const clean = JSON.parse(JSON.stringify(input)) as object;
        expect(codeOf(await people.perform(op('create-user'), admin, clean)), code).to.equal(code);
      }
      expect(await people.db('identity_users').where({ username: 'order' })).to.have.length(0);
    });

    it('is for the system officer alone', async () => {
      for (const username of ['security', 'auditor', 'rm', 'east']) {
        const input = { username: 'x1', name: '某人', organisationId: 'org_bank1', password };
        const outcome = await people.perform(
          op('create-user'),
          await people.signedIn(username),
          input,
        );
        expect(codeOf(outcome), username).to.equal('forbidden');
      }
    });
  });

  describe('identity.change-password', () => {
    const change = (who: SignedIn, currentPassword: string, newPassword: string) =>
      people.perform(op('change-password'), who, { currentPassword, newPassword });

    it('frees the user at once, keeps this session and ends the others', async () => {
      const { username, first } = await newUser();
      const other = await people.sessions.signIn(username, first);
      const { accessToken } = await people.sessions.signIn(username, first);
      const who = await people.sessions.authenticate(accessToken);
      expect(codeOf(await change(who, first, 'Fresh-Start-2026'))).to.equal('done');
      const freed = await people.sessions.authenticate(accessToken);
      expect(freed.mustChangePassword).to.equal(false);
      await refusalOf(people.sessions.authenticate(other.accessToken));
      await refusalOf(people.sessions.signIn(username, first));
      await people.sessions.signIn(username, 'Fresh-Start-2026');
    });

    it('refuses a wrong, a weak and each of the last passwords, and stops guessing', async () => {
      const { username, first } = await newUser();
      const { accessToken } = await people.sessions.signIn(username, first);
      const who = await people.sessions.authenticate(accessToken);
      expect(codeOf(await change(who, 'not-it', 'Second-Word-2'))).to.equal('password-wrong');
      expect(codeOf(await change(who, first, 'short'))).to.equal('password-weak');
      expect(codeOf(await change(who, first, first))).to.equal('password-used-before');
      await change(who, first, 'Second-Word-2');
      await change(who, 'Second-Word-2', 'Third-Word-33');
      expect(codeOf(await change(who, 'Third-Word-33', first))).to.equal('password-used-before');
      for (let i = 0; i < 4; i += 1) await change(who, 'not-it', 'Fourth-Word-4');
      expect(codeOf(await change(who, 'Third-Word-33', 'Fourth-Word-4'))).to.equal(
        'too-many-attempts',
      );
    });

    it('is demanded again when the password has grown old, except of demo people', async () => {
      const { userId } = await newUser();
      await people
        .db('identity_users')
        .where({ id: userId })
        .update({
          must_change_password: false,
          password_set_at: new Date(Date.now() - 91 * 86_400_000),
          password_hash: await hashPassword(password),
        });
      const username = `new${made}`;
      expect((await people.signedIn(username)).mustChangePassword).to.equal(true);
      await people.db('identity_users').where({ id: userId }).update({ demo: true });
      expect((await people.signedIn(username)).mustChangePassword).to.equal(false);
    });
  });

  describe('roles', () => {
    const grant = (userId: string, role: string, version: number, who = security) =>
      people.perform(op('grant-role'), who, { userId, role }, { version });

    it('are granted and revoked by the security officer, each step with its version', async () => {
      const { userId, username, first } = await newUser();
      expect(done(await grant(userId, 'bank-maker', 1))).to.deep.equal({ userId, version: 2 });
      expect(codeOf(await grant(userId, 'bank-checker', 1))).to.equal('version-stale');
      expect(codeOf(await grant(userId, 'bank-maker', 2))).to.equal('role-held');
      const input = { userId, role: 'bank-maker' };
      const revoked = await people.perform(op('revoke-role'), security, input, { version: 2 });
      expect(done(revoked)).to.deep.equal({ userId, version: 3 });
      const twice = await people.perform(op('revoke-role'), security, input, { version: 3 });
      expect(codeOf(twice)).to.equal('role-not-held');
      expect(done(await grant(userId, 'bank-maker', 3))).to.deep.include({ version: 4 });
      await people.sessions.signIn(username, first);
      const rows = await people.db('identity_user_roles').where({ user_id: userId });
      expect(rows).to.have.length(2);
    });

    it('refuse in this order', async () => {
      const { userId } = await newUser('org_operator');
      await grant(userId, 'system-officer', 1);
      const rows: [string, string, string, number][] = [
        ['user-missing', 'user_none', 'none', 1],
        ['version-stale', security.userId, 'none', 1],
        ['own-account', security.userId, 'none', 2],
        ['role-missing', userId, 'none', 2],
        ['role-elsewhere', userId, 'bank-maker', 2],
        ['role-elsewhere', userId, 'job', 2],
        ['roles-conflict', userId, 'auditor', 2],
        ['roles-conflict', userId, 'security-officer', 2],
      ];
      for (const [code, user, role, version] of rows) {
        expect(codeOf(await grant(user, role, version)), `${code} ${role}`).to.equal(code);
      }
      expect(codeOf(await grant(userId, 'auditor', 2, admin))).to.equal('forbidden');
    });

    it('conflict over all accounts of a person, also at the same moment', async () => {
      const one = await newUser('org_operator');
      const input = { username: 'second', personId: one.personId, organisationId: 'org_operator' };
      const { outcome } = await createUser(people.performer, admin, input, freshKey());
      const other = done(outcome) as { userId: string };
      const codes = await Promise.all([
        grant(one.userId, 'auditor', 1),
        grant(other.userId, 'system-officer', 1),
      ]);
      expect(codes.map(codeOf).sort()).to.deep.equal(['done', 'roles-conflict']);
    });
  });

  describe('disabling, unlocking and resetting', () => {
    it('ends the sessions of a disabled user', async () => {
      const { userId, username, first } = await newUser();
      const { accessToken, refreshToken } = await people.sessions.signIn(username, first);
      const disable = () => people.perform(op('disable-user'), admin, { userId }, { version: 1 });
      expect(done(await disable())).to.deep.equal({ userId, version: 2 });
      await refusalOf(people.sessions.authenticate(accessToken));
      await refusalOf(people.sessions.refresh(refreshToken));
      const again = await people.perform(op('disable-user'), admin, { userId }, { version: 2 });
      expect(codeOf(again)).to.equal('user-disabled');
      const self = await people.perform(
        op('disable-user'),
        admin,
        { userId: admin.userId },
        { version: 2 },
      );
      expect(codeOf(self)).to.equal('own-account');
      expect(codeOf(await people.perform(op('disable-user'), admin, { userId }))).to.equal(
        'if-match-missing',
      );
    });

    it('unlocks before the time', async () => {
      const { userId, username, first } = await newUser();
      for (let i = 0; i < 5; i += 1) {
        await refusalOf(people.sessions.signIn(username, 'Wrong-guess-1'));
      }
      await refusalOf(people.sessions.signIn(username, first));
      await people.perform(op('unlock-user'), admin, { userId }, { version: 1 });
      await people.sessions.signIn(username, first);
    });

    it('resets a password for somebody who forgot it', async () => {
      const { userId, username, first } = await newUser();
      const issued = await resetPassword(
        people.performer,
        admin,
        { userId, version: 1 },
        freshKey(),
      );
      expect(done(issued.outcome)).to.deep.equal({ userId, version: 2 });
      await refusalOf(people.sessions.signIn(username, first));
      await people.sessions.signIn(username, issued.oneTimePassword ?? '');
    });

    it('ends all sessions on request of either officer', async () => {
      const { userId, username, first } = await newUser();
      const { refreshToken } = await people.sessions.signIn(username, first);
      const outcome = await people.perform(op('revoke-sessions'), security, { userId });
      expect(done(outcome)).to.deep.equal({ userId, ended: 1 });
      await refusalOf(people.sessions.refresh(refreshToken));
    });
  });
});
