// What `perform` gives the funds: once for every key, concurrent callers in order, four eyes,
// events.
import { expect } from 'chai';
import { fundsModule, issueCall, recordPayment } from '../../src/funds/index.ts';
import { showFund } from '../../src/funds/queries.ts';
import { listCalls, showCall } from '../../src/funds/queries-money.ts';
import { newId } from '../../src/kernel/index.ts';
import { apiDocument } from '../../src/platform/openapi.ts';
import type { Book } from './book.ts';
import {
  ago,
  callIn,
  freshKey,
  fundIn,
  fundWithCash,
  investIn,
  openBook,
  partnerIn,
} from './book.ts';

describe('funds performed', () => {
  let book: Book;
  before(async () => {
    book = await openBook();
  });
  after(() => book.close());

  it('answers a repeated payment the same and books it once', async () => {
    const fundId = await fundIn(book);
    const partnerId = await partnerIn(book, fundId, { name: '甲', source: 'soe' }, '100');
    const { callId } = await callIn(book, fundId, '100');
    const input = { callId, partnerId, amount: '60', valueOn: ago(290) };
    const key = freshKey();
    const once = () => book.performer.perform(recordPayment, book.actor, input, key);
    const [first, second] = [await once(), await once()];
    expect(second).to.deep.equal({ ...first, replayed: true });
    expect(await book.ask(showFund, { fundId })).to.include({ paidIn: '60.00' });
  });

  it('keeps concurrent payments below what was called', async () => {
    const fundId = await fundIn(book);
    const partnerId = await partnerIn(book, fundId, { name: '甲', source: 'soe' }, '100');
    const { callId } = await callIn(book, fundId, '100');
    const input = { callId, partnerId, amount: '30', valueOn: ago(290) };
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () => book.outcome(recordPayment, input)),
    );
    expect(outcomes.filter(({ kind }) => kind === 'done')).to.have.length(3);
    expect(await book.ask(showCall, { callId })).to.include({ paid: '90.00' });
  });

  it('gives concurrent calls numbers of their own and no more than is unfunded', async () => {
    const fundId = await fundIn(book);
    await partnerIn(book, fundId, { name: '甲', source: 'soe' }, '100');
    const input = { fundId, amount: '30', issuedOn: ago(300), dueOn: ago(280) };
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => book.outcome(issueCall, input)),
    );
    const numbers = outcomes.flatMap((one) =>
      one.kind === 'done' ? [(one.output as { number: number }).number] : [],
    );
    expect(new Set(numbers)).to.deep.equal(new Set([1, 2, 3]));
    expect(numbers).to.have.length(3);
  });

  it('leaves events for those above, and its entries on the chain of the zone', async () => {
    const { fundId } = await fundWithCash(book, '10');
    await investIn(book, fundId, '1');
    const names = await book.rows<{ name: string }>(
      `select distinct name from platform_events where name like 'funds.%' order by name`,
    );
    expect(names.map(({ name }) => name)).to.deep.equal([
      'funds.call-issued',
      'funds.commitment-changed',
      'funds.fund-established',
      'funds.investment-made',
      'funds.payment-received',
    ]);
    const chains = await book.rows<{ chain: string }>(
      `select distinct chain from platform_operations where operation like 'funds.%'
         and outcome = 'done'`,
    );
    expect(chains).to.deep.equal([{ chain: book.zoneId }]);
  });

  it('describes every route, choices of shapes included', () => {
    const { paths } = apiDocument([fundsModule], '0');
    expect(Object.keys(paths)).to.have.members([
      '/funds',
      '/funds/{fundId}',
      '/commitments',
      '/capital-calls',
      '/capital-calls/{callId}',
      '/capital-calls/{callId}/payments',
      '/investments',
    ]);
  });

  it('lists what it can do', () => {
    const permissions = fundsModule.operations.map(({ permission }) => permission);
    expect(permissions).to.deep.equal([
      'funds:establish',
      'funds:commit',
      'funds:call',
      'funds:pay-in',
      'funds:invest',
    ]);
    const fourEyes = fundsModule.operations.filter(({ approval }) => approval?.always === true);
    expect(fourEyes.map(({ name }) => name)).to.deep.equal(['funds.issue-call', 'funds.invest']);
    expect(fourEyes.every(({ approval }) => approval?.permission === 'funds:approve')).to.equal(
      true,
    );
    expect(new Set(fundsModule.queries.map(({ permission }) => permission))).to.deep.equal(
      new Set(['funds:read']),
    );
  });
});

describe('funds under four eyes', () => {
  it('files a call and writes nothing of it until a second person agrees', async () => {
    const filed: unknown[] = [];
    const book = await openBook({
      needsApproval: (operation) => operation.approval?.always === true,
      submit: (_context, _operation, _item, filing) => {
        filed.push(filing.rehearsed);
        return Promise.resolve(newId('approval'));
      },
    });
    try {
      const fundId = await fundIn(book);
      await partnerIn(book, fundId, { name: '甲', source: 'soe' }, '100');
      const input = { fundId, amount: '30', issuedOn: ago(300), dueOn: ago(280) };
      expect(await book.outcome(issueCall, input)).to.include({ kind: 'submitted' });
      expect(filed).to.have.length(1);
      expect(filed[0]).to.include({ number: 1, amount: '30.00' });
      expect((await book.ask(listCalls, { fundId })).total).to.equal(0);
      const tooMuch = await book.refused(issueCall, { ...input, amount: '101' });
      expect(tooMuch.code).to.equal('call-above-unfunded');
    } finally {
      await book.close();
    }
  });
});
