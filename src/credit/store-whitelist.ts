/**
 * Rows of the whitelist: entries with their steps, screenings and reviews. Written for lists; the
 * entries of a batch are locked by id before anything about them is decided.
 */
import type { Day } from '../kernel/index.ts';
import { newId } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Item } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Entry, EntryState, Judged, ReviewTrigger } from './model-whitelist.ts';

const insertEntry = statement(
  'credit.insert-entries',
  `insert into credit_whitelist_entries (id, zone_id, owner_id, enterprise_id, state, reason, batch,
     nominated_on, file_complete_on, clock_count, clock_unit, decision_due_on)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing returning id`,
);

/** False when the firm already has an open or live entry at this bank. */
export async function addEntry(tx: Tx, e: Entry): Promise<boolean> {
  const rows = await tx.rows(insertEntry, [
    e.id,
    e.zoneId,
    e.ownerId,
    e.enterpriseId,
    e.state,
    e.reason,
    e.batch,
    e.nominatedOn,
    e.fileCompleteOn,
    e.clockCount,
    e.clockUnit,
    e.decisionDueOn,
  ]);
  return rows.length > 0;
}

const selectCoolDown = statement(
  'credit.select-cool-down',
  `select max(renominable_on) as "until" from credit_whitelist_entries
   where owner_id = $1 and enterprise_id = $2 and state = 'DECLINED'`,
);

/** From which day a firm that this bank declined may be nominated again. */
export async function coolDownUntil(
  tx: Tx,
  bankId: string,
  enterpriseId: string,
): Promise<Day | undefined> {
  const [row] = await tx.rows<{ until: Day | null }>(selectCoolDown, [bankId, enterpriseId]);
  return row?.until ?? undefined;
}

const lockEntries = statement(
  'credit.lock-entries',
  `select id, zone_id as "zoneId", owner_id as "ownerId", enterprise_id as "enterpriseId", state,
     reason, batch, nominated_on as "nominatedOn", file_complete_on as "fileCompleteOn",
     clock_count as "clockCount", clock_unit as "clockUnit", decision_due_on as "decisionDueOn",
     decided_on as "decidedOn", expires_on as "expiresOn", exit_reason as "exitReason",
     renominable_on as "renominableOn", screening_passed as "screeningPassed",
     frozen_nodes as "frozenNodes", version::int
   from credit_whitelist_entries where id = any ($1::text[]) order by id for no key update`,
);

/** Locks the entries of the caller's scope, in the order of their ids. */
export async function lockEntriesById(tx: Tx, ids: readonly string[]): Promise<Map<string, Entry>> {
  const rows = await tx.rows<Entry>(lockEntries, [[...new Set(ids)].sort()]);
  return new Map(rows.map((row) => [row.id, row]));
}

const updateEntries = statement(
  'credit.update-entries',
  `update credit_whitelist_entries w set state = c.state, reason = c.reason,
     file_complete_on = c.file_complete_on, clock_count = c.clock_count,
     clock_unit = c.clock_unit, decision_due_on = c.decision_due_on, decided_on = c.decided_on,
     expires_on = c.expires_on, exit_reason = c.exit_reason, renominable_on = c.renominable_on,
     screening_passed = c.screening_passed, frozen_nodes = c.frozen_nodes::text[],
     version = c.version
   from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::int[], $6::text[], $7::date[],
     $8::date[], $9::date[], $10::text[], $11::date[], $12::boolean[], $13::text[], $14::bigint[])
     as c (id, state, reason, file_complete_on, clock_count, clock_unit, decision_due_on,
       decided_on, expires_on, exit_reason, renominable_on, screening_passed, frozen_nodes, version)
   where w.id = c.id`,
);

/** Writes locked entries as they stand at the end of the batch. */
export function saveEntries(tx: Tx, list: readonly Entry[]): void {
  if (list.length === 0) return;
  tx.send(updateEntries, [
    list.map((e) => e.id),
    list.map((e) => e.state),
    list.map((e) => e.reason),
    list.map((e) => e.fileCompleteOn),
    list.map((e) => e.clockCount),
    list.map((e) => e.clockUnit),
    list.map((e) => e.decisionDueOn),
    list.map((e) => e.decidedOn),
    list.map((e) => e.expiresOn),
    list.map((e) => e.exitReason),
    list.map((e) => e.renominableOn),
    list.map((e) => e.screeningPassed),
    list.map((e) => `{${e.frozenNodes.join(',')}}`),
    list.map((e) => e.version),
  ]);
}

export interface EntryStep {
  readonly item: Item<unknown>;
  readonly entry: Pick<Entry, 'id' | 'zoneId' | 'ownerId'>;
  readonly from: EntryState;
  readonly to: EntryState;
  readonly reason: string;
}

/** When and what it belongs to, for every row that is only ever added. */
interface Moment {
  readonly today: Day;
  readonly now: Date;
}

const insertSteps = bulkInsert('credit.insert-entry-steps', 'credit_whitelist_steps', {
  id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  entry_id: 'text',
  from_state: 'text',
  to_state: 'text',
  reason: 'text',
  value_on: 'date',
  made_by: 'text',
  made_at: 'timestamptz',
  operation_id: 'text',
});

export function addEntrySteps(tx: Tx, list: readonly EntryStep[], { today, now }: Moment): void {
  insertSteps(tx, {
    id: list.map(() => newId('wls')),
    zone_id: list.map(({ entry }) => entry.zoneId),
    owner_id: list.map(({ entry }) => entry.ownerId),
    entry_id: list.map(({ entry }) => entry.id),
    from_state: list.map((one) => one.from),
    to_state: list.map((one) => one.to),
    reason: list.map((one) => one.reason),
    value_on: list.map(() => today),
    made_by: list.map(({ item }) => item.actor.userId),
    made_at: list.map(() => now.toISOString()),
    operation_id: list.map(({ item }) => item.operationId),
  });
}

