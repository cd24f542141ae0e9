// Many callers at once, through the real performer and a hot operation that does nothing but take
// limits: exactly what fits is admitted, nobody is lost, and a deadlock is never anybody's answer.
import { expect } from 'chai';
import { z } from 'zod';
import { Money, dayInShanghai, isFailure, newId } from '../../src/kernel/index.ts';
import type { Step } from '../../src/limits/index.ts';
import { takeLimits } from '../../src/limits/index.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { headroom } from '../../src/limits/headroom-queries.ts';
import type { Operation } from '../../src/platform/operation.ts';
import { hotOperation } from '../../src/platform/operation.ts';
import type { Outcome, Performer } from '../../src/platform/perform.ts';
import { AmountInput, PositiveAmountInput } from '../../src/platform/schemas.ts';
import type { LimitTestBook } from './book.ts';
import { because, far, openLimitBook } from './book.ts';
import { ask, banker, makePerformer, refusalOf } from './desk.ts';

const today = dayInShanghai(new Date());

const drawInput = z.strictObject({
  nodeId: z.string(),
  amount: PositiveAmountInput,
  of: z.string().optional(),
  /** Callers with one lane share transactions, as callers of one process and root do. */
  lane: z.string().default(''),
});

const drawLimit = hotOperation({
  name: 'toys.draw-limit',
  title: { zh: '占用', en: 'Draw' },
  permission: 'toys:write',
  input: drawInput,
  output: z.object({ left: z.string() }),
  gatherKey: ({ lane }) => lane,
  async runMany(context, items) {
    const takes = items.map(({ input, operationId }) => {
      const { lane: _, ...wanted } = input;
      const step: Step = { kind: 'draw', valueOn: today, ...wanted };
      return { step, sourceId: operationId, operationId };
    });
    const taken = await takeLimits(context.tx, takes, context);
    return taken.map((one) =>
      isFailure(one) ? one : { left: one.leaf.limit.minus(one.leaf.consumed).toString() },
    );
  },
});

/**
 * Repays on one line and draws as much on another. One list, so that one order locks both paths.
 */
const transfer = hotOperation({
  name: 'toys.transfer',
  title: { zh: '调剂', en: 'Transfer' },
  permission: 'toys:write',
  input: z.strictObject({ from: z.string(), to: z.string(), amount: AmountInput }),
  output: z.object({}),
  // Every call in a transaction of its own.
  gatherKey: () => newId('lane'),
  async runMany(context, items) {
    const takes = items.flatMap(({ input: { from, to, amount }, operationId }) => {
      const cause = { sourceId: operationId, operationId };
      const back: Step = { kind: 'repay', nodeId: from, amount, valueOn: today };
      return [
        { ...cause, step: back },
        { ...cause, step: { ...back, kind: 'draw' as const, nodeId: to } },
      ];
    });
    const refused = (await takeLimits(context.tx, takes, context)).find(isFailure);
    if (refused) throw refused;
    return items.map(() => ({}));
  },
});

const counted = (outcomes: readonly Outcome[]): Record<string, number> => {
  const by: Record<string, number> = {};
  for (const outcome of outcomes) {
    const what = refusalOf(outcome)?.code ?? outcome.kind;
    by[what] = (by[what] ?? 0) + 1;
  }
  return by;
};

