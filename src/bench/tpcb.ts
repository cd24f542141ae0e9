/**
 * The yardstick: TPC-B as pgbench runs it (scale 10, 16 clients), on the server under test. Where
 * pgbench is not installed its script is run by our own driver, and the result says so, because the
 * floors hold against pgbench.
 */
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Pool, PoolClient } from 'pg';
import { Pool as PgPool } from 'pg';

export interface Yardstick {
  readonly driver: 'pgbench' | 'own';
  run(seconds: number): Promise<Pace>;
}

export interface Pace {
  /** Transactions per second. */
  readonly tps: number;
  /** How often each client waited longer than `lateAfterMs`: the disk's share in a late answer. */
  readonly latePerClient: number;
}

/** The floor of p99 through `perform`. */
export const lateAfterMs = 80;

const scale = 10;
const clients = 16;

function findPgbench(): string | undefined {
  const installed = '/usr/lib/postgresql';
  let versions: string[] = [];
  try {
    versions = readdirSync(installed).sort((a, b) => parseInt(b, 10) - parseInt(a, 10));
  } catch {
    versions = [];
  }
  const candidates = ['pgbench', ...versions.map((v) => `${installed}/${v}/bin/pgbench`)];
  return candidates.find((file) => spawnSync(file, ['--version']).status === 0);
}

/** Fills the empty database at `url` with TPC-B's tables. */
export async function openYardstick(url: string): Promise<Yardstick> {
  const pgbench = findPgbench();
  return pgbench === undefined ? ownDriver(url) : withPgbench(pgbench, url);
}

async function withPgbench(file: string, url: string): Promise<Yardstick> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const env = {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  };
  const run = promisify(execFile);
  await run(file, ['-i', '-q', '-s', String(scale)], { env });
  return {
    driver: 'pgbench',
    async run(seconds) {
      const load = ['-n', '-c', String(clients), '-j', '2', '-T', String(seconds)];
      const { stdout } = await run(file, [...load, '-L', String(lateAfterMs)], { env });
      const tps = /tps = ([\d.]+)/.exec(stdout)?.[1];
      const late = /above the .* latency limit: (\d+)/.exec(stdout)?.[1];
      if (tps === undefined || late === undefined)
        throw new Error(`pgbench printed no figures: ${stdout}`);
      return { tps: parseFloat(tps), latePerClient: parseInt(late, 10) / clients };
    },
  };
}

const tables = `
  create table pgbench_branches (bid int primary key, bbalance int, filler char(88));
  create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84));
  create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84));
  create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp,
    filler char(22));
  insert into pgbench_branches select i, 0, '' from generate_series(1, ${scale}) i;
  insert into pgbench_tellers select i, (i - 1) / 10 + 1, 0, ''
    from generate_series(1, ${scale * 10}) i;
  insert into pgbench_accounts select i, (i - 1) / 100000 + 1, 0, ''
    from generate_series(1, ${scale * 100_000}) i;
  analyze;`;

const random = (top: number): number => 1 + Math.floor(Math.random() * top);

async function oneTransaction(client: PoolClient): Promise<void> {
  const [aid, tid, bid] = [random(scale * 100_000), random(scale * 10), random(scale)];
  const delta = random(10_001) - 5001;
  const run = (name: string, text: string, values: unknown[]) =>
    client.query({ name, text, values });
  await client.query('begin');
  await run('a', 'update pgbench_accounts set abalance = abalance + $1 where aid = $2', [
    delta,
    aid,
  ]);
  await run('b', 'select abalance from pgbench_accounts where aid = $1', [aid]);
  await run('c', 'update pgbench_tellers set tbalance = tbalance + $1 where tid = $2', [
    delta,
    tid,
  ]);
  await run('d', 'update pgbench_branches set bbalance = bbalance + $1 where bid = $2', [
    delta,
    bid,
  ]);
  await run(
    'e',
    `insert into pgbench_history (tid, bid, aid, delta, mtime)
     values ($1, $2, $3, $4, current_timestamp)`,
    [tid, bid, aid, delta],
  );
  await client.query('commit');
}

async function ownDriver(url: string): Promise<Yardstick> {
  const setup = new PgPool({ connectionString: url, max: 1 });
  await setup.query(tables);
  await setup.end();
  const run = async (seconds: number): Promise<Pace> => {
    const pool: Pool = new PgPool({ connectionString: url, max: clients });
    const end = performance.now() + seconds * 1000;
    let done = 0;
    let late = 0;
    await Promise.all(
      Array.from({ length: clients }, async () => {
        const client = await pool.connect();
        while (performance.now() < end) {
          const from = performance.now();
          await oneTransaction(client);
          done += 1;
          if (performance.now() - from > lateAfterMs) late += 1;
        }
        client.release();
      }),
    );
    await pool.end();
    return { tps: done / seconds, latePerClient: late / clients };
  };
  return { driver: 'own', run };
}
