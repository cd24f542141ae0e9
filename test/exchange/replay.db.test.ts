/** The replay of a book: its figures, once and for ever; what is not a book leaves nothing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { Knex } from 'knex';
import { replayGuaranteedLoans } from '../../src/exchange/index.ts';
import { systemActor } from '../../src/identity/index.ts';
import { isFailure } from '../../src/kernel/index.ts';
import { brokenInvariants } from '../../src/ledger/index.ts';
import { verifyChains } from '../../src/platform/audit.ts';
import type { Actor } from '../../src/platform/operation.ts';
import type { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { invariants, openRuntime } from '../../src/runtime.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { columns, expected, rows, text } from './book.ts';

describe('the replay of a loan book', () => {
  let database: TestDatabase;
  let db: Knex;
  let performer: Performer;
  let actor: Actor;
  let folder: string;
  before(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 4, applicationName: 'test' });
    ({ performer } = openRuntime(db, { secret: 'a test secret that is long enough to be one' }));
    actor = await systemActor(db, 'replay', 'console');
    folder = await mkdtemp(path.join(tmpdir(), 'yuanxin-book-'));
  });
  after(async () => {
    await db.destroy();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const file = async (name: string, content: string | Buffer): Promise<string> => {
    const where = path.join(folder, name);
    await writeFile(where, content);
    return where;
  };
  const replay = (where: string, by: Performer = performer) =>
    replayGuaranteedLoans({ db, performer: by, actor }, where);
  const counted = async (): Promise<unknown> => {
    const { rows: counts } = (await db.raw(
      `select (select count(*) from parties_zones) as zones,
         (select count(*) from credit_drawdowns) as drawdowns,
         (select count(*) from ledger_entries) as entries,
         (select count(*) from platform_operations) as operations`,
    )) as { rows: unknown[] };
    return counts[0];
  };

  it('refuses what is not the book, with its reason, and leaves nothing', async () => {
    const before = await counted();
    const broken = text().replace('60000', 'sixty thousand');
    const doubled = text([rows[0], rows[0]] as typeof rows);
    const wrong: readonly (readonly [string, string])[] = [
      [path.join(folder, 'nowhere.csv'), 'file-unreadable'],
      [folder, 'file-unreadable'],
      [await file('binary.csv', Buffer.from([1, 2, 0, 255, 4])), 'file-not-text'],
      [
        await file('latin.csv', Buffer.from('Bank\nBanca Fran\xe7aise\n', 'latin1')),
        'file-not-text',
      ],
      [await file('empty.csv', ''), 'columns-missing'],
      [await file('few.csv', text(rows, columns.slice(0, 6))), 'columns-missing'],
      [await file('ragged.csv', `${text()}1,2,3\r\n`), 'file-not-csv'],
      [await file('words.csv', broken), 'cell-malformed'],
      [await file('twice.csv', doubled), 'row-repeated'],
    ];
    for (const [where, code] of wrong) {
      const said = await replay(where).catch((problem: unknown) => problem);
      expect(isFailure(said) ? said.code : said, where).to.equal(code);
    }
    expect(await counted()).to.deep.equal(before);
  });

  it('goes on where a run was cut short, and then says what the book says', async () => {
    const where = await file('book.csv', `\ufeff${text()}`);
    let left = 9;
    const failing = Object.create(performer) as Performer;
    failing.performMany = (...call) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error('cut short')) : performer.performMany(...call);
    };
    expect(await replay(where, failing).catch((problem: Error) => problem.message)).to.equal(
      'cut short',
    );
    const { refused, banks, ledger, seconds, operationsPerSecond, replayed, ...figures } =
      await replay(where);
    expect(figures).to.deep.equal(expected);
    expect(replayed).to.equal(false);
    expect(seconds).to.be.greaterThan(0);
    expect(operationsPerSecond).to.be.greaterThan(0);
    const refusedRows = rows.flatMap((one) => one.refused ?? []);
    for (const [reason, count] of Object.entries(refused)) {
      expect(count, reason).to.equal(refusedRows.filter((one) => one === reason).length);
    }
    expect(Object.values(refused).every((count) => count > 0)).to.equal(true);
    expect(banks.count).to.equal(3);
    expect(banks.largest[0]).to.include({ name: 'GENERATED BANK A', defaults: 5 });
    expect(ledger.debits).to.equal(ledger.credits);
  });

  it('posts nothing the second time and says the same', async () => {
    const before = await counted();
    const again = await replay(path.join(folder, 'book.csv'));
    expect(again.replayed).to.equal(true);
    expect(again).to.include(expected);
    expect(await counted()).to.deep.equal(before);
  });

  it('says zero of a book without loans', async () => {
    const where = path.join(folder, 'empty.csv');
    await writeFile(where, `${columns.join(',')}\n`);
    const figures = await replay(where);
    expect(figures).to.include({ rows: 0, accepted: 0, disbursed: '0.00', compensation: '0.00' });
    expect(figures.banks).to.deep.equal({ count: 0, largest: [] });
  });

  it('leaves books that balance and a log that is whole', async () => {
    const broken = await withTransaction(db, everything, (tx) => brokenInvariants(tx, invariants));
    expect(broken).to.deep.equal([]);
    expect((await verifyChains(db)).valid).to.equal(true);
  });
});
