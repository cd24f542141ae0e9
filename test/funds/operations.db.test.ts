// The money of a fund from commitment to investment, on a real database: what is answered, what the
// books say, and what is true on every day between.
import { expect } from 'chai';
import { commit, establishFund, invest, issueCall, recordPayment } from '../../src/funds/index.ts';
import { showFund } from '../../src/funds/queries.ts';
import { listInvestments } from '../../src/funds/queries-money.ts';
import type { Book } from './book.ts';
import { ago, callIn, fundIn, fundWithCash, investIn, openBook, partnerIn, pay } from './book.ts';

describe('funds', () => {
  let book: Book;
  before(async () => {
    book = await openBook();
  });
  after(() => book.close());

  describe('from commitment to investment', () => {
    it('establishes a fund in the book of its manager', async () => {
      const output = await book.done(establishFund, {
        zoneId: book.zoneId,
        managerId: book.managerId,
        kind: 'PILOT',
        name: '科技成果转化中试基金',
        targetSize: '100000000',
        establishedOn: ago(500),
        firstCallMinimumShare: '0.2',
        firstCallMinimumClause: '首期出资不低于认缴总额的 20%',
        concentrationShare: '0.2',
        concentrationClause: '单个项目不超过基金规模的 20%',
      });
      expect(output).to.include({ state: 'ESTABLISHED', version: 1 });
      const shown = await book.ask(showFund, { fundId: output['fundId'] });
      expect(shown).to.include({
        kind: 'PILOT',
        managerId: book.managerId,
        targetSize: '100000000.00',
        committed: '0.00',
        cash: '0.00',
      });
      expect(shown.concentration).to.deep.equal({
        share: '0.2',
        clause: '单个项目不超过基金规模的 20%',
      });
    });

    it('calls by commitment, to the fen, and moves the states as cash arrives', async () => {
      const fundId = await fundIn(book);
      const partners = [];
      for (const [name, source, amount] of [
        ['区财政', 'district', '20000000'],
        ['国投', 'soe', '35000000'],
        ['社会资本甲', 'private', '44000000'],
        ['社会资本乙', 'private', '1000000'],
      ] as const) {
        partners.push(await partnerIn(book, fundId, { name, source }, amount));
      }
      const { callId, items, number } = await callIn(book, fundId, '33333333.33');
      expect(number).to.equal(1);
      expect(items.map((item) => [item.partnerId, item.amount])).to.deep.equal([
        [partners[0], '6666666.67'],
        [partners[1], '11666666.67'],
        [partners[2], '14666666.66'],
        [partners[3], '333333.33'],
      ]);
      const first = await pay(book, callId, items[0]?.partnerId ?? '', '6000000.00');
      expect(first).to.include({
        paid: '6000000.00',
        outstanding: '666666.67',
        state: 'PARTLY_PAID',
        version: 2,
      });
      for (const item of items.slice(1)) await pay(book, callId, item.partnerId, item.amount);
      const last = await pay(book, callId, items[0]?.partnerId ?? '', '666666.67');
      expect(last).to.include({ outstanding: '0.00', state: 'PAID', version: 6 });
      const shown = await book.ask(showFund, { fundId });
      expect(shown).to.include({
        committed: '100000000.00',
        called: '33333333.33',
        paidIn: '33333333.33',
        unfunded: '66666666.67',
        cash: '33333333.33',
        state: 'ESTABLISHED',
      });
      await investIn(book, fundId, '10000000');
      expect(await book.ask(showFund, { fundId })).to.include({
        invested: '10000000.00',
        cash: '23333333.33',
        state: 'INVESTING',
        version: 2,
      });
    });

    it('calls everything that is unfunded without missing a fen', async () => {
      const fundId = await fundIn(book);
      for (const name of ['甲', '乙', '丙']) {
        await partnerIn(book, fundId, { name, source: 'private' }, '33.33');
      }
      for (let i = 0; i < 4; i += 1) await callIn(book, fundId, '20.01');
      const { items, steps } = await callIn(book, fundId, '19.95');
      expect(items).to.have.length(3);
      expect(steps[0]).to.include({ clause: '缴清全部未缴余额' });
      expect(await book.ask(showFund, { fundId })).to.include({ unfunded: '0.00' });
    });

    it('keeps the minimum of the first call and quotes its clause', async () => {
      const clause = '泉州产业股权投资基金管理规定（2023）：首期出资不低于认缴额的 20%';
      const terms = { firstCallMinimumShare: '0.2', firstCallMinimumClause: clause };
      const fundId = await fundIn(book, terms);
      await partnerIn(book, fundId, { name: '市财政', source: 'city' }, '200000000');
      const input = { fundId, issuedOn: ago(300), dueOn: ago(280) };
      const failure = await book.refused(issueCall, { ...input, amount: '39999999.99' });
      expect(failure.code).to.equal('first-call-too-small');
      expect(JSON.parse(JSON.stringify(failure.facts))).to.deep.include({
        minimum: '40000000.00',
        shortBy: '0.01',
        clause,
      });
      const { steps } = await callIn(book, fundId, '40000000');
      expect(steps.map(({ rule }) => rule)).to.deep.equal([
        'funds.first-call-minimum',
        'funds.call-split',
      ]);
      const rules = await book.rows<{ rules: unknown }>(
        `select rules from platform_operations where operation = 'funds.issue-call'
         order by height desc limit 2`,
      );
      const quoted = [{ clause, pack: 'fund-terms', version: '1' }];
      expect(rules.map((row) => row.rules)).to.deep.equal([quoted, quoted]);
      // Only the first call is bound by it.
      await callIn(book, fundId, '0.01');
    });

    it('C092: names the cap, and the largest amount that it leaves', async () => {
      const clause = '单个项目不超过子基金规模的 20%';
      const terms = { concentrationShare: '0.2', concentrationClause: clause };
      const { fundId } = await fundWithCash(book, '500000000', terms);
      const project = '示例项目';
      await investIn(book, fundId, '80000000', { enterpriseId: book.enterpriseId });
      const input = { fundId, project, amount: '25000000', valueOn: ago(100) };
      const failure = await book.refused(invest, input);
      expect(failure.code).to.equal('concentration-exceeded');
      expect(JSON.parse(JSON.stringify(failure.facts))).to.deep.include({
        limit: '100000000.00',
        used: '80000000.00',
        shortBy: '5000000.00',
        smallestAdmissible: '20000000.00',
        clause,
      });
      // The same enterprise under another name is the same project.
      const renamed = { ...input, project: '更名项目', enterpriseId: book.enterpriseId };
      expect(await book.refused(invest, renamed)).to.include({ code: 'concentration-exceeded' });
      const output = await book.done(invest, { ...renamed, amount: '20000000' });
      expect(output['steps']).to.deep.equal([
        {
          rule: 'funds.concentration',
          clause,
          inputs: { committed: '500000000.00', share: '0.2', used: '80000000.00' },
          formula: 'committed × share - used',
          result: '20000000.00',
          rounding: 'down to the fen',
        },
      ]);
      await investIn(book, fundId, '100000000', { project: '另一项目' });
    });

    it('lets what the cap leaves be no more than the cash', async () => {
      const terms = { concentrationShare: '0.5', concentrationClause: '示例条款' };
      const fundId = await fundIn(book, terms);
      const partnerId = await partnerIn(book, fundId, { name: '甲', source: 'soe' }, '100');
      const { callId } = await callIn(book, fundId, '30');
      await pay(book, callId, partnerId, '30');
      const failure = await book.refused(invest, {
        fundId,
        project: '项目',
        amount: '60',
        valueOn: ago(100),
      });
      expect(failure.code).to.equal('concentration-exceeded');
      expect(String(failure.facts['smallestAdmissible'])).to.equal('30.00');
      await investIn(book, fundId, '30', { project: '项目' });
    });
  });

  describe('mother and sub-fund', () => {
    it('moves the same money in both books, each of which balances', async () => {
      const { fundId: mother } = await fundWithCash(book, '1000', { kind: 'MOTHER' });
      const sub = await fundIn(book);
      const viaMother = await partnerIn(book, sub, { fundId: mother }, '400');
      await partnerIn(book, sub, { name: '社会资本', source: 'private' }, '600');
      const { callId, items } = await callIn(book, sub, '500', ago(250));
      expect(items[0]).to.include({ partnerId: viaMother, amount: '200.00' });
      const output = await pay(book, callId, viaMother, '200', ago(240));
      expect(output['investmentId']).to.match(/^inv_/);
      expect(await book.ask(showFund, { fundId: mother })).to.include({
        state: 'INVESTING',
        paidIn: '1000.00',
        invested: '200.00',
        cash: '800.00',
      });
      expect(await book.ask(showFund, { fundId: sub })).to.include({
        state: 'ESTABLISHED',
        committed: '1000.00',
        paidIn: '200.00',
        cash: '200.00',
      });
      const entries = await book.rows(
        `select e.kind as journal, a.kind, a.subject_id as subject, e.amount
         from ledger_entries e join ledger_accounts a on a.id = e.account_id
         where e.operation_id = (select operation_id from funds_receipts
           where id = '${String(output['receiptId'])}')
         order by e.journal_id, e.amount desc`,
      );
      expect(entries).to.deep.equal([
        { journal: 'funds.pay-in', kind: 'fund-cash', subject: sub, amount: '200.00' },
        { journal: 'funds.pay-in', kind: 'partner-capital', subject: viaMother, amount: '-200.00' },
        {
          journal: 'funds.invest',
          kind: 'fund-investment',
          subject: output['investmentId'],
          amount: '200.00',
        },
        { journal: 'funds.invest', kind: 'fund-cash', subject: mother, amount: '-200.00' },
      ]);
      const { items: stakes } = await book.ask(listInvestments, { fundId: mother });
      expect(stakes).to.have.length(1);
      expect(stakes[0]).to.include({ subFundId: sub, project: null, amount: '200.00' });
    });

    it('pays no more than the mother has', async () => {
      const { fundId: mother } = await fundWithCash(book, '100', { kind: 'MOTHER' });
      const sub = await fundIn(book);
      const partnerId = await partnerIn(book, sub, { fundId: mother }, '400');
      const { callId } = await callIn(book, sub, '400', ago(250));
      const input = { callId, partnerId, amount: '100.01', valueOn: ago(240) };
      const failure = await book.refused(recordPayment, input);
      expect(failure).to.include({ code: 'fund-cash-exceeded' });
      expect(JSON.parse(JSON.stringify(failure.facts))).to.deep.equal({
        fundId: mother,
        amount: '100.01',
        cash: '100.00',
        shortBy: '0.01',
        smallestAdmissible: '100.00',
      });
      // Before the mother was paid herself she had nothing to give.
      await pay(book, callId, partnerId, '40', ago(240));
      expect(await book.refused(recordPayment, { ...input, amount: '60.01' })).to.include({
        code: 'fund-cash-exceeded',
      });
      await pay(book, callId, partnerId, '60', ago(245));
    });

    it('refuses a circle and names its path, also when two close it at once', async () => {
      const [a, b, c] = [await fundIn(book), await fundIn(book), await fundIn(book)];
      const input = (fundId: string, partner: string) => ({
        kind: 'initial',
        fundId,
        partner: { fundId: partner },
        amount: '1',
        valueOn: ago(300),
      });
      const itself = await book.refused(commit, input(a, a));
      expect([itself.code, itself.facts]).to.deep.equal(['fund-cycle', { path: [a, a] }]);
      await book.done(commit, input(b, a));
      await book.done(commit, input(c, b));
      const failure = await book.refused(commit, input(a, c));
      expect(failure.code).to.equal('fund-cycle');
      expect(new Set(failure.facts['path'] as string[])).to.deep.equal(new Set([a, b, c]));
      expect(failure.facts['path']).to.have.length(4);

      const [d, e, f, g] = await Promise.all([1, 2, 3, 4].map(() => fundIn(book)));
      await book.done(commit, input(String(e), String(d)));
      await book.done(commit, input(String(g), String(f)));
      const both = await Promise.all([
        book.outcome(commit, input(String(f), String(e))),
        book.outcome(commit, input(String(d), String(g))),
      ]);
      expect(both.map(({ kind }) => kind).sort()).to.deep.equal(['done', 'refused']);
    });
  });

  describe('late facts', () => {
    it('does not let a late outlay take what a later one has used', async () => {
      const { fundId } = await fundWithCash(book, '100');
      await investIn(book, fundId, '70', { valueOn: ago(100) });
      const late = { fundId, project: '示例项目', amount: '31', valueOn: ago(200) };
      const failure = await book.refused(invest, late);
      expect(failure).to.include({ code: 'fund-cash-exceeded' });
      expect(String(failure.facts['smallestAdmissible'])).to.equal('30.00');
      await book.done(invest, { ...late, amount: '30' });
      const early = { ...late, amount: '1', valueOn: ago(291) };
      expect(await book.refused(invest, early)).to.include({ code: 'fund-cash-exceeded' });
    });

    it('does not let a late reduction undercut a call that was made since', async () => {
      const fundId = await fundIn(book);
      const partnerId = await partnerIn(book, fundId, { name: '甲', source: 'bank' }, '100');
      await callIn(book, fundId, '100', ago(300));
      const change = { fundId, partnerId, amount: '100' };
      await book.done(commit, { ...change, kind: 'increase', valueOn: ago(100) });
      const late = { ...change, kind: 'reduce', amount: '0.01', valueOn: ago(350) };
      const failure = await book.refused(commit, late);
      expect(failure).to.include({ code: 'commitment-below-called' });
      expect(JSON.parse(JSON.stringify(failure.facts))).to.deep.equal({
        amount: '0.01',
        committed: '200.00',
        called: '100.00',
        paidIn: '0.00',
        smallestAdmissible: '0.00',
      });
      await book.done(commit, { ...change, kind: 'reduce', valueOn: ago(100) });
    });
  });
});
