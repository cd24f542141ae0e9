// A job run directly, as the command line does, and the runs that a start makes up for.
import { expect } from 'chai';
import type { Knex } from 'knex';
import { jobsModule } from '../../jobs/module.ts';
import type { JobTools } from '../../jobs/run.ts';
import { runJob } from '../../jobs/run.ts';
import { noteMissedRuns } from '../../jobs/schedule.ts';
import { Day, Failure, dayInShanghai } from '../../src/kernel/index.ts';
import type { Query } from '../../src/platform/operation.ts';
import { makePool } from '../../src/platform/postgres.ts';
import type { TestDatabase } from '../support/database.ts';
import { cloneDatabase } from '../support/database.ts';
import { broken, clock, makeToyJobs, performerOn, refusing, toysModule } from './toys.ts';

const today = dayInShanghai();

describe('a job run directly', () => {
  let database: TestDatabase;
  let db: Knex;
  let tools: JobTools;

  const effects = async (): Promise<number> => (await db('toys_effects')).length;
  const logged = async (): Promise<number> => (await db('platform_operations')).length;
  const refusal = async (work: Promise<unknown>): Promise<unknown> => {
    const problem: unknown = await work.catch((caught: unknown) => caught);
    return problem instanceof Failure ? problem.code : problem;
  };

  beforeEach(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 6, applicationName: 'test-jobs' });
    await makeToyJobs(db);
    tools = {
      db,
      performer: performerOn(db),
      modules: [toysModule],
      dataFolder: '/nonexistent',
      actor: clock,
    };
    broken.count = 0;
    refusing.on = true;
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  it('answers the stored result the second time and changes nothing', async () => {
    const first = await runJob({ ...tools, name: 'parts' });
    expect(first).to.deep.include({ job: 'parts', asOf: today, round: 1, replayed: false });
    const [rows, runs] = [await logged(), await db('platform_job_runs')];
    const second = await runJob({ ...tools, name: 'parts' });
    expect(second).to.deep.equal({ ...first, replayed: true });
    expect(await logged()).to.equal(rows);
    expect(await db('platform_job_runs')).to.deep.equal(runs);
    expect(await effects()).to.equal(3);
  });

  it('runs for a day of the past under that day, and never for one to come', async () => {
    const past = Day.of('2026-01-31');
    expect(await runJob({ ...tools, name: 'parts', asOf: past })).to.deep.include({ asOf: past });
    const days = await db('toys_effects').distinct('as_of');
    expect(days).to.deep.equal([{ as_of: '2026-01-31' }]);
    expect(await refusal(runJob({ ...tools, name: 'parts', asOf: Day.of('2999-01-01') }))).to.equal(
      'as-of-ahead',
    );
    expect(await refusal(runJob({ ...tools, name: 'nothing' }))).to.equal('job-missing');
  });

  it('runs once when several ask at the same time', async () => {
    const results = await Promise.all([1, 2, 3].map(() => runJob({ ...tools, name: 'parts' })));
    expect(results.filter((result) => !result.replayed)).to.have.length(1);
    expect(new Set(results.map((result) => result.runId)).size).to.equal(1);
    expect(await effects()).to.equal(3);
  });

  it('throws what the operation refused, and what broke', async () => {
    expect(await refusal(runJob({ ...tools, name: 'refuses' }))).to.equal('not-today');
    refusing.on = false;
    expect(await runJob({ ...tools, name: 'refuses' })).to.deep.include({ round: 2 });
    expect(await refusal(runJob({ ...tools, name: 'lost' }))).to.be.instanceOf(Error);
  });

  it('takes over from a process that is gone, and not before its lease ends', async () => {
    const [missed] = await db('platform_job_runs')
      .insert({
        id: 'run_gone',
        job: 'parts',
        key: today,
        business_day: today,
        operation: 'toys.in-parts',
        input: JSON.stringify({ asOf: today }),
        state: 'RUNNING',
        attempt: 1,
        due_at: db.fn.now(),
        lease_until: db.raw(`now() + interval '600 milliseconds'`),
      })
      .returning('id');
    const before = Date.now();
    expect(await runJob({ ...tools, name: 'parts' })).to.deep.include({ runId: missed.id });
    expect(Date.now() - before).to.be.at.least(500);
    expect(await db('platform_job_runs').first('attempt')).to.deep.equal({ attempt: 2 });
  });

  describe('made up for at the start', () => {
    const at = (text: string): Date => new Date(`${text}+08:00`);
    const missed = async (now: Date): Promise<string[]> => {
      await noteMissedRuns(db, now);
      const rows = await db('platform_job_runs').where({ job: 'parts' }).orderBy('key');
      return rows.map((row: { key: string; state: string }) => `${row.key} ${row.state}`);
    };
    beforeEach(async () => {
      await db('platform_jobs').whereNot({ name: 'parts' }).delete();
      await db('platform_jobs').update({ cron: '30 6 * * *', since: '2026-03-01' });
    });

    it('notes the run of today once its hour has come', async () => {
      await db('platform_jobs').update({ since: '2026-03-10' });
      expect(await missed(at('2026-03-10T06:29:59'))).to.deep.equal([]);
      expect(await missed(at('2026-03-10T06:30:00'))).to.deep.equal(['2026-03-10 QUEUED']);
      expect(await missed(at('2026-03-10T09:00:00'))).to.deep.equal(['2026-03-10 QUEUED']);
    });

    it('notes those of the days before, a week at most, none before the job was', async () => {
      expect(await missed(at('2026-03-03T05:00:00'))).to.deep.equal([
        '2026-03-01 QUEUED',
        '2026-03-02 QUEUED',
      ]);
      expect(await missed(at('2026-03-20T07:00:00'))).to.deep.equal([
        '2026-03-01 QUEUED',
        '2026-03-02 QUEUED',
        ...[13, 14, 15, 16, 17, 18, 19, 20].map((day) => `2026-03-${day} QUEUED`),
      ]);
    });

    it('leaves a run alone that was made after its hour, and repeats one made before', async () => {
      await db('platform_jobs').update({ since: today });
      await runJob({ ...tools, name: 'parts' });
      await db('platform_job_runs').update({ finished_at: at(`${today}T06:00:00`) });
      expect(await missed(at(`${today}T06:29:59`))).to.deep.equal([`${today} DONE`]);
      expect(await missed(at(`${today}T06:30:00`))).to.deep.equal([`${today} QUEUED`]);
      await runJob({ ...tools, name: 'parts' });
      await db('platform_job_runs').update({ finished_at: at(`${today}T06:31:00`) });
      expect(await missed(at(`${today}T06:40:00`))).to.deep.equal([`${today} DONE`]);
      expect(await effects()).to.equal(6);
    });
  });

  it('lists jobs with their next strike and last run, and the runs of one', async () => {
    await runJob({ ...tools, name: 'parts' });
    const [list, runs] = jobsModule(() => []).queries as [Query, Query];
    const { items } = (await tools.performer.ask(list, clock, {})) as {
      items: { name: string; nextAt: string; lastRun: { state: string } | null }[];
    };
    expect(items.map(({ name, lastRun }) => [name, lastRun?.state])).to.deep.equal([
      ['breaks', undefined],
      ['lost', undefined],
      ['parts', 'DONE'],
      ['refuses', undefined],
    ]);
    expect(items[0]?.nextAt).to.match(/-12-31T16:00:00\.000Z$/);
    expect(await tools.performer.ask(runs, clock, { name: 'parts' })).to.deep.include({ total: 1 });
  });
});
