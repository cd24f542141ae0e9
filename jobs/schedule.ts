// Cron rows become schedulers of the queue, in Asia/Shanghai; and at the start, runs that a stopped
// worker missed are noted, so that a night without power costs no day.
import type { Knex } from 'knex';
import { addDays, dayInShanghai } from '../src/kernel/index.ts';
import { everything, withTransaction } from '../src/platform/transaction.ts';
import { lastStrikes } from './cron.ts';
import type { JobQueue } from './queues.ts';
import { allJobs, isTimed, wantOf, wantRun } from './runs.ts';

/** How far back missed runs are made up for. */
const catchUpDays = 7;

/** Makes the queue's schedulers equal to the rows: changed ones replaced, others removed. */
export async function scheduleJobs(db: Knex, queue: JobQueue): Promise<void> {
  const jobs = (await withTransaction(db, everything, allJobs)).filter(isTimed);
  for (const { name, cron, timezone } of jobs) {
    const repeat = { pattern: cron, tz: timezone };
    await queue.upsertJobScheduler(name, repeat, { name: 'strike', data: { job: name } });
  }
  const wanted = new Set(jobs.map((job) => job.name));
  for (const { key } of await queue.getJobSchedulers()) {
    if (!wanted.has(key)) await queue.removeJobScheduler(key);
  }
}

/**
 * Notes every run whose hour has come without it, up to a week back and never before the job
 * existed. A run made by hand before its hour is made again: the day was not over yet.
 */
export async function noteMissedRuns(db: Knex, now: Date = new Date()): Promise<void> {
  await withTransaction(db, everything, async (tx) => {
    for (const job of (await allJobs(tx)).filter(isTimed)) {
      const earliest = addDays(dayInShanghai(now), -catchUpDays);
      const from = job.since > earliest ? job.since : earliest;
      for (const { day, at } of lastStrikes(job, from, now)) {
        await wantRun(tx, wantOf(job, day), at);
      }
    }
  });
}
