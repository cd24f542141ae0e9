// A database of its own for each test file: cloned from a template that is migrated once, on one
// PostgreSQL that starts when the first test asks for it, so that pure runs never pay for it.
// YUANXIN_TEST_DATABASE_URL names an outside server to use instead (its user must be a superuser).
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { checkServer } from '../../src/platform/postgres.ts';

export interface TestDatabase {
  readonly url: string;
  /** Runs `afterEveryDatabaseTest`, then removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/** Invariants that every database must satisfy when its tests are over; each throws when broken. */
export const afterEveryDatabaseTest: ((url: string) => Promise<void>)[] = [];

interface Server {
  readonly url: string;
  readonly template: string;
  stop(): Promise<void>;
}

const run = randomBytes(4).toString('hex');
let server: Promise<Server> | undefined;
let cloned = 0;

/** The schema of this program and no rows but those of the migrations. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const { url, template } = await (server ??= startServer());
  const name = newName();
  await execute(url, `create database ${name} template ${template}`);
  return testDatabase(url, name);
}

/** Without any table, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const { url } = await (server ??= startServer());
  const name = newName();
  await execute(url, `create database ${name} template template0`);
  const { drop } = testDatabase(url, name, []);
  return { url: databaseUrl(url, name), drop };
}

/** Called once when all tests are over. */
export async function stopTestServer(): Promise<void> {
  const started = server;
  server = undefined;
  if (started !== undefined) await (await started).stop();
}

function newName(): string {
  cloned += 1;
  return `yuanxin_test_${run}_${cloned}`;
}

function testDatabase(
  serverUrl: string,
  name: string,
  checks: readonly ((url: string) => Promise<void>)[] = afterEveryDatabaseTest,
): TestDatabase {
  const url = databaseUrl(serverUrl, name);
  return {
    url,
    async drop() {
      try {
        for (const check of checks) await check(url);
      } finally {
        await execute(serverUrl, `drop database if exists ${name} with (force)`);
      }
    },
  };
}

async function startServer(): Promise<Server> {
  const outside = process.env['YUANXIN_TEST_DATABASE_URL'];
  const { url, stop } = outside ? await useOutside(outside) : await startEmbedded();
  const template = `yuanxin_template_${run}`;
  await execute(url, `create database ${template} template template0 encoding 'UTF8'`);
  await migrate(databaseUrl(url, template));
  return {
    url,
    template,
    async stop() {
      await execute(url, `drop database if exists ${template} with (force)`);
      await stop();
    },
  };
}

async function useOutside(url: string): Promise<{ url: string; stop: () => Promise<void> }> {
  await checkServer(url, 'YUANXIN_TEST_DATABASE_URL');
  return { url, stop: async () => undefined };
}

async function startEmbedded(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'yuanxin-test-'));
  const database = await openEmbeddedDatabase({
    dataFolder: folder,
    mode: 'own',
    durable: false,
    log: () => undefined,
  });
  return {
    url: databaseUrl(database.url, 'postgres'),
    async stop() {
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function databaseUrl(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