const insertScreening = statement(
  'credit.insert-screenings',
  `insert into credit_whitelist_screenings (id, zone_id, owner_id, entry_id, pack_id, screened_on,
     passed, findings, made_by, made_at, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10, $11)`,
);

export function addScreening(
  tx: Tx,
  item: Item<unknown>,
  entry: Entry,
  judged: { packId: string; passed: boolean; findings: readonly Judged[] },
  { today, now }: Moment,
): void {
  const { packId, passed, findings } = judged;
  const made = [item.actor.userId, now.toISOString(), item.operationId];
  const { id, zoneId, ownerId } = entry;
  const what = [newId('scr'), zoneId, ownerId, id, packId, today, passed];
  tx.send(insertScreening, [...what, JSON.stringify(findings), ...made]);
}

/** An entry `w` counts on the day that the parameter is; its last day belongs to it. */
export const inForceOn = (day: string): string =>
  `w.state = 'ACTIVE' and (w.expires_on is null or w.expires_on >= ${day}::date)`;

const selectActive = statement(
  'credit.select-active-entries',
  `select w.enterprise_id as "enterpriseId", w.owner_id as "ownerId"
   from credit_whitelist_entries w
   where w.enterprise_id = any ($1::text[]) and ${inForceOn('$2')}
   order by w.id for share`,
);

/**
 * `bank enterprise` of every entry in force on that day. They are held until the commit, so that no
 * line is opened beside a suspension that would have frozen it.
 */
export async function activeEntries(
  tx: Tx,
  enterpriseIds: readonly string[],
  on: Day,
): Promise<Set<string>> {
  const rows = await tx.rows<{ enterpriseId: string; ownerId: string }>(selectActive, [
    [...new Set(enterpriseIds)],
    on,
  ]);
  return new Set(rows.map((row) => `${row.ownerId} ${row.enterpriseId}`));
}

const selectListed = statement(
  'credit.select-listed',
  `select exists (select from credit_whitelist_entries w
     where w.owner_id = $1 and w.enterprise_id = $2 and ${inForceOn('$3')}) as listed`,
);

/** Without a lock: it may be otherwise by the time a line is opened. */
export async function isWhitelisted(
  tx: Tx,
  { ownerId, enterpriseId }: Pick<Entry, 'ownerId' | 'enterpriseId'>,
  on: Day,
): Promise<boolean> {
  const [row] = await tx.rows<{ listed: boolean }>(selectListed, [ownerId, enterpriseId, on]);
  return row?.listed === true;
}

const selectLineNodes = statement(
  'credit.select-line-nodes',
  `select id as "lineId", node_id as "nodeId" from credit_lines
   where owner_id = $1 and enterprise_id = $2`,
);

/** Limits of every line and sub-line that the bank gave the firm, under whatever agreement. */
export const lineNodesOf = (
  tx: Tx,
  { ownerId, enterpriseId }: Entry,
): Promise<{ lineId: string; nodeId: string }[]> =>
  tx.rows(selectLineNodes, [ownerId, enterpriseId]);

export interface Review {
  readonly id: string;
  readonly entryId: string;
  readonly trigger: ReviewTrigger;
  readonly dueOn: Day;
  readonly doneOn: Day | null;
}

export interface NewReview {
  readonly item: Item<unknown>;
  readonly entry: Pick<Entry, 'id' | 'zoneId' | 'ownerId'>;
  readonly trigger: ReviewTrigger;
  readonly note: string;
  readonly dueOn: Day;
}

const insertReviews = statement(
  'credit.insert-reviews',
  `insert into credit_whitelist_reviews (id, zone_id, owner_id, entry_id, trigger, note, raised_on,
     due_on, operation_id)
   select n.id, n.zone_id, n.owner_id, n.entry_id, n.trigger, n.note, $7::date, n.due_on,
     n.operation
   from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $8::date[],
     $9::text[]) as n (id, zone_id, owner_id, entry_id, trigger, note, due_on, operation)
   on conflict (entry_id, trigger) where done_on is null do nothing returning id`,
);

/** Adds open reviews and answers their ids; one cause of one entry has one open review. */
export async function addReviews(
  tx: Tx,
  list: readonly NewReview[],
  today: Day,
): Promise<(string | undefined)[]> {
  if (list.length === 0) return [];
  const ids = list.map(() => newId('rev'));
  const rows = await tx.rows<{ id: string }>(insertReviews, [
    ids,
    list.map(({ entry }) => entry.zoneId),
    list.map(({ entry }) => entry.ownerId),
    list.map(({ entry }) => entry.id),
    list.map((one) => one.trigger),
    list.map((one) => one.note),
    today,
    list.map((one) => one.dueOn),
    list.map(({ item }) => item.operationId),
  ]);
  const added = new Set(rows.map(({ id }) => id));
  return ids.map((id) => (added.has(id) ? id : undefined));
}

const lockReview = statement(
  'credit.lock-review',
  `select id, entry_id as "entryId", trigger, due_on as "dueOn", done_on as "doneOn"
   from credit_whitelist_reviews where id = $1 for no key update`,
);

export async function lockReviewById(tx: Tx, id: string): Promise<Review | undefined> {
  return (await tx.rows<Review>(lockReview, [id]))[0];
}

const closeReview = statement(
  'credit.close-review',
  `update credit_whitelist_reviews set done_on = $2, result = $3, finding = $4 where id = $1`,
);

export function saveReview(
  tx: Tx,
  id: string,
  done: { on: Day; result: 'KEEP' | 'SUSPEND'; finding: string },
): void {
  tx.send(closeReview, [id, done.on, done.result, done.finding]);
}
