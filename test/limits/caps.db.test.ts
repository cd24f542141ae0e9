// Caps across the tree: a group limit over lines of different branches, tested together with the
// main path, exactly at the boundary and one fen above; who carries it changes under live use.
import { expect } from 'chai';
import { Money, dayInShanghai, isFailure, newId } from '../../src/kernel/index.ts';
import { headroom } from '../../src/limits/headroom-queries.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { openCap } from '../../src/limits/operations/open-cap.ts';
import { setCap } from '../../src/limits/operations/set-cap.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { LimitTestBook } from './book.ts';
import { because, far, openLimitBook } from './book.ts';
import { ask, banker, makePerformer, otherBanker, outputOf, refusalOf } from './desk.ts';
import { at } from './two-banks.ts';

describe('caps across limits', () => {
  let book: LimitTestBook;
  before(async () => {
    book = await openLimitBook();
  });
  after(() => book.close());

  const id = (): string => newId('lim');
  const add = (limit: string, parentId: string | undefined, more: object = {}) =>
    book.add({ id: id(), limit: Money.of(limit), parentId, ...more });
  const take = async (
    kind: 'draw' | 'repay',
    nodeId: string,
    amount: string,
    when = new Date(),
    more: object = {},
  ) => {
    const valueOn = dayInShanghai(when);
    const step = { kind, nodeId, amount: Money.of(amount), valueOn, ...more };
    const [taken] = await book.take([because(step)], when);
    return isFailure(taken) ? taken.code : 'done';
  };
  const reason = '集团统一授信';
  const open = (limit: string, nodeIds: readonly string[], actor = banker) =>
    ask(makePerformer(book), openCap, actor, { name: '集团', limit, nodeIds, reason });
  const opened = async (limit: string, nodeIds: readonly string[]): Promise<string> =>
    (outputOf(await open(limit, nodeIds)) as { nodeId: string }).nodeId;
  const change = async (operation: Operation, nodeId: string, more: object) => {
    const { version } = await book.node(nodeId);
    return ask(makePerformer(book), operation, banker, { nodeId, reason, ...more }, version);
  };
  const used = async (nodeId: string) => {
    const { consumed, reserved } = await book.node(nodeId);
    return [consumed.toString(), reserved.toString()];
  };

  /** Two lines in two segments. */
  async function group() {
    const root = await add('1000.00', undefined);
    const [a, b] = [await add('300.00', root), await add('300.00', root)];
    return { root, a, b, one: await add('200.00', a), two: await add('200.00', b) };
  }

  it('counts what was used before, and refuses one fen above it', async () => {
    const { one, two } = await group();
    await take('draw', one, '60.00', at('2026-03-02T09:00:00'));
    await take('draw', two, '40.00', at('2026-03-02T09:00:00'));
    const refused = refusalOf(await open('99.99', [one, two]));
    expect(refused?.code).to.equal('limit-exceeded');
    expect(refused?.facts['smallestAdmissible']?.toString()).to.equal('99.99');
    const cap = await opened('100.00', [one, two]);
    expect(await used(cap)).to.deep.equal(['100.00', '0.00']);
    expect(await take('draw', one, '0.01')).to.equal('limit-exceeded');
    expect(await take('repay', two, '10.00')).to.equal('done');
    expect(await take('draw', one, '10.01')).to.equal('limit-exceeded');
    expect(await take('draw', one, '10.00')).to.equal('done');
    await book.expectSound();
  });

  it('binds together with the path, reservations included', async () => {
    const { one, two, a } = await group();
    const cap = await opened('150.00', [one, two]);
    const hold = {
      kind: 'reserve' as const,
      nodeId: two,
      amount: Money.of('100.00'),
      valueOn: dayInShanghai(),
      reservationId: newId('rsv'),
      expiresAt: far,
    };
    await book.take([because(hold)]);
    const answer = await makePerformer(book).ask(headroom, banker, {
      nodeId: one,
      amount: '300.01',
    });
    expect(answer.code).to.equal('limit-exceeded');
    expect(answer.headroom).to.equal('50.00');
    expect(answer.binding.map((each) => each.nodeId)).to.have.members([one, a, cap]);
    expect(await take('draw', one, '50.01')).to.equal('limit-exceeded');
    expect(await take('draw', one, '50.00')).to.equal('done');
  });

  it('changes who counts while they are used, and leaves past days as they were', async () => {
    const { one, two, root } = await group();
    const three = await add('200.00', root);
    for (const line of [one, two, three]) {
      await take('draw', line, '50.00', at('2026-03-02T09:00:00'));
    }
    const cap = await opened('100.00', [one, two]);
    const full = await change(setCap, cap, { nodeIds: [one, two, three] });
    expect(refusalOf(full)?.code).to.equal('limit-exceeded');
    expect(await used(cap)).to.deep.equal(['100.00', '0.00']);
    const output = outputOf(await change(setCap, cap, { nodeIds: [three, one] }));
    expect(output).to.deep.include({ added: [three], removed: [two] });
    expect(await used(cap)).to.deep.equal(['100.00', '0.00']);
    expect(await take('draw', three, '0.01')).to.equal('limit-exceeded');
    expect(await take('draw', two, '150.00')).to.equal('done');
    expect(refusalOf(await change(setCap, cap, { nodeIds: [two] }))?.code).to.equal(
      'limit-exceeded',
    );
    outputOf(await change(setCap, cap, { nodeIds: [one] }));
    expect(await used(cap)).to.deep.equal(['50.00', '0.00']);
    await book.expectSound();
  });

  it('shows a past day without the cap that came later', async () => {
    const { one, two } = await group();
    await take('draw', one, '60.00', at('2026-03-02T09:00:00'));
    const cap = await opened('60.00', [one, two]);
    const shown = async (asOf?: string) =>
      (await makePerformer(book).ask(headroom, banker, { nodeId: one, asOf })).path.map(
        (each) => each.nodeId,
      );
    expect(await shown()).to.include(cap);
    expect(await shown('2026-03-05')).not.to.include(cap);
  });

  it('may count what was ever drawn, and tenor by its own buckets', async () => {
    const { one, two } = await group();
    await take('draw', one, '60.00', new Date(), { tenorDays: 200 });
    await take('repay', one, '60.00', new Date(), { tenorDays: 200 });
    const more = { name: '不循环', limit: '100.00', revolving: 'NR', nodeIds: [one], reason };
    const nr = outputOf(await ask(makePerformer(book), openCap, banker, more)) as {
      nodeId: string;
    };
    expect(await used(nr.nodeId)).to.deep.equal(['60.00', '0.00']);
    const cap = await opened('150.00', [two]);
    const buckets = [
      { days: 365, amount: '150.00' },
      { days: 3650, amount: '20.00' },
    ];
    outputOf(await change(setTerms, cap, { buckets }));
    const long = { tenorDays: 366 };
    expect(await take('draw', two, '20.01', new Date(), long)).to.equal('bucket-full');
    expect(await take('draw', two, '20.00', new Date(), long)).to.equal('done');
    expect(await take('draw', two, '100.00', new Date(), { tenorDays: 365 })).to.equal('done');
    // Cut below its use it takes nothing more; what is used stays.
    outputOf(await change(changeLimit, cap, { limit: '100.00' }));
    expect(await take('draw', two, '0.01', new Date(), { tenorDays: 1 })).to.equal(
      'limit-exceeded',
    );
    await book.expectSound();
  });

  it('refuses what it cannot count', async () => {
    const { one, a, root } = await group();
    expect(refusalOf(await open('10.00', [one, a]))?.code).to.equal('cap-nested');
    expect(refusalOf(await open('10.00', [id()]))?.code).to.equal('node-missing');
    expect(refusalOf(await open('10.00', [one], otherBanker))?.code).to.equal('node-missing');
    const cap = await opened('10.00', [one]);
    expect(refusalOf(await change(setCap, cap, { nodeIds: [cap] }))?.code).to.equal('cap-nested');
    const other = await change(setCap, root, { nodeIds: [one] });
    expect(refusalOf(other)?.code).to.equal('cap-expected');
  });
});
