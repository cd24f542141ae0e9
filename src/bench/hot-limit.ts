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
import type { TpcbResult } from './tpcb.ts';
import { runTpcb } from './tpcb.ts';
import type { BenchTree } from './tree.ts';
import { buildTree } from './tree.ts';

const seconds = { tpcb: 10, multi: 5, warm: 5, perform: 10, http: 10 };
const callers = 256;
const connections = 64;

interface Phase {
  readonly perSecond: number;
  readonly p99: number;
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
      const key = `perform-${lasting}-${serial}`;
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
  return { perSecond: drawdownIds.length / took, p99, drawdownIds };
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

const ratio = (perSecond: number, tpcb: TpcbResult): number =>
  Math.round((perSecond / tpcb.tps) * 1000) / 1000;

async function measure(url: string, tpcb: TpcbResult): Promise<Record<string, unknown>> {
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
    const multi = await multiStatement(url, tree, seconds.multi);
    const warm = await performPhase(runtime, actor, tree, seconds.warm);
    await db.raw('analyze');
    const performed = await performPhase(runtime, actor, tree, seconds.perform);
    const http = await httpPhase(runtime, tree);
    const acknowledged = [warm, performed, http].flatMap((phase) => phase.drawdownIds);
    return {
      bench: 'hot-limit',
      ratios: {
        perform: ratio(performed.perSecond, tpcb),
        http: ratio(http.perSecond, tpcb),
        multiStatement: ratio(multi, tpcb),
      },
      p99Ms: { perform: Math.round(performed.p99), http: Math.round(http.p99) },
      tpcb,
      perSecond: { perform: performed.perSecond, http: http.perSecond, multiStatement: multi },
      httpFailed: http.failed,
      drawdowns: acknowledged.length,
      checks: await checkBooks(db, tree, acknowledged),
    };
  } finally {
    await db.destroy();
  }
}

/** Starts a database of its own in a temporary folder, durable, and removes it again. */
export async function hotLimit(): Promise<Record<string, unknown>> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'yuanxin-bench-'));
  const database = await openEmbeddedDatabase({ dataFolder, mode: 'own', log: () => undefined });
  try {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('create database tpcb');
    await client.end();
    const yardstick = new URL(database.url);
    yardstick.pathname = '/tpcb';
    const tpcb = await runTpcb(yardstick.href, seconds.tpcb);
    return await measure(database.url, tpcb);
  } finally {
    await database.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}
