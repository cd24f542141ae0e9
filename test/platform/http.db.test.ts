// The API from outside, over a real socket and a real database: what each status is said for, and
// what stays behind in the tables after it.
import { expect } from 'chai';
import { gzipSync } from 'node:zlib';
import type { Answered } from '../support/http.ts';
import { freshKey, openToyApp, potWith, rowCounts, type ToyApp } from './toy-app.ts';

const problemMembers = ['type', 'title', 'titleEn', 'status', 'code', 'traceId', 'instance'];

function expectProblem(answer: Answered, status: number, code: string): Record<string, unknown> {
  expect(answer.status, answer.text).to.equal(status);
  expect(answer.headers['content-type']).to.equal('application/problem+json; charset=utf-8');
  const body = answer.body as Record<string, unknown>;
  expect(body).to.include({ status, code, type: `/api/v1/problems/${code}` });
  expect(body).to.include.all.keys(problemMembers);
  expect(body['traceId']).to.equal(answer.headers['x-trace-id']);
  return body;
}

describe('HTTP', () => {
  let toys: ToyApp;
  before(async () => {
    toys = await openToyApp();
  });
  after(() => toys.close());

  const take = (potId: string, amount: string, key?: string) =>
    toys.api({
      method: 'POST',
      path: `/pots/${potId}/takes`,
      body: { amount },
      ...(key === undefined ? {} : { key }),
    });

  const rename = (potId: string, ifMatch: string | undefined, name = 'renamed') =>
    toys.api({
      method: 'PATCH',
      path: `/pots/${potId}`,
      body: { name },
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    });

  describe('answers', () => {
    it('201 with the output of a cold operation, its version as ETag and headers', async () => {
      const body = { name: '甲', amount: '10.00' };
      const answer = await toys.api({ method: 'POST', path: '/pots', body });
      expect(answer.status).to.equal(201);
      expect(answer.body).to.include({ name: '甲', left: '10.00', version: 1 });
      expect(answer.headers).to.include({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        etag: '"1"',
      });
      expect(answer.headers).to.not.have.any.keys('x-powered-by', 'idempotent-replayed');
    });

    it('200 to a query, its path parameters and query string as input', async () => {
      const potId = await potWith(toys, '7.00', 'asked');
      const found = await toys.api({ path: `/pots/${potId}` });
      expect(found.status).to.equal(200);
      expect(found.body).to.deep.equal({ id: potId, name: 'asked', left: '7.00', version: 1 });
      expect(found.headers['etag']).to.equal('"1"');
      // The version says nothing about computed figures, so a known one never saves the answer.
      const again = await toys.api({
        path: `/pots/${potId}`,
        headers: { 'if-none-match': '"1"' },
      });
      expect(again.status).to.equal(200);
      const list = await toys.api({ path: '/pots?starts=asked' });
      expect(list.body).to.deep.include({ items: [found.body], total: 1, nextCursor: null });
      expect(list.headers).to.not.have.property('etag');
    });

    it('finds the literal address before the parameter in its place', async () => {
      const answer = await toys.api({ path: '/pots/count' });
      expect(answer.status, answer.text).to.equal(200);
      expect(answer.body).to.have.all.keys('count');
    });

    it('202 with Location when a second person must agree, and the same again', async () => {
      const potId = await potWith(toys, '5000.00');
      const key = freshKey();
      const answer = await take(potId, '1000.00', key);
      expect(answer.status).to.equal(202);
      const { approvalId } = answer.body as { approvalId: string };
      expect(answer.headers['location']).to.equal(`/api/v1/approvals/${approvalId}`);
      const again = await take(potId, '1000.00', key);
      expect(again).to.deep.include({ status: 202, text: answer.text });
      expect(again.headers['idempotent-replayed']).to.equal('true');
    });

    it('HEAD like GET without the body, and a body-less write', async () => {
      const potId = await potWith(toys, '1.00');
      const head = await toys.api({ method: 'HEAD', path: `/pots/${potId}` });
      expect(head).to.deep.include({ status: 200, text: '' });
    });
  });

  describe('Idempotency-Key', () => {
    it('replays status and bytes of a success', async () => {
      const potId = await potWith(toys, '10.00');
      const key = freshKey();
      const first = await take(potId, '4.00', key);
      const again = await take(potId, '4.00', key);
      expect(first.status).to.equal(201);
      expect(first.headers).to.not.have.property('idempotent-replayed');
      expect(again.headers['idempotent-replayed']).to.equal('true');
      expect(again).to.deep.include({ status: 201, text: first.text });
      expect((await toys.api({ path: `/pots/${potId}` })).body).to.include({ left: '6.00' });
    });

    it('replays a refusal, though it would be admitted by now', async () => {
      const potId = await potWith(toys, '1.00');
      const key = freshKey();
      const first = expectProblem(await take(potId, '4.00', key), 422, 'pot-empty');
      const answer = await take(potId, '4.00', key);
      expect(answer.headers['idempotent-replayed']).to.equal('true');
      const again = expectProblem(answer, 422, 'pot-empty');
      expect(JSON.stringify({ ...again, traceId: '' })).to.equal(
        JSON.stringify({ ...first, traceId: '' }),
      );
    });

    it('409 names what differs when a key comes with another payload', async () => {
      const potId = await potWith(toys, '10.00');
      const key = freshKey();
      await take(potId, '1.00', key);
      const before = await rowCounts(toys);
      const body = expectProblem(await take(potId, '2.00', key), 409, 'key-reused');
      expect(body).to.deep.include({ different: ['amount'], key });
      expect(await rowCounts(toys)).to.deep.equal(before);
    });

    it('400 when it is missing, malformed or there twice; queries need none', async () => {
      const write = (headers: Record<string, string | string[]>) =>
        toys.ask({
          method: 'POST',
          path: '/api/v1/pots',
          headers: { authorization: 'Bearer writer', ...headers },
          body: { name: 'x', amount: '1.00' },
        });
      expectProblem(await write({}), 400, 'idempotency-key-missing');
      const malformed = 'idempotency-key-malformed';
      expectProblem(await write({ 'idempotency-key': 'two words' }), 400, malformed);
      expectProblem(await write({ 'idempotency-key': 'k'.repeat(201) }), 400, malformed);
      expectProblem(await write({ 'idempotency-key': ['a1', 'a2'] }), 400, malformed);
    });

    it('409 while the same key is running; afterwards its answer', async () => {
      const potId = await potWith(toys, '100.00');
      const key = freshKey();
      const answers = await Promise.all(Array.from({ length: 8 }, () => take(potId, '1.00', key)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses).to.include(201);
      for (const answer of answers) {
        if (answer.status !== 201) expectProblem(answer, 409, 'key-in-progress');
      }
      expect((await toys.api({ path: `/pots/${potId}` })).body).to.include({ left: '99.00' });
    });
  });

  describe('If-Match', () => {
    it('428 without it or with *, 412 when stale, 200 with the version in any form', async () => {
      const potId = await potWith(toys, '1.00');
      expectProblem(await rename(potId, undefined), 428, 'if-match-missing');
      expectProblem(await rename(potId, '*'), 428, 'if-match-missing');
      const stale = expectProblem(await rename(potId, '"7"'), 412, 'pot-stale');
      expect(stale).to.include({ version: 1 });
      const done = await rename(potId, '"1"');
      expect(done.status).to.equal(200);
      expect(done.headers['etag']).to.equal('"2"');
      expect((await rename(potId, 'W/"2"')).status).to.equal(200);
      expect((await rename(potId, '3')).status).to.equal(200);
    });

    it('400 when it names no one version', async () => {
      const potId = await potWith(toys, '1.00');
      for (const text of ['"one"', '"1", "2"', '""', '-1', '1.5', '9'.repeat(16)]) {
        expectProblem(await rename(potId, text), 400, 'invalid-input');
      }
    });
  });

  describe('refusals', () => {
    it('carry their facts at the top level, which cannot take the place of a member', async () => {
      const potId = await potWith(toys, '3.00');
      const body = expectProblem(await take(potId, '4.50'), 422, 'pot-empty');
      expect(body).to.deep.include({
        title: '罐子里不够',
        titleEn: 'The pot holds less',
        instance: `/api/v1/pots/${potId}/takes`,
        headroom: '3.00',
        smallestAdmissible: '3.00',
        binding: [{ nodeId: potId, limit: '3.00', shortBy: '1.50' }],
      });
    });

    it('401 without a token or with a wrong one, and says how to sign in', async () => {
      for (const headers of [{}, { authorization: 'Basic abc' }, { authorization: 'Bearer x y' }]) {
        const answer = await toys.api({ path: '/pots', as: null, headers });
        expectProblem(answer, 401, 'not-signed-in');
        expect(answer.headers['www-authenticate']).to.equal('Bearer realm="yuanxin"');
      }
      expectProblem(await toys.api({ path: '/pots', as: 'nobody' }), 401, 'not-signed-in');
    });

    it('403 without the permission', async () => {
      const body = { name: 'x', amount: '1.00' };
      const answer = await toys.api({ method: 'POST', path: '/pots', as: 'reader', body });
      expectProblem(answer, 403, 'forbidden');
      expect((await toys.api({ path: '/pots', as: 'reader' })).status).to.equal(200);
    });

    it('404 for an unknown id, address and method, without an echo of HTML', async () => {
      expectProblem(await toys.api({ path: '/pots/pot_none' }), 404, 'pot-missing');
      expectProblem(await toys.api({ path: '/nowhere' }), 404, 'route-missing');
      expectProblem(await toys.api({ method: 'DELETE', path: '/pots' }), 404, 'route-missing');
      expectProblem(await toys.ask({ path: '/api/v2/pots' }), 404, 'route-missing');
      expectProblem(await toys.ask({ path: '/elsewhere' }), 404, 'route-missing');
    });

    it('an accident is a 500 that shows nothing, and its log line has the trace id', async () => {
      const potId = await potWith(toys, '3.00');
      const answer = await toys.api({ method: 'POST', path: `/pots/${potId}/breakages` });
      const body = expectProblem(answer, 500, 'internal');
      expect(answer.text).to.not.match(/secret_column|toys_nowhere|select|relation|\.ts/);
      const line = toys.lines.find(({ msg }) => msg === 'unexpected');
      expect(line).to.deep.include({ traceId: body['traceId'] });
      expect(JSON.stringify(line)).to.contain('toys_nowhere');
    });
  });

  describe('input', () => {
    const open = (body: unknown, headers: Record<string, string | string[]> = {}) =>
      toys.api({ method: 'POST', path: '/pots', body, headers });
    const pot = { name: 'x', amount: '1.00' };
    const json = { 'content-type': 'application/json' };

    it('415 unless the body is application/json in UTF-8', async () => {
      const text = JSON.stringify(pot);
      for (const type of ['text/plain', 'application/jsonp', 'application/xml', '']) {
        expectProblem(await open(text, { 'content-type': type }), 415, 'unsupported-media-type');
      }
      expectProblem(await open(text), 415, 'unsupported-media-type');
      const latin = { 'content-type': 'application/json; charset=latin1' };
      expectProblem(await open(text, latin), 415, 'unsupported-media-type');
      const odd = { ...json, 'content-encoding': 'zip' };
      expectProblem(await open(text, odd), 415, 'unsupported-media-type');
      const utf8 = { 'content-type': 'Application/JSON; charset=UTF-8' };
      expect((await open(text, utf8)).status).to.equal(201);
    });

    it('413 above 1 MB, also when the size is not announced or packed', async () => {
      const big = JSON.stringify({ ...pot, name: 'x'.repeat(1024 * 1024) });
      expectProblem(await open(big, json), 413, 'body-too-large');
      const chunked = { ...json, 'transfer-encoding': 'chunked' };
      expectProblem(await open(big, chunked), 413, 'body-too-large');
      const packed = { ...json, 'content-encoding': 'gzip' };
      expectProblem(await open(gzipSync(big), packed), 413, 'body-too-large');
      expect((await open(gzipSync(JSON.stringify(pot)), packed)).status).to.equal(201);
    });

    it('400 for what is not JSON or not UTF-8', async () => {
      for (const text of ['{', '{"name":"x",}', 'null', '"x"', '7', "{'name':1}", 'NaN', '\0']) {
        expectProblem(await open(text, json), 400, 'body-not-json');
      }
      const bytes = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xc0])]);
      expectProblem(
        await open(Buffer.concat([bytes, Buffer.from('","amount":"1.00"}')]), json),
        400,
        'body-not-json',
      );
      const packed = { ...json, 'content-encoding': 'gzip' };
      expect((await open('no gzip', packed)).status).to.equal(400);
    });

    it('400 for a list, a missing and an unknown member, each with its path', async () => {
      expectProblem(await open([]), 400, 'invalid-input');
      expectProblem(await open(undefined), 400, 'invalid-input');
      expectProblem(await open('', json), 400, 'invalid-input');
      const unknown = expectProblem(await open({ ...pot, colour: 1 }), 400, 'invalid-input');
      expect(unknown['detail']).to.contain('colour');
      const potId = await potWith(toys, '5.00');
      const deep = await toys.api({
        method: 'POST',
        path: `/pots/${potId}/takes`,
        body: { amount: '1.00', parts: [{ name: 'a', share: 1.5 }] },
      });
      const { problems } = expectProblem(deep, 400, 'invalid-input');
      expect(problems).to.have.nested.property('[0].path', 'parts.0.share');
    });

    it('400 for amounts that are numbers, negative, too exact or 10^16 and more', async () => {
      for (const amount of [1, '-1.00', '1.001', '10000000000000000', '1e3', '０.00', '']) {
        expectProblem(await open({ ...pot, amount }), 400, 'invalid-input');
      }
    });

    it('400 for NUL, broken Unicode and control characters, in names too', async () => {
      for (const name of ['a\0b', 'a\ud800b', 'a\nb', ' a']) {
        expectProblem(await open({ ...pot, name }), 400, 'invalid-input');
      }
      expectProblem(await open({ ...pot, 'a\0': 1 }), 400, 'invalid-input');
      expectProblem(await toys.api({ path: '/pots?starts=%00' }), 400, 'invalid-input');
      expectProblem(await toys.api({ path: '/pots/a%00b' }), 400, 'invalid-input');
      expectProblem(await toys.api({ path: '/pots/%E0%A4%A' }), 400, 'invalid-input');
    });

    it('400 for keys that reach for prototypes, wherever they stand', async () => {
      const hostile = [
        '{"name":"x","amount":"1.00","__proto__":{"admin":true}}',
        '{"name":"x","amount":"1.00","constructor":{"prototype":{"admin":true}}}',
        '{"__proto__":{"name":"x","amount":"1.00"}}',
      ];
      for (const text of hostile) expectProblem(await open(text, json), 400, 'invalid-input');
      const note = await toys.api({
        method: 'PUT',
        path: '/pots/pot_x/note',
        body: '{"note":[{"__proto__":{"admin":true}}]}',
        headers: json,
      });
      const { problems } = expectProblem(note, 400, 'invalid-input');
      expect(problems).to.have.nested.property('[0].path', 'note.0.__proto__');
      expectProblem(await toys.api({ path: '/pots?__proto__=1' }), 400, 'invalid-input');
      expect(({} as Record<string, unknown>)['admin']).to.equal(undefined);
    });

    it('400 for nesting without end, where no schema looks', async () => {
      const nested = (depth: number) => `{"note":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      const note = (body: string) =>
        toys.api({ method: 'PUT', path: '/pots/pot_x/note', body, headers: json });
      expect((await note(nested(20))).status).to.equal(200);
      expectProblem(await note(nested(33)), 400, 'invalid-input');
      expectProblem(await note(nested(250_000)), 400, 'invalid-input');
      expectProblem(await note('{"note":1e999}'), 400, 'invalid-input');
    });

    it('400 when body and address differ, and when a write has a query string', async () => {
      const potId = await potWith(toys, '5.00');
      const path = `/pots/${potId}/takes`;
      const body = { amount: '1.00', potId: 'pot_other' };
      expectProblem(await toys.api({ method: 'POST', path, body }), 400, 'invalid-input');
      const same = { amount: '1.00', potId };
      expect((await toys.api({ method: 'POST', path, body: same })).status).to.equal(201);
      const late = { method: 'POST', path: `${path}?dryRun=1`, body: { amount: '1.00' } };
      expectProblem(await toys.api(late), 400, 'invalid-input');
      expectProblem(await toys.api({ path: `/pots/${potId}?potId=x` }), 400, 'invalid-input');
    });

    it('400 for unknown, repeated and malformed query parameters', async () => {
      const queries = ['colour=1', 'starts=a&starts=b', 'page=0', 'page=1.5', 'pageSize=201'];
      for (const text of [...queries, 'page=x', 'limit=-1', 'cursor=%21', 'cursor=bm8gaWQ']) {
        expectProblem(await toys.api({ path: `/pots?${text}` }), 400, 'invalid-input');
      }
      expectProblem(await toys.api({ path: '/pots?page=1&cursor=YQ' }), 400, 'invalid-input');
    });
  });

  it('names the operations there are to who tries out another', async () => {
    const body = { operation: 'pots.fly', input: {} };
    const answer = await toys.api({ method: 'POST', path: '/trials', body });
    const { known } = expectProblem(answer, 404, 'operation-missing') as { known?: string[] };
    expect(known).to.include.members(['toys.open-pot', 'toys.rename-pot', 'toys.take']);
    expect(known).to.deep.equal(known?.toSorted());
  });

  it('asks a trial of a change for its version, as a member of the body', async () => {
    const potId = await potWith(toys, '5.00');
    const body = { operation: 'toys.rename-pot', input: { potId, name: '新名' } };
    const trial = (version?: number) =>
      toys.api({ method: 'POST', path: '/trials', body: { ...body, version } });
    const problem = expectProblem(await trial(), 428, 'trial-version-missing');
    expect(problem).to.include({ member: 'version' });
    expect(problem['title']).to.match(/ version$/);
    expect((await trial(1)).status).to.equal(200);
  });

  it('leaves no row behind anything but what was done or refused by a rule', async () => {
    const potId = await potWith(toys, '5.00');
    const before = await rowCounts(toys);
    await toys.api({ path: '/pots', as: null });
    await toys.api({ method: 'POST', path: '/pots', as: 'reader', body: {} });
    await toys.api({ method: 'POST', path: '/pots', body: { name: 'x' } });
    await rename(potId, undefined);
    await rename(potId, '"9"');
    await take('pot_none', '1.00');
    expect(await rowCounts(toys)).to.deep.equal(before);
    await take(potId, '6.00');
    expect(await rowCounts(toys)).to.deep.equal({ ...before, logged: before.logged + 1 });
  });
});
