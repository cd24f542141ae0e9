// Pool settings, texts for days and amounts, and one sentence for each way a server can fail us.
import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { checkServer, makePool } from '../../src/platform/postgres.ts';
import { StartError } from '../../src/platform/start-error.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

describe('the way to a PostgreSQL server', () => {
  let database: TestDatabase;

  before(async () => {
    database = await cloneDatabase();
  });

  after(async () => database.drop());

  it('brings days, amounts and long numbers as text, alone and in arrays', async () => {
    const pool = makePool({ url: database.url, max: 1, applicationName: 'test' });
    const result: { rows: unknown[] } = await pool.raw(`select
      date '2026-11-22' as day, array[date '2026-11-22', null] as days,
      12345678901234.50::numeric(20, 2) as amount, array[0.10::numeric] as amounts,
      9007199254740993::int8 as long, array[9007199254740993::int8] as longs,
      sum(x) as total, true as flag, 7 as int from unnest('{0.1,0.2}'::numeric[]) as t(x)`);
    await pool.destroy();
    expect(result.rows).to.deep.equal([
      {
        day: '2026-11-22',
        days: ['2026-11-22', null],
        amount: '12345678901234.50',
        amounts: ['0.10'],
        long: '9007199254740993',
        longs: ['9007199254740993'],
        total: '0.3',
        flag: true,
        int: 7,
      },
    ]);
  });

  it('limits statements and idle transactions and names itself', async () => {
    const pool = makePool({
      url: database.url,
      max: 1,
      applicationName: 'yuanxin-api',
      statementTimeoutMs: 100,
      idleInTransactionTimeoutMs: 7_000,
    });
    const sql = `select current_setting('application_name') as name,
      current_setting('idle_in_transaction_session_timeout') as idle,
      current_setting('timezone') as zone`;
    const result: { rows: unknown[] } = await pool.raw(sql);
    expect(result.rows).to.deep.equal([{ name: 'yuanxin-api', idle: '7s', zone: 'UTC' }]);
    const slow: unknown = await pool.raw('select pg_sleep(5)').catch((cause: unknown) => cause);
    expect(slow).to.have.property('code', '57014');
    await pool.destroy();
  });

  it('sends no setting of a session where a pooler would refuse it', async () => {
    const pool = makePool({
      url: database.url,
      max: 1,
      applicationName: 'test',
      statementTimeoutMs: 123,
      sessionSettings: false,
    });
    const sql = "select current_setting('statement_timeout') as timeout";
    const result: { rows: unknown[] } = await pool.raw(sql);
    await pool.destroy();
    expect(result.rows).to.deep.equal([{ timeout: '0' }]);
  });

  it('accepts a server that is new enough', async () => {
    expect(await checkServer(database.url)).to.be.at.least(15);
  });

  it('refuses a server that is too old', async () => {
    const old = await imitateOldServer();
    const problem = await problemOf(`postgres://u:hush@127.0.0.1:${old.port}/x`);
    expect(problem.en).to.match(/is PostgreSQL 14; it needs 15 or newer\.$/);
    expect(problem.zh).to.match(/是 PostgreSQL 14，需要 15 或更新版本。$/);
    old.close();
  });

  const wrong: readonly [what: string, change: (url: URL) => void, says: RegExp][] = [
    [
      'a wrong password',
      (url) => (url.password = 'hush'),
      /password is wrong|not let this user in/,
    ],
    ['an unknown user', (url) => (url.username = 'nobody-we-know'), /password is wrong/],
    ['an unknown database', (url) => (url.pathname = '/nowhere'), /database does not exist/],
    ['a closed port', (url) => (url.port = '1'), /nothing listens there/],
    ['an unknown host', (url) => (url.hostname = 'no.such.host.invalid'), /host/],
  ];
  for (const [what, change, says] of wrong) {
    it(`says in one sentence that it met ${what}`, async () => {
      const url = new URL(database.url);
      change(url);
      const problem = await problemOf(url.href);
      expect(problem.en).to.match(says);
      expect(problem.en).to.match(/^The database \S+ of DATABASE_URL cannot be used: [^.]*\.?/);
      expect(problem.zh).to.match(/^DATABASE_URL 指向的数据库 .*。$/);
      expect(problem.message).not.to.contain(url.password);
    });
  }

  for (const text of ['', 'localhost', 'mysql://u:hush@h/x', 'postgres://u:hush@h:port/x']) {
    it(`says that "${text}" is no PostgreSQL address`, async () => {
      const problem = await problemOf(text);
      expect(problem.en).to.match(/^DATABASE_URL is not a PostgreSQL URL/);
      expect(problem.message).not.to.contain('hush');
    });
  }
});

async function problemOf(url: string): Promise<StartError> {
  const problem: unknown = await checkServer(url).catch((cause: unknown) => cause);
  expect(problem).to.be.instanceOf(StartError);
  return problem as StartError;
}

/** Enough of the protocol to let anyone in and answer any query as PostgreSQL 14 would. */
async function imitateOldServer(): Promise<{ port: number; close: () => void }> {
  const message = (kind: string, body: Buffer) => {
    const head = Buffer.alloc(5);
    head.write(kind, 0, 'latin1');
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const int16 = (...values: number[]) =>
    Buffer.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));
  const column = (name: string) =>
    Buffer.concat([Buffer.from(`${name}\0`), int16(0, 0, 0, 0, 25, 0xffff, 0xffff, 0xffff, 0)]);
  const field = (text: string) => Buffer.concat([int16(0, text.length), Buffer.from(text)]);
  const ready = message('Z', Buffer.from('I'));
  const answer = Buffer.concat([
    message('T', Buffer.concat([int16(2), column('version'), column('encoding')])),
    message('D', Buffer.concat([int16(2), field('140012'), field('UTF8')])),
    message('C', Buffer.from('SELECT 1\0')),
    ready,
  ]);
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int16(0, 0)), ready]));
      socket.on('data', (chunk) => (chunk[0] === 0x51 ? socket.write(answer) : socket.end()));
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
