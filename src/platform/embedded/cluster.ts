// One PostgreSQL on one folder: made by initdb, started on a free port, stopped. initdb works in a
// folder of its own that takes its final name when it is complete, so a kill half-way leaves
// nothing that looks like a database.
import { spawn, type ChildProcess } from 'node:child_process';
import { chown, lchown, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isErrno } from '../errno.ts';
import { StartError } from '../start-error.ts';
import type { Binaries } from './binaries.ts';
import { cleanEnvironment, type Identity } from './identity.ts';
import { ownerSetting } from './occupant.ts';

export const superuser = 'yuanxin';
const majorVersion = '18';

export interface Cluster {
  readonly folder: string;
  readonly binaries: Binaries;
  readonly identity: Identity;
  /** False: faster, and a power cut may lose everything. For tests. */
  readonly durable: boolean;
  readonly log: (line: string) => void;
}

/** Makes the folder a database unless it is one already. */
export async function initialise(cluster: Cluster, secret: string): Promise<void> {
  const { folder } = cluster;
  const version = await readVersion(folder);
  if (version === undefined) return create(cluster, secret);
  if (version === majorVersion) return adopt(cluster);
  throw new StartError(
    `${folder} 里的数据属于 PostgreSQL ${version}，本程序内置的是 ${majorVersion}。`,
    `The data in ${folder} belongs to PostgreSQL ${version}; this program carries ${majorVersion}.`,
  );
}

async function readVersion(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(path.join(folder, 'PG_VERSION'), 'utf8')).trim();
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw cause;
  }
}

async function create(cluster: Cluster, secret: string): Promise<void> {
  const { folder, identity } = cluster;
  await clearHalfMade(folder);
  const draft = `${folder}.new-${process.pid}`;
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, secret, { mode: 0o600 });
    for (const file of [draft, passwordFile]) {
      await chown(file, identity.owner.uid, identity.owner.gid);
    }
    await initdb(cluster, draft, passwordFile);
    await rename(draft, folder);
    await syncFolder(path.dirname(folder));
  } catch (cause) {
    // Another process may have made it meanwhile: its rename came first, and it is as good as ours.
    if (!isErrno(cause, 'ENOTEMPTY', 'EEXIST')) throw cause;
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

/** What processes that died during initdb left behind. */
async function clearHalfMade(folder: string): Promise<void> {
  const prefix = `${path.basename(folder)}.new-`;
  for (const name of await readdir(path.dirname(folder))) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length), 10)))
      continue;
    await rm(path.join(path.dirname(folder), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return isErrno(cause, 'EPERM');
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function initdb(cluster: Cluster, folder: string, passwordFile: string): Promise<void> {
  const child = launch(cluster, cluster.binaries.initdb, [
    `--pgdata=${folder}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(cluster.durable ? [] : ['--no-sync']),
  ]);
  const output = collectLines(child, () => undefined);
  const code = await child.exited;
  if (code === 0) return;
  const reason = output.lines.slice(-3).join(' ');
  throw new StartError(
    `无法在 ${folder} 建立内置数据库：${reason}`,
    `The embedded database cannot be made in ${folder}: ${reason}`,
  );
}

/** The files may belong to whom an earlier start ran PostgreSQL as. */
async function adopt({ folder, identity: { owner } }: Cluster): Promise<void> {
  const { uid } = await stat(folder);
  if (uid === owner.uid) return;
  if (process.getuid?.() !== 0) {
    throw new StartError(
      `数据文件夹 ${folder} 属于另一个用户（uid ${uid}），请以该用户启动。`,
      `The data folder ${folder} belongs to another user (uid ${uid}); start as that user.`,
    );
  }
  const names = await readdir(folder, { recursive: true });
  for (const name of ['', ...names]) await lchown(path.join(folder, name), owner.uid, owner.gid);
}

export interface Running {
  readonly pid: number;
  readonly port: number;
  /** The exit code, null after a signal; whatever the reason. */
  readonly exited: Promise<number | null>;
  /** Disconnects every client. */
  stop(): Promise<void>;
}

/** Undefined when another process started one on this folder at the same moment. */
export async function startServer(cluster: Cluster): Promise<Running | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = launch(cluster, cluster.binaries.postgres, serverWords(cluster, port));
    const output = collectLines(child, cluster.log);
    const ready = await Promise.race([output.ready, child.exited]);
    if (ready === 'ready') return running(child, port);
    const text = output.lines.join('\n');
    if (/lock file .* already exists|shared memory block .* still in use/.test(text)) return;
    // The port was free when we asked; somebody took it before PostgreSQL did.
    if (/could not bind/.test(text) && attempt < 5) continue;
    const reason = output.lines.slice(-3).join(' ');
    throw new StartError(
      `${cluster.folder} 上的内置数据库无法启动：${reason}`,
      `The embedded database on ${cluster.folder} does not start: ${reason}`,
    );
  }
}

function serverWords({ folder, durable }: Cluster, port: number): string[] {
  const settings: Record<string, string | number> = {
    [ownerSetting]: process.pid,
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '128MB',
    // Three that clean up at a time, each beside everything else on a small machine.
    autovacuum_work_mem: '16MB',
    maintenance_work_mem: '32MB',
    max_wal_size: '2GB',
    // Old segments are kept and written over: a commit then finds its blocks allocated, and waits
    // for no journal of the file system.
    min_wal_size: '1GB',
    wal_compression: 'off',
    // A new segment is durable without being filled with zeros first, which held up every commit.
    wal_init_zero: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
    // What a statement was refused for holds names and amounts: it is the caller's, not the log's.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
  };
  if (!durable) {
    Object.assign(settings, { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' });
  }
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', folder, ...words];
}

type Child = ChildProcess & { readonly exited: Promise<number | null> };

/**
 * In a session of its own, so that Ctrl-C in a terminal reaches only us: requests under way must
 * still find their database.
 */
function launch({ identity }: Cluster, program: string, words: readonly string[]): Child {
  const [command = program, ...rest] = [...identity.prefix, program, ...words];
  const child = spawn(command, rest, {
    ...identity.spawnAs,
    env: cleanEnvironment,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.once('close', resolve);
  });
  return Object.assign(child, { exited });
}

interface Output {
  /** The last lines that it printed. */
  readonly lines: string[];
  readonly ready: Promise<'ready'>;
}

function collectLines(child: Child, log: (line: string) => void): Output {
  const { promise, resolve } = withResolvers<'ready'>();
  const output: Output = { lines: [], ready: promise };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      output.lines.push(line);
      if (output.lines.length > 30) output.lines.shift();
      log(line);
      if (line.includes('ready to accept connections')) resolve('ready');
    });
  }
  return output;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function running(child: Child, port: number): Running {
  // Where the kernel does not pass our death on, at least an ordinary exit of ours does.
  const stopAtExit = () => child.kill('SIGINT');
  process.once('exit', stopAtExit);
  const exited = child.exited.finally(() => process.off('exit', stopAtExit));
  const endsWithin = async (seconds: number) =>
    Promise.race([exited.then(() => true), sleep(seconds * 1000, false, { ref: false })]);
  return {
    pid: child.pid ?? -1,
    port,
    exited,
    async stop() {
      child.kill('SIGINT');
      if (await endsWithin(10)) return;
      child.kill('SIGQUIT');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