describe('limits under many callers', () => {
  let book: LimitTestBook;
  let performer: Performer;
  before(async () => {
    book = await openLimitBook(12);
    performer = makePerformer(book);
  });
  after(() => book.close());

  const line = (limit: string, more: object = {}): Promise<string> =>
    book.add({ id: newId('lim'), limit: Money.of(limit), ...more });
  const all = (
    operation: Operation,
    inputs: readonly unknown[],
    by: Performer = performer,
  ): Promise<Outcome[]> => Promise.all(inputs.map((input) => ask(by, operation, banker, input)));
  const times = <T>(n: number, of: (i: number) => T): T[] =>
    Array.from({ length: n }, (_, i) => of(i));

  it('200 draws of 1.00 on a line with room for 120: 120 are admitted', async () => {
    const nodeId = await line('120.00');
    const outcomes = await all(
      drawLimit,
      times(200, () => ({ nodeId, amount: '1.00' })),
    );
    expect(counted(outcomes)).to.deep.equal({ done: 120, 'limit-exceeded': 80 });
    const node = await book.node(nodeId);
    expect([node.consumed, node.drawn].map(String)).to.deep.equal(['120.00', '120.00']);
  });

  it('the same from four processes on lines below one root', async () => {
    const root = await line('120.00');
    const lines = await Promise.all(times(5, () => line('60.00', { parentId: root })));
    const processes = times(4, () => makePerformer(book));
    const outcomes = await Promise.all(
      processes.map((one, lane) =>
        all(
          drawLimit,
          times(50, (i) => ({ nodeId: lines[i % 5], amount: '1.00', lane: `${lane}` })),
          one,
        ),
      ),
    );
    expect(counted(outcomes.flat())).to.deep.equal({ done: 120, 'limit-exceeded': 80 });
    expect(String((await book.node(root)).consumed)).to.equal('120.00');
    const leaves = await Promise.all(lines.map((id) => book.node(id)));
    expect(Money.sum(leaves.map((leaf) => leaf.consumed)).toString()).to.equal('120.00');
    await book.expectSound();
  });

  it('a share of a fen more or less: mixed amounts never pass the limit', async () => {
    const nodeId = await line('100.00');
    const outcomes = await all(
      drawLimit,
      times(150, (i) => ({ nodeId, amount: `${(i % 3) + 1}.33`, lane: `${i % 5}` })),
    );
    const done = outcomes.flatMap((outcome, i) => (outcome.kind === 'done' ? [i] : []));
    const sum = Money.sum(done.map((i) => Money.of(`${(i % 3) + 1}.33`)));
    expect(String((await book.node(nodeId)).consumed)).to.equal(sum.toString());
    expect(sum.atMost(Money.of('100.00'))).to.equal(true);
    // What was refused last did not fit: less than the smallest amount is left.
    expect(Money.of('100.00').minus(sum).lessThan(Money.of('1.33'))).to.equal(true);
  });

  it('100 callers post one reservation: one succeeds', async () => {
    const nodeId = await line('1000.00');
    const of = newId('rsv');
    const reserve: Step = {
      kind: 'reserve',
      nodeId,
      amount: Money.of('10.00'),
      valueOn: today,
      reservationId: of,
      expiresAt: far,
    };
    await book.take([because(reserve)]);
    const outcomes = await all(
      drawLimit,
      times(100, (i) => ({ nodeId, amount: '10.00', of, lane: `${i % 10}` })),
    );
    expect(counted(outcomes)).to.deep.equal({ done: 1, 'reservation-posted': 99 });
    const node = await book.node(nodeId);
    expect([node.consumed, node.reserved].map(String)).to.deep.equal(['10.00', '0.00']);
  });

  it('an expired reservation and many draws at once: it is given back once', async () => {
    const nodeId = await line('100.00');
    const reserve: Step = {
      kind: 'reserve',
      nodeId,
      amount: Money.of('100.00'),
      valueOn: today,
      reservationId: newId('rsv'),
      expiresAt: new Date(Date.now() - 60_000),
    };
    await book.take([because(reserve)], new Date(Date.now() - 120_000));
    const outcomes = await all(
      drawLimit,
      times(120, (i) => ({ nodeId, amount: '1.00', lane: `${i % 6}` })),
    );
    expect(counted(outcomes)).to.deep.equal({ done: 100, 'limit-exceeded': 20 });
    await book.expectSound();
  });

  it('transfers on crossing paths all end, and no deadlock is seen', async () => {
    const root = await line('1000.00');
    const segments = await Promise.all(times(3, () => line('500.00', { parentId: root })));
    const leaves = await Promise.all(
      times(6, (i) => line('300.00', { parentId: segments[i % 3] })),
    );
    const owed = leaves.map((nodeId) => ({ nodeId, amount: '100.00' }));
    await all(drawLimit, owed);
    const outcomes = await all(
      transfer,
      times(60, (i) => ({ from: leaves[i % 6], to: leaves[(i * 5 + 1) % 6], amount: '1.00' })),
    );
    expect(counted(outcomes)).to.deep.equal({ done: 60 });
    expect(String((await book.node(root)).consumed)).to.equal('600.00');
    await book.expectSound();
  });

  it('a freeze in the middle: nothing is admitted after it, all before it counts', async () => {
    const nodeId = await line('10000.00');
    const drawing = all(
      drawLimit,
      times(120, (i) => ({ nodeId, amount: '1.00', lane: `${i}` })),
    );
    await ask(performer, freeze, banker, { nodeId, reason: '演练' }, 1);
    const { path } = await performer.ask(headroom, banker, { nodeId });
    const after = await all(
      drawLimit,
      times(20, () => ({ nodeId, amount: '1.00' })),
    );
    expect(counted(after)).to.deep.equal({ 'limit-frozen': 20 });
    const before = counted(await drawing);
    expect((before['done'] ?? 0) + (before['limit-frozen'] ?? 0)).to.equal(120);
    // What was seen under the freeze is what there is: no draw slipped in behind it.
    expect(path[0]?.used).to.equal(String((await book.node(nodeId)).consumed));
    expect(path[0]?.used).to.equal(`${before['done'] ?? 0}.00`);
  });
});
