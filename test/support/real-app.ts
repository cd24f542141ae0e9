// The real product over HTTP on a database of its own: every module, sign-in and the log, through
// makeApp and openRuntime. Only the workers are left out: a test runs a job when it wants one.
import type { Knex } from 'knex';
import { Client } from 'pg';
import { makeApp, serve } from '../../src/app.ts';
import { sessionPaths, sessionRoutes } from '../../src/identity/index.ts';
import { brokenInvariants } from '../../src/ledger/index.ts';
import type { Log } from '../../src/platform/log.ts';
import { makeLog } from '../../src/platform/log.ts';
import { makeMetrics } from '../../src/platform/metrics.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { Runtime } from '../../src/runtime.ts';
import { calculations, invariants, modules, openRuntime } from '../../src/runtime.ts';
import { cloneDatabase } from './database.ts';
import type { Answered, Asked } from './http.ts';
import { ask } from './http.ts';

export const tokenSecret = 'a secret of tests that is long enough';
export const password = 'Kd7-Wm2q-Zr9t';

export interface RealApp {
  readonly url: string;
  readonly db: Knex;
  readonly runtime: Runtime;
  readonly log: Log;
  /** What the log called unexpected, which is every 500; empty when nothing broke. */
  readonly accidents: readonly string[];
  /** The path is below `/api/v1`. */
  ask(asked: Asked & { readonly token?: string | undefined }): Promise<Answered>;
  /** The access token of a user; signs in once, then remembers. */
  tokenOf(username: string): Promise<string>;
  /** Rows as the database's superuser sees them: all, whatever the scope. */
  rows<R>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Throws when an invariant of the catalogue does not hold; then removes the database. */
  close(): Promise<void>;
}

/** The invariants that do not hold now, each with a row that breaks it. */
export const brokenOn = (db: Knex): Promise<{ name: string; row: unknown }[]> =>
  withTransaction(db, everything, (tx) => brokenInvariants(tx, invariants), { readOnly: true });

export async function openRealApp(): Promise<RealApp> {
  const database = await cloneDatabase();
  const db = makePool({ url: database.url, max: 8, applicationName: 'real-app' });
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const accidents: string[] = [];
  const log = makeLog('error', { write: (line) => void accidents.push(line) });
  const metrics = makeMetrics();
  const runtime = openRuntime(db, { secret: tokenSecret, metrics });
  const app = makeApp({
    modules,
    calculations,
    performer: runtime.performer,
    authenticate: (token) => runtime.sessions.authenticate(token),
    sessions: sessionRoutes({ sessions: runtime.sessions, signInsPerMinute: 0 }),
    sessionPaths,
    ready: () => true,
    log,
    metrics,
    version: '0.0.0-test',
  });
  const serving = await serve({ app, host: '127.0.0.1', port: 0, log });
  const askBelow: RealApp['ask'] = ({ token, headers, ...asked }) => {
    const signed = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const path = `/api/v1${asked.path}`;
    return ask(serving.url, { ...asked, path, headers: { ...signed, ...headers } });
  };
  return {
    url: serving.url,
    db,
    runtime,
    log,
    accidents,
    ask: askBelow,
    tokenOf: remembering(askBelow),
    rows: async <R>(sql: string, values: readonly unknown[] = []) =>
      (await client.query(sql, [...values])).rows as R[],
    async close() {
      try {
        await serving.stop(1_000);
        const broken = await brokenOn(db);
        if (broken.length > 0) throw new Error(`Broken: ${JSON.stringify(broken)}`);
      } finally {
        await client.end();
        await db.destroy();
        await database.drop();
      }
    },
  };
}

function remembering(asking: RealApp['ask']): RealApp['tokenOf'] {
  const tokens = new Map<string, string>();
  return async (username) => {
    const known = tokens.get(username);
    if (known !== undefined) return known;
    const body = { username, password };
    const { status, body: answer } = await asking({ method: 'POST', path: '/sessions', body });
    if (status !== 201) throw new Error(`${username} cannot sign in: ${JSON.stringify(answer)}`);
    const { accessToken } = answer as { accessToken: string };
    tokens.set(username, accessToken);
    return accessToken;
  };
}
