/**
 * The outbox: events are rows written in the transaction that caused them. A cursor reads only
 * rows whose transaction is older than every running one, so an event that commits late is never
 * skipped.
 */
import { newId } from '../kernel/id.ts';
import { bulkInsert } from './bulk-insert.ts';
import type { DomainEvent } from './operation.ts';
import type { Tx } from './transaction.ts';
import { statement } from './transaction.ts';

const insertEvents = bulkInsert('platform.insert-events', 'platform_events', {
  id: 'text',
  name: 'text',
  zone_id: 'text',
  owner_id: 'text',
  subject_id: 'text',
  operation_id: 'text',
  payload: 'json',
  recorded_at: 'timestamptz',
});

export interface OutgoingEvent extends DomainEvent {
  readonly operationId: string;
}

export function writeEvents(tx: Tx, events: readonly OutgoingEvent[], recordedAt: string): void {
  insertEvents(tx, {
    id: events.map(() => newId('evt')),
    name: events.map((e) => e.name),
    zone_id: events.map((e) => e.zoneId),
    owner_id: events.map((e) => e.ownerId),
    subject_id: events.map((e) => e.subjectId),
    operation_id: events.map((e) => e.operationId),
    payload: events.map((e) => JSON.stringify(e.payload)),
    recorded_at: events.map(() => recordedAt),
  });
}

export interface StoredEvent {
  readonly xid: string;
  readonly seq: string;
  readonly id: string;
  readonly name: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly subjectId: string;
  readonly operationId: string;
  readonly payload: unknown;
}

const lockCursor = statement(
  'platform.lock-cursor',
  `select xid::text, seq::text from platform_event_cursors where subscriber = $1
   for no key update`,
);
const makeCursor = statement(
  'platform.make-cursor',
  'insert into platform_event_cursors (subscriber) values ($1) on conflict do nothing',
);
const eventsAfter = statement(
  'platform.events-after',
  `select xid::text, seq::text, id, name, zone_id as "zoneId", owner_id as "ownerId",
     subject_id as "subjectId", operation_id as "operationId", payload
   from platform_events
   where (xid, seq) > ($1::xid8, $2::bigint)
     and xid < pg_snapshot_xmin(pg_current_snapshot())
   order by platform_events.xid, platform_events.seq limit $3`,
);
const moveCursor = statement(
  'platform.move-cursor',
  `update platform_event_cursors set xid = $2::xid8, seq = $3::bigint, moved_at = now()
   where subscriber = $1`,
);

/**
 * Hands the next events of `subscriber` to `take` and moves its cursor in the same transaction.
 * @returns how many events were handed over; 0 means that it is up to date.
 */
export async function readEvents(
  tx: Tx,
  subscriber: string,
  limit: number,
  take: (events: readonly StoredEvent[]) => Promise<void>,
): Promise<number> {
  await tx.rows(makeCursor, [subscriber]);
  const [cursor] = await tx.rows<{ xid: string; seq: string }>(lockCursor, [subscriber]);
  const events = await tx.rows<StoredEvent>(eventsAfter, [cursor?.xid, cursor?.seq, limit]);
  const last = events.at(-1);
  if (!last) return 0;
  await take(events);
  await tx.rows(moveCursor, [subscriber, last.xid, last.seq]);
  return events.length;
}
