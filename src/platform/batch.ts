/**
 * One transaction of `perform`: replay what was answered before, run the rest as a list, then
 * write events and log entries. The order is fixed: business rows, events, log; the chain head
 * comes last.
 */
import type { Knex } from 'knex';
import { canonicalJson } from '../kernel/canonical.ts';
import { dayInShanghai } from '../kernel/day.ts';
import { Failure, isFailure } from '../kernel/failure.ts';
import type { Context, DomainEvent, Item, Operation, RuleQuote } from './operation.ts';
import type { Head, LogEntry, StoredCall } from './operation-log.ts';
import { appendToLog, findStoredCalls, lockChains, platformChain } from './operation-log.ts';
import { writeEvents } from './outbox.ts';
import type { Call, Outcome, Ports } from './perform.ts';
import { platformRefusals as no } from './refusals.ts';
import type { Tx } from './transaction.ts';
import { rehearse } from './trial.ts';
import { withTransaction } from './transaction.ts';

/** What is gathered beside the results while a list runs. */
class Recorder {
  readonly events = new Map<Item<unknown>, DomainEvent[]>();
  readonly zones = new Map<Item<unknown>, string>();
  readonly rules = new Map<Item<unknown>, RuleQuote[]>();
  readonly context: Context;
  /** Heads of chains locked ahead of the log entries. */
  heads: Promise<ReadonlyMap<string, Head>> | undefined;

  constructor(tx: Tx, now: Date, optimistic = false) {
    this.context = {
      tx,
      now,
      optimistic,
      today: dayInShanghai(now),
      sendEvents: () => this.sendEvents([...this.events.keys()]),
      lockLog: () => {
        this.heads = lockChains(tx, this.zones.values());
        this.heads.catch(() => undefined);
      },
      emit: (item, event) => {
        append(this.events, item, event);
        this.zones.set(item, event.zoneId);
      },
      concern: (item, zoneId) => this.zones.set(item, zoneId),
      quote: (item, rule) => append(this.rules, item, rule),
    };
  }

  /** Writes the events of these items, each once. */
  sendEvents(items: readonly Item<unknown>[]): void {
    const events = items.flatMap((item) =>
      (this.events.get(item) ?? []).map((event) => ({ ...event, operationId: item.operationId })),
    );
    for (const item of items) this.events.delete(item);
    writeEvents(this.context.tx, events, this.context.now.toISOString());
  }
}

/** A context whose news, zones and rules nobody keeps. */
export const freshContext = (tx: Tx): Context => new Recorder(tx, new Date()).context;

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Refusals that a late duplicate must hear again; the others leave no trace. */
const isStored = (failure: Failure): boolean =>
  failure.kind === 'refused' || failure.kind === 'conflict';

const differingFields = (before: unknown, now: unknown): string[] => {
  const [a, b] = [before, now].map((v) => (typeof v === 'object' && v !== null ? v : {}));
  const names = new Set([...Object.keys(a as object), ...Object.keys(b as object)]);
  return [...names].filter(
    (name) =>
      canonicalJson((a as Record<string, unknown>)[name] ?? null) !==
      canonicalJson((b as Record<string, unknown>)[name] ?? null),
  );
};

function replayed(call: Call, stored: StoredCall): Outcome {
  if (stored.payloadHash !== call.payloadHash) {
    const different = differingFields(stored.input, JSON.parse(call.logged));
    const failure = new Failure(no['key-reused'], {
      key: call.key,
      different: different.length > 0 ? different : ['If-Match'],
    });
    return { kind: 'refused', failure, replayed: false };
  }
  if (stored.outcome === 'done') return { kind: 'done', output: stored.result, replayed: true };
  if (stored.outcome === 'submitted') {
    const { approvalId } = stored.result as { approvalId: string };
    return { kind: 'submitted', approvalId, replayed: true };
  }
  return { kind: 'refused', failure: Failure.fromJSON(stored.result), replayed: true };
}

/** Files one call for approval: rehearse and undo, then set aside, then file. */
async function submitOne(ports: Ports, recorder: Recorder, call: Call): Promise<Outcome> {
  const { operation, item } = call;
  const rehearsal = new Recorder(recorder.context.tx, recorder.context.now);
  const readers = ports.effects ?? [];
  const { answer: rehearsed, effects } = await rehearse(rehearsal.context, call, readers);
  for (const [key, zone] of rehearsal.zones) recorder.zones.set(key, zone);
  if (isFailure(rehearsed)) return { kind: 'refused', failure: rehearsed, replayed: false };
  try {
    return await recorder.context.tx.attempt(
      async () => {
        const hold = await operation.approval?.hold?.(recorder.context, item);
        const zoneId = recorder.zones.get(item);
        const filing = { raw: call.raw, hold, rehearsed, effects, zoneId };
        const approvalId = await ports.submit(recorder.context, operation, item, filing);
        return { kind: 'submitted', approvalId, replayed: false };
      },
      () => true,
    );
  } catch (problem) {
    if (isFailure(problem)) return { kind: 'refused', failure: problem, replayed: false };
    throw problem;
  }
}

