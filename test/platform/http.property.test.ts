// A valid request, damaged at random: whatever comes, the server answers with a success or a
// problem of the 400s, and only what it did or what a rule refused leaves rows.
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Answered } from '../support/http.ts';
import { freshKey, openToyApp, potWith, rowCounts, type ToyApp } from './toy-app.ts';

interface Sent {
  method: string;
  path: string;
  headers: Record<string, string | string[]>;
  body: Buffer | undefined;
}

/** One way to damage a request; several are applied one after the other. */
type Damage = (sent: Sent) => void;

const wild = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    '\0',
    '\ud800',
    '__proto__',
    '9999999999999999',
    '1e400',
    -0,
    1e308,
    2 ** 53,
    [],
    {},
    null,
    true,
    'a'.repeat(5000),
    "'; drop table toys_pots; --",
    '2026-02-30',
  ),
  fc.string({ unit: 'binary' }),
);

const names = ['amount', 'note', 'on', 'parts', 'potId', 'constructor', '__proto__', 'toString'];

const member: fc.Arbitrary<Damage> = fc
  .tuple(fc.oneof(fc.constantFrom(...names), fc.string()), wild)
  .map(([name, value]) => (sent: Sent) => {
    const text = sent.body?.toString('utf8') ?? '{}';
    if (!text.endsWith('}')) return;
    const comma = text === '{}' ? '' : ',';
    const more = `${comma}${JSON.stringify(name)}:${JSON.stringify(value)}}`;
    sent.body = Buffer.from(text.slice(0, -1) + more);
  });

const bytes: fc.Arbitrary<Damage> = fc
  .tuple(fc.nat(200), fc.nat(5), fc.uint8Array({ maxLength: 6 }))
  .map(([at, length, inserted]) => (sent: Sent) => {
    const body = sent.body ?? Buffer.alloc(0);
    const place = body.length === 0 ? 0 : at % body.length;
    sent.body = Buffer.concat([body.subarray(0, place), inserted, body.subarray(place + length)]);
  });

const whole: fc.Arbitrary<Damage> = fc
  .oneof(
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw)),
    fc.constantFrom(undefined, Buffer.from('['.repeat(100_000)), Buffer.from('{"a":'.repeat(5000))),
  )
  .map((body) => (sent: Sent) => {
    sent.body = body;
  });

const visible = fc.string({
  unit: fc.constantFrom(...Array.from('"*,;:/=W-_ \t0189azé')),
  maxLength: 20,
});

const headerNames = [
  'idempotency-key',
  'if-match',
  'content-type',
  'authorization',
  'content-encoding',
  'traceparent',
  'accept',
  'expect',
  'if-none-match',
  'x-http-method-override',
];

const header: fc.Arbitrary<Damage> = fc
  .tuple(
    fc.constantFrom(...headerNames),
    fc.option(fc.oneof(visible, fc.array(visible, { minLength: 2, maxLength: 3 }))),
  )
  .map(([name, value]) => (sent: Sent) => {
    // Node itself refuses to send these two twice.
    const once = name === 'content-type' || name === 'authorization' || name === 'expect';
    if (value === null) delete sent.headers[name];
    else sent.headers[name] = once && Array.isArray(value) ? value.join('') : value;
  });

const address: fc.Arbitrary<Damage> = fc
  .oneof(
    fc
      .string({ unit: 'binary', maxLength: 60 })
      .map((text) => encodeURIComponent(wellFormed(text))),
    fc.constantFrom('%', '%00', '%E0%A4%A', '..', '%2e%2e%2f', 'a'.repeat(4000), '__proto__', "'"),
  )
  .map((part) => (sent: Sent) => {
    sent.path = sent.path.replace(/pot_\w+/, part);
  });

const queryText: fc.Arbitrary<Damage> = fc
  .tuple(
    fc.constantFrom('page', 'cursor', 'limit', 'starts', '__proto__', 'x'),
    fc.webQueryParameters(),
  )
  .map(([name, value]) => (sent: Sent) => {
    sent.path += `${sent.path.includes('?') ? '&' : '?'}${name}=${value}`;
  });

const method: fc.Arbitrary<Damage> = fc
  .constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND')
  .map((name) => (sent: Sent) => {
    sent.method = name;
  });

const damages = fc.array(
  fc.oneof(member, member, bytes, bytes, whole, header, address, queryText, method),
  { maxLength: 3 },
);

const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '');

const storedRefusals = new Set([422]);

function expectOrderly(answer: Answered, sent: Sent): void {
  const { body, ...head } = sent;
  const bytesShown = body?.toString('latin1').slice(0, 500);
  const shown = `${JSON.stringify(head)} ${bytesShown} → ${answer.status} ${answer.text}`;
  expect(answer.status, shown).to.be.within(200, 499);
  if (answer.status < 300 || sent.method === 'HEAD') return;
  expect(answer.headers['content-type'], shown).to.contain('application/problem+json');
  expect(answer.body, shown).to.include.all.keys('type', 'title', 'titleEn', 'status', 'code');
}

describe('HTTP, random', () => {
  let toys: ToyApp;
  before(async () => {
    toys = await openToyApp();
  });
  after(() => toys.close());

  const validTake = (potId: string): Sent => ({
    method: 'POST',
    path: `/api/v1/pots/${potId}/takes`,
    headers: {
      authorization: 'Bearer writer',
      'idempotency-key': freshKey(),
      'content-type': 'application/json',
    },
    body: Buffer.from(
      '{"amount":"0.01","note":"取","on":"2026-11-22","parts":[{"name":"a","share":1}]}',
    ),
  });

  const validRename = (potId: string): Sent => ({
    method: 'PATCH',
    path: `/api/v1/pots/${potId}`,
    headers: {
      authorization: 'Bearer writer',
      'idempotency-key': freshKey(),
      'if-match': '"1"',
      'content-type': 'application/json',
    },
    body: Buffer.from('{"name":"新名"}'),
  });

  const validList = (): Sent => ({
    method: 'GET',
    path: '/api/v1/pots?starts=p&pageSize=2',
    headers: { authorization: 'Bearer writer' },
    body: undefined,
  });

  it('survives damaged requests, 300 of them', async () => {
    const seen = new Map<number, number>();
    const potId = await potWith(toys, '1.00');
    const valid = [() => validTake(potId), () => validRename(potId), validList];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...valid), damages, async (make, applied) => {
        const sent = make();
        for (const damage of applied) damage(sent);
        const before = await rowCounts(toys);
        const answer = await toys.ask(sent);
        expectOrderly(answer, sent);
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        if (answer.status < 300) return;
        const logged = before.logged + (storedRefusals.has(answer.status) ? 1 : 0);
        expect(await rowCounts(toys)).to.deep.equal({ ...before, logged });
      }),
      // The undamaged ones come first, so that a success is among them for certain.
      { numRuns: 300, examples: valid.map((make): [() => Sent, Damage[]] => [make, []]) },
    );
    // It proves little unless both sides were reached.
    expect([...seen.keys()]).to.include.members([200, 201, 400]);
    const accidents = toys.lines.filter(({ msg }) => msg === 'unexpected');
    expect(accidents).to.deep.equal([]);
  });
});
