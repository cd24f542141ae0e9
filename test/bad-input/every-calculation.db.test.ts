// Every trial calculation and the sign-in, which are no operations, are sent wrong input as well: a
// problem of the 400s, no 500, and of a calculation no trace whatever it answers.
import { expect } from 'chai';
import { calculations } from '../../src/runtime.ts';
import { openOperator } from '../stories/park.ts';
import type { Answered } from '../support/http.ts';
import type { RealApp } from '../support/real-app.ts';
import { openRealApp, password } from '../support/real-app.ts';
import { inputSchema } from './catalogue.ts';
import type { Members } from './shape.ts';
import { optionsOf, partsOf, sampleOf, withPart } from './shape.ts';
import { isToldInBoth } from './told.ts';
import { wrongValues } from './wrong-values.ts';

function expectProblem({ status, headers, body, text }: Answered, what: string): void {
  const shown = `${what} → ${status} ${text.slice(0, 400)}`;
  expect(status, shown).to.be.within(400, 499);
  expect(headers['content-type'], shown).to.contain('application/problem+json');
  expect(body, shown).to.include.all.keys('type', 'title', 'titleEn', 'status', 'code');
  expect(body, shown).to.satisfy(isToldInBoth);
}

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 60);

/** Whole bodies that are wrong wherever they are sent. */
const bodies = [
  '[]',
  'null',
  '"text"',
  '{"a":',
  '{"__proto__":{}}',
  `{"a":${'[1,'.repeat(20_000)}`,
  JSON.stringify({ text: 'x'.repeat(1_100_000) }),
];
const json = { 'content-type': 'application/json' };

describe('bad input, calculations and the sign-in', function () {
  this.timeout(60_000);
  let app: RealApp;
  let token: string;
  before(async () => {
    app = await openRealApp();
    await openOperator(app);
    token = await app.tokenOf('admin');
  });
  after(() => app.close());
  afterEach(() => expect(app.accidents).to.deep.equal([]));

  for (const { name, input } of calculations) {
    it(`calc ${name}`, async () => {
      const [log] = await app.rows('select count(*)::int as links from platform_operations');
      const ask = (body: unknown) =>
        app.ask({ method: 'POST', path: `/calc/${name}`, token, headers: json, body });
      const schema = inputSchema(input);
      const shapes = optionsOf(schema);
      for (const shape of shapes) {
        const sample = sampleOf(shape, () => undefined) as Members;
        for (const part of partsOf(shape, sample).filter(({ path }) => path.length > 0)) {
          for (const value of wrongValues(part)) {
            const answer = await ask(withPart(sample, part.path, value));
            const what = `${part.path.join('.')} ${shown(value)}`;
            expectProblem(answer, what);
          }
        }
        expectProblem(await ask({ ...sample, 没有这个字段: 1 }), 'an unknown member');
      }
      for (const body of bodies) expectProblem(await ask(body), body.slice(0, 20));
      const after = await app.rows('select count(*)::int as links from platform_operations');
      expect(after).to.deep.equal([log]);
    });
  }

  it('the sign-in', async () => {
    const sound = { username: 'admin', password };
    const wrong: unknown[] = [
      {},
      { username: 'admin' },
      { ...sound, 没有这个字段: 1 },
      { ...sound, username: 42 },
      { ...sound, username: ['admin'] },
      { ...sound, username: '' },
      { ...sound, username: 'a\0b' },
      { ...sound, password: null },
      { ...sound, password: { $ne: '' } },
      { ...sound, password: '\ud800' },
      { ...sound, password: 'x'.repeat(100_000) },
      ...bodies,
    ];
    for (const body of wrong) {
      const asked = { method: 'POST', path: '/sessions', headers: json, body };
      const answer = await app.ask(asked);
      expectProblem(answer, shown(body));
      expect(answer.status).to.be.oneOf([400, 413]);
    }
    for (const username of ["admin'; drop table identity_users; --", 'nobody', 'ADMIN\u202e']) {
      const asked = { method: 'POST', path: '/sessions', body: { username, password } };
      expect((await app.ask(asked)).status, username).to.equal(401);
    }
    for (const refreshToken of ['', 'x', 42, null]) {
      const asked = { method: 'POST', path: '/sessions/refresh', body: { refreshToken } };
      expect((await app.ask(asked)).status).to.be.oneOf([400, 401]);
    }
  });
});
