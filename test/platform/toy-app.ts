// The app of the toys on a database of its own: everything real but the sign-in, whose tokens are
// names here, and the tiers of approval.
import type { Knex } from 'knex';
import express from 'express';
import { Failure, Money, newId } from '../../src/kernel/index.ts';
import { makeApp, serve, type Serving } from '../../src/app.ts';
import type { IsReady } from '../../src/platform/health.ts';
import { makeLog } from '../../src/platform/log.ts';
import { makeMetrics } from '../../src/platform/metrics.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { platformRefusals as no } from '../../src/platform/refusals.ts';
import { cloneDatabase } from '../support/database.ts';
import { ask, type Answered, type Asked } from '../support/http.ts';
import { makeToyTables, ownerId, toysModule, zoneId } from './toys.ts';

/** The token is the name; the reader may not write. */
const people: Readonly<Record<string, readonly string[]>> = {
  writer: ['toys:read', 'toys:write'],
  reader: ['toys:read'],
};

function actorOf(name: string): Actor {
  const permissions = people[name];
  if (!permissions) throw new Failure(no['not-signed-in']);
  return {
    userId: `user_${name}`,
    personId: `person_${name}`,
    organisationId: ownerId,
    permissions: new Set(permissions),
    scope: { zones: [zoneId], owners: [ownerId] },
  };
}

export interface LogLine {
  readonly msg: string;
  readonly [member: string]: unknown;
}

export interface ToyApp {
  readonly db: Knex;
  readonly serving: Serving;
  readonly lines: LogLine[];
  /** Asks as the writer below /api/v1 unless headers or path say otherwise; writes get a key. */
  api(asked: Asked & { readonly key?: string; readonly as?: string | null }): Promise<Answered>;
  ask(asked: Asked): Promise<Answered>;
  close(): Promise<void>;
}

let keys = 0;
export const freshKey = (): string => `key-${(keys += 1)}`;

export async function openToyApp(
  options: { ready?: IsReady; web?: string; port?: number } = {},
): Promise<ToyApp> {
  const database = await cloneDatabase();
  await makeToyTables(database.url);
  const db = makePool({ url: database.url, max: 4, applicationName: 'test-http' });
  const metrics = makeMetrics({ outboxLagSeconds: () => Promise.resolve(1.5) });
  const performer = new Performer(db, {
    authorise: (actor, permission) =>
      actor.permissions.has(permission) ? undefined : new Failure(no.forbidden, { permission }),
    needsApproval: (operation, _actor, input) => {
      const amount = operation.approval?.amount?.(input);
      return amount !== undefined && !amount.lessThan(Money.of('1000.00'));
    },
    submit: () => Promise.resolve(newId('approval')),
    observe: metrics.observe,
  });
  const lines: LogLine[] = [];
  const log = makeLog('info', { write: (line) => lines.push(JSON.parse(line) as LogLine) });
  const sessions = express.Router();
  sessions.post('/', () => {
    throw new Failure(no['not-signed-in']);
  });
  const app = makeApp({
    modules: [toysModule],
    performer,
    authenticate: async (token) => actorOf(token),
    sessions,
    ready: options.ready ?? (() => true),
    log,
    metrics,
    version: '1.2.3',
    web: options.web,
  });
  const serving = await serve({ app, host: '127.0.0.1', port: options.port ?? 0, log });
  return {
    db,
    serving,
    lines,
    ask: (asked) => ask(serving.url, asked),
    api({ key, as = 'writer', ...asked }) {
      const writes = asked.method !== undefined && asked.method !== 'GET';
      const headers = {
        ...(as === null ? {} : { authorization: `Bearer ${as}` }),
        ...(writes ? { 'idempotency-key': key ?? freshKey() } : {}),
        ...asked.headers,
      };
      return ask(serving.url, { ...asked, path: `/api/v1${asked.path}`, headers });
    },
    async close() {
      await serving.stop(1000);
      await db.destroy();
      await database.drop();
    },
  };
}

/** Opens a pot and answers its id. */
export async function potWith(toys: ToyApp, amount: string, name = 'pot'): Promise<string> {
  const { status, body } = await toys.api({
    method: 'POST',
    path: '/pots',
    body: { name, amount },
  });
  if (status !== 201) throw new Error(`no pot: ${JSON.stringify(body)}`);
  return (body as { id: string }).id;
}

/** How many rows there are: business rows, events, and log entries. */
export async function rowCounts(
  toys: ToyApp,
): Promise<{ pots: string; takes: string; left: string; events: number; logged: number }> {
  const result: unknown = await toys.db.raw(`
    select (select count(*) || ':' || coalesce(sum(version), 0) from toys_pots) as pots,
      (select count(*)::text from toys_takes) as takes,
      (select coalesce(sum("left"), 0)::text from toys_pots) as "left",
      (select count(*)::int from platform_events) as events,
      (select count(*)::int from platform_operations) as logged`);
  const { rows } = result as { rows: [Awaited<ReturnType<typeof rowCounts>>] };
  return rows[0];
}
