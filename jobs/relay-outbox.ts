// From the outbox to the queue in two steps: an event becomes a run's row in the transaction that
// moves the cursor, and only then, outside of it, the queue hears of rows that are due. A crash
// between the two loses nothing, since the second step looks at rows and not at what was just
// written.
import type { Knex } from 'knex';
import { dayInShanghai } from '../src/kernel/index.ts';
import { readEvents } from '../src/platform/outbox.ts';
import { everything, statement, withTransaction } from '../src/platform/transaction.ts';
import type { JobQueue } from './queues.ts';
import { dueRuns, noteRuns } from './runs.ts';
import type { Subscription } from './subscriptions.ts';

const subscriber = 'jobs';
const eventsAtOnce = 500;

/** Notes a run for each event that somebody subscribes to. Answers how many events were read. */
export function relayEvents(db: Knex, subscriptions: readonly Subscription[]): Promise<number> {
  return withTransaction(db, everything, (tx) =>
    readEvents(tx, subscriber, eventsAtOnce, (events) =>
      noteRuns(
        tx,
        events.flatMap((event) =>
          subscriptions
            .filter((one) => one.event === event.name)
            .map((one) => ({
              job: one.name,
              key: event.id,
              businessDay: dayInShanghai(),
              operation: one.operation,
              input: one.input(event),
            })),
        ),
      ),
    ),
  );
}

/** Tells the queue of every run that is due. Telling it twice is telling it once. */
export async function deliverDue(db: Knex, queue: JobQueue): Promise<number> {
  const due = await withTransaction(db, everything, dueRuns);
  if (due.length === 0) return 0;
  await queue.addBulk(
    due.map(({ id, round, attempt }) => ({
      name: 'run',
      data: { run: id },
      opts: { jobId: `${id}-${round}-${attempt}` },
    })),
  );
  return due.length;
}

const oldestUnseen = statement(
  'jobs.oldest-unseen-event',
  `select coalesce(extract(epoch from now() - min(e.recorded_at)), 0)::float8 as seconds
   from platform_events e
   where (e.xid, e.seq) > (coalesce((select xid from platform_event_cursors
       where subscriber = $1), '0'::xid8),
     coalesce((select seq from platform_event_cursors where subscriber = $1), 0))`,
);

/** Age of the oldest event that the jobs have not seen, in seconds; for the metrics. */
export async function outboxLagSeconds(db: Knex): Promise<number> {
  const [row] = await withTransaction(db, everything, (tx) =>
    tx.rows<{ seconds: number }>(oldestUnseen, [subscriber]),
  );
  return row?.seconds ?? 0;
}
