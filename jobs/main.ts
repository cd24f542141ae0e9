// The worker process: queue, schedule, and the relay that wakes it. It is started by the product
// or on its own, and ends when told to; it never ends the process itself.
import { setTimeout } from 'node:timers/promises';
import type { Log } from '../src/platform/log.ts';
import type { Queues } from './queues.ts';
import { openQueues } from './queues.ts';
import { deliverDue, relayEvents } from './relay-outbox.ts';
import type { JobTools } from './run.ts';
import { noteMissedRuns, scheduleJobs } from './schedule.ts';
import type { Subscription } from './subscriptions.ts';
import { subscriptions as allSubscriptions } from './subscriptions.ts';
import { processDelivery } from './worker.ts';

export interface WorkerParts extends JobTools {
  /** A direct address, not through a transaction pooler. */
  readonly databaseUrl: string;
  /** Absent: the queue lives in the database. */
  readonly redisUrl?: string | undefined;
  readonly log: Log;
  readonly subscriptions?: readonly Subscription[];
  /** Tells the queues of several databases on one Redis apart. */
  readonly queuePrefix?: string;
  /** Jobs at a time. */
  readonly concurrency?: number;
  /** Milliseconds between two looks at the outbox. */
  readonly everyMs?: number;
}

export interface Workers {
  readonly queue: 'postgres' | 'redis';
  /** Lets running jobs finish, then closes every connection that was opened here. */
  stop(): Promise<void>;
}

export async function startWorkers(parts: WorkerParts): Promise<Workers> {
  const { db, log, databaseUrl, redisUrl, queuePrefix: prefix } = parts;
  const queues = await openQueues({ databaseUrl, redisUrl, ...(prefix ? { prefix } : {}) });
  const worker = queues.work(processDelivery(parts, log), parts.concurrency ?? 2);
  worker.on('error', (err) => log.warn({ err }, 'queue'));
  const ending = new AbortController();
  let relaying: Promise<void> = Promise.resolve();
  const stop = async (): Promise<void> => {
    ending.abort();
    await relaying;
    await worker.close();
    await queues.close();
  };
  try {
    await noteMissedRuns(db);
    await scheduleJobs(db, queues.queue);
  } catch (problem) {
    await stop();
    throw problem;
  }
  relaying = relay(parts, queues, ending.signal);
  return { queue: queues.kind, stop };
}

/** Looks at the outbox and at due runs until the signal; an accident is logged and tried again. */
async function relay(parts: WorkerParts, { queue }: Queues, signal: AbortSignal): Promise<void> {
  const { db, log, subscriptions = allSubscriptions, everyMs = 1000 } = parts;
  while (!signal.aborted) {
    let read = 0;
    try {
      read = await relayEvents(db, subscriptions);
      await deliverDue(db, queue);
    } catch (err) {
      log.warn({ err }, 'relay');
    }
    // More may be waiting where some was found; the pause ends early when the end comes.
    if (read === 0) await setTimeout(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
