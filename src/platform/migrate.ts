// Brings a database to the schema of this program: migrations/NNNN_module_what.ts, forward only.
// The surprising decisions: names are stored without extension, so that .ts and .js are one
// migration; and an advisory lock replaces knex's own lock row, which a killed process leaves shut.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Knex } from 'knex';
import { Client } from 'pg';
import { makePool } from './postgres.ts';
import { StartError } from './start-error.ts';

const folder = path.resolve(import.meta.dirname, '../../migrations');

// Any constant will do as long as no other program takes it: "YUANXIN\0" as a 64-bit number.
const lockKey = '6437123047140445696';

const source: Knex.MigrationSource<string> = {
  async getMigrations() {
    const names = await readdir(folder);
    return names.filter((name) => /^\d{4}_\w+\.(ts|js)$/.test(name)).sort();
  },
  getMigrationName: (file) => file.replace(/\.(ts|js)$/, ''),
  async getMigration(file) {
    const module: unknown = await import(pathToFileURL(path.join(folder, file)).href);
    return module as Knex.Migration;
  },
};

const migrationConfig: Knex.MigratorConfig = {
  migrationSource: source,
  tableName: 'platform_migrations',
};

/**
 * Applies what is missing and answers the names applied, oldest first. Any number of processes may
 * call it at once. The URL must be a direct one (no transaction pooler): the lock is a session's.
 * Throws StartError when the database is newer than the program or forbids what is needed.
 */
export async function migrate(url: string): Promise<string[]> {
  const lock = new Client({ connectionString: url, application_name: 'yuanxin-migrate-lock' });
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [lockKey]);
    return await applyMissing(url);
  } finally {
    await lock.end();
  }
}

async function applyMissing(url: string): Promise<string[]> {
  const database = makePool({
    url,
    max: 2,
    applicationName: 'yuanxin-migrate',
    statementTimeoutMs: 0,
    idleInTransactionTimeoutMs: 0,
  });
  try {
    // We hold the advisory lock, so a lock row that is still shut belongs to a dead process.
    await database.migrate.forceFreeMigrationsLock(migrationConfig);
    const result: unknown = await database.migrate.latest(migrationConfig);
    const [, applied] = result as [batch: number, applied: string[]];
    return applied.map((file) => source.getMigrationName(file));
  } catch (cause) {
    throw explain(cause);
  } finally {
    await database.destroy();
  }
}

function explain(cause: unknown): unknown {
  if (cause instanceof StartError || !(cause instanceof Error)) return cause;
  if (/migration directory is corrupt/.test(cause.message)) {
    return new StartError(
      '数据库由更新版本的园信建立，请用那个版本启动。',
      'The database was made by a newer Yuanxin; start that version.',
      { cause },
    );
  }
  // insufficient_privilege; and invalid_schema_name, where not even USAGE was granted.
  const code: unknown = 'code' in cause ? cause.code : undefined;
  if (code !== '42501' && code !== '3F000') return cause;
  return new StartError(
    `数据库用户无权建立表结构（${cause.message}）；请让它成为数据库的所有者。`,
    `The database user may not create the schema (${cause.message}); make it the database's owner.`,
    { cause },
  );
}
