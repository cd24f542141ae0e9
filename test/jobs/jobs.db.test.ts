// Jobs on both queues with one body: PostgreSQL always, Redis where there is one. What must hold is
// the same: a run happens once per key, its progress is seen, and a killed worker costs nothing.
import { expect } from 'chai';
import type { Knex } from 'knex';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { WorkerParts, Workers } from '../../jobs/main.ts';
import { startWorkers } from '../../jobs/main.ts';
import { jobsModule } from '../../jobs/module.ts';
import { outboxLagSeconds } from '../../jobs/relay-outbox.ts';
import type { JobTools } from '../../jobs/run.ts';
import { scheduleJobs } from '../../jobs/schedule.ts';
import { openQueues } from '../../jobs/queues.ts';
import { dayInShanghai } from '../../src/kernel/index.ts';
import { makeLog } from '../../src/platform/log.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import type { TestDatabase } from '../support/database.ts';
import { cloneDatabase } from '../support/database.ts';
import type { TestRedis } from '../support/redis.ts';
import { hasRedis, openRedis } from '../support/redis.ts';
import { broken, clock, makeToyJobs, performerOn, refusing, toysModule } from './toys.ts';

interface RunRow {
  readonly state: string;
  readonly attempt: number;
  readonly round: number;
  readonly done: number;
  readonly total: number;
  readonly error: unknown;
}

const today = dayInShanghai();

