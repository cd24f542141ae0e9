// Every write of the catalogue is sent every kind of wrong input. The answer is a problem of the
// right status, never a success or a 500, and no table shows that the request was ever made.
import { expect } from 'chai';
import type { Answered } from '../support/http.ts';
import type { Sent, Write } from './catalogue.ts';
import { requestOf, unknownId, writeRoutes, writesOf } from './catalogue.ts';
import type { DemoApp } from './demo-app.ts';
import { openDemoApp } from './demo-app.ts';
import type { Members, Part } from './shape.ts';
import { partAt, withPart } from './shape.ts';
import { isToldInBoth } from './told.ts';
import { wrongValues } from './wrong-values.ts';

interface Case {
  readonly what: string;
  readonly sent: Sent;
  readonly status: number;
}

const nameOf = (part: Part): string => (part.path.length === 0 ? 'the body' : part.path.join('.'));

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

const inAddress = (write: Write, { path }: Part): boolean =>
  path.length === 1 && write.params.includes(String(path[0]));

/** Wrong values, absent members, members that nobody knows. */
function bodyCases(write: Write): Case[] {
  const parts = write.parts.filter((part) => part.path.length > 0 && !inAddress(write, part));
  const replaced = (part: Part, value: unknown, what: string): Case => ({
    what: `${nameOf(part)}: ${what}`,
    sent: requestOf(write, withPart(write.input, part.path, value) as Members),
    status: 400,
  });
  const wrong = parts.flatMap((part) =>
    wrongValues(part).map((value) => replaced(part, value, shown(value))),
  );
  const absent = parts
    .filter((part) => part.required && typeof part.path.at(-1) === 'string')
    .map((part) => replaced(part, undefined, 'absent'));
  const unknown = write.parts
    .filter((part) => part.kind === 'object' && 'properties' in part.schema)
    .map((part): Case => ({
      what: `${nameOf(part)}: an unknown member`,
      sent: requestOf(write, withPart(write.input, [...part.path, '没有这个字段'], 1) as Members),
      status: 400,
    }));
  return [...wrong, ...secondItems(write), ...absent, ...unknown];
}

/** A sound item of a list and a wrong one behind it: what looks at two items must bear both. */
function secondItems(write: Write): Case[] {
  return write.parts.flatMap((list) => {
    if (list.kind !== 'list') return [];
    const depth = list.path.length;
    const inside = write.parts.filter(
      ({ path }) => path.length > depth && list.path.every((step, i) => path[i] === step),
    );
    const [first] = partAt(write.input, list.path) as readonly unknown[];
    return inside.flatMap((part) =>
      wrongValues(part).map((value): Case => {
        const bad = withPart(first, part.path.slice(depth + 1), value);
        const input = withPart(write.input, list.path, [first, bad]) as Members;
        const what = `${nameOf(part)} of the second: ${shown(value)}`;
        return { what, sent: requestOf(write, input), status: 400 };
      }),
    );
  });
}

/** Ids that nothing has, wherever an id may stand. */
function unknownIds(write: Write): Case[] {
  return write.parts
    .filter((part) => part.kind === 'id')
    .map((part) => ({
      what: `${nameOf(part)}: unknown id`,
      sent: requestOf(write, withPart(write.input, part.path, unknownId(part)) as Members),
      status: 404,
    }));
}

/** What cannot stand in an address. */
function addressCases(write: Write): Case[] {
  const request = requestOf(write);
  return write.parts
    .filter((part) => inAddress(write, part))
    .flatMap((part) => {
      const own = encodeURIComponent(String(write.input[String(part.path[0])]));
      const shapeless = part.kind === 'id' ? ['a%20b', 'a%2Fb'] : [];
      return ['%00', '%E0%A4%A', '%FF', 'x'.repeat(2_000), ...shapeless].map((text) => ({
        what: `${nameOf(part)} in the address: ${text.slice(0, 20)}`,
        sent: { ...request, path: request.path.replace(own, text) },
        status: 400,
      }));
    });
}

