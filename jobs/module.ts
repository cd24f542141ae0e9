/**
 * Jobs on the catalogue: the list with its next strike, the runs with their progress, and the
 * wish for a run. The wish is a row; a worker finds it, and no request waits for the work.
 */
import { z } from 'zod';
import { Failure, dayInShanghai, sentence } from '../src/kernel/index.ts';
import type { Module } from '../src/platform/module.ts';
import { defineModule } from '../src/platform/module.ts';
import type { Operation } from '../src/platform/operation.ts';
import { operation, query } from '../src/platform/operation.ts';
import { pageOf } from '../src/platform/page.ts';
import { DayInput, DayText, InstantText, listOf, pageShape } from '../src/platform/schemas.ts';
import { nextStrike } from './cron.ts';
import { jobRefusals } from './refusals.ts';
import { runSteps } from './run-steps.ts';
import type { Run } from './runs.ts';
import { allJobs, isTimed, jobToRun, latestRuns, runColumns, wantOf, wantRun } from './runs.ts';
import { sql as build } from '../src/platform/sql.ts';

const JobName = z
  .string()
  .regex(/^[a-z][a-z-]{0,59}$/, sentence('作业的名称', 'the name of a job'));

const RunShown = z.object({
  runId: z.string(),
  job: z.string(),
  key: z.string(),
  asOf: DayText,
  operation: z.string(),
  state: z.enum(['QUEUED', 'RUNNING', 'DONE', 'FAILED']),
  round: z.int(),
  attempt: z.int(),
  progress: z.object({ done: z.int(), total: z.int().nullable() }),
  startedAt: InstantText.nullable(),
  finishedAt: InstantText.nullable(),
  result: z.unknown(),
  error: z.unknown(),
});

const shown = (run: Run): z.output<typeof RunShown> => ({
  runId: run.id,
  job: run.job,
  key: run.key,
  asOf: run.businessDay,
  operation: run.operation,
  state: run.state,
  round: run.round,
  attempt: run.attempt,
  progress: { done: run.done, total: run.total },
  startedAt: run.startedAt?.toISOString() ?? null,
  finishedAt: run.finishedAt?.toISOString() ?? null,
  result: run.result,
  error: run.error,
});

const JobShown = z.object({
  name: z.string(),
  title: z.object({ zh: z.string(), en: z.string() }),
  cron: z.string().nullable().meta({ description: '空：不定时，由人发起' }),
  timezone: z.string(),
  operation: z.string(),
  steps: z.array(z.string()).nullable().meta({ description: '由哪些任务依次组成' }),
  enabled: z.boolean(),
  nextAt: InstantText.nullable(),
  lastRun: RunShown.nullable(),
});

const listJobs = query({
  name: 'jobs.list-jobs',
  title: { zh: '后台任务', en: 'Jobs' },
  permission: 'jobs:read',
  input: z.strictObject({}),
  output: z.object({ items: z.array(JobShown) }),
  async run({ tx, now }) {
    const jobs = await allJobs(tx);
    const last = new Map((await latestRuns(tx)).map((run) => [run.job, run]));
    const items = jobs.map((job) => {
      const { name, title, cron, timezone, operation: performed, steps, enabled } = job;
      const run = last.get(name);
      return {
        name,
        title,
        cron,
        timezone,
        operation: performed,
        steps: steps === null ? null : [...steps],
        enabled,
        nextAt: isTimed(job) ? nextStrike(job, now).toISOString() : null,
        lastRun: run ? shown(run) : null,
      };
    });
    return { items };
  },
});

const listRuns = query({
  name: 'jobs.list-runs',
  title: { zh: '任务执行记录', en: 'Runs of a job' },
  permission: 'jobs:read',
  input: z.strictObject({ ...pageShape, name: JobName }),
  output: listOf(RunShown),
  async run({ tx }, { name, ...place }) {
    const rows = build('platform_job_runs').select(build.raw(runColumns)).where('job', name);
    const page = await pageOf<Run>(tx, rows, place, { descending: true });
    return { ...page, items: page.items.map(shown) };
  },
});

const requestRun = operation({
  name: 'jobs.request-run',
  title: { zh: '运行任务', en: 'Ask for a run of a job' },
  permission: 'jobs:run',
  input: z.strictObject({
    name: JobName,
    asOf: DayInput.optional().meta({ description: '数据日期，默认今天' }),
    force: z.boolean().default(false).meta({ description: '已有结果时也重新计算' }),
  }),
  output: RunShown,
  async run({ tx, now }, { input }) {
    const { name, asOf = dayInShanghai(now), force } = input;
    const job = await jobToRun(tx, name, asOf);
    if (!job.enabled) throw new Failure(jobRefusals['job-disabled'], { name });
    return shown(await wantRun(tx, wantOf(job, asOf), force ? now : undefined));
  },
});

/** The catalogue names every operation of the product: the steps of a job are found there. */
export const jobsModule = (catalogue: () => readonly Operation[]): Module =>
  defineModule({
    name: 'jobs',
    operations: [requestRun, runSteps(catalogue)],
    queries: [listJobs, listRuns],
    routes: [
      { method: 'get', path: '/jobs', query: listJobs },
      { method: 'get', path: '/jobs/:name/runs', query: listRuns },
      { method: 'post', path: '/jobs/:name/runs', operation: requestRun },
    ],
    refusals: Object.values(jobRefusals),
  });