for (const kind of hasRedis() ? (['postgres', 'redis'] as const) : (['postgres'] as const)) {
  describe(`jobs on ${kind}`, () => {
    let redis: TestRedis | undefined;
    let database: TestDatabase;
    let db: Knex;
    let performer: Performer;
    let tools: JobTools;
    const running: Workers[] = [];

    const parts = (): WorkerParts => ({
      ...tools,
      databaseUrl: database.url,
      redisUrl: redis?.url,
      queuePrefix: new URL(database.url).pathname.slice(1),
      log: makeLog('silent'),
      leaseMs: 1000,
      everyMs: 50,
    });
    const start = async (more: Partial<WorkerParts> = {}): Promise<Workers> => {
      const workers = await startWorkers({ ...parts(), ...more });
      running.push(workers);
      return workers;
    };
    const effects = async (): Promise<string[]> =>
      (await db('toys_effects').orderBy('id')).map(
        (row: { operation: string; part: number; as_of: string }) =>
          `${row.operation} ${row.part} ${row.as_of}`,
      );
    const run = async (job: string): Promise<RunRow | undefined> =>
      db<RunRow & { job: string }>('platform_job_runs').where({ job }).first();
    const until = async (holds: () => Promise<boolean>): Promise<void> => {
      for (let tries = 0; tries < 400; tries += 1) {
        if (await holds()) return;
        await setTimeout(50);
      }
      throw new Error(`It did not happen: ${JSON.stringify(await db('platform_job_runs'))}`);
    };
    const done = (job: string) => until(async () => (await run(job))?.state === 'DONE');
    const request = (name: string, more: object = {}, key = `ask-${name}-${Math.random()}`) =>
      performer.perform(
        jobsModule(() => []).operations[0] as Operation,
        clock,
        { name, ...more },
        key,
      );

    before(async () => {
      if (kind === 'redis') redis = await openRedis();
    });
    after(() => redis?.stop());

    beforeEach(async () => {
      database = await cloneDatabase();
      db = makePool({ url: database.url, max: 6, applicationName: 'test-jobs' });
      await makeToyJobs(db);
      performer = performerOn(db);
      tools = { db, performer, modules: [toysModule], dataFolder: '/nonexistent', actor: clock };
      broken.count = 0;
      refusing.on = true;
    });
    afterEach(async () => {
      for (const workers of running.splice(0)) await workers.stop();
      await db.destroy();
      await database.drop();
    });

    it('runs a wish in portions, notes its progress and keeps its answers', async () => {
      const workers = await start();
      expect(workers.queue).to.equal(kind);
      const asked = await request('parts');
      expect(asked).to.deep.include({ kind: 'done' });
      await done('parts');
      expect(await effects()).to.deep.equal([1, 2, 3].map((part) => `in-parts ${part} ${today}`));
      expect(await run('parts')).to.deep.include({
        attempt: 1,
        round: 1,
        done: 3,
        total: 3,
        result: {
          portions: 3,
          answers: [1, 2, 3].map((part) => ({
            next: part < 3 ? String(part) : null,
            done: 1,
            left: 3 - part,
          })),
        },
      });
    });

    it('does nothing the second time, and again when a fresh result is wanted', async () => {
      await start();
      await request('parts');
      await done('parts');
      await request('parts');
      await setTimeout(300);
      expect(await effects()).to.have.length(3);
      await request('parts', { force: true });
      await until(async () => (await run('parts'))?.round === 2);
      await done('parts');
      expect(await effects()).to.have.length(6);
    });

    it('tries again after an accident, by the row and not by the queue', async () => {
      await start();
      await request('breaks');
      await until(async () => (await run('breaks'))?.error !== null);
      expect(await run('breaks')).to.deep.include({
        state: 'QUEUED',
        error: { message: 'broken on purpose' },
      });
      await db('platform_job_runs').update({ due_at: db.fn.now() });
      await until(async () => broken.count === 2 && (await run('breaks'))?.state === 'QUEUED');
      await db('platform_job_runs').update({ due_at: db.fn.now() });
      await done('breaks');
      expect(await run('breaks')).to.deep.include({ attempt: 3, error: null });
      expect(await effects()).to.deep.equal([`break-twice 1 ${today}`]);
    });

    it('fails at a refusal, and asks anew when it is wanted again', async () => {
      await start();
      await request('refuses');
      await until(async () => (await run('refuses'))?.state === 'FAILED');
      const failed = await run('refuses');
      expect(failed?.attempt).to.equal(1);
      expect(failed?.error).to.have.nested.property('refusal.code', 'not-today');
      refusing.on = false;
      await request('refuses');
      await done('refuses');
      expect(await run('refuses')).to.deep.include({ round: 2 });
    });

    it('acts on an event once, however often it is relayed', async () => {
      const subscriptions = [
        {
          name: 'hearing',
          event: 'toys.said',
          operation: 'toys.hear',
          input: ({ payload }: { payload: unknown }) => payload as Record<string, unknown>,
        },
      ];
      await start({ subscriptions });
      await start({ subscriptions });
      const say = toysModule.operations.find((one) => one.name === 'toys.say') as Operation;
      for (const word of ['one', 'two', 'three']) {
        await performer.perform(say, clock, { word }, `say-${word}`);
      }
      await until(async () => (await effects()).length === 3);
      // The cursor is put back: all three are read again, and nothing happens.
      await db('platform_event_cursors').update({ xid: '0', seq: 0 });
      await until(async () => (await outboxLagSeconds(db)) === 0);
      await setTimeout(200);
      expect((await effects()).toSorted()).to.deep.equal(
        ['one', 'three', 'two'].map((word) => `hear ${word} 1 ${today}`),
      );
      expect(await db('platform_job_runs').where({ job: 'hearing', state: 'DONE' })).to.have.length(
        3,
      );
    });

    it('finishes exactly once when the worker is killed half-way', async () => {
      await db('platform_jobs')
        .where({ name: 'parts' })
        .update({ input: JSON.stringify({ asOf: '$day', parts: 5, pauseMs: 250 }) });
      const child = spawn(
        process.execPath,
        [
          path.join(import.meta.dirname, 'worker-process.js'),
          database.url,
          new URL(database.url).pathname.slice(1),
          ...(redis ? [redis.url] : []),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(child.stdout, 'data');
      await request('parts');
      await until(async () => (await effects()).length === 2);
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      expect((await run('parts'))?.state).to.equal('RUNNING');
      await start();
      await done('parts');
      expect(await effects()).to.deep.equal(
        [1, 2, 3, 4, 5].map((part) => `in-parts ${part} ${today}`),
      );
      expect(await run('parts')).to.deep.include({ attempt: 2, done: 5, total: 5 });
    });

    it('lets the running job finish when it is stopped', async () => {
      await db('platform_jobs')
        .where({ name: 'parts' })
        .update({ input: JSON.stringify({ asOf: '$day', parts: 2, pauseMs: 300 }) });
      const workers = await start();
      await request('parts');
      await until(async () => (await run('parts'))?.state === 'RUNNING');
      await workers.stop();
      expect(await run('parts')).to.deep.include({ state: 'DONE', done: 2 });
      running.splice(0);
    });

    it('strikes by cron, and makes the queue equal to the rows', async () => {
      await db('platform_jobs').where({ name: 'parts' }).update({ cron: '* * * * * *' });
      await db('platform_jobs').where({ name: 'lost' }).update({ enabled: false });
      await start();
      await done('parts');
      const queues = await openQueues({
        databaseUrl: database.url,
        redisUrl: redis?.url,
        prefix: new URL(database.url).pathname.slice(1),
      });
      const names = async (): Promise<string[]> =>
        (await queues.queue.getJobSchedulers()).map(({ key }) => key).sort();
      expect(await names()).to.deep.equal(['breaks', 'parts', 'refuses']);
      await db('platform_jobs')
        .where({ name: 'breaks' })
        .update({ enabled: false, cron: '1 1 * * *' });
      await db('platform_jobs').where({ name: 'refuses' }).update({ cron: '30 23 * * *' });
      await scheduleJobs(db, queues.queue);
      expect(await names()).to.deep.equal(['parts', 'refuses']);
      const { next } = (await queues.queue.getJobScheduler('refuses')) ?? {};
      expect(new Date(next ?? 0).toISOString()).to.match(/T15:30:00\.000Z$/);
      await queues.close();
    });
  });
}