/** Bodies that are no JSON object at all. */
function wholeBodies(write: Write): Case[] {
  const request = requestOf(write);
  const json = { ...request.headers, 'content-type': 'application/json' };
  const bodies: readonly (readonly [what: string, body: unknown, status: number])[] = [
    ['an array', '[]', 400],
    ['text', '"text"', 400],
    ['null', 'null', 400],
    ['a number', '1e400', 400],
    ['no JSON', '{"amount":', 400],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['a prototype', '{"__proto__":{"admin":true}}', 400],
    ['nested without end', '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000), 400],
    ['above the size limit', JSON.stringify({ text: 'x'.repeat(1_100_000) }), 413],
  ];
  return [
    ...bodies.map(([what, body, status]) => ({
      what: `the body: ${what}`,
      sent: { ...request, headers: json, body },
      status,
    })),
    {
      what: 'the body: of another type',
      sent: {
        ...request,
        headers: { ...request.headers, 'content-type': 'text/plain' },
        body: '{}',
      },
      status: 415,
    },
  ];
}

/** Headers and query strings that a write does not take. */
function aroundCases(write: Write): Case[] {
  const request = requestOf(write);
  const { 'idempotency-key': key = '', ...rest } = request.headers;
  const withHeaders = (headers: Record<string, string>): Sent => ({ ...request, headers });
  const cases: Case[] = [
    { what: 'no Idempotency-Key', sent: withHeaders(rest), status: 400 },
    {
      what: 'a blank in the key',
      sent: withHeaders({ ...rest, 'idempotency-key': 'a b' }),
      status: 400,
    },
    {
      what: 'an endless key',
      sent: withHeaders({ ...rest, 'idempotency-key': 'k'.repeat(201) }),
      status: 400,
    },
    { what: 'a query string', sent: { ...request, path: `${request.path}?a=1` }, status: 400 },
  ];
  const versioned: Case[] = [
    { what: 'no If-Match', sent: withHeaders({ 'idempotency-key': key }), status: 428 },
    {
      what: 'a version that never was',
      sent: withHeaders({ ...request.headers, 'if-match': '"999999"' }),
      status: 412,
    },
    {
      what: 'no version',
      sent: withHeaders({ ...request.headers, 'if-match': '"x"' }),
      status: 400,
    },
  ];
  return write.operation.versioned ? [...cases, ...versioned] : cases;
}

const makers = [bodyCases, unknownIds, addressCases, wholeBodies, aroundCases] as const;

/** What is wrong with an answer; undefined when it is the problem that was to come. */
function flawOf({ status, headers, body, text }: Answered, wanted: Case): string | undefined {
  const problem = body as Readonly<Record<string, unknown>> | undefined;
  const isProblem = headers['content-type']?.includes('application/problem+json') === true;
  const named = typeof problem?.['code'] === 'string' && problem['status'] === status;
  const told = problem !== undefined && isToldInBoth(problem);
  if (status === wanted.status && isProblem && named && told) return undefined;
  return `${wanted.what}: not ${wanted.status} but ${status} ${text.slice(0, 400)}`;
}

/** How many requests are under way at once. */
const lanes = 8;

describe('bad input, every write', function () {
  this.timeout(60_000);
  let app: DemoApp;

  before(async () => {
    app = await openDemoApp();
  });
  after(() => app.close());

  /** Answers the flaws of the answers. */
  async function sendAll(cases: readonly Case[], token: string): Promise<string[]> {
    const waiting = [...cases];
    const flaws: string[] = [];
    const lane = async (): Promise<void> => {
      for (let one = waiting.pop(); one; one = waiting.pop()) {
        const flaw = flawOf(await app.ask({ ...one.sent, token }), one);
        if (flaw !== undefined) flaws.push(flaw);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return flaws;
  }

  it('starts from requests that their schemas admit', () => {
    expect(writeRoutes.length).to.be.greaterThan(50);
    for (const route of writeRoutes) {
      for (const { input, operation } of writesOf(app, route)) {
        const parsed = operation.input.safeParse(input);
        expect(parsed.success, `${operation.name} ${JSON.stringify([input, parsed])}`).to.equal(
          true,
        );
      }
    }
  });

  for (const route of writeRoutes) {
    it(`${route.method} ${route.path}`, async () => {
      const before = { counts: await app.counts(), digests: await app.digests() };
      const flaws: string[] = [];
      for (const write of writesOf(app, route)) {
        const cases = makers.flatMap((make) => make(write));
        flaws.push(...(await sendAll(cases, await app.tokenOf(write.username))));
        const outsider = app.personWithout(write.operation.permission);
        if (outsider === undefined) continue;
        const denied = { what: `sent by ${outsider}`, sent: requestOf(write), status: 403 };
        flaws.push(...(await sendAll([denied], await app.tokenOf(outsider))));
      }
      expect(flaws.toSorted()).to.deep.equal([]);
      expect(await app.digests()).to.deep.equal(before.digests);
      expect(await app.counts()).to.deep.equal(before.counts);
    });
  }
});
