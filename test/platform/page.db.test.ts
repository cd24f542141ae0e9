// Paging: both ways through the same list, and a list that grows meanwhile.
import { expect } from 'chai';
import { openToyApp, potWith, type ToyApp } from './toy-app.ts';

interface List {
  items: { id: string; name: string }[];
  nextCursor: string | null;
  page: number;
  pageSize: number;
  total: number;
}

describe('pages of a list', () => {
  let toys: ToyApp;
  const ids: string[] = [];
  before(async () => {
    toys = await openToyApp();
    for (let i = 0; i < 7; i += 1) ids.push(await potWith(toys, '1.00', `p${i}`));
  });
  after(() => toys.close());

  async function list(search: string): Promise<List> {
    const { status, body, text } = await toys.api({ path: `/pots?${search}` });
    expect(status, text).to.equal(200);
    return body as List;
  }

  it('is of 50 by default and says so', async () => {
    const all = await list('');
    expect(all).to.deep.include({ page: 1, pageSize: 50, total: 7, nextCursor: null });
    expect(all.items.map(({ id }) => id)).to.deep.equal(ids);
  });

  it('jumps by page and pageSize', async () => {
    const third = await list('page=3&pageSize=3');
    expect(third).to.deep.include({ page: 3, pageSize: 3, total: 7, nextCursor: null });
    expect(third.items.map(({ id }) => id)).to.deep.equal(ids.slice(6));
    const beyond = await list('page=9&pageSize=3');
    expect(beyond).to.deep.include({ items: [], total: 7, nextCursor: null });
  });

  for (const newest of ['false', 'true']) {
    it(`walks by cursor, newest first: ${newest}, and meets each row once`, async () => {
      const met: string[] = [];
      let search = `limit=2&newest=${newest}`;
      for (let steps = 0; steps < 10; steps += 1) {
        const part = await list(search);
        met.push(...part.items.map(({ id }) => id));
        if (part.nextCursor === null) break;
        search = `limit=2&newest=${newest}&cursor=${part.nextCursor}`;
      }
      expect(met).to.deep.equal(newest === 'true' ? [...ids].reverse() : ids);
    });
  }

  it('goes on by cursor and neither skips nor repeats while the list grows', async () => {
    const first = await list('page=1&pageSize=3&newest=true');
    const late = await potWith(toys, '1.00', 'late');
    const next = await list(`cursor=${first.nextCursor}&limit=50&newest=true`);
    expect([...first.items, ...next.items].map(({ id }) => id)).to.deep.equal([...ids].reverse());
    expect(next.total).to.equal(8);
    ids.push(late);
  });

  it('counts what the filter leaves', async () => {
    expect(await list('starts=p1&pageSize=1')).to.deep.include({ total: 1, nextCursor: null });
    expect(await list('starts=none')).to.deep.include({ total: 0, items: [] });
  });
});
