// Random work on a handful of funds, dated anywhere in a year and partly at once: whatever is
// admitted and refused, every invariant of the funds and of the ledger holds, on every day.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { commit, invest, issueCall, recordPayment } from '../../src/funds/index.ts';
import { addDays } from '../../src/kernel/index.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { Book } from './book.ts';
import { ago, fundIn, openBook } from './book.ts';

/** Which fund, partner or call of those that there are; taken modulo their number. */
const which = fc.nat(1000);

const some = <K extends string>(kind: K, days: readonly [number, number], largestFen: number) =>
  fc.record({
    do: fc.constant(kind),
    fund: which,
    owner: which,
    day: fc.integer({ min: days[0], max: days[1] }),
    amount: fc
      .integer({ min: 1, max: largestFen })
      .map((fen) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`),
  });

const draw = {
  join: some('join', [200, 380], 50_000),
  more: some('more', [0, 380], 20_000),
  less: some('less', [0, 380], 20_000),
  call: some('call', [100, 380], 20_000),
  pay: some('pay', [0, 180], 5000),
  payLittle: some('pay', [0, 180], 500),
  invest: some('invest', [0, 90], 300),
};

/** Roughly in the order of a fund's life, but with value days that are not. */
const work = fc
  .tuple(
    fc.array(draw.join, { minLength: 4, maxLength: 8 }),
    fc.array(fc.oneof(draw.join, draw.more, draw.less, draw.call), { minLength: 5, maxLength: 15 }),
    fc.array(fc.oneof(draw.less, draw.call, draw.pay, draw.payLittle, draw.invest), {
      minLength: 30,
      maxLength: 50,
    }),
  )
  .map((phases) => phases.flat());
type Work = ReturnType<(typeof work)['generate']>['value'][number];

describe('random work on funds', () => {
  let book: Book;
  before(async () => {
    book = await openBook();
  });
  after(() => book.close());

  interface Known {
    readonly funds: readonly string[];
    readonly partners: { readonly id: string; readonly fundId: string }[];
    readonly items: { readonly callId: string; readonly partnerId: string }[];
  }

  function asked(one: Work, known: Known): [Operation, object] | undefined {
    const fundId = known.funds[one.fund % known.funds.length] as string;
    const { amount: text, day: days } = one;
    const valueOn = ago(days);
    const partner = known.partners[one.owner % Math.max(known.partners.length, 1)];
    const item = known.items[one.owner % Math.max(known.items.length, 1)];
    switch (one.do) {
      case 'join': {
        const other = known.funds[one.owner % known.funds.length] as string;
        const named = { name: `甲${one.owner % 3}`, source: 'soe' };
        const who = one.owner % 2 === 0 ? named : { fundId: other };
        return [commit, { kind: 'initial', fundId, partner: who, amount: text, valueOn }];
      }
      case 'more':
      case 'less': {
        if (!partner) return undefined;
        const kind = one.do === 'more' ? 'increase' : 'reduce';
        const change = { kind, fundId: partner.fundId, partnerId: partner.id };
        return [commit, { ...change, amount: text, valueOn }];
      }
      case 'call':
        return [issueCall, { fundId, amount: text, issuedOn: valueOn, dueOn: addDays(valueOn, 9) }];
      case 'pay':
        return item && [recordPayment, { ...item, amount: text, valueOn }];
      case 'invest':
        return [invest, { fundId, project: `项目${one.owner % 3}`, amount: text, valueOn }];
    }
  }

  async function perform(one: Work, known: Known): Promise<string> {
    const call = asked(one, known);
    if (!call) return 'nothing';
    const outcome = await book.outcome(...call);
    if (outcome.kind !== 'done') return outcome.kind;
    const output = outcome.output as { partnerId?: string; fundId?: string; callId?: string };
    if (one.do === 'join') {
      known.partners.push({ id: String(output.partnerId), fundId: String(output.fundId) });
    }
    if (one.do === 'call') {
      const { items } = outcome.output as { items: { partnerId: string }[] };
      const callId = String(output.callId);
      known.items.push(...items.map(({ partnerId }) => ({ callId, partnerId })));
    }
    return `${one.do} done`;
  }

  it('keeps every invariant', async function () {
    this.timeout(120_000);
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(work, async (list) => {
        const terms = { concentrationShare: '0.5', concentrationClause: '示例条款' };
        const funds = [await fundIn(book), await fundIn(book, terms), await fundIn(book)];
        const known: Known = { funds, partners: [], items: [] };
        for (let i = 0; i < list.length; i += 3) {
          const three = list.slice(i, i + 3).map((one) => perform(one, known));
          for (const outcome of await Promise.all(three)) seen.add(outcome);
        }
        await book.check();
      }),
      { numRuns: 12 },
    );
    const all = ['join', 'more', 'less', 'call', 'pay', 'invest'].map((name) => `${name} done`);
    expect([...seen]).to.include.members([...all, 'refused']);
  });
});
