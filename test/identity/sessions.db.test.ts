// Signing in, staying signed in and being thrown out, on the real database.
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { Sessions } from '../../src/identity/index.ts';
import { oneTimePassword } from '../../src/identity/passwords.ts';
import type { People } from './people.ts';
import { openPeople, password, refusalOf, secret } from './people.ts';

describe('sessions', () => {
  let people: People;
  before(async () => {
    people = await openPeople();
    await people.add({ username: 'rm', organisationId: 'org_bank1', roles: ['bank-maker'] });
  });
  after(() => people.close());

  const logged = (operation: string) =>
    people
      .db('platform_operations')
      .where({ operation })
      .orderBy('height')
      .select<{ actor_id: string; outcome: string; input: object; result: object }[]>(
        'actor_id',
        'outcome',
        'input',
        'result',
      );

  it('signs in with any case and makes an actor with role, scope and person', async () => {
    const tokens = await people.sessions.signIn(' RM ', password, '10.0.0.1');
    expect(tokens.expiresIn).to.equal(600);
    const actor = await people.sessions.authenticate(tokens.accessToken);
    expect(actor.organisationId).to.equal('org_bank1');
    expect(actor.scope).to.deep.equal({
      zones: ['zone_east', 'zone_west'],
      owners: ['org_bank1'],
    });
    expect(actor.permissions.has('credit:draw')).to.equal(true);
    expect(actor.permissions.has('credit:approve')).to.equal(false);
    const last = (await logged('identity.sign-in')).at(-1);
    expect(last).to.deep.include({ actor_id: actor.userId, outcome: 'done' });
    expect(last?.input).to.deep.equal({ from: '10.0.0.1' });
  });

  it('says the same to an unknown user and a wrong password, and logs no secret', async () => {
    const unknown = await refusalOf(people.sessions.signIn('nobody', password));
    const wrong = await refusalOf(people.sessions.signIn('rm', 'Wrong-password-1'));
    expect(JSON.stringify(unknown)).to.equal(JSON.stringify(wrong));
    expect(unknown.kind).to.equal('unauthenticated');
    const text = JSON.stringify(await people.db('platform_operations').select());
    expect(text).not.to.include(password).and.not.to.include('Wrong-password-1');
    expect(text).not.to.include('nobody').and.not.to.include('argon2');
    await people.sessions.signIn('rm', password);
  });

  it('works as hard for an unknown user as for a wrong password', async () => {
    const took = async (username: string) => {
      const times: number[] = [];
      for (let i = 0; i < 3; i += 1) {
        await people.db('identity_users').update({ failed_attempts: 0, locked_until: null });
        const started = performance.now();
        await refusalOf(people.sessions.signIn(username, 'Wrong-password-1'));
        times.push(performance.now() - started);
      }
      return Math.min(...times);
    };
    const [unknown, wrong] = [await took('nobody'), await took('rm')];
    expect(unknown / wrong).to.be.within(0.5, 2);
  });

  it('keeps neither token in the database', async () => {
    const { accessToken, refreshToken } = await people.sessions.signIn('rm', password);
    for (const table of ['identity_sessions', 'identity_refresh_tokens', 'platform_operations']) {
      const text = JSON.stringify(await people.db(table).select());
      expect(text).not.to.include(refreshToken);
      expect(text).not.to.include(accessToken);
    }
  });

  describe('refresh', () => {
    it('rotates, and the end of the family stays where it was', async () => {
      const first = await people.sessions.signIn('rm', password);
      const second = await people.sessions.refresh(first.refreshToken);
      const third = await people.sessions.refresh(second.refreshToken);
      expect(new Set([first, second, third].map((t) => t.refreshToken)).size).to.equal(3);
      const actor = await people.sessions.authenticate(third.accessToken);
      const tokens = await people
        .db('identity_refresh_tokens')
        .where({ session_id: actor.sessionId })
        .select<{ rotated_at: Date | null; replaced_by: string | null }[]>();
      expect(tokens.filter((t) => t.rotated_at === null)).to.have.length(1);
      expect(tokens.filter((t) => t.replaced_by !== null)).to.have.length(2);
    });

    it('ends the family when a rotated token comes back, in every hand', async () => {
      const first = await people.sessions.signIn('rm', password);
      const second = await people.sessions.refresh(first.refreshToken);
      await people.sessions.authenticate(second.accessToken);
      const reuse = await refusalOf(people.sessions.refresh(first.refreshToken));
      expect(reuse.code).to.equal('session-ended');
      expect((await refusalOf(people.sessions.refresh(second.refreshToken))).code).to.equal(
        'session-ended',
      );
      expect((await refusalOf(people.sessions.authenticate(second.accessToken))).code).to.equal(
        'session-ended',
      );
      const entry = (await logged('identity.refresh')).at(-1);
      expect(entry?.outcome).to.equal('refused');
      const ended = await people.db('identity_sessions').where({ reason: 'refresh-reused' });
      expect(ended).to.have.length(1);
    });

    it('leaves another family of the same user alone', async () => {
      const stolen = await people.sessions.signIn('rm', password);
      const other = await people.sessions.signIn('rm', password);
      await people.sessions.refresh(stolen.refreshToken);
      await refusalOf(people.sessions.refresh(stolen.refreshToken));
      await people.sessions.refresh(other.refreshToken);
    });

    it('lets one of two simultaneous refreshes win and ends the family', async () => {
      const { refreshToken } = await people.sessions.signIn('rm', password);
      const answers = await Promise.allSettled([
        people.sessions.refresh(refreshToken),
        people.sessions.refresh(refreshToken),
      ]);
      expect(answers.map((a) => a.status).sort()).to.deep.equal(['fulfilled', 'rejected']);
      const [won] = answers.flatMap((a) => (a.status === 'fulfilled' ? [a.value] : []));
      await refusalOf(people.sessions.refresh(won?.refreshToken ?? ''));
    });

    it('refuses an invented token, one left idle and one past the end of the family', async () => {
      await refusalOf(people.sessions.refresh('invented'));
      const idle = await people.sessions.signIn('rm', password);
      await people.db.raw(
        `update identity_refresh_tokens set issued_at = issued_at - interval '31 minutes'`,
      );
      await refusalOf(people.sessions.refresh(idle.refreshToken));
      const late = await people.sessions.signIn('rm', password);
      await people.db.raw(`update identity_sessions set created_at = created_at - interval '1 day',
        expires_at = now() - interval '1 second' where expires_at > now()`);
      await refusalOf(people.sessions.refresh(late.refreshToken));
    });
  });

  describe('access tokens', () => {
    const options = { algorithm: 'HS256', issuer: 'yuanxin', audience: 'yuanxin-api' } as const;
    const claims = async () => {
      const { accessToken } = await people.sessions.signIn('rm', password);
      return { accessToken, ...(jwt.decode(accessToken) as { sub: string; sid: string }) };
    };

    it('says who and which session and nothing else', async () => {
      const { accessToken } = await people.sessions.signIn('rm', password);
      const token = jwt.decode(accessToken, { complete: true });
      expect(token?.header.alg).to.equal('HS256');
      expect(Object.keys(token?.payload ?? {}).sort()).to.deep.equal([
        'aud',
        'exp',
        'iat',
        'iss',
        'sid',
        'sub',
      ]);
    });

    it('refuses what is forged, foreign, unsigned, changed or of another user', async () => {
      const { sub, sid, accessToken } = await claims();
      const exp = Math.floor(Date.now() / 1000) + 60;
      const [header = '', payload = '', signature = ''] = accessToken.split('.');
      const other = Buffer.from(JSON.stringify({ sub, sid: 'sess_x', exp })).toString('base64url');
      const sign = (more: object, with_ = secret, how: object = {}) =>
        jwt.sign({ sid, exp, ...more }, with_, { ...options, subject: sub, ...how });
      const bad = {
        'another secret': sign({}, 'another secret that is long enough to pass'),
        'another issuer': sign({}, secret, { issuer: 'elsewhere' }),
        'another audience': sign({}, secret, { audience: 'elsewhere' }),
        'another algorithm': sign({}, secret, { algorithm: 'HS512' }),
        'no algorithm': jwt.sign({ sid, exp }, '', {
          ...options,
          algorithm: 'none',
          subject: sub,
        }),
        'no session': jwt.sign({ exp }, secret, { ...options, subject: sub }),
        'no end': jwt.sign({ sid }, secret, { ...options, subject: sub }),
        'another user': jwt.sign({ sid, exp }, secret, { ...options, subject: 'user_other' }),
        'an unknown session': sign({ sid: 'sess_unknown' }),
        ended: sign({ exp: exp - 3600 }),
        'a changed payload': `${header}.${other}.${signature}`,
        'a cut signature': `${header}.${payload}.`,
        nonsense: 'nonsense',
        empty: '',
      };
      for (const [name, token] of Object.entries(bad)) {
        const refusal = await refusalOf(people.sessions.authenticate(token));
        expect(refusal.code, name).to.equal('session-ended');
      }
      expect((await people.sessions.authenticate(sign({}))).userId).to.equal(sub);
    });

    it('ends a token at its second although its signature is remembered', async () => {
      const { sub, sid } = await claims();
      const exp = Math.floor(Date.now() / 1000) + 2;
      const token = jwt.sign({ sid, exp }, secret, { ...options, subject: sub });
      await people.sessions.authenticate(token);
      await people.sessions.authenticate(token);
      await new Promise((resolve) => {
        setTimeout(resolve, exp * 1000 - Date.now() + 20);
      });
      await refusalOf(people.sessions.authenticate(token));
    });

    it('loads the actor once for requests that come together or soon after', async () => {
      const { accessToken } = await people.sessions.signIn('rm', password);
      const answers = await Promise.all(
        Array.from({ length: 500 }, () => people.sessions.authenticate(accessToken)),
      );
      answers.push(await people.sessions.authenticate(accessToken));
      expect(new Set(answers).size).to.equal(1);
    });

    it('demands a secret worth the name', () => {
      expect(() => new Sessions(people.db, 'short')).to.throw('shorter than 32');
    });
  });

  describe('ends', () => {
    it('at sign-out, at once in this process', async () => {
      const { accessToken, refreshToken } = await people.sessions.signIn('rm', password);
      await people.sessions.signOut(await people.sessions.authenticate(accessToken));
      await refusalOf(people.sessions.authenticate(accessToken));
      await refusalOf(people.sessions.refresh(refreshToken));
    });

    it('within five seconds in another process', async function slow() {
      this.timeout(10_000);
      const elsewhere = new Sessions(people.db, secret);
      const { accessToken } = await people.sessions.signIn('rm', password);
      const actor = await elsewhere.authenticate(accessToken);
      await people.sessions.signOut(actor);
      const started = Date.now();
      for (;;) {
        const ended = await elsewhere.authenticate(accessToken).then(
          () => false,
          () => true,
        );
        if (ended) break;
        expect(Date.now() - started).to.be.below(5_200);
        await new Promise((resolve) => {
          setTimeout(resolve, 100);
        });
      }
    });
  });
});

