// The database that the program brings along: real PostgreSQL on a data folder, one owner at once.
// Files there: postgres/ (the database), postgres.secret (password), postgres.address.json (where
// it runs now). A lock of ours could go stale: PostgreSQL's own and the kernel decide who owns.
import { chown, mkdir, open, readFile, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import { findBinaries } from './embedded/binaries.ts';
import { initialise, startServer, superuser, type Running } from './embedded/cluster.ts';
import { chooseIdentity } from './embedded/identity.ts';
import { findOccupant, stopOrphan, type Occupant } from './embedded/occupant.ts';
import { isErrno } from './errno.ts';
import { keptSecret, readSecret, replacePrivate } from './private-file.ts';
import { StartError } from './start-error.ts';

const databaseName = 'yuanxin';
const joinedName = 'yuanxin-joined';

export interface EmbeddedOptions {
  readonly dataFolder: string;
  /** 'own' refuses when another process has it; 'join-or-start' uses that one's. */
  readonly mode: 'own' | 'join-or-start';
  readonly log: (line: string) => void;
  /** False: faster, and a power cut may lose everything. For tests. */
  readonly durable?: boolean;
}

export interface EmbeddedDatabase {
  /** With the password; valid until the database stops, for the port is a new one every time. */
  readonly url: string;
  /** True when this process started it. */
  readonly owned: boolean;
  /**
   * Stops it when owned, else leaves it. Close your own connections first. In the mode
   * 'join-or-start' it waits for other commands that joined. Twice is harmless.
   */
  stop(): Promise<void>;
  /** Ends when the database ends or is left, for whatever reason; the exit code if it had one. */
  readonly exited: Promise<number | null>;
}

interface Place {
  readonly dataFolder: string;
  readonly databaseFolder: string;
  readonly secretFile: string;
  readonly addressFile: string;
}

const Address = z.object({
  /** Without the password. */
  url: z.string(),
  port: z.int(),
  pid: z.int(),
  ownerPid: z.int(),
});
type Address = z.output<typeof Address>;

/** Throws StartError: folder unusable, taken by another process, or PostgreSQL does not start. */
export async function openEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const place = await preparePlace(options.dataFolder);
  // An owner may just be stopping, or dying; or it recovers from a crash and comes up late.
  const began = Date.now();
  const patienceMs = { own: 2_000, 'join-or-start': 60_000 }[options.mode];
  for (;;) {
    const occupant = await occupantOf(place);
    if (occupant === undefined) {
      const started = await start(place, options);
      if (started !== undefined) return started;
    } else if (occupant.orphaned) {
      options.log(`stopping the PostgreSQL (process ${occupant.pid}) that a killed owner left`);
      await stopOrphan(occupant, place.databaseFolder);
    } else {
      const joined = options.mode === 'own' ? undefined : await join(place, occupant);
      if (joined !== undefined) return joined;
      if (Date.now() - began > patienceMs) throw taken(place, occupant, options.mode);
    }
    await sleep(100);
  }
}

async function preparePlace(folder: string): Promise<Place> {
  try {
    await makeFolder(folder);
    const dataFolder = await realpath(folder);
    const probe = path.join(dataFolder, `.writable-${process.pid}`);
    await open(probe, 'w').then(async (file) => file.close());
    await rm(probe);
    return {
      dataFolder,
      databaseFolder: path.join(dataFolder, 'postgres'),
      secretFile: path.join(dataFolder, 'postgres.secret'),
      addressFile: path.join(dataFolder, 'postgres.address.json'),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      `数据文件夹 ${folder} 不可写，请修正权限或用 YUANXIN_DATA 指定另一个（${reason}）。`,
      `The data folder ${folder} cannot be written; mend it or set YUANXIN_DATA to another.`,
      { cause },
    );
  }
}

/** Root gives a new folder to the owner of the one around it, who may start it next time. */
async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined || process.getuid?.() !== 0) return;
  const around = await stat(path.dirname(made));
  if (around.uid !== 0) await chown(folder, around.uid, around.gid);
}

async function occupantOf(place: Place): Promise<Occupant | undefined> {
  try {
    return await findOccupant(place.databaseFolder);
  } catch (cause) {
    if (!isErrno(cause, 'EACCES', 'EPERM')) throw cause;
    throw new StartError(
      `数据文件夹 ${place.databaseFolder} 属于另一个用户，请以该用户启动。`,
      `The data folder ${place.databaseFolder} belongs to another user; start as that user.`,
      { cause },
    );
  }
}

