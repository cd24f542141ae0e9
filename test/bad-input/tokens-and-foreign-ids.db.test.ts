// Whoever is nobody hears 401 at every address, and what belongs to another organisation does not
// exist: 404, in the same words as for an id that was never given.
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { tokenSecret } from '../support/real-app.ts';
import {
  inputSchema,
  paramsOf,
  readRoutes,
  requestOf,
  unknownId,
  writeRoutes,
  writesOf,
} from './catalogue.ts';
import type { DemoApp } from './demo-app.ts';
import { openDemoApp } from './demo-app.ts';
import type { Members } from './shape.ts';
import { partsOf, prefixOf, sampleOf, withPart } from './shape.ts';

interface Claims {
  readonly sub: string;
  readonly sid: string;
}

const now = (): number => Math.floor(Date.now() / 1000);
const usual = { algorithm: 'HS256', issuer: 'yuanxin', audience: 'yuanxin-api' } as const;
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens that nobody may come in with, made around a session that is really open. */
const wrongTokens: readonly (readonly [what: string, make: (claims: Claims) => string])[] = [
  ['expired', (claims) => jwt.sign({ ...claims, exp: now() - 1 }, tokenSecret, usual)],
  ['without an end', (claims) => jwt.sign(claims, tokenSecret, usual)],
  [
    'signed with another secret',
    (claims) => jwt.sign({ ...claims, exp: now() + 600 }, `another ${tokenSecret}`, usual),
  ],
  [
    'of another algorithm',
    (claims) => {
      const other = { ...usual, algorithm: 'HS512' } as const;
      return jwt.sign({ ...claims, exp: now() + 600 }, tokenSecret, other);
    },
  ],
  [
    'for another audience',
    (claims) => {
      const other = { ...usual, audience: 'another' };
      return jwt.sign({ ...claims, exp: now() + 600 }, tokenSecret, other);
    },
  ],
  [
    'of another issuer',
    (claims) => {
      const other = { ...usual, issuer: 'another' };
      return jwt.sign({ ...claims, exp: now() + 600 }, tokenSecret, other);
    },
  ],
  [
    'of a session that never was',
    (claims) => jwt.sign({ ...claims, sid: 'ses_none', exp: now() + 600 }, tokenSecret, usual),
  ],
  [
    'of somebody else in this session',
    (claims) => jwt.sign({ ...claims, sub: 'user_none', exp: now() + 600 }, tokenSecret, usual),
  ],
  [
    'with alg none',
    (claims) => {
      const body = { ...claims, exp: now() + 600, iss: 'yuanxin', aud: 'yuanxin-api' };
      return `${part({ alg: 'none', typ: 'JWT' })}.${part(body)}.`;
    },
  ],
  ['that is no token', () => 'abc.def.ghi'],
];

describe('bad input, who asks', function () {
  this.timeout(60_000);
  let app: DemoApp;
  before(async () => {
    app = await openDemoApp();
  });
  after(() => app.close());

  async function expect401(token: string | undefined, what: string): Promise<void> {
    const asked = { method: 'GET', path: '/me' };
    const answer = await app.ask({ ...asked, token });
    expect(answer.status, `${what} ${answer.text}`).to.equal(401);
    expect(answer.headers['www-authenticate'], what).to.contain('Bearer');
    expect(answer.headers['content-type'], what).to.contain('application/problem+json');
  }

  describe('tokens', () => {
    for (const [what, make] of wrongTokens) {
      it(`refuses a token ${what}`, async () => {
        const token = await app.tokenOf('rm.bank1');
        const { sub = '', sid } = jwt.decode(token) as jwt.JwtPayload & { sid: string };
        await expect401(make({ sub, sid }), what);
      });
    }

    it('refuses a token with one bit changed, in any of its parts', async () => {
      const token = await app.tokenOf('rm.bank1');
      for (let place = 0; place < token.length; place += 7) {
        if (token[place] === '.') continue;
        const other = token[place] === 'A' ? 'B' : 'A';
        await expect401(
          `${token.slice(0, place)}${other}${token.slice(place + 1)}`,
          `place ${place}`,
        );
      }
    });

    it('are asked for at every address but the sign-in, and before anything else', async () => {
      const before = await app.counts();
      for (const route of [...writeRoutes, ...readRoutes]) {
        const path = route.path.replace(/:\w+/g, 'x');
        const answer = await app.ask({ method: route.method.toUpperCase(), path, body: undefined });
        expect(answer.status, `${route.method} ${route.path}`).to.equal(401);
      }
      expect(await app.counts()).to.deep.equal(before);
    });

    it('are worth nothing after the sign-out', async () => {
      const body = { username: 'rm.bank2', password: 'Kd7-Wm2q-Zr9t' };
      const signedIn = await app.ask({ method: 'POST', path: '/sessions', body });
      const { accessToken, refreshToken } = signedIn.body as Record<string, string>;
      const out = { method: 'DELETE', path: '/sessions/current', token: accessToken };
      expect((await app.ask(out)).status).to.equal(204);
      await expect401(accessToken, 'signed out');
      const again = { method: 'POST', path: '/sessions/refresh', body: { refreshToken } };
      expect((await app.ask(again)).status).to.equal(401);
    });
  });

  describe('ids of others', () => {
    it('do not exist for a write', async () => {
      const before = await app.digests();
      const met: string[] = [];
      for (const write of writeRoutes.flatMap((route) => writesOf(app, route))) {
        const token = await app.tokenOf(write.username);
        for (const id of write.parts.filter((one) => one.kind === 'id')) {
          const foreign = app.foreignId(write.username, prefixOf(id.schema));
          if (foreign === undefined) continue;
          const what = `${write.operation.name} ${id.path.join('.')}`;
          const send = (value: string) =>
            app.ask({
              ...requestOf(write, withPart(write.input, id.path, value) as Members),
              token,
            });
          const answer = await send(foreign);
          expect(answer.status, `${what} ${foreign} ${answer.text}`).to.equal(404);
          const { code } = answer.body as { code: string };
          expect((await send(unknownId(id))).body, what).to.include({ code });
          met.push(what);
        }
      }
      // It proves little unless most kinds of things were asked for.
      expect(met.length, met.join(', ')).to.be.greaterThan(30);
      expect(await app.digests()).to.deep.equal(before);
    });

    it('do not exist for a read', async () => {
      const met: string[] = [];
      for (const { path, query } of readRoutes.filter((route) => route.method === 'get')) {
        const username = app.personWith(query.permission);
        const params = paramsOf(path);
        if (username === undefined || params.length === 0) continue;
        const schema = inputSchema(query.input);
        const findId = (prefix: string) => app.foreignId(username, prefix);
        const members = sampleOf(schema, findId) as Members;
        const parts = partsOf(schema, members);
        const ids = parts.filter((one) => one.kind === 'id');
        const asked = ids.find((one) => one.path[0] === params[0]);
        if (asked === undefined) continue;
        const needed = parts
          .filter(({ path: [name], required }) => required && name !== undefined)
          .filter(({ path: [name] }) => !params.includes(String(name)))
          .map(
            ({ path: [name] }) => `${name}=${encodeURIComponent(String(members[String(name)]))}`,
          );
        const place = path.replace(`:${params[0]}`, String(members[String(params[0])]));
        const address = needed.length === 0 ? place : `${place}?${needed.join('&')}`;
        const token = await app.tokenOf(username);
        const answer = await app.ask({ path: address, token });
        expect(answer.status, `${address} ${answer.text}`).to.equal(404);
        met.push(path);
      }
      expect(met.length, met.join(', ')).to.be.greaterThan(8);
    });
  });
});
