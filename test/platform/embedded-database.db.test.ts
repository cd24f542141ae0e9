// The database that the program brings along, with real processes that are killed for real. Each
// owner is a node process of its own, as `npm start` is.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Client } from 'pg';
import {
  openEmbeddedDatabase,
  type EmbeddedDatabase,
} from '../../src/platform/embedded-database.ts';
import { findOccupant } from '../../src/platform/embedded/occupant.ts';
import { StartError } from '../../src/platform/start-error.ts';

const modulePath = new URL('../../src/platform/embedded-database.js', import.meta.url).href;

/** Prints {url, owned}, or the problem; a signal or a line of input makes it stop again. */
const program = `
  import { openEmbeddedDatabase } from '${modulePath}';
  const [, dataFolder, mode] = process.argv;
  try {
    const options = { dataFolder, mode, durable: false, log: () => undefined };
    const database = await openEmbeddedDatabase(options);
    const stop = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await database.stop();
      process.exit(0);
    };
    for (const event of ['SIGINT', 'SIGTERM']) process.once(event, stop);
    process.stdin.once('data', stop);
    console.log(JSON.stringify({ url: database.url, owned: database.owned }));
    await database.exited;
  } catch (problem) {
    console.log(JSON.stringify({ problem: problem.message, name: problem.name }));
    process.exit(1);
  }`;

interface Opened {
  readonly child: ChildProcess;
  readonly url: string;
  readonly owned: boolean;
  readonly name?: string;
  readonly problem?: string;
}