async function runFresh(
  ports: Ports,
  recorder: Recorder,
  calls: readonly Call[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = Array.from({ length: calls.length });
  const straight: number[] = [];
  for (const [i, call] of calls.entries()) {
    if (call.submitOnly) outcomes[i] = await submitOne(ports, recorder, call);
    else straight.push(i);
  }
  if (straight.length === 0) return outcomes;
  const { operation } = calls[0] as Call;
  const items = straight.map((i) => (calls[i] as Call).item);
  const results = await operation.runMany(recorder.context, items);
  straight.forEach((place, i) => {
    const result = results[i];
    outcomes[place] = isFailure(result)
      ? { kind: 'refused', failure: result, replayed: false }
      : { kind: 'done', output: checked(operation, result), replayed: false };
  });
  return outcomes;
}

function checked(operation: Operation, output: unknown): unknown {
  const parsed = operation.output.safeParse(output);
  if (parsed.success) return parsed.data;
  throw new Error(`${operation.name} gave an output of the wrong shape: ${parsed.error.message}`);
}

function logEntry(recorder: Recorder, call: Call, outcome: Outcome, at: string): LogEntry {
  const result =
    outcome.kind === 'done'
      ? outcome.output
      : outcome.kind === 'submitted'
        ? { approvalId: outcome.approvalId }
        : outcome.failure;
  return {
    id: call.item.operationId,
    chain: recorder.zones.get(call.item) ?? platformChain,
    actorId: call.item.actor.userId,
    organisationId: call.item.actor.organisationId,
    operation: call.operation.name,
    idempotencyKey: call.key,
    payloadHash: call.payloadHash,
    input: call.logged,
    outcome: outcome.kind,
    result: canonicalJson(result),
    rules: canonicalJson(recorder.rules.get(call.item) ?? []),
    approvalId: outcome.kind === 'submitted' ? outcome.approvalId : null,
    recordedAt: at,
  };
}

const keyOf = (call: Call) => ({
  actorId: call.item.actor.userId,
  operation: call.operation.name,
  key: call.key,
});

export interface BatchOptions {
  /** The calls were gathered, so their operation is written for a list. */
  readonly gathered?: boolean;
  /** Lets the operation write before it decides; throws NotAsExpected when it must not. */
  readonly optimistic?: boolean;
}

/** Runs the calls, all of one operation and one scope, and commits once. */
export async function runBatch(
  db: Knex,
  ports: Ports,
  calls: readonly Call[],
  { gathered = false, optimistic = false }: BatchOptions = {},
): Promise<readonly Outcome[]> {
  const now = new Date();
  const scope = (calls[0] as Call).item.actor.scope;
  const work = async (tx: Tx): Promise<readonly Outcome[]> => {
    const { stored, running } = await findStoredCalls(tx, calls.map(keyOf));
    const outcomes: Outcome[] = Array.from({ length: calls.length });
    const seen = new Set<string>();
    const fresh: number[] = [];
    for (const [i, call] of calls.entries()) {
      const before = stored.get(i);
      const slot = JSON.stringify(keyOf(call));
      if (before) outcomes[i] = replayed(call, before);
      else if (running.has(i) || seen.has(slot)) {
        const failure = new Failure(no['key-in-progress'], { key: call.key });
        outcomes[i] = { kind: 'refused', failure, replayed: false };
      } else fresh.push(i);
      seen.add(slot);
    }
    if (fresh.length === 0) return outcomes;
    const recorder = new Recorder(tx, now, optimistic);
    const freshCalls = fresh.map((i) => calls[i] as Call);
    const results = await runFresh(ports, recorder, freshCalls);
    fresh.forEach((place, i) => {
      outcomes[place] = results[i] as Outcome;
    });
    await record(tx, recorder, freshCalls, results, now.toISOString());
    return outcomes;
  };
  return withTransaction(db, scope, work, { byKey: gathered });
}

async function record(
  tx: Tx,
  recorder: Recorder,
  calls: readonly Call[],
  outcomes: readonly Outcome[],
  at: string,
): Promise<void> {
  const kept = calls
    .map((call, i) => ({ call, outcome: outcomes[i] as Outcome }))
    .filter(({ outcome }) => outcome.kind !== 'refused' || isStored(outcome.failure));
  const happened = kept.filter(({ outcome }) => outcome.kind !== 'refused');
  const entries = kept.map(({ call, outcome }) => logEntry(recorder, call, outcome, at));
  recorder.sendEvents(happened.map(({ call }) => call.item));
  await appendToLog(tx, entries, recorder.heads);
}
