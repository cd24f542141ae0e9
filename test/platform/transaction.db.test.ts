/** What a statement is given arrives as it was: arrays of awkward text, nulls, and the scope. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Knex } from 'knex';
import { makePool } from '../../src/platform/postgres.ts';
import { everything, statement, withTransaction } from '../../src/platform/transaction.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

describe('a transaction', () => {
  let database: TestDatabase;
  let db: Knex;
  before(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 3, applicationName: 'test' });
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  const echo = statement('test.echo', 'select e from unnest($1::text[]) with ordinality as u (e)');
  const back = (list: readonly (string | null)[]): Promise<(string | null)[]> =>
    withTransaction(db, everything, async (tx) =>
      (await tx.rows<{ e: string | null }>(echo, [list])).map((row) => row.e),
    );

  it('hands arrays over unchanged, whatever their text', async () => {
    const awkward = [
      '',
      'null',
      'NULL',
      null,
      '{}',
      '"',
      '\\',
      'a,b',
      ' x ',
      '{"a":"\\"b"}',
      '中文',
      '\n',
    ];
    expect(await back(awkward)).to.deep.equal(awkward);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\0')))),
        async (list) => {
          expect(await back(list)).to.deep.equal(list);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('runs as the role that row-level security binds, and forgets it afterwards', async () => {
    const who = statement('test.who', `select current_user as who, platform_zones() as zones`);
    const scope = { zones: ["zone_a'; drop table x; --"], owners: ['org_b'] };
    const [row] = await withTransaction(db, scope, (tx) =>
      tx.rows<{ who: string; zones: string[] }>(who),
    );
    expect(row?.who).to.equal('yuanxin_app');
    expect(row?.zones).to.deep.equal(scope.zones);
    const { rows } = (await db.raw('select current_user as who, platform_zones() as zones')) as {
      rows: { who: string; zones: string[] }[];
    };
    expect(rows[0]?.who).to.not.equal('yuanxin_app');
    expect(rows[0]?.zones).to.deep.equal([]);
  });

  it('may not delete a log entry, change an entry of the ledger or skip the scope', async () => {
    const attempts = [
      'delete from platform_operations',
      'update ledger_entries set amount = 0',
      'delete from ledger_entries',
      'update limits_movements set amount = 1',
      'truncate limits_nodes',
    ];
    for (const text of attempts) {
      let code = '';
      try {
        await withTransaction(db, everything, (tx) => tx.rows(statement(text, text)));
      } catch (problem) {
        code = (problem as { code: string }).code;
      }
      expect(code, text).to.equal('42501');
    }
  });
});
