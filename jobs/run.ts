/**
 * Runs one job through the ordinary operations. Every call carries the key `job:<name>:<day>`, so
 * what was done before a crash is replayed, not repeated; an operation that answers `next` is
 * called again for the next portion, each portion being a transaction of its own.
 */
import type { Knex } from 'knex';
import { systemActor } from '../src/identity/index.ts';
import type { Day } from '../src/kernel/index.ts';
import { Failure, dayInShanghai, isFailure } from '../src/kernel/index.ts';
import { keptSigner, sealAudit } from '../src/platform/audit.ts';
import type { Module } from '../src/platform/module.ts';
import type { Actor, Operation } from '../src/platform/operation.ts';
import type { Performer } from '../src/platform/perform.ts';
import type { Tx } from '../src/platform/transaction.ts';
import { everything, withTransaction } from '../src/platform/transaction.ts';
import type { Run } from './runs.ts';
import {
  claimRun,
  failRun,
  finishRun,
  jobToRun,
  noteProgress,
  renewLease,
  runById,
  wantOf,
  wantRun,
} from './runs.ts';

/** What running a job needs. */
export interface JobTools {
  readonly db: Knex;
  readonly performer: Performer;
  /** The catalogue, in which a job's operation is found by name. */
  readonly modules: readonly Module[];
  /** Where the key that seals the log is kept. */
  readonly dataFolder: string;
  /** The actor of all jobs unless a test brings another; one, because keys belong to an actor. */
  readonly actor?: Actor;
  /** Milliseconds after which a run without a sign of life may be taken over. */
  readonly leaseMs?: number;
}

export interface JobResult {
  readonly job: string;
  readonly asOf: Day;
  readonly runId: string;
  readonly round: number;
  /** True when the result was there before. */
  readonly replayed: boolean;
  /** Portions done, and what each answered (the last 100 of them). */
  readonly result: { readonly portions: number; readonly answers: readonly unknown[] };
}

export interface JobWish {
  readonly name: string;
  /** Default: today in Shanghai. */
  readonly asOf?: Day;
  /**
   * A result older than this does not do: the job runs again, and what changed is a new version.
   */
  readonly since?: Date;
  /** Asked for by a person: a job that has no hour of its own runs again. */
  readonly byHand?: boolean;
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

const inTx = <T>({ db }: JobTools, work: (tx: Tx) => Promise<T>): Promise<T> =>
  withTransaction(db, everything, work);

/**
 * Runs a job for a day, or answers the result that is there already. When another process is at it,
 * this waits for that result, or takes over if its lease ends. Throws the operation's refusal.
 */
export async function runJob(tools: JobTools & JobWish): Promise<JobResult> {
  const { name, asOf = dayInShanghai(), since, byHand = false } = tools;
  const wanted = await inTx(tools, async (tx) => {
    const job = await jobToRun(tx, name, asOf);
    const again = byHand && job.cron === null ? new Date() : undefined;
    return wantRun(tx, wantOf(job, asOf), since ?? again);
  });
  if (wanted.state === 'DONE') return resultOf(wanted, true);
  for (;;) {
    const done = await carryOut(tools, wanted.id);
    if (done) return resultOf(done, false);
    const now = await inTx(tools, (tx) => runById(tx, wanted.id));
    if (now?.state === 'DONE') return resultOf(now, true);
    if (now?.state === 'FAILED') throw failureOf(now);
    await wait(200);
  }
}

const resultOf = (run: Run, replayed: boolean): JobResult => ({
  job: run.job,
  asOf: run.businessDay,
  runId: run.id,
  round: run.round,
  replayed,
  result: run.result as JobResult['result'],
});

function failureOf({ job, error }: Run): Error {
  if (error?.refusal !== undefined) return Failure.fromJSON(error.refusal);
  return new Error(`The job ${job} failed: ${error?.message ?? 'unknown'}`);
}

/** Tries before a run that breaks has failed, and milliseconds between them. */
const attempts = 5;
const pauseMs = (attempt: number): number => 1000 * 2 ** attempt;

/**
 * Takes a run and carries it out. Undefined when there is nothing to take. An accident leaves it
 * due again a little later; a refusal fails it. Both are thrown on.
 */
export async function carryOut(tools: JobTools, runId: string): Promise<Run | undefined> {
  // Short, since a start after a crash waits for it before the job can be taken over.
  const { leaseMs = 12_000 } = tools;
  const run = await inTx(tools, (tx) => claimRun(tx, runId, leaseMs));
  if (!run) return undefined;
  const heart = setInterval(() => {
    // A lost beat is made up for by the next; three are missed before anybody takes over.
    inTx(tools, (tx) => renewLease(tx, run, leaseMs)).catch(() => undefined);
  }, leaseMs / 4);
  try {
    const result = await perform(tools, run);
    const mine = await inTx(tools, (tx) => finishRun(tx, run, result));
    return mine ? { ...run, state: 'DONE', result } : undefined;
  } catch (problem) {
    const passing = !isFailure(problem) || isPassing(problem);
    const retry = passing && run.attempt < attempts ? pauseMs(run.attempt) : undefined;
    await inTx(tools, (tx) => failRun(tx, run, errorOf(problem, passing), retry));
    throw problem;
  } finally {
    clearInterval(heart);
  }
}

/** A refusal that a moment later is none. */
const isPassing = ({ kind, code }: Failure): boolean =>
  kind === 'busy' || code === 'key-in-progress';

function errorOf(problem: unknown, passing: boolean) {
  const message = problem instanceof Error ? problem.message : String(problem);
  return isFailure(problem) && !passing ? { message, refusal: problem } : { message };
}

/** What an operation that works in portions answers; others are done with their first call. */
interface Portion {
  readonly next?: string | null;
  readonly done?: number;
  readonly left?: number;
}

async function perform(tools: JobTools, run: Run): Promise<JobResult['result']> {
  const operation = await operationOf(tools, run.operation);
  const actor = tools.actor ?? (await systemActor(tools.db, 'jobs'));
  const answers: unknown[] = [];
  let done = 0;
  let after: string | undefined;
  for (let portion = 1; ; portion += 1) {
    const input = after === undefined ? run.input : { ...run.input, after };
    const outcome = await tools.performer.perform(operation, actor, input, keyOf(run, portion));
    if (outcome.kind === 'refused') throw outcome.failure;
    if (outcome.kind === 'submitted') throw new Error(`${run.operation} waits for approval.`);
    answers.push(outcome.output);
    const { next, done: more = 1, left = 0 } = outcome.output as Portion;
    done += more;
    const reached = done;
    await inTx(tools, (tx) => noteProgress(tx, run, reached, reached + left));
    if (typeof next !== 'string') return { portions: portion, answers: answers.slice(-100) };
    after = next;
  }
}

/** `job:<name>:<day>`, then the round from the second on, then the portion from the second on. */
const keyOf = ({ job, key, round }: Run, portion: number): string =>
  `job:${job}:${key}${round > 1 ? `:${round}` : ''}${portion > 1 ? `/${portion}` : ''}`;

async function operationOf(tools: JobTools, name: string): Promise<Operation> {
  // Its key is read only when it is needed: a process that runs other jobs makes no key.
  if (name === 'audit.seal-chains') return sealAudit(await keptSigner(tools.dataFolder));
  const found = tools.modules.flatMap((m) => m.operations).find((one) => one.name === name);
  if (!found) throw new Error(`No module has the operation ${name}.`);
  return found;
}
