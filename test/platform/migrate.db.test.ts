// The schema's way into a database: real processes that start at the same moment, one that was
// killed, and users who may do less than the superuser of the tests.
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Client } from 'pg';
import { migrate } from '../../src/platform/migrate.ts';
import { StartError } from '../../src/platform/start-error.ts';
import { emptyDatabase, type TestDatabase } from '../support/database.ts';

const run = promisify(execFile);
const modulePath = new URL('../../src/platform/migrate.js', import.meta.url).href;
const program = `
  import { migrate } from '${modulePath}';
  console.log(JSON.stringify(await migrate(process.argv[1])));`;

async function migrateElsewhere(url: string): Promise<string[]> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program, url]);
  return JSON.parse(stdout) as string[];
}

describe('migrations', () => {
  let database: TestDatabase;
  let files: string[] = [];

  before(async () => {
    const names = await readdir(new URL('../../migrations/', import.meta.url));
    files = names
      .filter((name) => /^\d{4}_.*\.js$/.test(name))
      .map((name) => name.slice(0, -3))
      .sort();
    expect(files[0]).to.equal('0001_platform_roles');
  });

  beforeEach(async () => {
    database = await emptyDatabase();
  });

  afterEach(async () => database.drop());

  it('are applied once by two processes that start at the same moment', async () => {
    const both = await Promise.all([1, 2].map(async () => migrateElsewhere(database.url)));
    expect(both.map(({ length }) => length)).to.have.members([0, files.length]);
    expect(both.flat()).to.deep.equal(files);
    expect(await migrate(database.url)).to.deep.equal([]);
  });

  it('go on where a killed process left the lock of the library shut', async () => {
    await migrate(database.url);
    await query(database.url, 'update platform_migrations_lock set is_locked = 1');
    expect(await migrate(database.url)).to.deep.equal([]);
  });

  it('refuse a database of a newer program', async () => {
    await migrate(database.url);
    await query(
      database.url,
      "insert into platform_migrations (name, batch) values ('9999_of_the_future', 9)",
    );
    const problem: unknown = await migrate(database.url).catch((cause: unknown) => cause);
    expect(problem).to.be.instanceOf(StartError);
    expect((problem as StartError).en).to.match(/newer Yuanxin/);
  });

  it('go forward only', async () => {
    for (const file of files) {
      const path = new URL(`../../migrations/${file}.js`, import.meta.url).href;
      const { down } = (await import(path)) as { down?: (knex: unknown) => unknown };
      expect(down, file).to.throw(/forward only/i);
    }
  });

  describe('of a user who is no superuser', () => {
    const name = `yuanxin_owner_${process.pid}`;
    let asOwner = '';

    beforeEach(async () => {
      // The role is the server's: it is there already, made for another database.
      await migrate(database.url);
      await query(database.url, `create role ${name} login password 'secret'`);
      const databaseName = new URL(database.url).pathname.slice(1);
      await query(database.url, 'drop schema public cascade');
      await query(database.url, `alter database ${databaseName} owner to ${name}`);
      await query(database.url, 'create schema public authorization pg_database_owner');
      asOwner = Object.assign(new URL(database.url), { username: name, password: 'secret' }).href;
    });

    afterEach(async () => {
      await query(database.url, `reassign owned by ${name} to current_user`);
      await query(database.url, `drop owned by ${name}`);
      await query(database.url, `drop role ${name}`);
    });

    it('stop with the SQL to run when the server forbids the role', async () => {
      const problem: unknown = await migrate(asOwner).catch((cause: unknown) => cause);
      expect(problem).to.be.instanceOf(StartError);
      const sql = `create role yuanxin_app nologin; grant yuanxin_app to ${name};`;
      expect((problem as StartError).zh).to.contain(sql);
      expect((problem as StartError).en).to.contain(sql);
    });

    it('are all applied once an administrator has run it, and the role can be taken', async () => {
      await query(database.url, `grant yuanxin_app to ${name}`);
      expect(await migrate(asOwner)).to.deep.equal(files);
      const rows = await query(asOwner, 'set role yuanxin_app; select current_user as me');
      expect(rows).to.deep.equal([{ me: 'yuanxin_app' }]);
    });

    it('stop in one sentence where the user may not create tables', async () => {
      await query(database.url, 'alter schema public owner to current_user');
      await query(database.url, `grant yuanxin_app to ${name}`);
      const problem: unknown = await migrate(asOwner).catch((cause: unknown) => cause);
      expect(problem).to.be.instanceOf(StartError);
      expect((problem as StartError).en).to.match(/may not create the schema/);
    });
  });
});

/** The rows of the last statement. */
async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const results: unknown = await client.query(sql);
    const last = [results].flat().at(-1) as { rows: unknown[] };
    return last.rows;
  } finally {
    await client.end();
  }
}
