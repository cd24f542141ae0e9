// SOFT limits refuse nothing and tell: their use, and what is granted below them, make incidents of
// the same kind as everywhere, found by reading, because SOFT limits count nothing.
import { expect } from 'chai';
import { Money, addDays, dayInShanghai, isFailure, newId } from '../../src/kernel/index.ts';
import { listIncidents, showIncident } from '../../src/limits/incident-queries.ts';
import type { NewNode } from '../../src/limits/index.ts';
import { acknowledgeIncident } from '../../src/limits/operations/acknowledge-incident.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { resolveIncident } from '../../src/limits/operations/resolve-incident.ts';
import { waiveIncident } from '../../src/limits/operations/waive-incident.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { LimitTestBook } from './book.ts';
import { because, far, makeZoneRoot, openLimitBook } from './book.ts';
import { ask, banker, makePerformer, otherBankId, outputOf, refusalOf } from './desk.ts';
import { nightIn } from './night.ts';

const today = dayInShanghai();
const reason = '园区例会';

describe('incidents of SOFT limits', () => {
  let book: LimitTestBook;
  let performer: ReturnType<typeof makePerformer>;
  let zone: string;
  beforeEach(async () => {
    book = await openLimitBook();
    performer = makePerformer(book);
    zone = await makeZoneRoot(book);
  });
  afterEach(() => book.close());

  const node = (limit: string, more: Partial<NewNode>): Promise<string> =>
    book.add({ id: newId('lim'), limit: Money.of(limit), ...more });
  const soft = (limit: string, more: Partial<NewNode> = {}) =>
    node(limit, { kind: 'SEGMENT', enforcement: 'SOFT', parentId: zone, ...more });
  const take = async (kind: 'draw' | 'repay', nodeId: string, amount: string) => {
    const step = { kind, nodeId, amount: Money.of(amount), valueOn: today } as const;
    const [taken] = await book.take([because(step)]);
    return isFailure(taken) ? taken.code : 'done';
  };
  const hold = (nodeId: string, amount: string) =>
    book.take([
      because({
        kind: 'reserve',
        nodeId,
        amount: Money.of(amount),
        valueOn: today,
        reservationId: newId('rsv'),
        expiresAt: far,
      }),
    ]);
  const done = async (operation: Operation, input: object, version: number) =>
    outputOf(await ask(performer, operation, banker, { ...input, reason }, version)) as object;
  const code = async (operation: Operation, input: object, version: number) =>
    refusalOf(await ask(performer, operation, banker, { ...input, reason }, version))?.code;
  const openOf = async (nodeId: string) =>
    (await performer.ask(listIncidents, banker, { nodeId, open: 'true' })).items;
  const only = async (nodeId: string) => {
    const items = await openOf(nodeId);
    expect(items.length).to.equal(1);
    return items[0] as (typeof items)[0];
  };
  const stepsOf = async (incidentId: string) =>
    (await performer.ask(showIncident, banker, { incidentId })).steps.map(
      ({ step, size }) => `${step} ${size}`,
    );

  it('tell of more granted below than they are, and of nothing one fen before', async () => {
    const segment = await soft('100.00');
    await node('60.00', { parentId: segment });
    const second = await node('40.00', { parentId: segment });
    const closed = await node('40.00', { parentId: segment });
    await book.change(closed, { state: 'CLOSED' });
    expect(await nightIn(book)).to.deep.equal({ told: 0, opened: 0, moved: 0 });
    const raised = await done(changeLimit, { nodeId: second, limit: '40.01' }, 1);
    expect(raised).to.deep.include({
      overAllocated: {
        nodeId: segment,
        name: segment,
        limit: '100.00',
        allocated: '100.01',
        size: '0.01',
      },
    });
    expect((await nightIn(book)).opened).to.equal(1);
    const found = await only(segment);
    expect(found).to.include({
      cause: 'allocation',
      enforcement: 'SOFT',
      severity: 'BREACH',
      size: '0.01',
      bound: '100.00',
      used: '100.01',
      reserved: '0.00',
    });
    expect(await nightIn(book)).to.deep.equal({ told: 0, opened: 0, moved: 0 });
    // Nothing is refused, and it closes when it is better by the buffer.
    expect(await take('draw', second, '40.01')).to.equal('done');
    const cut = await done(changeLimit, { nodeId: second, limit: '35.01' }, 2);
    expect(cut).to.deep.include({ overAllocated: null });
    await nightIn(book);
    expect((await only(segment)).size).to.equal('0.00');
    await done(changeLimit, { nodeId: second, limit: '35.00' }, 3);
    await nightIn(book);
    expect(await openOf(segment)).to.deep.equal([]);
    expect(await stepsOf(found.incidentId)).to.deep.equal([
      'opened 0.01',
      'resized 0.00',
      'resolved 0.00',
    ]);
  });

  it('tell of use and reservations at the warn share and above the limit', async () => {
    const segment = await soft('100.00');
    const [one, two] = [
      await node('60.00', { parentId: segment }),
      await node('60.00', { parentId: segment }),
    ];
    await nightIn(book);
    expect(await only(segment)).to.include({ cause: 'allocation', size: '20.00' });
    await take('draw', one, '49.99');
    await hold(two, '40.00');
    expect((await nightIn(book)).opened).to.equal(0);
    await take('draw', one, '0.01');
    expect((await nightIn(book)).opened).to.equal(1);
    expect((await openOf(segment)).at(-1)).to.include({ cause: 'soft-use', severity: 'WARNING' });
    // A cut looks at once, in its own transaction.
    await done(changeLimit, { nodeId: segment, limit: '89.99' }, 1);
    const both = await openOf(segment);
    expect(both.map((each) => [each.cause, each.severity, each.size])).to.have.deep.members([
      ['allocation', 'BREACH', '30.01'],
      ['soft-use', 'BREACH', '0.01'],
    ]);
    expect(await take('draw', two, '10.00')).to.equal('done');
    await done(changeLimit, { nodeId: segment, limit: '200.00' }, 2);
    expect(await openOf(segment)).to.deep.equal([]);
  });

  it('are waived for their size and a day, and closed by a person on a fresh look', async () => {
    const segment = await soft('100.00');
    const line = await node('100.00', { parentId: segment });
    const other = await node('1.00', { parentId: segment });
    await nightIn(book);
    const { incidentId } = await only(segment);
    await done(acknowledgeIncident, { incidentId }, 1);
    expect(await code(resolveIncident, { incidentId }, 2)).to.equal('incident-stands');
    await done(waiveIncident, { incidentId, until: addDays(today, 1) }, 2);
    expect((await nightIn(book)).moved).to.equal(0);
    await done(changeLimit, { nodeId: other, limit: '2.00' }, 1);
    expect((await nightIn(book)).moved).to.equal(1);
    expect(await only(segment)).to.include({ state: 'OPEN', size: '2.00' });
    await done(acknowledgeIncident, { incidentId }, 4);
    await done(changeLimit, { nodeId: line, limit: '98.00' }, 1);
    expect(await done(resolveIncident, { incidentId }, 5)).to.include({ state: 'RESOLVED' });
    expect((await nightIn(book)).opened).to.equal(0);
  });

  it('of all banks together are told by the watch, and a mere sum is never passed', async () => {
    await node('500.00', { kind: 'ZONE_MASTER', parentId: zone });
    await node('500.00', { kind: 'ZONE_MASTER', parentId: zone, ownerId: otherBankId });
    expect((await nightIn(book)).opened).to.equal(0);
    await book.change(zone, { limit: Money.of('900.00') });
    expect(await openOf(zone)).to.have.length(1);
    expect(await only(zone)).to.include({ cause: 'allocation', used: '1000.00', size: '100.00' });
    await book.change(zone, { limit: Money.zero });
    expect(await openOf(zone)).to.deep.equal([]);
    const intent = await soft('10.00', { kind: 'ZONE_MASTER' });
    await node('11.00', { parentId: intent });
    const hard = await node('10.00', {});
    await take('draw', hard, '10.00');
    await nightIn(book);
    const listed = (await performer.ask(listIncidents, banker, { open: 'true' })).items;
    // What is HARD stands before what only tells, though it is no more than a warning.
    expect(listed.map((each) => [each.enforcement, each.severity])).to.deep.equal([
      ['HARD', 'WARNING'],
      ['SOFT', 'BREACH'],
    ]);
  });
});
