// A limit goes below another one with all its use: exactly at the boundary and one fen above, on
// HARD and SOFT paths, with reservations, past days as they were, and drawings at the same time.
import { expect } from 'chai';
import { Money, dayInShanghai, isFailure, newId } from '../../src/kernel/index.ts';
import type { Failure } from '../../src/kernel/index.ts';
import { changeTerms, lockNode } from '../../src/limits/index.ts';
import { headroom } from '../../src/limits/headroom-queries.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { moveNodeOperation } from '../../src/limits/operations/move-node.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { showNode } from '../../src/limits/queries.ts';
import type { LimitTestBook } from './book.ts';
import { because, far, lockWaits, openLimitBook, quietly } from './book.ts';
import { ask, banker, makePerformer, outputOf, refusalOf } from './desk.ts';
import { at, day } from './two-banks.ts';

describe('limits.move-node', () => {
  let book: LimitTestBook;
  before(async () => {
    book = await openLimitBook();
  });
  after(() => book.close());

  const id = (): string => newId('lim');
  const add = (limit: string, parentId: string | undefined, more: object = {}) =>
    book.add({ id: id(), limit: Money.of(limit), parentId, ...more });
  const draw = async (nodeId: string, amount: string, when = new Date(), more: object = {}) => {
    const step = {
      kind: 'draw' as const,
      nodeId,
      amount: Money.of(amount),
      valueOn: dayInShanghai(when),
      ...more,
    };
    const [taken] = await book.take([because(step)], when);
    return isFailure(taken) ? taken.code : 'done';
  };
  const performer = () => makePerformer(book);
  const versionOf = async (nodeId: string) => (await book.node(nodeId)).version;
  const move = async (nodeId: string, parentId: string) =>
    ask(
      performer(),
      moveNodeOperation,
      banker,
      { nodeId, parentId, reason: '改挂' },
      await versionOf(nodeId),
    );
  const refusal = async (nodeId: string, parentId: string): Promise<Failure | undefined> =>
    refusalOf(await move(nodeId, parentId));
  const used = async (nodeId: string) => {
    const { consumed, reserved } = await book.node(nodeId);
    return [consumed.toString(), reserved.toString()];
  };

  /** Two segments of a park, 60 drawn and 30 held on a line of the first. */
  async function park(second = '90.00') {
    const root = await add('1000.00', undefined);
    const [a, b] = [await add('100.00', root), await add(second, root)];
    const line = await add('95.00', a);
    expect(await draw(line, '60.00', at('2026-03-02T09:00:00'))).to.equal('done');
    const reservationId = newId('rsv');
    const hold = {
      kind: 'reserve' as const,
      nodeId: line,
      amount: Money.of('30.00'),
      valueOn: day('2026-03-03'),
      reservationId,
      expiresAt: far,
    };
    await book.take([because(hold)], at('2026-03-03T09:00:00'));
    return { root, a, b, line, reservationId };
  }

  for (const enforcement of ['HARD', 'SOFT'] as const) {
    it(`tells whoever waited what was changed of a ${enforcement} limit meanwhile`, async () => {
      const [from, to] = [await add('100.00', undefined), await add('100.00', undefined)];
      const moving = await add('50.00', from, { enforcement });
      let asked: ReturnType<typeof move> | undefined;
      await book.tx(async (tx) => {
        const node = await lockNode(tx, moving);
        if (!node) throw new Error('no node');
        const why = { ...quietly, valueOn: dayInShanghai(), now: new Date() };
        await changeTerms(tx, node, { limit: Money.of('60.00') }, why);
        asked = move(moving, to);
        await lockWaits(book, 1);
      });
      const failure = refusalOf((await asked) as Awaited<ReturnType<typeof move>>);
      expect(failure?.code).to.equal('version-stale');
      const changes = failure?.facts['changes'] as { field: string; to: string }[];
      expect(changes.map((one) => [one.field, one.to])).to.deep.equal([['amount', '60.00']]);
      expect((await book.node(moving)).parentId).to.equal(from);
    });
  }

  it('moves use and reservations at once, when they fit exactly', async () => {
    const { root, a, b, line, reservationId } = await park();
    const output = outputOf(await move(line, b));
    expect(output).to.include({ fromId: a, parentId: b, outstanding: '60.00', reserved: '30.00' });
    expect([await used(a), await used(b), await used(root)]).to.deep.equal([
      ['0.00', '0.00'],
      ['60.00', '30.00'],
      ['60.00', '30.00'],
    ]);
    // What comes after touches the new path.
    expect(await draw(line, '0.01')).to.equal('limit-exceeded');
    expect(await draw(line, '20.00', new Date(), { of: reservationId })).to.equal('done');
    expect(await used(b)).to.deep.equal(['80.00', '0.00']);
    expect(await used(a)).to.deep.equal(['0.00', '0.00']);
    await book.expectSound();
  });

  it('leaves HARD limits for a SOFT one with use of its own and below it', async () => {
    const root = await add('1000.00', undefined, { enforcement: 'SOFT' });
    const a = await add('100.00', root);
    const line = await add('50.00', a);
    const subline = await add('30.00', line);
    expect(await draw(line, '20.00')).to.equal('done');
    expect(await draw(subline, '10.00')).to.equal('done');
    outputOf(await move(line, root));
    // Only what left a is journalled: nothing is counted above the line now.
    expect([await used(a), await used(line), await used(subline)]).to.deep.equal([
      ['0.00', '0.00'],
      ['30.00', '0.00'],
      ['10.00', '0.00'],
    ]);
    await book.expectSound();
  });

  it('is refused one fen above, with every node that binds, and nothing changes', async () => {
    const root = await add('1000.00', undefined);
    const [a, b] = [await add('100.00', root), await add('89.99', root)];
    const tight = await add('50.00', b);
    const line = await add('95.00', a);
    await draw(line, '60.00');
    await draw(line, '30.00');
    const refused = await refusal(line, tight);
    expect(refused?.code).to.equal('limit-exceeded');
    expect(
      ((refused?.facts['binding'] ?? []) as { nodeId: string; shortBy: Money }[]).map((one) => [
        one.nodeId,
        one.shortBy.toString(),
      ]),
    ).to.deep.equal([
      [tight, '40.00'],
      [b, '0.01'],
    ]);
    expect([await used(a), await used(b)]).to.deep.equal([
      ['90.00', '0.00'],
      ['0.00', '0.00'],
    ]);
    expect((await book.node(line)).path).to.deep.equal([line, a, root]);
  });

  it('leaves past days as they were, on HARD and on SOFT limits', async () => {
    const root = await add('0.00', undefined, { enforcement: 'SOFT', kind: 'ZONE_MASTER' });
    const soft = { enforcement: 'SOFT' as const, kind: 'SEGMENT' as const };
    const [a, b] = [await add('500.00', root, soft), await add('400.00', root, soft)];
    const hard = await add('300.00', b);
    const line = await add('95.00', a);
    await draw(line, '60.00', at('2026-03-02T09:00:00'));
    outputOf(await move(line, hard));
    const shown = async (nodeId: string, asOf?: string) => {
      const answer = await performer().ask(headroom, banker, { nodeId, asOf });
      return answer.path.map((one) => [one.nodeId, one.used]);
    };
    expect(await shown(line, '2026-03-05')).to.deep.equal([
      [line, '60.00'],
      [a, '60.00'],
      [root, '60.00'],
    ]);
    expect(await shown(hard, '2026-03-05')).to.deep.equal([
      [hard, '0.00'],
      [b, '0.00'],
      [root, '60.00'],
    ]);
    expect(await shown(line)).to.deep.equal([
      [line, '60.00'],
      [hard, '60.00'],
      [b, '60.00'],
      [root, '60.00'],
    ]);
    expect((await performer().ask(showNode, banker, { nodeId: a })).used).to.equal('0.00');
    await book.expectSound();
  });

  it('takes a whole branch along, and back again', async () => {
    const root = await add('1000.00', undefined);
    const [a, b] = [await add('300.00', root, { revolving: 'NR' }), await add('300.00', root)];
    const sub = await add('200.00', a);
    const [x, y] = [await add('100.00', sub), await add('100.00', sub)];
    await draw(x, '70.00');
    await draw(y, '50.00');
    const repaid = {
      kind: 'repay' as const,
      nodeId: x,
      amount: Money.of('70.00'),
      valueOn: day('2026-03-05'),
    };
    await book.take([because(repaid)]);
    expect([await used(a), await used(root)]).to.deep.equal([
      ['120.00', '0.00'],
      ['120.00', '0.00'],
    ]);
    outputOf(await move(sub, b));
    // The first counts what was ever drawn, the second what is outstanding.
    expect([await used(a), await used(b), await used(root)]).to.deep.equal([
      ['0.00', '0.00'],
      ['50.00', '0.00'],
      ['50.00', '0.00'],
    ]);
    expect((await book.node(y)).path).to.deep.equal([y, sub, b, root]);
    outputOf(await move(y, root));
    outputOf(await move(sub, a));
    outputOf(await move(y, sub));
    expect([await used(a), await used(b), await used(root)]).to.deep.equal([
      ['120.00', '0.00'],
      ['0.00', '0.00'],
      ['120.00', '0.00'],
    ]);
    await book.expectSound();
  });

  it('refuses what cannot be', async () => {
    const { root, a, b, line } = await park();
    const cap = await add('500.00', a, { kind: 'CAP' });
    const capped = await add('10.00', a, { caps: [cap] });
    const sameDay = await add('500.00', root, { revolving: 'NRS' });
    for (const [nodeId, parentId, cause] of [
      [line, a, 'same'],
      [a, line, 'below'],
      [a, a, 'below'],
      [capped, b, 'cap'],
      [cap, b, 'cap'],
      [line, sameDay, 'same-day'],
    ] as const) {
      const refused = await refusal(nodeId, parentId);
      expect([refused?.code, refused?.facts['cause']]).to.deep.equal(['move-impossible', cause]);
    }
    expect((await refusal(line, id()))?.code).to.equal('parent-missing');
    await ask(performer(), freeze, banker, { nodeId: b, reason: '冻结' }, 1);
    expect((await refusal(line, b))?.code).to.equal('limit-frozen');
    await book.expectSound();
  });

  it('asks the tenor buckets that are joined', async () => {
    const root = await add('1000.00', undefined);
    const [a, b] = [await add('500.00', root), await add('500.00', root)];
    const line = await add('100.00', a);
    const told = { tenorDays: 45 };
    await draw(line, '60.00', new Date(), told);
    const buckets = async (amount: string, days = 60) =>
      outputOf(
        await ask(
          performer(),
          setTerms,
          banker,
          { nodeId: b, reason: '分档', buckets: [{ days, amount }] },
          await versionOf(b),
        ),
      );
    await buckets('59.99');
    expect((await refusal(line, b))?.code).to.equal('bucket-full');
    await buckets('60.00', 44);
    expect((await refusal(line, b))?.code).to.equal('tenor-too-long');
    await buckets('60.00');
    outputOf(await move(line, b));
    expect(await draw(line, '0.01', new Date(), told)).to.equal('bucket-full');
  });

  it('is wholly before or after every drawing of its time', async () => {
    const root = await add('1000.00', undefined);
    const [a, b] = [await add('400.00', root), await add('400.00', root)];
    const lines = await Promise.all(Array.from({ length: 4 }, () => add('400.00', a)));
    const work = lines.flatMap((line) => [
      ...Array.from({ length: 6 }, async () => draw(line, '5.00').catch(() => 'again')),
      move(line, b),
    ]);
    const outcomes = await Promise.all(work);
    const drawn = outcomes.filter((one) => one === 'done').length;
    const went = outcomes.filter((one) => typeof one === 'object' && one.kind === 'done').length;
    expect(drawn).to.be.greaterThan(0);
    expect(went).to.equal(4);
    expect(await used(b)).to.deep.equal([
      Money.sum(Array.from({ length: drawn }, () => Money.of('5.00'))).toString(),
      '0.00',
    ]);
    expect(await used(a)).to.deep.equal(['0.00', '0.00']);
    await book.expectSound();
  });
});
