/** Rows arrive as they were given, whichever columns happen to be equal. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Knex } from 'knex';
import { bulkInsert } from '../../src/platform/bulk-insert.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { everything, statement, withTransaction } from '../../src/platform/transaction.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const insert = bulkInsert('test.insert', 'test_rows', {
  a: 'text',
  b: 'text',
  amount: 'numeric',
  day: 'date',
  note: 'json',
  path: 'text[]',
});
const select = statement(
  'test.select',
  'select a, b, amount, day, note, path from test_rows order by at',
);

describe('a bulk insert', () => {
  let database: TestDatabase;
  let db: Knex;
  before(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 3, applicationName: 'test' });
    await db.raw(`create table test_rows (at int generated always as identity, a text, b text,
      amount numeric(20,2), day date, note json, path text[])`);
    await db.raw('grant all on test_rows to yuanxin_app');
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  interface Row {
    readonly a: string | null;
    readonly b: string | null;
    readonly amount: string;
    readonly day: string;
    readonly note: string;
    readonly path: readonly string[];
  }
  const back = (list: readonly Row[]): Promise<unknown[]> =>
    withTransaction(db, everything, async (tx) => {
      await tx.rows(statement('test.clear', 'delete from test_rows'));
      insert(tx, {
        a: list.map((row) => row.a),
        b: list.map((row) => row.b),
        amount: list.map((row) => row.amount),
        day: list.map((row) => row.day),
        note: list.map((row) => JSON.stringify(row.note)),
        path: list.map((row) => `{${row.path.join(',')}}`),
      });
      return tx.rows(select);
    });

  it('keeps every value and every row', async () => {
    const text = fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\0'));
    const few = fc.constantFrom<(string | null)[]>('x', null, 'NULL', '');
    const row = fc.record({
      a: fc.oneof(few, text),
      b: few,
      amount: fc.constantFrom('1.00', '-0.01', '9999999999999999.99'),
      day: fc.constantFrom('2024-02-29', '2026-11-22'),
      note: text,
      path: fc.array(fc.constantFrom('lim_1', 'lim_2', 'lim_3'), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), async (list) => {
        expect(await back(list)).to.deep.equal(list);
      }),
      { numRuns: 120 },
    );
  });

  it('writes equal rows as often as they were given', async () => {
    const row = { a: 'x', b: null, amount: '1.00', day: '2026-11-22', note: '', path: [] };
    expect(await back([row, row, row])).to.deep.equal([row, row, row]);
  });
});

describe('what is sent without waiting', () => {
  let database: TestDatabase;
  let db: Knex;
  before(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 2, applicationName: 'test' });
    await db.raw('create table test_sent (n int primary key)');
    await db.raw('grant all on test_sent to yuanxin_app');
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  const put = statement('test.put', 'insert into test_sent values ($1)');
  const list = statement('test.list', 'select n from test_sent order by n');
  const all = async (): Promise<number[]> =>
    withTransaction(db, everything, async (tx) =>
      (await tx.rows<{ n: number }>(list)).map((row) => row.n),
    );
  const problemOf = (work: Promise<unknown>): Promise<{ code?: string; message: string }> =>
    work.then(
      () => Promise.reject(new Error('was done')),
      (problem: { code?: string; message: string }) => problem,
    );

  it('is there for what comes next, and after the commit', async () => {
    const seen = await withTransaction(db, everything, async (tx) => {
      tx.send(put, [1]);
      return tx.rows(list);
    });
    expect(seen).to.deep.equal([{ n: 1 }]);
    expect(await all()).to.deep.equal([1]);
  });

  it('fails the transaction with its own reason, and nothing is kept', async () => {
    const problem = await problemOf(
      withTransaction(db, everything, async (tx) => {
        tx.send(put, [2]);
        tx.send(put, [1]);
        tx.send(put, [3]);
      }),
    );
    expect(problem.code).to.equal('23505');
    const later = await problemOf(
      withTransaction(db, everything, async (tx) => {
        tx.send(put, [1]);
        await tx.rows(list);
      }),
    );
    expect(later.code).to.equal('23505');
    expect(await all()).to.deep.equal([1]);
  });

  it('belongs to the attempt in which it was sent', async () => {
    await withTransaction(db, everything, async (tx) => {
      tx.send(put, [4]);
      const failed = await problemOf(
        tx.attempt(
          async () => tx.send(put, [1]),
          () => true,
        ),
      );
      expect(failed.code).to.equal('23505');
      await tx.attempt(
        async () => tx.send(put, [5]),
        () => false,
      );
      await tx.attempt(
        async () => tx.send(put, [6]),
        () => true,
      );
    });
    expect(await all()).to.deep.equal([1, 4, 6]);
  });

  it('never reaches the next transaction of the connection', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const problem = await problemOf(
      withTransaction(db, everything, async (tx) => {
        late = (async () => {
          await tx.rows(list);
          await new Promise((resolve) => {
            setTimeout(resolve, 30);
          });
          tx.send(put, [7]);
        })();
        late.catch(() => undefined);
        throw new Error('one of two');
      }),
    );
    expect(problem.message).to.equal('one of two');
    expect((await problemOf(late)).message).to.equal('The transaction is over.');
    expect(await all()).to.deep.equal([1, 4, 6]);
  });

  it('does not pass for done when a failure was caught on the way', async () => {
    const problem = await problemOf(
      withTransaction(db, everything, async (tx) => {
        await tx.rows(put, [1]).catch(() => undefined);
      }),
    );
    expect(problem.message).to.equal('A statement had failed, so nothing was kept.');
    expect(await all()).to.deep.equal([1, 4, 6]);
  });

  it('takes only what the driver passes on unchanged', async () => {
    const problem = await problemOf(
      withTransaction(db, everything, async (tx) => tx.send(put, [{ n: 8 }])),
    );
    expect(problem).to.be.instanceOf(TypeError);
  });
});
