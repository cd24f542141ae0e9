// Caps against what happens at the same moment: a draw that waits while the SOFT limit above it
// begins to carry a cap, a line that is moved below it, and live draws while carriers are set.
import { expect } from 'chai';
import { Money, dayInShanghai, isFailure, newId } from '../../src/kernel/index.ts';
import { moveNode } from '../../src/limits/index.ts';
import { lockCapRules } from '../../src/limits/cap-selectors.ts';
import { lockCarriers, setCarriers } from '../../src/limits/caps.ts';
import { setCap } from '../../src/limits/operations/set-cap.ts';
import type { Tx } from '../../src/platform/transaction.ts';
import { everything } from '../../src/platform/transaction.ts';
import type { LimitTestBook } from './book.ts';
import { bankId, because, lockWaits, openLimitBook, zoneId } from './book.ts';
import { ask, banker, makePerformer } from './desk.ts';

const today = dayInShanghai();
const cause = () => ({ now: new Date(), today, operationId: 'op_test', reason: '集团统一授信' });
/** As `set-cap` does it. */
const carry = async (tx: Tx, capId: string, ids: readonly string[]) => {
  await lockCapRules(tx, { zoneId, ownerId: bankId });
  const carrying = await lockCarriers(tx, capId, ids, cause());
  await setCarriers(tx, capId, carrying, cause());
};

describe('caps that change while limits are used', () => {
  let book: LimitTestBook;
  beforeEach(async () => {
    book = await openLimitBook(8);
  });
  afterEach(() => book.close());

  const add = (limit: string, more: object = {}) =>
    book.add({ id: newId('lim'), limit: Money.of(limit), ...more });
  const soft = { enforcement: 'SOFT' } as const;
  const draw = async (nodeId: string, amount: string) => {
    const step = { kind: 'draw', nodeId, amount: Money.of(amount), valueOn: today } as const;
    const [taken] = await book.take([because(step)], new Date());
    return isFailure(taken) ? taken.code : 'done';
  };
  const waiting = (count: number): Promise<void> => lockWaits(book, count);
  const used = async (id: string) => String((await book.node(id)).consumed);

  for (const seen of [true, false]) {
    it(`a draw that waited counts on a new cap, ${seen ? 'seen before' : 'at first'}`, async () => {
      const segment = await add('1000.00', soft);
      const line = await add('100.00', { parentId: segment });
      const cap = await add('50.00', { kind: 'CAP' });
      if (seen) await draw(line, '1.00');
      let drawing: Promise<string> | undefined;
      await book.tx(async (tx) => {
        await carry(tx, cap, [segment]);
        drawing = draw(line, '60.00');
        await waiting(1);
      });
      expect(await drawing).to.equal('limit-exceeded');
      expect(await used(cap)).to.equal(seen ? '1.00' : '0.00');
    });
  }

  it('a line that is moved below a limit counts on the cap that this begins to carry', async () => {
    const [from, to] = [await add('1000.00', soft), await add('1000.00', soft)];
    const line = await add('100.00', { parentId: from });
    const cap = await add('50.00', { kind: 'CAP' });
    await draw(line, '30.00');
    let moving: Promise<unknown> | undefined;
    await book.tx(async (tx) => {
      await carry(tx, cap, [to]);
      moving = book.tx((other) =>
        moveNode(other, { nodeId: line, parentId: to }, { ...cause(), scope: everything }),
      );
      await waiting(1);
    });
    await moving;
    expect(await used(cap)).to.equal('30.00');
  });

  it('live draws and a change of carriers meet in one order of locks', async () => {
    const root = await add('100000.00');
    const lines: string[] = [];
    for (let i = 0; i < 6; i += 1) lines.push(await add('1000.00', { parentId: root }));
    const cap = await add('5000.00', { kind: 'CAP' });
    await book.tx((tx) => carry(tx, cap, lines.slice(0, 3)));
    const before = await deadlocks();
    const performer = makePerformer(book);
    const drawing = lines.flatMap((line) =>
      Array.from({ length: 25 }, async () => {
        for (;;) {
          try {
            return await draw(line, '1.00');
          } catch (problem) {
            if (!['40001', '40P01'].includes((problem as { code: string }).code)) throw problem;
            if ((problem as { code: string }).code === '40P01') return 'deadlock';
          }
        }
      }),
    );
    let version = 1;
    for (let i = 0; i < 6; i += 1) {
      const nodeIds = i % 2 === 0 ? lines : lines.slice(0, 2);
      const input = { nodeId: cap, nodeIds, reason: '集团统一授信' };
      const outcome = await ask(performer, setCap, banker, input, version);
      expect(outcome.kind).to.equal('done');
      version += 1;
    }
    const outcomes = await Promise.all(drawing);
    expect(outcomes.filter((one) => one === 'deadlock')).to.deep.equal([]);
    expect((await deadlocks()) - before).to.equal(0);
    expect(new Set(outcomes)).to.deep.equal(new Set(['done']));
  });

  const deadlocks = async (): Promise<number> => {
    await book.db.raw('select pg_stat_force_next_flush()');
    const { rows } = await book.db.raw<{ rows: { n: number }[] }>(
      'select deadlocks::int as n from pg_stat_database where datname = current_database()',
    );
    return rows[0]?.n ?? 0;
  };
});
