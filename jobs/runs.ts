// Rows of jobs and of their runs. The row decides what happens, never the queue: a run is wanted
// once under its key, one worker at a time holds it by a lease, and its result is written once.
import type { Day } from '../src/kernel/index.ts';
import { Failure, dayInShanghai, newId } from '../src/kernel/index.ts';
import type { Tx } from '../src/platform/transaction.ts';
import { statement } from '../src/platform/transaction.ts';
import { jobRefusals } from './refusals.ts';

/** A job as data: what to perform, and when. */
export interface Job {
  readonly name: string;
  readonly title: { readonly zh: string; readonly en: string };
  /** Null: it strikes by itself never. */
  readonly cron: string | null;
  readonly timezone: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The jobs that it consists of, in their order; null: it is none of several. */
  readonly steps: readonly string[] | null;
  readonly enabled: boolean;
  /** Runs missed before this day are not made up for. */
  readonly since: Day;
}

export type RunState = 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED';

export interface RunError {
  readonly message: string;
  /** The refusal, when the operation said no; a new try then needs a new round. */
  readonly refusal?: unknown;
}

export interface Run {
  readonly id: string;
  readonly job: string;
  /** The business day, or the id of the event that asked for it. */
  readonly key: string;
  readonly businessDay: Day;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly state: RunState;
  /** How often a fresh result was wanted under this key. */
  readonly round: number;
  /** How often this round was begun. */
  readonly attempt: number;
  readonly done: number;
  readonly total: number | null;
  readonly result: unknown;
  readonly error: RunError | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

const jobColumns = `name, json_build_object('zh', zh, 'en', en) as title, cron, timezone,
  operation, input, steps, enabled, since`;

export const runColumns = `id, job, key, business_day as "businessDay", operation, input, state,
  round, attempt, done, total, result, error, started_at as "startedAt",
  finished_at as "finishedAt"`;

const selectJobs = statement(
  'jobs.select-jobs',
  `select ${jobColumns} from platform_jobs order by name`,
);
const selectJob = statement(
  'jobs.select-job',
  `select ${jobColumns} from platform_jobs where name = $1`,
);

export const allJobs = (tx: Tx): Promise<Job[]> => tx.rows<Job>(selectJobs);

export async function jobNamed(tx: Tx, name: string): Promise<Job | undefined> {
  const [job] = await tx.rows<Job>(selectJob, [name]);
  return job;
}

/** What to run once under one key. */
export interface Want {
  readonly job: string;
  readonly key: string;
  readonly businessDay: Day;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The input of a job on a day: the text "$day" in it stands for the business day. */
export const inputOn = (input: Job['input'], day: Day): Job['input'] =>
  Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, value === '$day' ? day : value]),
  );

/** The run of a job on a day. */
export const wantOf = ({ name, operation, input }: Job, day: Day): Want => ({
  job: name,
  key: day,
  businessDay: day,
  operation,
  input: inputOn(input, day),
});

/** A job that strikes by itself. */
export type TimedJob = Job & { readonly cron: string };

export const isTimed = (job: Job): job is TimedJob => job.enabled && job.cron !== null;

/** The job by its name and a day that has come. Throws job-missing and as-of-ahead. */
export async function jobToRun(tx: Tx, name: string, asOf: Day): Promise<Job> {
  const job = await jobNamed(tx, name);
  if (!job) {
    const known = (await allJobs(tx)).map((one) => one.name).sort();
    throw new Failure(jobRefusals['job-missing'], { name, known });
  }
  if (asOf > dayInShanghai()) throw new Failure(jobRefusals['as-of-ahead'], { asOf });
  return job;
}

const insertRuns = statement(
  'jobs.insert-runs',
  `insert into platform_job_runs (id, job, key, business_day, operation, input, state, due_at)
   select w.*, 'QUEUED', now() from unnest($1::text[], $2::text[], $3::text[], $4::date[],
     $5::text[], $6::json[]) as w
   on conflict (job, key) do nothing`,
);

/** Notes runs that are not noted yet; those that are stay as they are. */
export async function noteRuns(tx: Tx, wants: readonly Want[]): Promise<void> {
  if (wants.length === 0) return;
  await tx.rows(insertRuns, [
    wants.map(() => newId('run')),
    wants.map((w) => w.job),
    wants.map((w) => w.key),
    wants.map((w) => w.businessDay),
    wants.map((w) => w.operation),
    wants.map((w) => JSON.stringify(w.input)),
  ]);
}

