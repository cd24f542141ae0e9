/**
 * `bench hot-limit`: drawdowns that all hit one HARD master limit, durable and with everything
 * written (ledger, movements, log, outbox, idempotency), as ratios to TPC-B on the same server in
 * the same run. Afterwards the books are checked, because a fast wrong answer is worth nothing.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Knex } from 'knex';
import { Client } from 'pg';
import { makeApp, serve } from '../app.ts';
import { drawDown } from '../credit/index.ts';
import { ensureUser, hashPassword, sessionRoutes, systemActor } from '../identity/index.ts';
import { addDays, dayInShanghai } from '../kernel/index.ts';
import { brokenInvariants } from '../ledger/index.ts';
import { openEmbeddedDatabase } from '../platform/embedded-database.ts';
import { makeLog } from '../platform/log.ts';
import { makeMetrics } from '../platform/metrics.ts';
import { migrate } from '../platform/migrate.ts';
import type { Actor } from '../platform/operation.ts';
import { makePool } from '../platform/postgres.ts';
import { everything, withTransaction } from '../platform/transaction.ts';
import type { Runtime } from '../runtime.ts';
import { invariants, modules, openRuntime } from '../runtime.ts';
import { multiStatement } from './multi-statement.ts';
import type { Pace, Yardstick } from './tpcb.ts';
import { lateAfterMs, openYardstick } from './tpcb.ts';
import type { BenchTree } from './tree.ts';
import { buildTree } from './tree.ts';

const seconds = { warm: 5, multi: 5, tpcb: 5, perform: 5, http: 5 };
/**
 * The yardstick and what is measured by it take turns, because a shared machine may be half as fast
 * a minute later. Every figure is the median of the rounds.
 */
const rounds = 3;
const callers = 256;
const connections = 64;

interface Phase {
  readonly perSecond: number;
  readonly p99: number;
  /** To hold against the yardstick's own; not counted over HTTP. */
  readonly latePerClient?: number;
  readonly drawdownIds: readonly string[];
}

const valueOn = dayInShanghai();
const dueOn = addDays(valueOn, 365);

/** Calls `perform` from many callers at once; anything but an admitted drawdown is an error. */
async function performPhase(
  runtime: Runtime,
  actor: Actor,
  tree: BenchTree,
  lasting: number,
  name: string,
): Promise<Phase> {
  const drawdownIds: string[] = [];
  const times: number[] = [];
  const started = performance.now();
  const end = started + lasting * 1000;
  let serial = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      serial += 1;
      const raw = {
        lineId: tree.lineIds[serial % tree.lineIds.length],
        amount: '1000.00',
        valueOn,
        dueOn,
        purpose: '流动资金',
      };
      const from = performance.now();
      const key = `${name}-${serial}`;
      const outcome = await runtime.performer.perform(drawDown, actor, raw, key);
      if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
      times.push(performance.now() - from);
      drawdownIds.push((outcome.output as { drawdownId: string }).drawdownId);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const took = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)] ?? 0;
  const latePerClient = times.filter((ms) => ms > lateAfterMs).length / callers;
  return { perSecond: drawdownIds.length / took, p99, latePerClient, drawdownIds };
}

async function signedIn(runtime: Runtime, tree: BenchTree): Promise<string> {
  const passwordHash = await hashPassword('bench-password-1');
  await withTransaction(runtime.db, everything, (tx) =>
    ensureUser(tx, {
      username: 'bench.rm',
      organisationId: tree.bankId,
      roles: ['bank-maker'],
      personName: '客户经理',
      passwordHash,
      demo: true,
    }),
  );
  const { accessToken } = await runtime.sessions.signIn('bench.rm', 'bench-password-1');
  return accessToken;
}

