// A limit that is frozen, or whose limit above is, while something is reserved on it: nothing new
// and no use of what was set aside; giving back, running out and repayment go on.
import { expect } from 'chai';
import { Money, dayInShanghai, isFailure, newId } from '../../src/kernel/index.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { unfreeze } from '../../src/limits/operations/unfreeze.ts';
import type { Step } from '../../src/limits/index.ts';
import type { LimitTestBook } from './book.ts';
import { because, far, openLimitBook } from './book.ts';
import { ask, banker, makePerformer } from './desk.ts';

const today = dayInShanghai();
const valueOn = today;
const reason = '风险预警';

describe('a freeze while reservations are open', () => {
  let book: LimitTestBook;
  let performer: ReturnType<typeof makePerformer>;
  before(async () => {
    book = await openLimitBook();
    performer = makePerformer(book);
  });
  after(() => book.close());
  afterEach(() => book.expectSound());

  const step = async (one: Step, now?: Date): Promise<string> => {
    const [taken] = await book.take([because(one)], now);
    return isFailure(taken) ? taken.code : 'taken';
  };
  const amount = (text: string): Money => Money.of(text);
  const figures = async (nodeId: string): Promise<string> => {
    const { outstanding, reserved } = await book.node(nodeId);
    return `${outstanding.toString()} ${reserved.toString()}`;
  };

  /** 100 below 100: 30 drawn; 20 and 10 reserved, the second for a minute. */
  async function held() {
    const parentId = await book.add({ id: newId('lim'), limit: amount('100') });
    const nodeId = await book.add({ id: newId('lim'), limit: amount('100'), parentId });
    const [stays, runsOut] = [newId('rsv'), newId('rsv')];
    const minute = new Date(Date.now() + 60_000);
    const reserve = { kind: 'reserve', nodeId, valueOn } as const;
    expect(await step({ kind: 'draw', nodeId, amount: amount('30'), valueOn })).to.equal('taken');
    const first = { ...reserve, amount: amount('20'), reservationId: stays, expiresAt: far };
    const second = { ...reserve, amount: amount('10'), reservationId: runsOut, expiresAt: minute };
    expect(await step(first)).to.equal('taken');
    expect(await step(second)).to.equal('taken');
    return { parentId, nodeId, stays, minute };
  }

  for (const [where, name] of [
    ['nodeId', 'of its own limit'],
    ['parentId', 'of the limit above'],
  ] as const) {
    it(name, async () => {
      const made = await held();
      const { nodeId, stays, minute } = made;
      const frozen = { nodeId: made[where], reason };
      expect((await ask(performer, freeze, banker, frozen, 1)).kind).to.equal('done');
      const use = { kind: 'draw', nodeId, amount: amount('20'), of: stays, valueOn } as const;
      expect(await step(use)).to.equal('limit-frozen');
      expect(await step({ kind: 'draw', nodeId, amount: amount('0.01'), valueOn })).to.equal(
        'limit-frozen',
      );
      expect(await figures(nodeId)).to.equal('30.00 30.00');
      expect(await step({ kind: 'repay', nodeId, amount: amount('5'), valueOn })).to.equal('taken');
      // A minute later the second has run out, whoever touches the tree.
      const later = new Date(minute.getTime() + 1000);
      const repay = { kind: 'repay', nodeId, amount: amount('5'), valueOn } as const;
      expect(await step(repay, later)).to.equal('taken');
      expect(await figures(nodeId)).to.equal('20.00 20.00');
      expect(await step({ kind: 'release', of: stays, valueOn })).to.equal('taken');
      expect(await step({ kind: 'release', of: stays, valueOn })).to.equal('reservation-released');
      expect(await figures(nodeId)).to.equal('20.00 0.00');
    });
  }

  it('a thaw lets the reservation be used, a cut meanwhile notwithstanding', async () => {
    const { nodeId, stays } = await held();
    await ask(performer, freeze, banker, { nodeId, reason }, 1);
    await ask(performer, changeLimit, banker, { nodeId, limit: '60', reason }, 2);
    await ask(performer, unfreeze, banker, { nodeId, reason }, 3);
    const use = { kind: 'draw', nodeId, amount: amount('20'), of: stays, valueOn } as const;
    expect(await step(use)).to.equal('taken');
    expect(await step({ kind: 'draw', nodeId, amount: amount('0.01'), valueOn })).to.equal(
      'limit-exceeded',
    );
  });
});