const reopen = statement(
  'jobs.reopen-run',
  `update platform_job_runs set state = 'QUEUED', attempt = 0, done = 0, total = null,
     due_at = now(), round = round + case
       when state = 'DONE' or error -> 'refusal' is not null then 1 else 0 end
   where job = $1 and key = $2
     and (state = 'FAILED' or (state = 'DONE' and finished_at < $3::timestamptz))`,
);
const selectByKey = statement(
  'jobs.select-run-by-key',
  `select ${runColumns} from platform_job_runs where job = $1 and key = $2`,
);

/**
 * The run under this key, noted now if it was not. A failed one is opened again, and so is a
 * finished one whose result is older than `since`.
 */
export async function wantRun(tx: Tx, want: Want, since?: Date): Promise<Run> {
  await noteRuns(tx, [want]);
  await tx.rows(reopen, [want.job, want.key, since?.toISOString() ?? null]);
  const [run] = await tx.rows<Run>(selectByKey, [want.job, want.key]);
  return run as Run;
}

const claim = statement(
  'jobs.claim-run',
  `update platform_job_runs set state = 'RUNNING', attempt = attempt + 1, started_at = now(),
     finished_at = null, lease_until = now() + $2 * interval '1 millisecond'
   where id = $1 and (state = 'QUEUED' or (state = 'RUNNING' and lease_until < now()))
   returning ${runColumns}`,
);
const selectRun = statement(
  'jobs.select-run',
  `select ${runColumns} from platform_job_runs where id = $1`,
);

/** Takes the run for this process; undefined when it is finished or somebody else holds it. */
export async function claimRun(tx: Tx, id: string, leaseMs: number): Promise<Run | undefined> {
  const [run] = await tx.rows<Run>(claim, [id, leaseMs]);
  return run;
}

export async function runById(tx: Tx, id: string): Promise<Run | undefined> {
  const [run] = await tx.rows<Run>(selectRun, [id]);
  return run;
}

const renew = statement(
  'jobs.renew-lease',
  `update platform_job_runs set lease_until = now() + $3 * interval '1 millisecond'
   where id = $1 and attempt = $2 and state = 'RUNNING'`,
);
const progress = statement(
  'jobs.note-progress',
  `update platform_job_runs set done = $3, total = $4
   where id = $1 and attempt = $2 and state = 'RUNNING'`,
);
const finish = statement(
  'jobs.finish-run',
  `update platform_job_runs set state = 'DONE', result = $3, error = null, finished_at = now()
   where id = $1 and attempt = $2 and state = 'RUNNING' returning id`,
);
const fail = statement(
  'jobs.fail-run',
  `update platform_job_runs set error = $3, finished_at = now(),
     state = case when $4::bigint is null then 'FAILED' else 'QUEUED' end,
     due_at = now() + coalesce($4::bigint, 0) * interval '1 millisecond'
   where id = $1 and attempt = $2 and state = 'RUNNING'`,
);

export const renewLease = (tx: Tx, run: Run, leaseMs: number): Promise<unknown> =>
  tx.rows(renew, [run.id, run.attempt, leaseMs]);

export const noteProgress = (tx: Tx, run: Run, done: number, total: number): Promise<unknown> =>
  tx.rows(progress, [run.id, run.attempt, done, total]);

/** False when the lease was lost to somebody else, whose result then counts. */
export async function finishRun(tx: Tx, run: Run, result: unknown): Promise<boolean> {
  const rows = await tx.rows(finish, [run.id, run.attempt, JSON.stringify(result)]);
  return rows.length > 0;
}

/** @param retryInMs after which the run is due again; undefined: it has failed. */
export const failRun = (tx: Tx, run: Run, error: RunError, retryInMs?: number): Promise<unknown> =>
  tx.rows(fail, [run.id, run.attempt, JSON.stringify(error), retryInMs ?? null]);

const selectDue = statement(
  'jobs.select-due-runs',
  `select id, round, attempt from platform_job_runs
   where (state = 'QUEUED' and due_at <= now()) or (state = 'RUNNING' and lease_until < now())
   order by due_at limit 200`,
);

/** Runs that somebody should begin: queued ones, and those whose worker is gone. */
export const dueRuns = (tx: Tx): Promise<Pick<Run, 'id' | 'round' | 'attempt'>[]> =>
  tx.rows(selectDue);

const selectLatest = statement(
  'jobs.select-latest-runs',
  `select distinct on (job) ${runColumns} from platform_job_runs
   order by job, business_day desc, id desc`,
);

/** The run of the latest day of each job. */
export const latestRuns = (tx: Tx): Promise<Run[]> => tx.rows<Run>(selectLatest);
