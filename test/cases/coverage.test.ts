// Which test holds each worked case of limits and loans: every case stands in the table once, with
// its trial calculation and, where it moves money, with the books; and the tests that the table
// names know the case.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { readCases } from '../kernel/cases.ts';

interface Row {
  readonly id: string;
  readonly calc: string;
  readonly database?: string;
  /** Why the books do not hold it. */
  readonly no?: string;
}

const { rows } = readCases('coverage') as { readonly rows: readonly Row[] };
const files = ['limits', 'schedules', 'worked-credit', 'risk'];

/** The cases that a text names: `D1-D7` are seven, what follows the number is a variant. */
function idsIn(text: string): Set<string> {
  const ids = new Set(text.match(/\b(?:P-\d+|[DLQ]\d+|C\d{3})\b/g) ?? []);
  for (const [, from = '', to = ''] of text.matchAll(/\bD(\d)-D(\d)\b/g)) {
    for (let no = parseInt(from, 10); no <= parseInt(to, 10); no += 1) ids.add(`D${no}`);
  }
  return ids;
}

const casesIn = (file: string): Set<string> => {
  const text = readFileSync(`test/cases/${file}.json`, 'utf8');
  return idsIn([...text.matchAll(/"id":\s*"([^"]+)"/g)].map(([, id]) => id).join('\n'));
};

/** What a test knows: what it names itself, and the files of cases that it or its parts read. */
function knownTo(test: string): Set<string> {
  const own = readFileSync(`test/${test}.ts`, 'utf8');
  const parts = [...own.matchAll(/from '\.\/([\w-]+\.ts)'/g)].map(([, part]) =>
    readFileSync(`test/${dirname(test)}/${part}`, 'utf8'),
  );
  const read = [own, ...parts].flatMap((text) =>
    [...text.matchAll(/readCases\('([\w-]+)'\)|test\/cases\/([\w-]+)\.json/g)].map(
      ([, name, path]) => name ?? path ?? '',
    ),
  );
  const known = idsIn(own);
  for (const file of read) for (const id of casesIn(file)) known.add(id);
  return known;
}

describe('the worked cases of limits and loans', () => {
  const ids = rows.map(({ id }) => id);

  it('stand in the table once, and none is missing there', () => {
    expect(new Set(ids).size, 'ids').to.equal(ids.length);
    const there = new Set(files.flatMap((file) => [...casesIn(file)]));
    expect([...there].sort()).to.deep.equal([...ids].sort());
  });

  it('have a trial calculation each, and the books or a reason why not', () => {
    for (const { id, calc, database, no } of rows) {
      expect([...knownTo(calc)], `${id} in ${calc}`).to.include(id);
      expect((database === undefined) !== (no === undefined), id).to.equal(true);
      if (database === undefined) continue;
      expect(database, id).to.match(/\.db\.test$/);
      expect([...knownTo(database)], `${id} in ${database}`).to.include(id);
    }
  });
});
