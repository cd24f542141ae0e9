// What is read: figures as of any day and as known at any instant, each opened to its facts, and
// the published views that add up to them.
import { expect } from 'chai';
import { commit } from '../../src/funds/index.ts';
import { listFunds, showFund } from '../../src/funds/queries.ts';
import { listCalls, listCommitments, showCall } from '../../src/funds/queries-money.ts';
import type { Book } from './book.ts';
import { ago, callIn, fundIn, fundWithCash, investIn, openBook, partnerIn, pay } from './book.ts';

describe('figures of funds', () => {
  let book: Book;
  before(async () => {
    book = await openBook();
  });
  after(() => book.close());

  it('answers as of any day, and as it was known at any instant', async () => {
    const fundId = await fundIn(book);
    const partnerId = await partnerIn(book, fundId, { name: '甲', source: 'city' }, '100');
    const { callId } = await callIn(book, fundId, '60', ago(300));
    await pay(book, callId, partnerId, '20', ago(290));
    const knownAt = new Date().toISOString();
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    await pay(book, callId, partnerId, '40', ago(295));
    await investIn(book, fundId, '10', { valueOn: ago(200) });
    const figures = async (asOf: string, known?: string) => {
      const input = { fundId, asOf, ...(known === undefined ? {} : { knownAt: known }) };
      const { committed, called, paidIn, invested, state } = await book.ask(showFund, input);
      return [committed, called, paidIn, invested, state];
    };
    expect(await figures(ago(391))).to.deep.equal(['0.00', '0.00', '0.00', '0.00', 'ESTABLISHED']);
    expect(await figures(ago(301))).to.include.members(['100.00', '0.00']);
    expect(await figures(ago(295))).to.deep.equal([
      '100.00',
      '60.00',
      '40.00',
      '0.00',
      'ESTABLISHED',
    ]);
    expect(await figures(ago(295), knownAt)).to.include.members(['60.00', '0.00']);
    expect(await figures(ago(0), knownAt)).to.deep.equal([
      '100.00',
      '60.00',
      '20.00',
      '0.00',
      'ESTABLISHED',
    ]);
    expect(await figures(ago(0))).to.deep.equal(['100.00', '60.00', '60.00', '10.00', 'INVESTING']);
    const call = async (asOf: string, more: object = {}) =>
      book.ask(showCall, { callId, asOf, ...more });
    expect(await call(ago(300))).to.include({ state: 'ISSUED', paid: '0.00', late: false });
    expect(await call(ago(295))).to.include({ state: 'PARTLY_PAID', outstanding: '20.00' });
    expect(await call(ago(0))).to.include({ state: 'PAID', late: false });
    const known = await call(ago(0), { knownAt });
    expect(known).to.include({ state: 'PARTLY_PAID', paid: '20.00', late: true });
    expect(known.items[0]).to.include({ outstanding: '40.00', late: true });
    expect(known.receipts.map(({ amount }) => amount)).to.deep.equal(['20.00']);
    expect((await book.ask(listCalls, { fundId, asOf: ago(301) })).total).to.equal(0);
  });

  it('opens each figure to the facts behind it', async () => {
    const { fundId, partnerId } = await fundWithCash(book, '80');
    const asOf = ago(0);
    await book.done(commit, {
      kind: 'increase',
      fundId,
      partnerId,
      amount: '20',
      valueOn: ago(50),
    });
    const { steps, partners } = await book.ask(showFund, { fundId });
    const step = (rule: string) => steps.find((one) => one.rule === rule);
    expect(step('funds.committed')).to.deep.include({
      inputs: { asOf, facts: '2', list: `/commitments?fundId=${fundId}&asOf=${asOf}` },
      result: '100.00',
    });
    expect(step('funds.unfunded')).to.deep.include({
      inputs: { committed: '100.00', called: '80.00' },
      formula: 'committed - called',
      result: '20.00',
    });
    expect(step('funds.paid-in-ratio')).to.include({ result: '0.8000' });
    expect(steps).to.have.length(7);
    expect(partners).to.deep.equal([
      {
        partnerId,
        name: '区财政',
        partnerFundId: null,
        source: 'district',
        sourceClass: 'gov',
        committed: '100.00',
        called: '80.00',
        paidIn: '80.00',
        unfunded: '20.00',
      },
    ]);
    const { items, total } = await book.ask(listCommitments, { fundId });
    expect(total).to.equal(2);
    expect(items.map(({ kind, change }) => [kind, change])).to.deep.equal([
      ['increase', '20.00'],
      ['initial', '80.00'],
    ]);
  });

  it('publishes dated facts that add up to the figures', async () => {
    const { fundId: mother } = await fundWithCash(book, '300', { kind: 'MOTHER' });
    const sub = await fundIn(book);
    const partnerId = await partnerIn(book, sub, { fundId: mother }, '100');
    const { callId } = await callIn(book, sub, '50', ago(250));
    await pay(book, callId, partnerId, '50', ago(240));
    await investIn(book, sub, '5', {
      project: '发布项目',
      round: { name: 'A 轮', total: '25' },
    });
    const sums = await book.rows(
      `select fund_kind, measure, sum(amount)::text as amount from funds_sizes_v
         where fund_id in ('${mother}', '${sub}') group by 1, 2 order by 1, 2`,
    );
    expect(sums).to.deep.equal([
      { fund_kind: 'MOTHER', measure: 'called', amount: '300.00' },
      { fund_kind: 'MOTHER', measure: 'committed', amount: '300.00' },
      { fund_kind: 'MOTHER', measure: 'invested', amount: '50.00' },
      { fund_kind: 'MOTHER', measure: 'paid-in', amount: '300.00' },
      { fund_kind: 'SUB', measure: 'called', amount: '50.00' },
      { fund_kind: 'SUB', measure: 'committed', amount: '100.00' },
      { fund_kind: 'SUB', measure: 'invested', amount: '5.00' },
      { fund_kind: 'SUB', measure: 'paid-in', amount: '50.00' },
    ]);
    const contributions = await book.rows(
      `select partner_fund_id, source, measure, amount from funds_contributions_v
         where fund_id = '${sub}' order by measure`,
    );
    expect(contributions).to.deep.equal(
      ['called', 'committed', 'paid-in'].map((measure) => ({
        partner_fund_id: mother,
        source: null,
        measure,
        amount: measure === 'committed' ? '100.00' : '50.00',
      })),
    );
    const invested = await book.rows(
      `select sub_fund_id, project, round_total, amount from funds_investments_v
         where fund_id in ('${mother}', '${sub}') order by amount`,
    );
    expect(invested).to.deep.equal([
      { sub_fund_id: null, project: '发布项目', round_total: '25.00', amount: '5.00' },
      { sub_fund_id: sub, project: null, round_total: null, amount: '50.00' },
    ]);
  });

  it('lists by page and by cursor, with filters', async () => {
    const mother = await fundIn(book, { kind: 'MOTHER' });
    const all = await book.ask(listFunds, { pageSize: '200' });
    const first = await book.ask(listFunds, { limit: '3' });
    expect(first.items).to.have.length(3);
    expect(first.total).to.equal(all.total);
    const second = await book.ask(listFunds, { limit: '3', cursor: first.nextCursor });
    expect(second.items.map(({ fundId }) => fundId)).to.deep.equal(
      all.items.slice(3, 6).map(({ fundId }) => fundId),
    );
    const mothers = await book.ask(listFunds, { kind: 'MOTHER', zoneId: book.zoneId });
    expect(mothers.items.map(({ fundId }) => fundId)).to.include(mother);
    expect(mothers.items.every(({ kind }) => kind === 'MOTHER')).to.equal(true);
    expect((await book.ask(listFunds, { asOf: ago(800) })).total).to.equal(0);
    expect((await book.ask(listFunds, { knownAt: '2020-01-01T00:00:00Z' })).total).to.equal(0);
  });
});