/** Serves the real app and lets another process load it. */
async function httpPhase(runtime: Runtime, tree: BenchTree): Promise<Phase & { failed: number }> {
  const log = makeLog('warn');
  const app = makeApp({
    modules,
    performer: runtime.performer,
    authenticate: (token) => runtime.sessions.authenticate(token),
    sessions: sessionRoutes({ sessions: runtime.sessions, signInsPerMinute: 600 }),
    ready: () => true,
    log,
    metrics: makeMetrics(),
    version: 'bench',
  });
  const serving = await serve({ app, host: '127.0.0.1', port: 0, log });
  try {
    const token = await signedIn(runtime, tree);
    const plan = {
      url: serving.url,
      token,
      lineIds: tree.lineIds,
      seconds: seconds.http,
      connections,
      valueOn,
      dueOn,
    };
    const file = path.join(import.meta.dirname, 'load.js');
    const child = spawn(process.execPath, [file, JSON.stringify(plan)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(await text(child.stdout)) as Phase & { failed: number };
  } finally {
    await serving.stop(5000);
  }
}

/** What must hold afterwards, by name. */
async function checkBooks(
  db: Knex,
  tree: BenchTree,
  acknowledged: readonly string[],
): Promise<Record<string, boolean>> {
  const broken = await withTransaction(db, everything, (tx) => brokenInvariants(tx, invariants));
  const checks: Record<string, boolean> = Object.fromEntries(
    invariants.map(({ name }) => [name, !broken.some((one) => one.name === name)]),
  );
  const { rows } = (await db.raw(
    `select count(*)::int as found, count(distinct id)::int as once from credit_drawdowns
     where id = any (?)`,
    [[...acknowledged]],
  )) as { rows: { found: number; once: number }[] };
  checks['every acknowledged drawdown is present once'] =
    rows[0]?.found === acknowledged.length && rows[0].once === acknowledged.length;
  const over = (await db.raw(
    `select 1 from limits_nodes where enforcement = 'HARD' and consumed + reserved > amount`,
  )) as { rows: unknown[] };
  checks['nothing is above its limit'] = over.rows.length === 0;
  const total = (await db.raw(
    `select (select drawn from limits_nodes where id = ?) =
       (select sum(amount) from credit_drawdowns) as same`,
    [tree.masterId],
  )) as { rows: { same: boolean }[] };
  checks['the master equals the sum of all drawdowns'] = total.rows[0]?.same === true;
  return checks;
}

interface Round {
  readonly tpcb: Pace;
  readonly performed: Phase;
  readonly http: Phase & { readonly failed: number };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const rounded = (value: number, places: number): number => parseFloat(value.toFixed(places));

function figures(list: readonly Round[], multi: number, driver: Yardstick['driver']) {
  const ofRounds = (of: (round: Round) => number, places = 0): number =>
    rounded(median(list.map(of)), places);
  return {
    ratios: {
      perform: ofRounds((r) => r.performed.perSecond / r.tpcb.tps, 3),
      http: ofRounds((r) => r.http.perSecond / r.tpcb.tps, 3),
      multiStatement: rounded(multi / (list[0]?.tpcb.tps ?? 0), 3),
    },
    p99Ms: {
      perform: ofRounds((r) => r.performed.p99),
      http: ofRounds((r) => r.http.p99),
    },
    tpcb: { tps: ofRounds((r) => r.tpcb.tps), driver },
    rounds: list.map(({ tpcb, performed, http }) => ({
      tpcb: rounded(tpcb.tps, 0),
      tpcbLatePerClient: rounded(tpcb.latePerClient, 2),
      perform: rounded(performed.perSecond, 0),
      performP99Ms: rounded(performed.p99, 0),
      performLatePerClient: rounded(performed.latePerClient ?? 0, 2),
      http: rounded(http.perSecond, 0),
      httpP99Ms: http.p99,
    })),
    httpFailed: list.reduce((sum, { http }) => sum + http.failed, 0),
  };
}

async function measure(url: string, yardstick: Yardstick): Promise<Record<string, unknown>> {
  await migrate(url);
  const db = makePool({ url, max: 8, applicationName: 'bench', statementTimeoutMs: 300_000 });
  try {
    const runtime = openRuntime(db, { secret: 'bench-secret-bench-secret-bench-secret' });
    const maker = await systemActor(db, 'bench', 'console');
    const tree = await buildTree(runtime.performer, maker, '900000000000.00');
    const actor: Actor = {
      ...maker,
      organisationId: tree.bankId,
      scope: { zones: [tree.zoneId], owners: [tree.bankId] },
    };
    const warm = await performPhase(runtime, actor, tree, seconds.warm, 'warm');
    await db.raw('analyze');
    const multi = await multiStatement(url, tree, seconds.multi);
    const list: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      list.push({
        tpcb: await yardstick.run(seconds.tpcb),
        performed: await performPhase(runtime, actor, tree, seconds.perform, `perform-${round}`),
        http: await httpPhase(runtime, tree),
      });
    }
    const acknowledged = [warm, ...list.flatMap((one) => [one.performed, one.http])].flatMap(
      (phase) => phase.drawdownIds,
    );
    return {
      bench: 'hot-limit',
      ...figures(list, multi, yardstick.driver),
      drawdowns: acknowledged.length,
      checks: await checkBooks(db, tree, acknowledged),
    };
  } finally {
    await db.destroy();
  }
}

/** As on a server that has worked for a day: what is measured overwrites old log segments. */
async function useSegments(client: Client): Promise<void> {
  for (let segment = 1; segment <= 64; segment += 1) {
    await client.query(`select pg_logical_emit_message(false, 'bench', '')`);
    await client.query('select pg_switch_wal()');
  }
  await client.query('checkpoint');
}

/** Starts a database of its own in a temporary folder, durable, and removes it again. */
export async function hotLimit(): Promise<Record<string, unknown>> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'yuanxin-bench-'));
  const database = await openEmbeddedDatabase({ dataFolder, mode: 'own', log: () => undefined });
  try {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('create database tpcb');
    await useSegments(client);
    await client.end();
    const yardstick = new URL(database.url);
    yardstick.pathname = '/tpcb';
    return await measure(database.url, await openYardstick(yardstick.href));
  } finally {
    await database.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}
