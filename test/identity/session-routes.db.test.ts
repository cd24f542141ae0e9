// Sessions over HTTP, in the real app: shapes, headers, statuses and the limit per address.
import { expect } from 'chai';
import { makeApp, serve, type Serving } from '../../src/app.ts';
import { identityModule, sessionPaths, sessionRoutes } from '../../src/identity/index.ts';
import { makeLog } from '../../src/platform/log.ts';
import { makeMetrics } from '../../src/platform/metrics.ts';
import { ask } from '../support/http.ts';
import type { People } from './people.ts';
import { openPeople, password } from './people.ts';

const address = '/api/v1/sessions';

describe('session routes', () => {
  let people: People;
  let serving: Serving;
  let strict: Serving;
  const lines: string[] = [];

  before(async () => {
    people = await openPeople();
    await people.add({ username: 'rm', organisationId: 'org_bank1', roles: ['bank-maker'] });
    serving = await open(0);
    strict = await open(3);
  });
  after(async () => {
    await serving.stop(0);
    await strict.stop(0);
    await people.close();
  });

  function open(signInsPerMinute: number): Promise<Serving> {
    const { performer, sessions } = people;
    const log = makeLog('info', { write: (line) => lines.push(line) });
    const app = makeApp({
      modules: [identityModule],
      performer,
      authenticate: (token) => sessions.authenticate(token),
      sessions: sessionRoutes({ sessions, signInsPerMinute }),
      sessionPaths,
      ready: () => true,
      log,
      metrics: makeMetrics({ outboxLagSeconds: () => Promise.resolve(0) }),
      version: '0.0.0',
    });
    return serve({ app, host: '127.0.0.1', port: 0, log });
  }

  const signIn = (body: unknown, at = serving) =>
    ask(at.url, { method: 'POST', path: address, body });
  const me = (accessToken: string) =>
    ask(serving.url, {
      path: '/api/v1/me',
      headers: { authorization: `Bearer ${accessToken}` },
    });

  type Tokens = { accessToken: string; refreshToken: string; expiresIn: number };

  it('signs in, shows the account, refreshes and signs out without any key', async () => {
    const first = await signIn({ username: 'rm', password });
    expect(first.status).to.equal(201);
    expect(first.headers['cache-control']).to.equal('no-store');
    const tokens = first.body as Tokens;
    expect(Object.keys(tokens).sort()).to.deep.equal(['accessToken', 'expiresIn', 'refreshToken']);
    const account = await me(tokens.accessToken);
    expect(account.status).to.equal(200);
    expect(account.body).to.deep.include({ username: 'rm', organisationId: 'org_bank1' });
    const { refreshToken } = tokens;
    const path = `${address}/refresh`;
    const second = await ask(serving.url, { method: 'POST', path, body: { refreshToken } });
    expect(second.status).to.equal(200);
    const fresh = second.body as Tokens;
    const out = await ask(serving.url, {
      method: 'DELETE',
      path: `${address}/current`,
      headers: { authorization: `Bearer ${fresh.accessToken}` },
    });
    expect([out.status, out.text]).to.deep.equal([204, '']);
    expect((await me(fresh.accessToken)).status).to.equal(401);
    const late = await ask(serving.url, {
      method: 'POST',
      path,
      body: { refreshToken: fresh.refreshToken },
    });
    expect(late.status).to.equal(401);
  });

  it('answers problems: 401 for credentials, 400 for shapes, 415 for other bodies', async () => {
    const wrong = await signIn({ username: 'rm', password: 'Wrong-guess-1' });
    expect(wrong.status).to.equal(401);
    expect(wrong.headers['content-type']).to.include('application/problem+json');
    expect(wrong.body).to.deep.include({ code: 'sign-in-refused', status: 401 });
    for (const body of [{}, { username: 'rm' }, { username: 'rm', password: 1 }]) {
      expect((await signIn(body)).status).to.equal(400);
    }
    expect((await signIn({ username: 'rm', password, more: 1 })).status).to.equal(400);
    expect((await signIn('{')).status).to.equal(415);
    const out = await ask(serving.url, { method: 'DELETE', path: `${address}/current` });
    expect([out.status, out.body]).to.satisfy(
      ([status, body]: [number, { code: string }]) =>
        status === 401 && body.code === 'not-signed-in',
    );
  });

  it('limits sign-ins per address and says when to come back', async () => {
    for (let i = 0; i < 3; i += 1) {
      expect((await signIn({ username: 'rm', password }, strict)).status).to.equal(201);
    }
    const fourth = await signIn({ username: 'rm', password }, strict);
    expect(fourth.status).to.equal(503);
    expect(fourth.body).to.deep.include({ code: 'too-many-sign-ins' });
    expect(fourth.headers['retry-after']).to.match(/^\d+$/);
    expect((await signIn({ username: 'rm', password })).status).to.equal(201);
  });

  it('is in the document, and nothing secret is in the log', async () => {
    const { body } = await ask(serving.url, { path: '/api/v1/openapi.json' });
    const { paths } = body as { paths: Record<string, object> };
    expect(Object.keys(paths)).to.include.members([...Object.keys(sessionPaths), '/users', '/me']);
    expect(lines.length).to.be.above(5);
    expect(lines.join('')).not.to.include(password);
  });
});
