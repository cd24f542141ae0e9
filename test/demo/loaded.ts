// The product's runtime on a database of its own, and plain SQL to look at what the demo left
// there.
import type { Knex } from 'knex';
import { makeLog } from '../../src/platform/log.ts';
import { makePool } from '../../src/platform/postgres.ts';
import type { Runtime } from '../../src/runtime.ts';
import { openRuntime } from '../../src/runtime.ts';
import type { TestDatabase } from '../support/database.ts';
import { cloneDatabase } from '../support/database.ts';

export const password = 'Kd7-Wm2q-Zr9t';
export const log = makeLog('silent');

export interface Loaded extends Runtime {
  readonly database: TestDatabase;
}

export async function open(): Promise<Loaded> {
  const database = await cloneDatabase();
  const db = makePool({ url: database.url, max: 6, applicationName: 'test-demo' });
  return { database, ...openRuntime(db, { secret: 'a secret of tests that is long enough' }) };
}

export async function close({ db, database }: Loaded): Promise<void> {
  await db.destroy();
  await database.drop();
}

export async function select<R>(db: Knex, sql: string): Promise<R[]> {
  return ((await db.raw(sql)) as { rows: R[] }).rows;
}

export async function one<R>(db: Knex, sql: string): Promise<R> {
  const [row] = await select<R>(db, sql);
  if (row === undefined) throw new Error(`no row: ${sql}`);
  return row;
}