describe('lock-out', () => {
  let people: People;
  before(async () => {
    people = await openPeople();
  });
  after(() => people.close());

  const guess = (username: string) => refusalOf(people.sessions.signIn(username, 'Wrong-guess-1'));
  const counters = async (username: string) => {
    const [row] = await people.db('identity_users').where({ username });
    return row as { failed_attempts: number; locked_until: Date | null };
  };

  it('locks at the fifth wrong password, refuses the right one and says the same', async () => {
    await people.add({ username: 'forgetful', organisationId: 'org_bank1', roles: [] });
    for (let i = 0; i < 4; i += 1) await guess('forgetful');
    expect((await counters('forgetful')).locked_until).to.equal(null);
    const fifth = await guess('forgetful');
    const locked = await refusalOf(people.sessions.signIn('forgetful', password));
    expect(JSON.stringify(locked)).to.equal(JSON.stringify(fifth));
    const minutes = ((await counters('forgetful')).locked_until?.getTime() ?? 0) - Date.now();
    expect(minutes / 60_000).to.be.within(14.5, 15);
  });

  it('opens after its time, counts from the start and forgets at a good sign-in', async () => {
    await people.db.raw(`update identity_users set locked_until = now() - interval '1 second'`);
    await guess('forgetful');
    expect(await counters('forgetful')).to.deep.include({ failed_attempts: 1, locked_until: null });
    await people.sessions.signIn('forgetful', password);
    expect(await counters('forgetful')).to.deep.include({ failed_attempts: 0, locked_until: null });
  });

  it('lets no more than five of many simultaneous guesses count', async () => {
    await people.add({ username: 'target', organisationId: 'org_bank1', roles: [] });
    await Promise.all(Array.from({ length: 12 }, () => guess('target')));
    expect((await counters('target')).failed_attempts).to.equal(5);
    await refusalOf(people.sessions.signIn('target', password));
  });

  it('keeps out a disabled user who knows the password, with the same answer', async () => {
    await people.add({ username: 'gone', organisationId: 'org_bank1', roles: [] });
    const { accessToken } = await people.sessions.signIn('gone', password);
    await people.db('identity_users').where({ username: 'gone' }).update({ state: 'DISABLED' });
    await people
      .db('identity_sessions')
      .update({ revoked_at: new Date(), reason: 'user-disabled' });
    expect((await refusalOf(people.sessions.signIn('gone', password))).code).to.equal(
      'sign-in-refused',
    );
    await refusalOf(people.sessions.authenticate(accessToken));
  });

  it('makes first passwords that are strong and never twice the same', () => {
    const made = Array.from({ length: 200 }, oneTimePassword);
    expect(new Set(made).size).to.equal(200);
    for (const one of made) expect(one).to.match(/^(\w{4}-){3}\w{4}$/);
  });
});
