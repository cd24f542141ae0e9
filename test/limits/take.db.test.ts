// What takeLimits owes its callers beside the decisions: time, batches, neighbours and scope.
import { expect } from 'chai';
import { Day, Money, isFailure, newId } from '../../src/kernel/index.ts';
import type { Failure } from '../../src/kernel/index.ts';
import type { Step, Taken } from '../../src/limits/index.ts';
import { createNodes, takeLimits } from '../../src/limits/index.ts';
import type { LimitTestBook } from './book.ts';
import { because, far, openLimitBook, thrownBy } from './book.ts';

const valueOn = Day.of('2026-11-20');
const morning = new Date('2026-11-20T09:00:00+08:00');
const noon = new Date('2026-11-20T12:00:00+08:00');
const evening = new Date('2026-11-20T18:00:00+08:00');
const hundred = Money.of('100.00');

const codes = (results: readonly (Taken | Failure)[]): string[] =>
  results.map((one) => (isFailure(one) ? one.code : 'taken'));

describe('takeLimits', () => {
  let book: LimitTestBook;
  before(async () => {
    book = await openLimitBook();
  });
  after(() => book.close());

  const line = (limit: string, more: object = {}): Promise<string> =>
    book.add({ id: newId('lim'), limit: Money.of(limit), ...more });
  const reserve = (nodeId: string, amount: string, reservationId: string, expiresAt = far) =>
    because({
      kind: 'reserve',
      nodeId,
      amount: Money.of(amount),
      valueOn,
      reservationId,
      expiresAt,
    });
  const draw = (nodeId: string, amount: string, of?: string) =>
    because({ kind: 'draw', nodeId, amount: Money.of(amount), valueOn, of });

  it('frees what has expired at its instant, without a job', async () => {
    const id = await line('100.00');
    await book.take([reserve(id, '100.00', newId('rsv'), noon)], morning);
    expect(codes(await book.take([draw(id, '0.01')], new Date(noon.getTime() - 1)))).to.deep.equal([
      'limit-exceeded',
    ]);
    expect(codes(await book.take([draw(id, '100.00')], noon))).to.deep.equal(['taken']);
  });

  it('frees what has expired on a cap in a tree of its own', async () => {
    const cap = await line('100.00', { kind: 'CAP' });
    const id = await line('500.00', { caps: [cap] });
    await book.take([reserve(cap, '100.00', newId('rsv'), noon)], morning);
    expect(codes(await book.take([draw(id, '100.00')], evening))).to.deep.equal(['taken']);
  });

  it('has the job free what a line of another tree holds of a cap', async () => {
    const cap = await line('100.00', { kind: 'CAP' });
    const [one, other] = [
      await line('500.00', { caps: [cap] }),
      await line('500.00', { caps: [cap] }),
    ];
    const of = newId('rsv');
    await book.take([reserve(one, '100.00', of, noon)], morning);
    await book.take([because({ kind: 'expire', of, valueOn })], evening);
    expect(codes(await book.take([draw(other, '100.00')], evening))).to.deep.equal(['taken']);
  });

  it('keeps what a batch reserves and uses or gives back in the same breath', async () => {
    const id = await line('100.00');
    const [used, released] = [newId('rsv'), newId('rsv')];
    const results = await book.take([
      reserve(id, '60.00', used),
      draw(id, '50.00', used),
      reserve(id, '50.00', released),
      because({ kind: 'release', of: released, valueOn }),
      draw(id, '1.00', used),
      draw(id, '50.00', released),
    ]);
    expect(codes(results)).to.deep.equal([
      'taken',
      'taken',
      'taken',
      'taken',
      'reservation-posted',
      'reservation-released',
    ]);
    const [again] = await book.take([draw(id, '1.00', used)]);
    expect(codes([again as Taken])).to.deep.equal(['reservation-posted']);
    expect(String((await book.node(id)).consumed)).to.equal('50.00');
    await book.expectSound();
  });

  it('lets a refusal of one change nothing of its neighbours, whatever their order', async () => {
    const id = await line('100.00');
    const amounts = ['60.00', '50.00', '40.00', '0.01'];
    const results = await book.take(amounts.map((amount) => draw(id, amount)));
    expect(codes(results)).to.deep.equal(['taken', 'limit-exceeded', 'taken', 'limit-exceeded']);
    const [, second] = results;
    expect(String((second as Failure).facts['smallestAdmissible'])).to.equal('40.00');
  });

  it('answers each in its place with the leaf as it stands after it', async () => {
    const id = await line('100.00');
    const results = await book.take(['10.00', '20.00'].map((amount) => draw(id, amount)));
    const left = results.map((one) => (isFailure(one) ? one.code : String(one.leaf.consumed)));
    expect(left).to.deep.equal(['10.00', '30.00']);
  });

  it('refuses a reservation that ends before it begins, and a node that is not there', async () => {
    const id = await line('100.00');
    const results = await book.take(
      [reserve(id, '1.00', newId('rsv'), noon), draw(newId('lim'), '1.00')],
      noon,
    );
    expect(codes(results)).to.deep.equal(['reservation-expiry-past', 'node-missing']);
  });

  it('never moves a SOFT node by itself: it would have nothing to count with', async () => {
    const id = await line('100.00', { enforcement: 'SOFT' });
    expect(String(await thrownBy(book.take([draw(id, '1.00')])))).to.contain('SOFT');
  });

  it('is outside its scope when a node above it or a cap on it is', async () => {
    const [root, cap] = [await line('500.00'), await line('500.00', { ownerId: 'org_other' })];
    const under = await line('100.00', { parentId: root, ownerId: 'org_bank9' });
    const capped = await line('100.00', { caps: [cap], ownerId: 'org_bank9' });
    const scope = { zones: ['zone_limits'], owners: ['org_bank9'] };
    const at = { now: noon, today: valueOn };
    for (const nodeId of [under, capped]) {
      const step: Step = { kind: 'draw', nodeId, amount: hundred, valueOn };
      const taking = book.tx((tx) => takeLimits(tx, [because(step)], at), scope);
      expect(String(await thrownBy(taking)), nodeId).to.contain('outside the scope');
    }
  });

  it('makes no node below a parent that the maker does not see', async () => {
    const parentId = await line('500.00', { ownerId: 'org_other' });
    const node = {
      id: newId('lim'),
      zoneId: 'zone_limits',
      ownerId: 'org_bank9',
      parentId,
      name: 'orphan',
      kind: 'ENTERPRISE_LINE',
      revolving: 'R',
      enforcement: 'HARD',
      limit: hundred,
      startsOn: valueOn,
    } as const;
    const scope = { zones: ['zone_limits'], owners: ['org_bank9'] };
    const problem = await thrownBy(book.tx((tx) => createNodes(tx, [node]), scope));
    expect((problem as Failure).code).to.equal('parent-missing');
  });
});
