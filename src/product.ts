/**
 * The whole product in one process, and its clean end: queues first, then HTTP drains, then pools,
 * then the database. Used by `npm start`, and by tests and benchmarks that need the real thing.
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/index.ts';
import { startWorkers } from '../jobs/main.ts';
import { outboxLagSeconds } from '../jobs/relay-outbox.ts';
import { makeApp, serve } from './app.ts';
import { loadDemo, runFirstJobs } from './demo/index.ts';
import { trialPaths } from './platform/trial-route.ts';
import { calculationPaths } from './calc/index.ts';
import { sessionPaths, sessionRoutes } from './identity/index.ts';
import { openEmbeddedDatabase } from './platform/embedded-database.ts';
import type { Log } from './platform/log.ts';
import { makeMetrics } from './platform/metrics.ts';
import { migrate } from './platform/migrate.ts';
import { checkServer, makePool } from './platform/postgres.ts';
import { keptSecret } from './platform/private-file.ts';
import { calculations, modules, openRuntime } from './runtime.ts';

export interface Facts {
  readonly url: string;
  readonly dataDir: string;
  readonly database: 'embedded' | 'outside';
  readonly queue: 'postgres' | 'redis';
  readonly demoPassword: string | null;
}

export interface Product {
  readonly facts: Facts;
  /** What a person who started it wants to read. */
  readonly welcome: string;
  readonly databaseExited: Promise<unknown>;
  stop(): Promise<void>;
}

interface Database {
  readonly url: string;
  readonly directUrl: string;
  readonly kind: Facts['database'];
  readonly exited: Promise<unknown>;
  stop(): Promise<void>;
}

/** Opens the embedded database, or checks the one that DATABASE_URL names. */
export async function openDatabase(
  config: Config,
  mode: 'own' | 'join-or-start',
  log: Log,
): Promise<Database> {
  if (config.databaseUrl !== undefined) {
    const directUrl = config.databaseDirectUrl ?? config.databaseUrl;
    await checkServer(directUrl, config.databaseDirectUrl ? 'DATABASE_DIRECT_URL' : 'DATABASE_URL');
    return {
      url: config.databaseUrl,
      directUrl,
      kind: 'outside',
      exited: new Promise(() => undefined),
      stop: () => Promise.resolve(),
    };
  }
  const embedded = await openEmbeddedDatabase({
    dataFolder: config.dataFolder,
    mode,
    log: (line) => log.info(line),
  });
  return {
    url: embedded.url,
    directUrl: embedded.url,
    kind: 'embedded',
    exited: embedded.exited,
    stop: () => embedded.stop(),
  };
}

/** The secret that signs tokens: given, or made once and kept beside the data with mode 0600. */
export async function tokenSecret(config: Config): Promise<string> {
  if (config.secret !== undefined) return config.secret;
  await mkdir(config.dataFolder, { recursive: true });
  return keptSecret(path.join(config.dataFolder, 'token.secret'));
}

interface Surroundings {
  readonly log: Log;
  readonly version: string;
  /** The folder of the web client. */
  readonly web: string;
}

/**
 * Starts everything; resolves when `/readyz` answers 200. Throws StartError in one clear sentence.
 */
export async function startProduct(config: Config, around: Surroundings): Promise<Product> {
  const { log } = around;
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const database = await openDatabase(config, 'own', log);
    undo.push(() => database.stop());
    await migrate(database.directUrl);
    const secret = await tokenSecret(config);
    const db = makePool({ url: database.url, max: 12, applicationName: 'yuanxin' });
    undo.push(() => db.destroy());
    const metrics = makeMetrics({ outboxLagSeconds: () => outboxLagSeconds(db) });
    const runtime = openRuntime(db, { secret, metrics });
    let ready = false;
    const app = makeApp({
      modules,
      calculations,
      performer: runtime.performer,
      authenticate: (token) => runtime.sessions.authenticate(token),
      sessions: sessionRoutes({ sessions: runtime.sessions, signInsPerMinute: 600 }),
      sessionPaths: { ...sessionPaths, ...calculationPaths, ...trialPaths },
      ready: () => ready,
      log,
      metrics,
      version: around.version,
      web: around.web,
    });
    const { host, port, dataFolder } = config;
    const serving = config.role === 'worker' ? undefined : await serve({ app, host, port, log });
    if (serving) undo.push(() => serving.stop(10_000));
    const demoPassword = config.demo
      ? (config.demoPassword ?? randomBytes(9).toString('base64url'))
      : null;
    if (demoPassword !== null) await loadDemo(runtime, { password: demoPassword, log });
    if (config.role !== 'api') {
      const workers = await startWorkers({
        databaseUrl: database.directUrl,
        redisUrl: config.redisUrl,
        performer: runtime.performer,
        db,
        modules,
        dataFolder: config.dataFolder,
        log,
      });
      undo.push(() => workers.stop());
    }
    if (demoPassword !== null) await runFirstJobs(runtime, { log, dataFolder });
    ready = true;
    const facts: Facts = {
      url: serving?.url ?? '',
      dataDir: config.dataFolder,
      database: database.kind,
      queue: config.redisUrl === undefined ? 'postgres' : 'redis',
      demoPassword,
    };
    return { facts, welcome: welcome(facts), databaseExited: database.exited, stop };
  } catch (problem) {
    await stop();
    throw problem;
  }
}

function welcome({ url, demoPassword }: Facts): string {
  const people = 'rm.bank1 approver.bank1 rm.bank2 approver.bank2 fund.admin fund.approver ';
  const officers = 'zone.finance zone.approver admin security auditor rules.officer rules.approver';
  const demo =
    demoPassword === null || url === ''
      ? ''
      : `  演示账号 Demo people: ${people}${officers}\n  口令 Password: ${demoPassword}\n`;
  const address = url === '' ? 'worker' : `${url}/  (API: ${url}/api/v1/openapi.json)`;
  const first =
    demoPassword === null && url !== ''
      ? '  没有用户时 Without users: npm run -s cli -- user create --role system-officer NAME\n'
      : '';
  return `\n园信 Yuanxin\n  ${address}\n${demo}${first}  Ctrl-C 停止 stops it.\n\n`;
}
