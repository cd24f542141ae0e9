// Row-level security under the real scopes: a manager works in its own book, another sees nothing
// of it, and the zone office reads both. And what the database itself does not let anybody do.
import { expect } from 'chai';
import type { Knex } from 'knex';
import { commit, establishFund, invest, issueCall, recordPayment } from '../../src/funds/index.ts';
import { listFunds, showFund } from '../../src/funds/queries.ts';
import {
  listCalls,
  listCommitments,
  listInvestments,
  showCall,
} from '../../src/funds/queries-money.ts';
import { isFailure } from '../../src/kernel/index.ts';
import type { Actor, Query } from '../../src/platform/operation.ts';
import { statement, withTransaction } from '../../src/platform/transaction.ts';
import type { Book } from './book.ts';
import { ago, callIn, fundIn, fundWithCash, investIn, openBook, partnerIn, pay } from './book.ts';

describe('whose book a fund is in', () => {
  let book: Book;
  let mine = { fundId: '', partnerId: '', callId: '' };
  let office: Actor;
  before(async () => {
    book = await openBook();
    mine = await fundWithCash(book, '100');
    await investIn(book, mine.fundId, '40', { enterpriseId: book.enterpriseId });
    office = { ...book.root, scope: { zones: [book.zoneId], owners: '*' } };
  });
  after(() => book.close());

  const missing = async (question: Query, input: unknown, actor: Actor): Promise<unknown> => {
    try {
      await book.ask(question, input, actor);
    } catch (problem) {
      if (isFailure(problem)) return problem.kind;
      throw problem;
    }
    return 'found';
  };

  it('lets the manager do all of its work in its own scope', async () => {
    expect(book.actor.scope).to.deep.equal({ zones: [book.zoneId], owners: [book.managerId] });
    expect(await book.ask(showFund, { fundId: mine.fundId })).to.include({
      paidIn: '100.00',
      invested: '40.00',
      cash: '60.00',
    });
    for (const list of [listFunds, listCommitments, listCalls, listInvestments]) {
      expect(await book.ask<unknown, unknown>(list, {}), list.name).to.include({ total: 1 });
    }
  });

  it('shows another manager nothing, and every operation says that nothing is there', async () => {
    const other = book.otherActor;
    for (const list of [listFunds, listCommitments, listCalls, listInvestments]) {
      const page = await book.ask<unknown, unknown>(list, {}, other);
      expect(page, list.name).to.deep.include({ total: 0, items: [] });
    }
    expect(await missing(showFund, { fundId: mine.fundId }, other)).to.equal('missing');
    expect(await missing(showCall, { callId: mine.callId }, other)).to.equal('missing');
    const { fundId, partnerId, callId } = mine;
    for (const [operation, input, code] of [
      [
        commit,
        { kind: 'increase', fundId, partnerId, amount: '1', valueOn: ago(1) },
        'fund-missing',
      ],
      [issueCall, { fundId, amount: '1', issuedOn: ago(1), dueOn: ago(1) }, 'fund-missing'],
      [recordPayment, { callId, partnerId, amount: '1', valueOn: ago(1) }, 'call-missing'],
      [invest, { fundId, project: 'x', amount: '1', valueOn: ago(1) }, 'fund-missing'],
    ] as const) {
      const failure = await book.refused(operation, input, other);
      expect(failure, operation.name).to.include({ code, kind: 'missing' });
    }
  });

  it('lets nobody establish a fund in the book of another, or in a foreign zone', async () => {
    const input = { zoneId: book.zoneId, kind: 'SUB', name: '越界', establishedOn: ago(10) };
    const foreign = { ...input, managerId: book.managerId };
    expect(await book.refused(establishFund, foreign, book.otherActor)).to.include({
      code: 'fund-manager-missing',
    });
    const elsewhere = { ...book.actor, scope: { zones: ['zone_x'], owners: [book.managerId] } };
    expect(await book.refused(establishFund, input, elsewhere)).to.include({
      code: 'zone-missing',
    });
  });

  it('gives both managers funds of one name', async () => {
    const name = '同名基金';
    await fundIn(book, { name });
    await fundIn(book, { name }, book.otherActor);
  });

  it('lets the zone office read every book of its zone, and pay across two of them', async () => {
    const seen = await book.ask(listFunds, {}, office);
    expect(new Set(seen.items.map(({ managerId }) => managerId))).to.deep.equal(
      new Set([book.managerId, book.otherManagerId]),
    );
    // The mother is managed by another; only who sees both books can move money between them.
    const mother = await fundIn(book, { kind: 'MOTHER' }, book.otherActor);
    const capital = { kind: 'initial', amount: '50', valueOn: ago(350) };
    const rich = await book.done(
      commit,
      { ...capital, fundId: mother, partner: { name: '区财政', source: 'district' } },
      book.otherActor,
    );
    const call = { amount: '50', issuedOn: ago(340), dueOn: ago(330) };
    const first = await book.done(issueCall, { ...call, fundId: mother }, book.otherActor);
    const payment = { amount: '50', valueOn: ago(335) };
    await book.done(
      recordPayment,
      { ...payment, callId: first['callId'], partnerId: rich['partnerId'] },
      book.otherActor,
    );
    const sub = await fundIn(book);
    const stake = { ...capital, fundId: sub, partner: { fundId: mother } };
    expect(await book.refused(commit, stake)).to.include({ code: 'partner-fund-missing' });
    const { partnerId } = (await book.done(commit, stake, office)) as { partnerId: string };
    const { callId } = await callIn(book, sub, '50', ago(320));
    const paid = { callId, partnerId, amount: '30', valueOn: ago(310) };
    expect(await book.refused(recordPayment, paid)).to.include({ code: 'partner-fund-missing' });
    await book.done(recordPayment, paid, office);
    expect(await book.ask(showFund, { fundId: sub })).to.include({ cash: '30.00' });
    const behind = await book.ask(showFund, { fundId: mother }, book.otherActor);
    expect(behind).to.include({ cash: '20.00', invested: '30.00', state: 'INVESTING' });
    // Her own manager knows what she has left without seeing the sub-fund's book.
    const project = { fundId: mother, project: '直投', amount: '20.01', valueOn: ago(300) };
    expect(await book.refused(invest, project, book.otherActor)).to.include({
      code: 'fund-cash-exceeded',
    });
    await book.done(invest, { ...project, amount: '20' }, book.otherActor);
  });

  describe('and what the database refuses', () => {
    const attempt = async (db: Knex, text: string): Promise<string> => {
      try {
        await withTransaction(db, { zones: '*', owners: '*' }, (tx) =>
          tx.rows(statement(`test.${text.slice(0, 50)}`, text)),
        );
      } catch (problem) {
        return (problem as { code: string }).code;
      }
      return 'done';
    };
    const [noPrivilege, check, foreignKey, addsUp] = ['42501', '23514', '23503', 'YX010'];

    for (const [what, text, code] of [
      ['a commitment is changed', 'update funds_commitments set change = 1', noPrivilege],
      ['a receipt is changed', 'update funds_receipts set amount = 1', noPrivilege],
      ['an investment is changed', 'update funds_investments set amount = 1', noPrivilege],
      ['a call loses its amount', 'update funds_capital_calls set amount = 1', noPrivilege],
      ['a fund changes hands', "update funds_funds set owner_id = 'x'", noPrivilege],
      ['a receipt is deleted', 'delete from funds_receipts', noPrivilege],
      ['more is paid than called', 'update funds_call_items set paid = amount + 1', check],
      ['more is called than committed', 'update funds_partners set called = committed + 1', check],
      ['more is paid in than called', 'update funds_partners set paid_in = called + 1', check],
      [
        'a receipt names the partner of another fund',
        `insert into funds_receipts (id, fund_id, partner_id, call_id, zone_id, owner_id, amount,
           value_on, recorded_at, operation_id)
         select 'rcpt_x', f.id, p.id, c.id, f.zone_id, f.owner_id, 1, now(), now(), 'op_x'
         from funds_capital_calls c join funds_partners p on p.fund_id = c.fund_id
         join funds_funds f on f.id <> c.fund_id limit 1`,
        foreignKey,
      ],
      [
        'the items of a call do not add up',
        `with c as (insert into funds_capital_calls (id, fund_id, zone_id, owner_id, number, amount,
             issued_on, due_on, state, recorded_at, operation_id)
           select 'call_x', id, zone_id, owner_id, 99, 10, now(), now(), 'ISSUED', now(), 'op_x'
           from funds_funds order by id limit 1 returning *)
         insert into funds_call_items (id, call_id, fund_id, partner_id, zone_id, owner_id, amount)
         select 'item_x', c.id, c.fund_id, p.id, c.zone_id, c.owner_id, 9.99
         from c join funds_partners p on p.fund_id = c.fund_id limit 1`,
        addsUp,
      ],
    ] as const) {
      it(`that ${what}`, async () => {
        expect(await attempt(book.db, text)).to.equal(code);
      });
    }
  });

  it('keeps a payment out of a book that the caller does not see', async () => {
    const fundId = await fundIn(book);
    const partnerId = await partnerIn(book, fundId, { name: '甲', source: 'soe' }, '10');
    const { callId } = await callIn(book, fundId, '10');
    await pay(book, callId, partnerId, '10');
    const visible = await withTransaction(book.db, book.otherActor.scope, (tx) =>
      tx.rows<{ measure: string }>(
        statement('test.sizes', `select measure from funds_sizes_v where fund_id = '${fundId}'`),
      ),
    );
    expect(visible).to.deep.equal([]);
  });
});
