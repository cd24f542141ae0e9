/**
 * The outbox: events are rows written in the transaction that caused them. A cursor reads only
 * rows whose transaction is older than every running one, so an event that commits late is never
 * skipped.
 */
import { newId } from '../kernel/id.ts';
import type { DomainEvent } from './operation.ts';
import type { Tx } from './transaction.ts';
import { statement } from './transaction.ts';

const insertEvents = statement(
  'platform.insert-events',
  `insert into platform_events (id, name, zone_id, owner_id, subject_id, operation_id, payload,
     recorded_at)
   select e.*, $8::timestamptz from unnest($1::text[], $2::text[], $3::text[], $4::text[],
     $5::text[], $6::text[], $7::json[]) as e`,
);

export interface OutgoingEvent extends DomainEvent {
  readonly operationId: string;
}

export async function writeEvents(
  tx: Tx,
  events: readonly OutgoingEvent[],
  recordedAt: string,
): Promise<void> {
  if (events.length === 0) return;
  await tx.rows(insertEvents, [
    events.map(() => newId('evt')),
    events.map((e) => e.name),
    events.map((e) => e.zoneId),
    events.map((e) => e.ownerId),
    events.map((e) => e.subjectId),
    events.map((e) => e.operationId),
    events.map((e) => JSON.stringify(e.payload)),
    recordedAt,
  ]);
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
