// Listening, readiness, draining, health, metrics, log and pages: the app around the API, without a
// database where none is needed.
import { expect } from 'chai';
import express from 'express';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expectedVersion, traceIdOf } from '../../src/platform/headers.ts';
import { makeLog } from '../../src/platform/log.ts';
import { makeMetrics } from '../../src/platform/metrics.ts';
import { serve } from '../../src/platform/serve.ts';
import { StartError } from '../../src/platform/start-error.ts';
import { ask } from '../support/http.ts';
import { openToyApp, potWith, type ToyApp } from './toy-app.ts';

const log = makeLog('silent');
const host = '127.0.0.1';

/** What a raw socket hears until the server closes it. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, host);
  let heard = '';
  socket.on('data', (part) => {
    heard += part.toString();
  });
  socket.write(text);
  await once(socket, 'close');
  return heard;
}

describe('serve', () => {
  /** An app whose `/slow` answers when `finish` is called. */
  async function slowApp() {
    const app = express();
    const finishers: (() => void)[] = [];
    app.get('/fast', (_req, res) => void res.send('fast'));
    app.get('/slow', (_req, res) => {
      finishers.push(() => res.send('slow'));
      app.emit('slow');
    });
    const serving = await serve({ app, host, port: 0, log });
    return { app, serving, finish: () => finishers.forEach((finisher) => finisher()) };
  }

  it('says in one sentence that the port is taken', async () => {
    const other = createServer().listen(0, host);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const failed: unknown = await serve({ app: express(), host, port, log }).catch(
      (problem: unknown) => problem,
    );
    other.close();
    expect(failed).to.be.instanceOf(StartError);
    const { zh, en } = failed as StartError;
    expect(zh).to.contain(`${host}:${port}`).and.contain('已被占用');
    expect(en).to.contain(`${host}:${port}`).and.contain('in use');
  });

  it('says in one sentence that the host is not ours', async () => {
    const failed: unknown = await serve({ app: express(), host: '192.0.2.1', port: 0, log }).catch(
      (problem: unknown) => problem,
    );
    expect(failed).to.be.instanceOf(StartError);
  });

  it('finishes running requests and takes no new connection', async () => {
    const { app, serving, finish } = await slowApp();
    const reached = once(app, 'slow');
    const answer = ask(serving.url, { path: '/slow' });
    await reached;
    const stopped = serving.stop(10_000);
    const refused: unknown = await ask(serving.url, { path: '/fast' }).catch(
      (problem: unknown) => problem,
    );
    expect(refused).to.include({ code: 'ECONNREFUSED' });
    finish();
    expect((await answer).text).to.equal('slow');
    await stopped;
  });

  it('does not wait for idle and unused connections, and may be told twice', async () => {
    const { serving } = await slowApp();
    const agent = new Agent({ keepAlive: true });
    const kept = await new Promise((resolve) => {
      get(`${serving.url}/fast`, { agent }, (res) => res.resume().on('end', resolve));
    });
    expect(kept).to.equal(undefined);
    const unused = connect(serving.port, host);
    await once(unused, 'connect');
    const started = performance.now();
    await Promise.all([serving.stop(10_000), serving.stop(10_000)]);
    expect(performance.now() - started).to.be.lessThan(2000);
    agent.destroy();
    unused.destroy();
  });

  it('closes the kept connection of a request that was running', async () => {
    const { app, serving, finish } = await slowApp();
    const agent = new Agent({ keepAlive: true });
    const reached = once(app, 'slow');
    const answered = new Promise((resolve) => {
      get(`${serving.url}/slow`, { agent }, (res) => res.resume().on('end', resolve));
    });
    await reached;
    const stopped = serving.stop(10_000);
    finish();
    await answered;
    await stopped;
    agent.destroy();
  });

  it('cuts what still runs when the grace is over', async () => {
    const { app, serving } = await slowApp();
    const reached = once(app, 'slow');
    const answer = ask(serving.url, { path: '/slow' }).catch((problem: unknown) => problem);
    await reached;
    await serving.stop(50);
    expect(await answer).to.include({ code: 'ECONNRESET' });
  });

  it('answers what is no HTTP with a problem', async () => {
    const { serving } = await slowApp();
    const nonsense = await raw(serving.port, 'nonsense\r\n\r\n');
    expect(nonsense)
      .to.match(/^HTTP\/1.1 400 /)
      .and.contain('application/problem+json');
    const headers = `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await raw(serving.port, headers)).to.match(/^HTTP\/1.1 431 /);
    await serving.stop(1000);
  });
});

describe('headers', () => {
  it('take the trace id of a well-formed traceparent and make one otherwise', () => {
    const id = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(traceIdOf(`00-${id}-00f067aa0ba902b7-01`)).to.equal(id);
    expect(traceIdOf(`cc-${id}-00f067aa0ba902b7-01-later`)).to.equal(id);
    const malformed = [
      `ff-${id}-00f067aa0ba902b7-01`,
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `00-${id}-${'0'.repeat(16)}-01`,
      `00-${id.toUpperCase()}-00f067aa0ba902b7-01`,
      `00-${id}-00f067aa0ba902b7-01, 00-${id}-00f067aa0ba902b7-01`,
      id,
      '',
      undefined,
    ];
    for (const text of malformed) {
      expect(traceIdOf(text))
        .to.match(/^[0-9a-f]{32}$/)
        .and.not.equal(id);
    }
    expect(traceIdOf(undefined)).to.not.equal(traceIdOf(undefined));
  });

  it('read one version from If-Match', () => {
    expect(['"7"', 'W/"7"', '7', ' "7" '].map(expectedVersion)).to.deep.equal([7, 7, 7, 7]);
    expect([undefined, '*'].map(expectedVersion)).to.deep.equal([undefined, undefined]);
  });
});

describe('metrics', () => {
  it('count how many calls shared a transaction, and bear a database that is away', async () => {
    const metrics = makeMetrics({ outboxLagSeconds: () => Promise.reject(new Error('away')) });
    metrics.observeBatch('toys.take', 3);
    const text = await metrics.text();
    expect(text).to.contain('operation_batch_size_bucket{le="2",operation="toys.take"} 0');
    expect(text).to.contain('operation_batch_size_sum{operation="toys.take"} 3');
    expect(text).to.contain('outbox_lag_seconds Nan');
  });
});

describe('the log', () => {
  it('writes of an error what it is and where, but not the row shown with it', () => {
    const lines: string[] = [];
    const to = makeLog('warn', { write: (line) => lines.push(line) });
    const err = Object.assign(new Error('duplicate key'), {
      code: '23505',
      constraint: 'pots_name',
      detail: 'Key (name)=(hush) already exists.',
    });
    to.error({ err }, 'unexpected');
    to.info('below the level');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.contain('"23505"').and.contain('pots_name').and.not.contain('hush');
  });
});

describe('the app', () => {
  let toys: ToyApp;
  let folder: string;
  let ready = false;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'yuanxin-pages-'));
    await mkdir(path.join(folder, 'assets'));
    await writeFile(path.join(folder, 'index.html'), '<title>园信</title>');
    await writeFile(path.join(folder, 'assets', 'a-1.js'), 'void 0');
    toys = await openToyApp({ web: folder, ready: () => Promise.resolve(ready) });
  });
  after(async () => {
    await toys.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is alive but lets nobody in before it is ready', async () => {
    expect((await toys.ask({ path: '/healthz' })).body).to.deep.equal({ status: 'alive' });
    for (const asked of ['/readyz', '/api/v1/pots', '/api/v1/sessions']) {
      const answer = await toys.ask({ path: asked });
      expect(answer.body).to.include({ status: 503, code: 'not-ready' });
      expect(answer.headers).to.include({ 'retry-after': '1' });
    }
    ready = true;
    expect((await toys.ask({ path: '/readyz' })).body).to.deep.equal({ status: 'ready' });
    expect((await toys.api({ path: '/pots' })).status).to.equal(200);
  });

  it('says by readyz that something fails, while the API answers for itself', async () => {
    ready = false;
    expect((await toys.ask({ path: '/readyz' })).status).to.equal(503);
    expect((await toys.api({ path: '/pots' })).status).to.equal(200);
    ready = true;
  });

  it('hands sessions their addresses and their refusals a problem', async () => {
    const answer = await toys.ask({ method: 'POST', path: '/api/v1/sessions', body: {} });
    expect(answer.body).to.include({ status: 401, code: 'not-signed-in' });
    expect(answer.headers).to.include({ 'cache-control': 'no-store' });
  });

  it('counts requests and operations by pattern, never by id', async () => {
    const potId = await potWith(toys, '1.00');
    await toys.api({ path: `/pots/${potId}` });
    const { text, headers } = await toys.ask({ path: '/metrics' });
    expect(headers['content-type']).to.contain('text/plain');
    expect(text).to.contain('route="/api/v1/pots/:potId",status="200"');
    expect(text).to.contain('operations_total{operation="toys.open-pot",outcome="done"}');
    expect(text).to.contain('outbox_lag_seconds 1.5');
    expect(text).to.contain('process_cpu_seconds_total');
    expect(text).to.not.contain(potId);
  });

  it('logs a line per request with pattern and user, without body, query or token', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await toys.api({ path: '/pots?starts=hush', headers: { traceparent } });
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(answer.headers['x-trace-id']).to.equal(traceId);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    const lines = toys.lines.filter((line) => line['traceId'] === traceId);
    expect(lines).to.have.length(1);
    const expected = { msg: 'request', method: 'GET', route: '/api/v1/pots', status: 200 };
    expect(lines[0]).to.include({ ...expected, userId: 'user_writer' });
    expect(JSON.stringify(toys.lines)).to.not.match(/hush|Bearer|starts/);
  });

  it('explains every code that a problem can name', async () => {
    const one = await toys.ask({ path: '/api/v1/problems/pot-empty' });
    expect(one.body).to.deep.equal([
      {
        code: 'pot-empty',
        module: 'toys',
        kind: 'refused',
        status: 422,
        title: '罐子里不够',
        titleEn: 'The pot holds less',
      },
    ]);
    const all = (await toys.ask({ path: '/api/v1/problems' })).body as { code: string }[];
    expect(all.map(({ code }) => code)).to.include.members(['not-ready', 'internal', 'pot-stale']);
    expect((await toys.ask({ path: '/api/v1/problems/nonsense' })).status).to.equal(404);
  });

  it('serves the pages, their hashed files for ever, and no page under /api', async () => {
    for (const address of ['/', '/limits/line_1?asOf=2026-11-22']) {
      const page = await toys.ask({ path: address });
      expect(page.text).to.equal('<title>园信</title>');
      expect(page.headers['cache-control']).to.equal('no-cache');
      expect(page.headers['content-security-policy']).to.contain("script-src 'self'");
      expect(page.headers['content-security-policy']).to.not.contain('upgrade-insecure-requests');
    }
    const script = await toys.ask({ path: '/assets/a-1.js' });
    expect(script.headers['cache-control']).to.contain('immutable');
    for (const address of ['/assets/b.js', '/api/x', '/api']) {
      const answer = await toys.ask({ path: address });
      expect(answer.body, address).to.include({ status: 404, code: 'route-missing' });
    }
    expect((await toys.ask({ method: 'POST', path: '/' })).status).to.equal(404);
    expect((await toys.ask({ path: '/assets/../../package.json' })).status).to.equal(400);
  });

  it('lets nobody in while it drains, not even on a connection that is busy', async () => {
    const asked = new EventEmitter();
    const answer = once(asked, 'answer').then(() => true);
    const draining = await openToyApp({
      ready() {
        asked.emit('asked');
        return answer;
      },
    });
    const reached = once(asked, 'asked');
    const lines = ['GET /readyz HTTP/1.1', 'GET /api/v1/pots HTTP/1.1'];
    const heard = raw(
      draining.serving.port,
      lines.map((line) => `${line}\r\nHost: x\r\n\r\n`).join(''),
    );
    await reached;
    const stopped = draining.serving.stop(1000);
    asked.emit('answer');
    await stopped;
    expect((await heard).match(/HTTP\/1.1 503 /g)).to.have.length(2);
    expect(await heard).to.contain('"code":"not-ready"');
    await draining.close();
  });
});
