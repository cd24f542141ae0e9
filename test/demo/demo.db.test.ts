// Loading the demo: again it writes nothing, cut short it goes on, and all books hold. Then its
// people and its first jobs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { Knex } from 'knex';
import { DemoBook } from '../../src/demo/book.ts';
import { loadDemo, runFirstJobs } from '../../src/demo/index.ts';
import { loadPark } from '../../src/demo/park.ts';
import { ensurePeople, people } from '../../src/demo/people.ts';
import { openZones, registerOrganisations } from '../../src/demo/zones.ts';
import { brokenInvariants } from '../../src/ledger/index.ts';
import { verifyChains } from '../../src/platform/audit.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { invariants } from '../../src/runtime.ts';
import type { Loaded } from './loaded.ts';
import { close, log, one, open, password, select } from './loaded.ts';

/** Rows of every table, but of those that sign-ins write. */
async function countRows(db: Knex): Promise<Record<string, number>> {
  const tables = await select<{ name: string }>(
    db,
    `select tablename as name from pg_tables where schemaname = 'public'
     and tablename !~ '^(identity_sessions|identity_refresh|knex)' order by 1`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { n } = await one<{ n: string }>(db, `select count(*) as n from ${name}`);
    counts[name] = Number.parseInt(n, 10);
  }
  return counts;
}

const heights = (db: Knex) =>
  select<{ chain: string; height: string }>(
    db,
    'select chain, height::text, head_hash from platform_chains order by chain',
  );

describe('the demo', () => {
  let demo: Loaded;
  let seconds = 0;

  before(async function () {
    this.timeout(60_000);
    demo = await open();
    const started = performance.now();
    await loadDemo(demo, { password, log });
    seconds = (performance.now() - started) / 1000;
  });

  after(() => close(demo));

  it('loads within seconds', () => {
    process.stdout.write(`      first load: ${seconds.toFixed(2)} s\n`);
    expect(seconds).to.be.lessThan(30);
  });

  it('loads again without writing anything, and at once', async () => {
    const before = { rows: await countRows(demo.db), heights: await heights(demo.db) };
    const started = performance.now();
    await loadDemo(demo, { password, log });
    expect(performance.now() - started).to.be.lessThan(1000);
    expect({ rows: await countRows(demo.db), heights: await heights(demo.db) }).to.deep.equal(
      before,
    );
    expect(before.rows['platform_operations']).to.be.greaterThan(1000);
  });

  it('goes on where a load was cut short, and two loads at once are one', async function () {
    this.timeout(60_000);
    const other = await open();
    try {
      const book = await DemoBook.open(other);
      const organisations = await registerOrganisations(book);
      await ensurePeople(other.db, organisations, password, false);
      const zones = await openZones(book, organisations);
      await loadPark(book, organisations, zones.park);
      await Promise.all([loadDemo(other, { password, log }), loadDemo(other, { password, log })]);
      expect(await countRows(other.db)).to.deep.equal(await countRows(demo.db));
    } finally {
      await close(other);
    }
  });

  it('holds every invariant of every module, and an unbroken log', async () => {
    expect(invariants.length).to.be.greaterThan(10);
    const broken = await withTransaction(demo.db, everything, (tx) =>
      brokenInvariants(tx, invariants),
    );
    expect(broken).to.deep.equal([]);
    expect(await verifyChains(demo.db)).to.have.property('valid', true);
  });

  it('lets every person of the demo sign in, into one organisation per pair', async () => {
    for (const { username } of people) {
      const { accessToken } = await demo.sessions.signIn(username, password);
      const actor = await demo.sessions.authenticate(accessToken);
      expect(actor.username).to.equal(username);
      expect(actor.mustChangePassword).to.equal(false);
      expect(actor.permissions.size).to.be.greaterThan(1);
    }
    expect(people).to.have.length(13);
  });

  it('runs the first jobs once a day', async () => {
    const dataFolder = await mkdtemp(path.join(tmpdir(), 'yuanxin-demo-'));
    try {
      await runFirstJobs(demo, { log, dataFolder });
      const done = await heights(demo.db);
      const { jobs, snapshots, seals } = await one<Record<string, string>>(
        demo.db,
        `select (select string_agg(job, ' ' order by job) from platform_job_runs
             where state = 'DONE') as jobs,
           (select string_agg(distinct kind, ' ') from insight_snapshots) as snapshots,
           (select count(*) from platform_seals) as seals`,
      );
      expect(jobs).to.equal('leverage seal-audit supply-chain-exposure');
      expect(snapshots).to.equal('exposure leverage');
      expect(seals).to.not.equal('0');
      await runFirstJobs(demo, { log, dataFolder });
      expect(await heights(demo.db)).to.deep.equal(done);
      expect(await verifyChains(demo.db)).to.have.property('valid', true);
    } finally {
      await rm(dataFolder, { recursive: true });
    }
  });

  it('gives the people another password at another start', async () => {
    await loadDemo(demo, { password: 'Another-1-word', log });
    await demo.sessions.signIn('rm.bank1', 'Another-1-word');
    await loadDemo(demo, { password, log });
    await demo.sessions.signIn('rm.bank1', password);
  });
});
