// Every read of the catalogue is asked with wrong query strings and addresses, and for things
// that are not there. Reading never leaves a trace, and a wrong question is never an empty
// answer.
import { expect } from 'chai';
import type { Answered } from '../support/http.ts';
import { inputSchema, paramsOf, readRoutes, unknownId } from './catalogue.ts';
import type { DemoApp } from './demo-app.ts';
import { openDemoApp } from './demo-app.ts';
import type { Members, Part } from './shape.ts';
import { partsOf, sampleOf } from './shape.ts';
import { wrongValues } from './wrong-values.ts';

interface Question {
  readonly what: string;
  readonly path: string;
  readonly status: number;
}

/**
 * As text in an address: a lone surrogate cannot be written there, and so long a text not be
 * sent.
 */
function wrongTexts(part: Part): string[] {
  if (part.kind === 'count') return ['x', '1.5', '0', '-1', '1e9', 'NaN', '', '%00'];
  if (part.kind === 'flag') return ['yes', '2'];
  const texts = wrongValues(part).filter((value) => typeof value === 'string');
  return texts
    .filter((text) => !/\p{Surrogate}/u.test(text))
    .map((text) => encodeURIComponent(text.slice(0, 900)));
}

const addressOf = (path: string, members: Members): string =>
  paramsOf(path).reduce(
    (address, name) => address.replace(`:${name}`, encodeURIComponent(String(members[name]))),
    path,
  );

function questionsOf(path: string, members: Members, parts: readonly Part[]): Question[] {
  const params = paramsOf(path);
  const address = addressOf(path, members);
  const asked = parts.filter(({ path: [name] }) => name !== undefined);
  const needed = asked
    .filter(({ path: [name], required }) => required && !params.includes(String(name)))
    .map(({ path: [name] }) => `${name}=${encodeURIComponent(String(members[String(name)]))}`);
  const query = (...more: string[]) => `${address}?${[...needed, ...more].join('&')}`;
  return [
    { what: 'an unknown parameter', path: query('no-such=1'), status: 400 },
    { what: 'a prototype', path: query('__proto__=1'), status: 400 },
    { what: 'broken percent signs', path: query('%E0%A4%A=1'), status: 400 },
    ...asked.flatMap((part): Question[] => {
      const name = String(part.path[0]);
      const value = encodeURIComponent(String(members[name]));
      if (params.includes(name)) {
        const wrong = { what: `${name}: NUL`, path: address.replace(value, '%00'), status: 400 };
        if (part.kind !== 'id') return [wrong];
        const elsewhere = address.replace(value, unknownId(part));
        const unknown = needed.length === 0 ? elsewhere : `${elsewhere}?${needed.join('&')}`;
        return [wrong, { what: `${name}: unknown`, path: unknown, status: 404 }];
      }
      return [
        ...wrongTexts(part).map((text) => ({
          what: `${name}=${text.slice(0, 40)}`,
          path: query(`${name}=${text}`),
          status: 400,
        })),
        { what: `${name} twice`, path: query(`${name}=${value}`, `${name}=${value}`), status: 400 },
      ];
    }),
  ];
}

function flawOf({ status, headers, body, text }: Answered, wanted: Question): string | undefined {
  const isProblem = headers['content-type']?.includes('application/problem+json') === true;
  const named = typeof (body as Members | undefined)?.['code'] === 'string';
  if (status === wanted.status && isProblem && named) return undefined;
  return `${wanted.what}: not ${wanted.status} but ${status} ${text.slice(0, 300)}`;
}

describe('bad input, every read', function () {
  this.timeout(60_000);
  let app: DemoApp;
  before(async () => {
    app = await openDemoApp();
  });
  after(() => app.close());

  it('knows the reads of the catalogue', () => {
    expect(readRoutes.length).to.be.greaterThan(30);
  });

  for (const { path, query } of readRoutes.filter((route) => route.method === 'get')) {
    it(`get ${path}`, async () => {
      const username = app.personWith(query.permission);
      if (username === undefined) throw new Error(`Nobody of the demo may ${query.permission}.`);
      const token = await app.tokenOf(username);
      const schema = inputSchema(query.input);
      const findId = (prefix: string, member: string) =>
        app.ownId(username, prefix, member) ?? `${prefix}_sample`;
      const members = sampleOf(schema, findId) as Members;
      const flaws: string[] = [];
      for (const question of questionsOf(path, members, partsOf(schema, members))) {
        const flaw = flawOf(await app.ask({ path: question.path, token }), question);
        if (flaw !== undefined) flaws.push(flaw);
      }
      expect(flaws).to.deep.equal([]);
    });
  }

  it('left no accident behind', () => {
    expect(app.accidents).to.deep.equal([]);
  });
});
