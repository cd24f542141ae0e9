// The server is killed under load, by force and by request: what it promised is in the books
// exactly once, whatever moment was hit. A durable database, the real process, drawdowns from 32
// connections.
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ask } from '../support/http.ts';
import { brokenOn, password } from '../support/real-app.ts';
import type { Tree } from './books.ts';
import { fenDrawn, keptDrawdowns, plantTree, username, withBooks } from './books.ts';
import { Load } from './load.ts';
import type { Server } from './server.ts';
import { command, databasePid, failToStart, killAll, startServer } from './server.ts';

/** Enough for the load to be warm; a slow machine takes longer over it. */
const warm = 200;

/** Waits until the load runs well, and then for any moment of the next dozens of batches. */
async function randomMoment(load: Load): Promise<void> {
  const enough = load.acknowledged.size + warm;
  while (load.acknowledged.size < enough) await sleep(5);
  await sleep(Math.random() * 400);
}

async function signIn(url: string): Promise<string> {
  const body = { username, password };
  const { body: tokens } = await ask(url, { method: 'POST', path: '/api/v1/sessions', body });
  return (tokens as { accessToken: string }).accessToken;
}

describe('a server that is killed', function () {
  this.timeout(60_000);
  let folder: string;
  let server: Server;
  let tree: Tree;
  let load: Load;
  const settings = () => ({
    PORT: '0',
    YUANXIN_DATA: folder,
    YUANXIN_DEMO: '0',
    YUANXIN_LOG: 'fatal',
  });

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'yuanxin-crash-'));
    server = await startServer(settings());
    tree = await withBooks(folder, plantTree);
    load = new Load(tree.lineIds, await signIn(server.url));
  });

  after(async () => {
    killAll();
    await withBooks(folder, () => Promise.resolve());
    await rm(folder, { recursive: true, force: true });
  });

  /** Everything that was ever sent is there once, and every promise was kept. */
  async function expectExactlyOnce(): Promise<void> {
    await withBooks(folder, async (db) => {
      const kept = await keptDrawdowns(db);
      expect(kept.map(({ key }) => key).toSorted()).to.deep.equal(load.keys.toSorted());
      const wrong = kept.filter(
        (one) =>
          one.outcome !== 'done' ||
          one.drawdownId !== load.acknowledged.get(one.key) ||
          one.drawdowns !== 1 ||
          one.journals !== 1 ||
          one.movements !== 1,
      );
      expect(wrong).to.deep.equal([]);
      const fen = String(load.fenAsked);
      expect(await fenDrawn(db, tree.masterId)).to.deep.equal([fen, fen, fen]);
      expect(await brokenOn(db)).to.deep.equal([]);
    });
  }

  it('keeps every promise through three SIGKILLs under load', async () => {
    const rounds: { replayed: number; fresh: number }[] = [];
    for (const hard of [false, true, false]) {
      const running = load.run(server.url);
      await randomMoment(load);
      // As in a power cut, the database dies with the server in one of the rounds.
      if (hard) process.kill(await databasePid(folder), 'SIGKILL');
      await server.end('SIGKILL');
      await running;
      server = await startServer(settings());
      const sample = [...load.acknowledged.keys()].filter((_, i) => i % 7 === 0).slice(-200);
      await load.retryAcknowledged(server.url, sample);
      rounds.push(await load.retryOpen(server.url));
    }
    const shown = JSON.stringify(rounds);
    expect(load.unexpected, shown).to.deep.equal([]);
    expect(load.open.size, shown).to.equal(0);
    // It proves little unless each kill hit requests under way.
    for (const { replayed, fresh } of rounds) {
      expect(replayed + fresh, shown).to.be.greaterThan(0);
    }
    await expectExactlyOnce();
  });

  it('proves its log afterwards', async () => {
    const { code, stdout, stderr } = await command(['audit', 'verify', '--json'], settings());
    expect(code, stderr).to.equal(0);
    const { valid, links } = JSON.parse(stdout) as { valid: boolean; links: number };
    expect(valid).to.equal(true);
    expect(links).to.be.greaterThan(load.keys.length);
  });

  it('refuses a second start on its data folder in one sentence', async () => {
    const { code, stdout, stderr } = await failToStart(settings());
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    expect(stderr.trim().split('\n')).to.have.lengthOf(1);
    expect(stderr).to.contain(folder).and.contain('is using the data folder');
  });

  it('answers what it took before it ends, when told to stop under load', async () => {
    const running = load.run(server.url);
    await randomMoment(load);
    const ended = await server.end('SIGTERM');
    await running;
    expect(ended).to.deep.equal({ code: 0, signal: null });
    expect(load.unexpected).to.deep.equal([]);
    server = await startServer(settings());
    // Nothing that was taken remained without an answer: what is open was never begun.
    expect((await load.retryOpen(server.url)).replayed).to.equal(0);
    await expectExactlyOnce();
    expect((await server.end('SIGTERM')).code).to.equal(0);
  });

  it('says in one sentence that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const taken = { ...settings(), PORT: String(port) };
      const { code, stdout, stderr } = await failToStart(taken);
      expect(code).to.equal(1);
      expect(stdout).to.equal('');
      expect(stderr.trim().split('\n')).to.have.lengthOf(1);
      expect(stderr).to.contain(`127.0.0.1:${port}`).and.contain('is in use');
    } finally {
      other.close();
    }
  });
});