function taken(
  { dataFolder }: Place,
  { ownerPid }: Occupant,
  mode: EmbeddedOptions['mode'],
): StartError {
  if (mode === 'join-or-start') {
    return new StartError(
      `进程 ${ownerPid} 在数据文件夹 ${dataFolder} 上的数据库一分钟内没有应答。`,
      `The database of process ${ownerPid} on ${dataFolder} did not answer within a minute.`,
    );
  }
  return new StartError(
    `另一个园信进程（进程号 ${ownerPid}）正在使用数据文件夹 ${dataFolder}，` +
      `请先停止它，或用 YUANXIN_DATA 指定另一个文件夹。`,
    `Another Yuanxin (process ${ownerPid}) is using the data folder ${dataFolder}; ` +
      `stop it or set YUANXIN_DATA to another folder.`,
  );
}

async function start(
  place: Place,
  options: EmbeddedOptions,
): Promise<EmbeddedDatabase | undefined> {
  const binaries = await findBinaries();
  const identity = await chooseIdentity(binaries.postgres, place.dataFolder);
  const { durable = true, log } = options;
  const cluster = { folder: place.databaseFolder, binaries, identity, durable, log };
  const secret = await secretOf(place);
  await initialise(cluster, secret);
  const server = await startServer(cluster);
  if (server === undefined) return undefined;
  try {
    const address = addressOf(server);
    await createDatabase(withSecret(address.url, secret));
    await replacePrivate(place.addressFile, `${JSON.stringify(address)}\n`);
    return owned(server, withSecret(address.url, secret), place, options);
  } catch (cause) {
    await server.stop();
    throw cause;
  }
}

/** A database whose password is lost is not overwritten with a new one: the data may be dear. */
async function secretOf(place: Place): Promise<string> {
  const isMade = await stat(place.databaseFolder).then(
    () => true,
    () => false,
  );
  if (isMade && (await readSecret(place.secretFile)) === undefined) {
    throw new StartError(
      `${place.databaseFolder} 有数据，但口令文件 ${place.secretFile} 不见了，请恢复它。`,
      `${place.databaseFolder} holds data but its password file ${place.secretFile} is missing.`,
    );
  }
  return keptSecret(place.secretFile);
}

function owned(
  server: Running,
  url: string,
  place: Place,
  { mode, log }: EmbeddedOptions,
): EmbeddedDatabase {
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    if (mode === 'join-or-start') await Promise.race([othersLeave(url, log), server.exited]);
    await server.stop();
    await rm(place.addressFile, { force: true });
  };
  return {
    url,
    owned: true,
    exited: server.exited,
    stop: async () => (stopped ??= stop()),
  };
}

/** A command that happened to start the database must not pull it from under the others. */
async function othersLeave(url: string, log: EmbeddedOptions['log']): Promise<void> {
  const sql = `select from pg_stat_activity where application_name = '${joinedName}'`;
  for (let round = 0; (await query(url, sql).catch(() => 0)) > 0; round += 1) {
    if (round === 0) log('another command still uses this database; waiting for it to end');
    await sleep(200);
  }
}

/** Undefined while the owner is still starting, or when what answers does not know our secret. */
async function join(place: Place, occupant: Occupant): Promise<EmbeddedDatabase | undefined> {
  const address = await readAddress(place);
  const secret = await readSecret(place.secretFile);
  if (address?.pid !== occupant.pid || secret === undefined) return undefined;
  const url = withSecret(address.url, secret);
  // Held open until we leave: it tells the owner that we are here, and us when the database ends.
  const presence = new Client({
    connectionString: url,
    application_name: joinedName,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  presence.on('error', () => undefined);
  const exited = new Promise<null>((resolve) => {
    presence.once('end', () => resolve(null));
  });
  try {
    await presence.connect();
  } catch {
    await presence.end().catch(() => undefined);
    return undefined;
  }
  return { url, owned: false, exited, stop: async () => presence.end() };
}

function addressOf({ port, pid }: Running): Address {
  const url = `postgres://${superuser}@127.0.0.1:${port}/${databaseName}`;
  return { url, port, pid, ownerPid: process.pid };
}

function withSecret(url: string, secret: string): string {
  return Object.assign(new URL(url), { password: secret }).href;
}

async function readAddress(place: Place): Promise<Address | undefined> {
  try {
    return Address.parse(JSON.parse(await readFile(place.addressFile, 'utf8')));
  } catch {
    return undefined;
  }
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = Object.assign(new URL(url), { pathname: '/postgres' }).href;
  const sql = `select from pg_database where datname = '${databaseName}'`;
  if ((await query(maintenance, sql)) === 0) {
    await query(maintenance, `create database ${databaseName}`);
  }
}

/** One statement on a connection of its own; answers the number of rows. */
async function query(url: string, sql: string): Promise<number> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rowCount ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}