describe('embedded database', function () {
  let root = '';
  let folder = '';
  const children: ChildProcess[] = [];
  const databases: EmbeddedDatabase[] = [];

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'yuanxin-embedded-'));
    // Spaces and Chinese on the way, in every test.
    folder = path.join(root, '数据 folder');
  });

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    for (const database of databases.splice(0)) await database.stop();
  });

  after(async () => {
    await until(async () => !(await occupied()));
    await rm(root, { recursive: true, force: true });
  });

  async function open(mode: 'own' | 'join-or-start'): Promise<EmbeddedDatabase> {
    const options = { dataFolder: folder, mode, durable: false, log: () => undefined };
    const database = await openEmbeddedDatabase(options);
    databases.push(database);
    return database;
  }

  async function openElsewhere(mode: 'own' | 'join-or-start'): Promise<Opened> {
    const words = ['--input-type=module', '-e', program, folder, mode];
    const child = spawn(process.execPath, words, {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    children.push(child);
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return { child, ...(JSON.parse(line) as Omit<Opened, 'child'>) };
  }

  async function occupied(): Promise<boolean> {
    return (await findOccupant(path.join(folder, 'postgres'))) !== undefined;
  }

  async function postgresPid(): Promise<number> {
    const occupant = await findOccupant(path.join(folder, 'postgres'));
    // Never 0: a signal to it would go to ourselves.
    if (occupant === undefined) throw new Error('No PostgreSQL runs on the folder.');
    return occupant.pid;
  }

  it('keeps data between starts', async () => {
    const first = await open('own');
    expect(first.owned).to.equal(true);
    await query(first.url, 'create table kept (word text)');
    await query(first.url, "insert into kept values ('园信')");
    await first.stop();
    await first.stop();
    const second = await open('own');
    expect(second.url).not.to.equal(first.url);
    expect(await query(second.url, 'select word from kept')).to.deep.equal([{ word: '园信' }]);
  });

  it('is durable unless told otherwise, listens on this machine only and speaks UTC', async () => {
    const dataFolder = path.join(root, 'durable');
    const database = await openEmbeddedDatabase({ dataFolder, mode: 'own', log: () => undefined });
    databases.push(database);
    const names = ['fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses'];
    names.push('unix_socket_directories', 'timezone', 'max_connections', 'server_encoding');
    const sql = `select array_agg(current_setting(name) order by o) as settings
      from unnest('{${names.join(',')}}'::text[]) with ordinality as n(name, o)`;
    expect(await query(database.url, sql)).to.deep.equal([
      { settings: ['on', 'on', 'on', '127.0.0.1', '', 'UTC', '100', 'UTF8'] },
    ]);
  });

  it('lets nobody else read its secret and its address', async () => {
    const { url } = await open('own');
    for (const name of ['postgres.secret', 'postgres.address.json']) {
      expect((await stat(path.join(folder, name))).mode & 0o777).to.equal(0o600);
    }
    const address = await readFile(path.join(folder, 'postgres.address.json'), 'utf8');
    expect(address).not.to.contain(new URL(url).password);
    expect(JSON.parse(address)).to.include({
      ownerPid: process.pid,
      port: Number(new URL(url).port),
    });
  });

  it('refuses a second owner by number and folder', async () => {
    await open('own');
    const second = await openElsewhere('own');
    expect(second.name).to.equal('StartError');
    expect(second.problem)
      .to.contain(`process ${process.pid}`)
      .and.contain(`进程号 ${process.pid}`)
      .and.contain(folder);
    if (second.child.exitCode === null) await once(second.child, 'exit');
    expect(second.child.exitCode).to.equal(1);
  });

  it('lets a command join, and the owner keeps running when it leaves', async () => {
    const owner = await openElsewhere('own');
    const command = await open('join-or-start');
    expect(command).to.include({ owned: false, url: owner.url });
    await command.stop();
    await query(owner.url, 'select 1');
  });

  it('tells a command that the database it joined has ended', async () => {
    const owner = await openElsewhere('own');
    const command = await open('join-or-start');
    owner.child.kill('SIGTERM');
    expect(await command.exited).to.equal(null);
  });

  it('waits with a stop for the command that joined another command', async () => {
    const first = await openElsewhere('join-or-start');
    expect(first.owned).to.equal(true);
    const second = await open('join-or-start');
    expect(second.owned).to.equal(false);
    first.child.stdin?.write('stop\n');
    await sleep(800);
    await query(second.url, 'select 1');
    await second.stop();
    const [code] = (await once(first.child, 'exit')) as [number];
    expect(code).to.equal(0);
    expect(await occupied()).to.equal(false);
  });

  it('gives one of many commands at once the database and joins the others', async () => {
    const all = await Promise.all([1, 2, 3].map(async () => openElsewhere('join-or-start')));
    expect(all.map(({ problem }) => problem)).to.deep.equal([undefined, undefined, undefined]);
    expect(all.filter(({ owned }) => owned)).to.have.length(1);
    expect(new Set(all.map(({ url }) => url)).size).to.equal(1);
  });

  it('joins nothing on the word of a stale address', async () => {
    const dead = { url: 'postgres://yuanxin@127.0.0.1:9/yuanxin', port: 9, pid: 1, ownerPid: 1 };
    await writeFile(path.join(folder, 'postgres.address.json'), JSON.stringify(dead));
    const command = await open('join-or-start');
    expect(command.owned).to.equal(true);
    await query(command.url, 'select 1');
  });

  it('loses no row to kill -9 of its owner and starts again at once', async () => {
    const owner = await openElsewhere('own');
    await query(owner.url, 'create table survivors (n int)');
    await query(owner.url, 'insert into survivors select generate_series(1, 1000)');
    owner.child.kill('SIGKILL');
    const again = await open('own');
    const rows = await query(again.url, 'select count(*)::int as n from survivors');
    expect(rows).to.deep.equal([{ n: 1000 }]);
  });

  it('stops the PostgreSQL that a killed owner left behind', async () => {
    const owner = await openElsewhere('own');
    const orphan = await postgresPid();
    // Stopped, it cannot follow its owner: as on a system that does not pass deaths on.
    process.kill(orphan, 'SIGSTOP');
    owner.child.kill('SIGKILL');
    await once(owner.child, 'exit');
    const opening = open('own');
    await sleep(300);
    process.kill(orphan, 'SIGCONT');
    const again = await opening;
    expect(again.owned).to.equal(true);
    expect(await postgresPid()).not.to.equal(orphan);
  });

  it('starts again after both were killed, even when the number was given away', async () => {
    const owner = await openElsewhere('own');
    process.kill(await postgresPid(), 'SIGKILL');
    owner.child.kill('SIGKILL');
    await once(owner.child, 'exit');
    const lockFile = path.join(folder, 'postgres/postmaster.pid');
    const [, ...rest] = (await readFile(lockFile, 'utf8')).split('\n');
    await writeFile(lockFile, [String(process.pid), ...rest].join('\n'));
    const again = await open('own');
    await query(again.url, 'select 1');
  });

  it('says when PostgreSQL dies by itself, and stop does not hang then', async () => {
    const database = await open('own');
    process.kill(await postgresPid(), 'SIGQUIT');
    expect(await database.exited).to.be.a('number');
    await database.stop();
  });

  it('is still there for requests under way after Ctrl-C, and gone afterwards', async () => {
    const owner = await openElsewhere('own');
    // What a terminal sends: the signal to the whole process group.
    process.kill(-(owner.child.pid ?? 0), 'SIGINT');
    await sleep(100);
    await query(owner.url, 'select 1');
    const [code] = (await once(owner.child, 'exit')) as [number];
    expect(code).to.equal(0);
    expect(await occupied()).to.equal(false);
    expect(await readdir(folder)).to.have.members(['postgres', 'postgres.secret']);
  });

  it('does not take a half-made database for one', async () => {
    const dataFolder = path.join(root, 'half');
    const dead = path.join(dataFolder, 'postgres.new-999999999');
    await mkdir(dead, { recursive: true });
    await writeFile(path.join(dead, 'PG_VERSION'), '18\n');
    const log = () => undefined;
    const database = await openEmbeddedDatabase({ dataFolder, mode: 'own', durable: false, log });
    databases.push(database);
    await query(database.url, 'select 1');
    expect(await readdir(dataFolder)).not.to.include('postgres.new-999999999');
  });

  const unusable: readonly [what: string, prepare: () => Promise<string>, says: RegExp][] = [
    [
      'a folder that cannot be written',
      async () => {
        await writeFile(path.join(root, 'file'), '');
        return path.join(root, 'file/data');
      },
      /不可写.*cannot be written/,
    ],
    [
      'data of another PostgreSQL',
      async () => {
        await mkdir(path.join(root, 'old/postgres'), { recursive: true });
        await writeFile(path.join(root, 'old/postgres/PG_VERSION'), '16\n');
        await writeFile(path.join(root, 'old/postgres.secret'), 'secret\n');
        return path.join(root, 'old');
      },
      /PostgreSQL 16.*18/,
    ],
    [
      'data without its password',
      async () => {
        await mkdir(path.join(root, 'bare/postgres'), { recursive: true });
        return path.join(root, 'bare');
      },
      /口令文件.*password file/,
    ],
  ];
  for (const [what, prepare, says] of unusable) {
    it(`refuses ${what} in one sentence`, async () => {
      const dataFolder = await prepare();
      const options = { dataFolder, mode: 'own', log: () => undefined } as const;
      const problem: unknown = await openEmbeddedDatabase(options).catch((cause: unknown) => cause);
      expect(problem).to.be.instanceOf(StartError);
      expect((problem as StartError).message).to.match(says);
    });
  }
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 200 && !(await holds()); round += 1) await sleep(50);
}
