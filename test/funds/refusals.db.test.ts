// One row per refusal of an operation, in the order of precedence: each input breaks its rule and,
// where it can, every later one too, so the first answer shows what comes first.
import { expect } from 'chai';
import { commit, establishFund, invest, issueCall, recordPayment } from '../../src/funds/index.ts';
import { fundRefusals } from '../../src/funds/refusals.ts';
import { addDays } from '../../src/kernel/index.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { Book } from './book.ts';
import {
  ago,
  callIn,
  fundIn,
  fundWithCash,
  investIn,
  openBook,
  partnerIn,
  pay,
  today,
} from './book.ts';

interface Row {
  readonly code: keyof typeof fundRefusals;
  readonly operation: Operation;
  readonly input: () => unknown;
  readonly facts?: () => object;
}

describe('what the funds refuse', () => {
  let book: Book;
  /** A fund with 100 committed, called and paid in, of which 40 are invested; round `A` of 50. */
  let fund = { fundId: '', partnerId: '', callId: '' };
  /** A mother without cash, and a fund in which she is called for 10 and a bank has paid its 10. */
  let mother = '';
  let sub = { fundId: '', callId: '', stake: '', bank: '', late: '' };
  let closed = { fundId: '', callId: '', partnerId: '' };
  const tomorrow = addDays(today, 1);

  before(async () => {
    book = await openBook();
    fund = await fundWithCash(book, '100', {
      name: '已有基金',
      firstCallMinimumShare: '0.5',
      firstCallMinimumClause: '示例条款一',
      concentrationShare: '0.6',
      concentrationClause: '示例条款二',
    });
    await investIn(book, fund.fundId, '40', { round: { name: 'A', total: '50' } });
    mother = await fundIn(book, { kind: 'MOTHER' });
    const fundId = await fundIn(book);
    const stake = await partnerIn(book, fundId, { fundId: mother }, '100');
    const bank = await partnerIn(book, fundId, { name: '银行', source: 'bank' }, '100');
    const { callId } = await callIn(book, fundId, '20');
    await pay(book, callId, bank, '10');
    const late = await partnerIn(book, fundId, { name: '后来者', source: 'soe' }, '10', ago(50));
    sub = { fundId, callId, stake, bank, late };
    const gone = await fundIn(book);
    const partnerId = await partnerIn(book, gone, { name: '甲', source: 'city' }, '10');
    const call = await callIn(book, gone, '10');
    closed = { fundId: gone, callId: call.callId, partnerId };
    await book.rows(`update funds_funds set state = 'LIQUIDATING' where id = '${gone}'`);
  });
  after(async () => {
    await book.close();
  });

  const establishing = (more: object = {}) => ({
    zoneId: book.zoneId,
    kind: 'SUB',
    name: '已有基金',
    establishedOn: tomorrow,
    ...more,
  });
  const committing = (more: object = {}) => ({
    kind: 'initial',
    fundId: closed.fundId,
    partner: { name: '新人', source: 'soe' },
    amount: '1',
    valueOn: tomorrow,
    ...more,
  });
  const calling = (more: object = {}) => ({
    fundId: closed.fundId,
    amount: '1000',
    issuedOn: tomorrow,
    dueOn: ago(500),
    ...more,
  });
  const paying = (more: object = {}) => ({
    callId: sub.callId,
    partnerId: sub.bank,
    amount: '1000',
    valueOn: tomorrow,
    ...more,
  });
  const investing = (more: object = {}) => ({
    fundId: closed.fundId,
    project: '示例项目',
    amount: '1000',
    valueOn: tomorrow,
    round: { name: 'A', total: '60' },
    ...more,
  });

  const rows: readonly Row[] = [
    {
      code: 'zone-missing',
      operation: establishFund,
      input: () => establishing({ zoneId: 'zone_x', managerId: 'org_x' }),
      facts: () => ({ zoneId: 'zone_x' }),
    },
    {
      code: 'fund-manager-missing',
      operation: establishFund,
      input: () => establishing({ managerId: book.bankId }),
      facts: () => ({ zoneId: book.zoneId, managerId: book.bankId }),
    },
    {
      code: 'value-day-in-future',
      operation: establishFund,
      input: () => establishing(),
      facts: () => ({ valueOn: tomorrow, today }),
    },
    {
      code: 'fund-exists',
      operation: establishFund,
      input: () => establishing({ establishedOn: today }),
      facts: () => ({ managerId: book.managerId, name: '已有基金' }),
    },
    {
      code: 'fund-missing',
      operation: commit,
      input: () => committing({ fundId: 'fund_x', partner: { fundId: 'fund_y' } }),
      facts: () => ({ fundId: 'fund_x' }),
    },
    {
      code: 'partner-missing',
      operation: commit,
      input: () => {
        const { partner: _, ...change } = committing();
        return { ...change, kind: 'reduce', partnerId: sub.bank };
      },
      facts: () => ({ partnerId: sub.bank }),
    },
    {
      code: 'partner-fund-missing',
      operation: commit,
      input: () => committing({ partner: { fundId: 'fund_y' } }),
      facts: () => ({ partnerFundId: 'fund_y' }),
    },
    {
      code: 'partner-exists',
      operation: commit,
      input: () => committing({ partner: { name: '甲', source: 'soe' } }),
      facts: () => ({ partnerId: closed.partnerId, name: '甲' }),
    },
    {
      code: 'partner-exists',
      operation: commit,
      input: () => committing({ fundId: sub.fundId, partner: { fundId: mother } }),
    },
    {
      code: 'fund-cycle',
      operation: commit,
      input: () => committing({ fundId: closed.fundId, partner: { fundId: closed.fundId } }),
      facts: () => ({ path: [closed.fundId, closed.fundId] }),
    },
    { code: 'fund-not-open', operation: commit, input: () => committing() },
    {
      code: 'value-day-in-future',
      operation: commit,
      input: () => committing({ fundId: fund.fundId }),
    },
    {
      code: 'value-day-before-fund',
      operation: commit,
      input: () => committing({ fundId: fund.fundId, valueOn: ago(401) }),
      facts: () => ({ valueOn: ago(401), establishedOn: ago(400) }),
    },
    {
      code: 'commitment-below-called',
      operation: commit,
      input: () => {
        const { partner: _, ...change } = committing({ fundId: sub.fundId });
        return { ...change, kind: 'reduce', partnerId: sub.bank, amount: '90.01', valueOn: ago(1) };
      },
    },
    {
      code: 'fund-missing',
      operation: issueCall,
      input: () => calling({ fundId: 'fund_x' }),
    },
    {
      code: 'fund-not-open',
      operation: issueCall,
      input: () => calling(),
      facts: () => ({ state: 'LIQUIDATING' }),
    },
    {
      code: 'value-day-in-future',
      operation: issueCall,
      input: () => calling({ fundId: mother }),
    },
    {
      code: 'value-day-before-fund',
      operation: issueCall,
      input: () => calling({ fundId: mother, issuedOn: ago(401) }),
    },
    {
      code: 'due-before-issue',
      operation: issueCall,
      input: () => calling({ fundId: mother, issuedOn: ago(100) }),
    },
    {
      code: 'nothing-committed',
      operation: issueCall,
      input: () => calling({ fundId: mother, issuedOn: ago(100), dueOn: ago(90) }),
    },
    {
      code: 'first-call-too-small',
      operation: issueCall,
      input: () => calling({ fundId: fund.fundId, amount: '1' }),
    },
    {
      code: 'call-above-unfunded',
      operation: issueCall,
      input: () => calling({ fundId: sub.fundId, issuedOn: ago(100), dueOn: ago(90) }),
    },
    {
      code: 'call-missing',
      operation: recordPayment,
      input: () => paying({ callId: 'call_x', partnerId: 'partner_x' }),
      facts: () => ({ callId: 'call_x' }),
    },
    {
      code: 'partner-missing',
      operation: recordPayment,
      input: () => paying({ partnerId: fund.partnerId }),
    },
    {
      code: 'call-item-missing',
      operation: recordPayment,
      input: () => paying({ partnerId: sub.late }),
      facts: () => ({ callId: sub.callId, partnerId: sub.late }),
    },
    { code: 'value-day-in-future', operation: recordPayment, input: () => paying() },
    {
      code: 'value-day-before-call',
      operation: recordPayment,
      input: () => paying({ valueOn: ago(301) }),
      facts: () => ({ valueOn: ago(301), issuedOn: ago(300) }),
    },
    { code: 'call-paid', operation: recordPayment, input: () => paying({ valueOn: ago(200) }) },
    {
      code: 'payment-above-call',
      operation: recordPayment,
      input: () => paying({ partnerId: sub.stake, amount: '10.01', valueOn: ago(200) }),
    },
    {
      code: 'fund-cash-exceeded',
      operation: recordPayment,
      input: () => paying({ partnerId: sub.stake, amount: '10', valueOn: ago(200) }),
    },
    {
      code: 'fund-missing',
      operation: invest,
      input: () => investing({ fundId: 'fund_x', enterpriseId: 'ent_x' }),
    },
    {
      code: 'enterprise-missing',
      operation: invest,
      input: () => investing({ enterpriseId: 'ent_x' }),
      facts: () => ({ enterpriseId: 'ent_x' }),
    },
    { code: 'fund-not-open', operation: invest, input: () => investing() },
    {
      code: 'value-day-in-future',
      operation: invest,
      input: () => investing({ fundId: fund.fundId }),
    },
    {
      code: 'value-day-before-fund',
      operation: invest,
      input: () => investing({ fundId: fund.fundId, valueOn: ago(401) }),
    },
    {
      code: 'round-total-differs',
      operation: invest,
      input: () => investing({ fundId: fund.fundId, valueOn: ago(100) }),
    },
    {
      code: 'round-total-too-small',
      operation: invest,
      input: () =>
        investing({ fundId: fund.fundId, valueOn: ago(100), round: { name: 'A', total: '50' } }),
    },
    {
      code: 'concentration-exceeded',
      operation: invest,
      input: () => investing({ fundId: fund.fundId, valueOn: ago(100), round: undefined }),
    },
    {
      code: 'fund-cash-exceeded',
      operation: invest,
      input: () =>
        investing({
          fundId: fund.fundId,
          project: '另一项目',
          amount: '60',
          valueOn: ago(295),
          round: undefined,
        }),
    },
  ];

  /** What only the trial calculation says; see leverage.test.ts. */
  const ofTheCalculation = [
    'round-participant-unknown',
    'name-ambiguous',
    'source-without-class',
    'fund-without-capital',
  ];

  it('is tested completely', () => {
    const tested = new Set<string>([...rows.map(({ code }) => code), ...ofTheCalculation]);
    expect(tested).to.deep.equal(new Set(Object.keys(fundRefusals)));
  });

  it('is listed in the order of precedence of each operation', () => {
    const place = (code: string): number => Object.keys(fundRefusals).indexOf(code);
    for (const operation of new Set(rows.map((row) => row.operation))) {
      const places = rows
        .filter((row) => row.operation === operation)
        .map(({ code }) => place(code));
      expect(places, operation.name).to.deep.equal(places.toSorted((a, b) => a - b));
    }
  });

  for (const { code, operation, input, facts } of rows) {
    it(`${operation.name}: ${code}`, async () => {
      const raw =
        code === 'first-call-too-small' ? await firstCallOfNewFund() : (input() as object);
      const failure = await book.refused(operation, JSON.parse(JSON.stringify(raw)));
      expect(failure.code).to.equal(code);
      expect(failure.kind).to.equal(fundRefusals[code].kind);
      if (facts) expect(failure.facts).to.deep.include(facts());
    });
  }

  /** Too small and due on the right day; a fund that was never called. */
  async function firstCallOfNewFund(): Promise<object> {
    const terms = { firstCallMinimumShare: '0.5', firstCallMinimumClause: '示例条款一' };
    const fundId = await fundIn(book, terms);
    await partnerIn(book, fundId, { name: '甲', source: 'city' }, '10');
    return { fundId, amount: '4.99', issuedOn: ago(100), dueOn: ago(90) };
  }

  for (const [what, operation, input] of [
    [
      'a share without its clause',
      establishFund,
      () => establishing({ concentrationShare: '0.2' }),
    ],
    [
      'a clause without its share',
      establishFund,
      () => establishing({ firstCallMinimumClause: 'x' }),
    ],
    [
      'a share above 1',
      establishFund,
      () => establishing({ concentrationShare: '1.1', concentrationClause: 'x' }),
    ],
    ['a commitment of nothing', commit, () => committing({ amount: '0' })],
    [
      'a partner with two identities',
      commit,
      () => committing({ partner: { fundId: mother, name: 'x', source: 'soe' } }),
    ],
    ['an unknown source', commit, () => committing({ partner: { name: 'x', source: 'moon' } })],
    ['a change without its partner', commit, () => committing({ kind: 'reduce' })],
    ['a payment with fractions of a fen', recordPayment, () => paying({ amount: '1.001' })],
    ['a round without its total', invest, () => investing({ round: { name: 'A' } })],
  ] as const) {
    it(`does not take ${what}`, async () => {
      expect(await book.refused(operation, input())).to.include({
        kind: 'invalid',
        code: 'invalid-input',
      });
    });
  }

  it('has written nothing for any of them', async () => {
    await book.check();
  });
});
