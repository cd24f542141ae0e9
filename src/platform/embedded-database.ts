// The database that the program brings along: real PostgreSQL on a data folder, one owner at a time.
// Files there: postgres/ (the database), postgres.secret (password), postgres.address.json (where it
// runs now). A lock of ours could go stale, so PostgreSQL's own lock and the kernel decide who owns.
import { chown, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import { findBinaries } from './embedded/binaries.ts';
import { initialise, startServer, superuser, type Running } from './embedded/cluster.ts';
import { chooseIdentity } from './embedded/identity.ts';
import { findOccupant, stopOrphan, type Occupant } from './embedded/occupant.ts';
import { isErrno, keptSecret, readSecret } from './kept-secret.ts';
import { StartError } from './start-error.ts';

const databaseName = 'yuanxin';

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
  /** Stops it when owned, else does nothing. Close your connections first. Twice is harmless. */
  stop(): Promise<void>;
  /** Ends when the database ends, for whatever reason; of a joined one we never hear. */
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
  // Long enough for an owner that is recovering from a crash to come up.
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const occupant = await occupantOf(place);
    if (occupant === undefined) {
      const started = await start(place, options);
      if (started !== undefined) return started;
    } else if (occupant.orphaned) {
      options.log(`stopping the PostgreSQL (process ${occupant.pid}) that a killed owner left`);
      await stopOrphan(occupant, place.databaseFolder);
    } else if (options.mode === 'own') {
      throw secondOwner(place, occupant);
    } else {
      const joined = await join(place, occupant);
      if (joined !== undefined) return joined;
    }
    await sleep(100);
  }
  throw new StartError(
    `数据文件夹 ${place.dataFolder} 上的数据库一分钟内没有应答。`,
    `The database on ${place.dataFolder} did not answer within a minute.`,
  );
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

/** Root gives a new folder to the owner of the one around it, who may want to start it next time. */
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

function secondOwner({ dataFolder }: Place, { ownerPid }: Occupant): StartError {
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
    await writeAddress(place, address);
    return owned(server, withSecret(address.url, secret), place, options.mode);
  } catch (cause) {
    await server.stop(false);
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
  mode: EmbeddedOptions['mode'],
): EmbeddedDatabase {
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await server.stop(mode === 'join-or-start');
    await rm(place.addressFile, { force: true });
  };
  return {
    url,
    owned: true,
    exited: server.exited,
    stop: async () => (stopped ??= stop()),
  };
}

/** Undefined while the owner is still starting, or when what answers does not know our secret. */
async function join(place: Place, occupant: Occupant): Promise<EmbeddedDatabase | undefined> {
  const address = await readAddress(place);
  const secret = await readSecret(place.secretFile);
  if (address?.pid !== occupant.pid || secret === undefined) return undefined;
  const url = withSecret(address.url, secret);
  const answers = await query(url, 'select 1').then(
    () => true,
    () => false,
  );
  if (!answers) return undefined;
  return {
    url,
    owned: false,
    exited: new Promise(() => undefined),
    stop: async () => undefined,
  };
}

function addressOf({ port, pid }: Running): Address {
  const url = `postgres://${superuser}@127.0.0.1:${port}/${databaseName}`;
  return { url, port, pid, ownerPid: process.pid };
}

function withSecret(url: string, secret: string): string {
  return Object.assign(new URL(url), { password: secret }).href;
}

async function writeAddress(place: Place, address: Address): Promise<void> {
  const draft = `${place.addressFile}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(address)}\n`, { mode: 0o600 });
  await rename(draft, place.addressFile);
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
