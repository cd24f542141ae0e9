// What a worker does with a delivery. A delivery is only a hint: the row decides whether there is
// anything to do, so one that comes twice, late or from a dead worker does no harm.
import { dayInShanghai, isFailure } from '../src/kernel/index.ts';
import type { Log } from '../src/platform/log.ts';
import { everything, withTransaction } from '../src/platform/transaction.ts';
import type { Delivery, ProcessDelivery } from './queues.ts';
import type { JobTools } from './run.ts';
import { carryOut } from './run.ts';
import { jobNamed, wantOf, wantRun } from './runs.ts';

/** The run that a delivery means; undefined when its job is gone or switched off. */
async function runOf(
  tools: JobTools,
  delivery: Delivery,
  struckAt: Date,
): Promise<string | undefined> {
  if ('run' in delivery) return delivery.run;
  return withTransaction(tools.db, everything, async (tx) => {
    const job = await jobNamed(tx, delivery.job);
    if (!job?.enabled) return undefined;
    // A result from before the hour was made while the day went on, and does not do.
    return (await wantRun(tx, wantOf(job, dayInShanghai(struckAt)), struckAt)).id;
  });
}

export const processDelivery =
  (tools: JobTools, log: Log): ProcessDelivery =>
  async (job) => {
    // For a strike this is the instant of the schedule, not of the delivery, which may be late.
    const struckAt = new Date(job.opts.prevMillis ?? job.timestamp);
    const runId = await runOf(tools, job.data as Delivery, struckAt);
    if (runId === undefined) return;
    try {
      const run = await carryOut(tools, runId);
      if (run) log.info({ job: run.job, key: run.key, attempt: run.attempt }, 'job done');
    } catch (problem) {
      // The row says what happens next; the queue has done its part.
      const refused = isFailure(problem);
      log[refused ? 'warn' : 'error']({ err: problem, runId }, 'job failed');
    }
  };
