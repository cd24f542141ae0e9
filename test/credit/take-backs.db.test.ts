// Repayments, refunds and findings taken back: the book is as it would be without them, and what
// depends on them stands in the way.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { drawDown, renewLoanWithoutRepayment, repay } from '../../src/credit/index.ts';
import { addDays } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import type { Drawn, Paid } from './loan-stage.ts';
import { agree, bookFigures, factsOf, loanIn, monthly, repayLoan } from './loan-stage.ts';
import { ruleFigures, reverseDrawdown, runDayEnds } from './loan-stage.ts';
import type { Park } from './stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const reverse = operationOf('reverse-repayment');
const reverseRefund = operationOf('reverse-refund');
const reverseFinding = operationOf('reverse-upgrade-finding');
const refund = operationOf('refund-over-payment');
const extend = operationOf('extend-loan');
const writeOff = operationOf('write-off-loan');
const recover = operationOf('recover-written-off');
const bringBack = operationOf('reverse-write-off');
const findUpgrade = operationOf('find-upgrade');
const markDefault = operationOf('mark-default');

describe('taking back', () => {
  let stage: Stage;
  let park: Park;
  let lineId: string;
  let nodeId: string;
  beforeEach(async () => {
    stage = await openStage();
    park = await parkIn(stage, '100000000.00', { startsOn: ago(500) });
    ({ lineId, nodeId } = await lineIn(stage, park, '500000.00', { startsOn: ago(500) }));
  });
  afterEach(() => stage.close());

  const loan = (more: Partial<Drawn> = {}, line = lineId): Promise<Drawn> =>
    loanIn(stage, line, {
      amount: '120000.00',
      valueOn: ago(100),
      dueOn: addDays(ago(100), 366),
      terms: monthly(),
      ...more,
    });
  const pay = async ({ drawdownId }: Drawn, { on, amount, excess = 'next' }: Paid) =>
    (await stage.done(repayLoan, { drawdownId, amount, valueOn: on, excess }, stage.bank))[
      'paymentId'
    ] as string;
  const asking = (drawdownId: string, repaymentId: string | undefined) => ({
    drawdownId,
    repaymentId,
    reason: '录入错误',
  });
  const back = (drawdownId: string, id: string | undefined) =>
    stage.done(reverse, asking(drawdownId, id), stage.bank);
  const refused = async (drawdownId: string, id: string | undefined) => {
    const failure = await stage.refused(reverse, asking(drawdownId, id), stage.bank);
    return { code: failure.code, ...(JSON.parse(JSON.stringify(failure.facts)) as object) };
  };
  const first = async <T>(sql: string): Promise<T | undefined> => (await stage.rows<T>(sql))[0];
  const node = (id = nodeId) =>
    first(`select outstanding::text, consumed::text, drawn::text from limits_nodes
      where id = '${id}'`);
  const stateOf = async (id: string) =>
    (await first<{ state: string }>(`select state from credit_drawdowns where id = '${id}'`))
      ?.state;
  /** The rows of a loan, without what is only its own. */
  const standing = async (id: string) => ({
    figures: await bookFigures(stage, id),
    loan: await first(`select state, closed_on::text, early_principal::text, stretch_from::text,
      penalty_closed::text, compound_closed::text, next_event_on::text, part_from::text,
      part_to::text, part_before::text, part_balance::text, part_rate::text, days_past_due,
      risk_class from credit_loans where id = '${id}'`),
    drawdown: await first(`select outstanding::text, state from credit_drawdowns
      where id = '${id}'`),
    instalments: await stage.rows(`select no, from_on::text, to_on::text, due_on::text,
      interest::text, principal::text, balance::text, paid_ahead::text, paid_interest::text,
      paid_principal::text, billed from credit_instalments
      where drawdown_id = '${id}' and live order by no`),
    parts: await stage.rows(`select no, from_on::text, to_on::text, due_on::text, before::text,
      balance::text, rate::text, over, under from credit_interest_parts
      where drawdown_id = '${id}' and live order by no`),
  });

  it('a payment leaves loan, limit and ledger as if it had never been', async () => {
    const one = await loan();
    const { lineId: otherLine, nodeId: otherNode } = await lineIn(stage, park, '500000.00', {
      startsOn: ago(500),
    });
    const twin = await loan({}, otherLine);
    await runDayEnds(stage, ago(50));
    const wrong = await pay(one, { on: ago(60), amount: '30000.00', excess: 'fewer' });
    await pay(one, { on: ago(20), amount: '7000.00' });
    await pay(twin, { on: ago(20), amount: '7000.00' });
    const answer = await back(one.drawdownId, wrong);
    expect(answer).to.include({ repaymentId: wrong, amount: '30000.00' });
    expect(await node()).to.deep.equal(await node(otherNode));
    await runDayEnds(stage, today);
    expect(await standing(one.drawdownId)).to.deep.equal(await standing(twin.drawdownId));
    expect(await refused(one.drawdownId, wrong)).to.include({ code: 'repayment-reversed' });
    const { payments } = (await stage.ask(
      queryOf('show-loan'),
      { drawdownId: one.drawdownId },
      stage.bank,
    )) as { readonly payments: readonly { readonly reversedBy: string | null }[] };
    expect(payments.map(({ reversedBy }) => reversedBy === null)).to.deep.equal([false, true]);
  });

  it('opens a settled loan again, and its nights are made up for', async () => {
    const one = await loan();
    const twin = await loan();
    await runDayEnds(stage, ago(40));
    const all = await pay(one, { on: ago(39), amount: '130000.00' });
    expect(await stateOf(one.drawdownId)).to.equal('REPAID');
    await runDayEnds(stage, ago(10));
    await back(one.drawdownId, all);
    expect(await stateOf(one.drawdownId)).to.equal('DISBURSED');
    await runDayEnds(stage, today);
    expect(await standing(one.drawdownId)).to.deep.equal(await standing(twin.drawdownId));
    await pay(one, { on: today, amount: '1.00' });
    await stage.check();
    const again = await loan();
    const only = await pay(again, { on: ago(1), amount: '500.00' });
    const undo = { drawdownId: again.drawdownId, reason: '录入错误' };
    expect((await stage.refused(reverseDrawdown, undo, stage.bank)).code).to.equal(
      'loan-repaid-before',
    );
    await back(again.drawdownId, only);
    await stage.done(reverseDrawdown, undo, stage.bank);
  });

  it('random payments: without the one that is taken back, or two of them', async () => {
    const { lineId: wide } = await lineIn(stage, park, '90000000.00', { startsOn: ago(500) });
    const payment = fc.record({
      before: fc.integer({ min: 0, max: 100 }),
      yuan: fc.integer({ min: 1, max: 60_000 }),
      excess: fc.constantFrom('next' as const, 'fewer' as const, 'smaller' as const),
    });
    const life = fc.record({
      payments: fc.array(payment, { minLength: 2, maxLength: 7 }),
      wrong: fc.uniqueArray(fc.nat({ max: 6 }), { minLength: 1, maxLength: 2 }),
      closed: fc.integer({ min: 0, max: 90 }),
    });
    await fc.assert(
      fc.asyncProperty(life, async ({ payments, wrong }) => {
        const one = await loan({}, wide);
        const ids: { id: string; paid: Paid }[] = [];
        for (const { before, yuan, excess } of payments) {
          const paid = { on: ago(before), amount: `${yuan}.00`, excess };
          const settled = (await stateOf(one.drawdownId)) === 'REPAID';
          if (!settled) ids.push({ id: await pay(one, paid), paid });
        }
        const chosen = new Set(wrong.map((place) => ids[place % ids.length]?.id));
        for (const id of chosen) await back(one.drawdownId, id);
        const right = ids.filter(({ id }) => !chosen.has(id)).map(({ paid }) => paid);
        await runDayEnds(stage, today);
        const { closedOn, ...figures } = await bookFigures(stage, one.drawdownId);
        if ((await stateOf(one.drawdownId)) !== 'REPAID') {
          expect(closedOn).to.equal(today);
          expect(figures).to.deep.equal(ruleFigures(factsOf(one, right), today));
          return;
        }
        // A settled loan keeps its last figures; nothing is owed any more.
        const settled = ruleFigures(factsOf(one, right), today);
        expect([figures.unpaid, settled.unpaid]).to.deep.equal(['0.00', '0.00']);
        expect(figures.overdueSince).to.equal(settled.overdueSince);
      }),
      { numRuns: 25 },
    );
    await stage.check();
  });

  it('is refused with every node that has no room for it any more', async () => {
    const one = await loan({ amount: '400000.00' });
    const wrong = await pay(one, { on: ago(1), amount: '300000.00' });
    await stage.done(drawDown, drawing(lineId, '350000.00'), stage.bank);
    const answer = await refused(one.drawdownId, wrong);
    expect(answer.code).to.equal('limit-exceeded');
    const { binding } = answer as unknown as { binding: Record<string, string>[] };
    expect(binding.map((each) => each['nodeId'])).to.deep.equal([nodeId]);
    expect(binding[0]?.['cause']).to.equal('used-up');
    await stage.check();
    expect(
      (await stage.rows(`select 1 from limits_movements where kind = 'unpay'`)).length,
    ).to.equal(0);
  });

  it('takes no room where the limit does not revolve', async () => {
    const { lineId: once, nodeId: onceNode } = await lineIn(stage, park, '120000.00', {
      startsOn: ago(500),
      revolving: 'NR',
    });
    const one = await loan({}, once);
    const wrong = await pay(one, { on: ago(1), amount: '90000.00' });
    await back(one.drawdownId, wrong);
    expect(await node(onceNode)).to.deep.equal({
      outstanding: '120000.00',
      consumed: '120000.00',
      drawn: '120000.00',
    });
  });

  it('counts again what it had restored on a limit that revolves within the day', async () => {
    const { lineId: within, nodeId: withinNode } = await lineIn(stage, park, '100000.00', {
      startsOn: ago(500),
      revolving: 'NRS',
    });
    const drawn = async (amount: string, more: object = {}) =>
      (await stage.done(drawDown, drawing(within, amount, more), stage.bank))['drawdownId'] ?? '';
    const paid = async (drawdownId: string, principal: string) =>
      (await stage.done(repay, { drawdownId, principal, valueOn: today }, stage.bank))[
        'repaymentId'
      ];
    const old = await drawn('50000.00', { valueOn: ago(3) });
    const fresh = await drawn('20000.00');
    const restores = await paid(fresh, '15000.00');
    const restoresLess = await paid(old, '9000.00');
    expect(await node(withinNode)).to.include({ outstanding: '46000.00', consumed: '50000.00' });
    await back(old, restoresLess);
    expect(await node(withinNode)).to.include({ outstanding: '55000.00', consumed: '55000.00' });
    await back(fresh, restores);
    expect(await node(withinNode)).to.include({ outstanding: '70000.00', consumed: '70000.00' });
  });

  it('is refused while a refund, an extension, a renewal or a write-off stands on it', async () => {
    const one = await loan();
    const all = await pay(one, { on: ago(5), amount: '200000.00' });
    const over = (
      await stage.rows<{ over: string }>(
        `select over_paid::text as over from credit_loan_payments where id = '${all}'`,
      )
    )[0]?.over;
    const give = { drawdownId: one.drawdownId, amount: over, valueOn: today, reason: '退还' };
    const { refundId } = await stage.done(refund, give, stage.bank);
    expect(await refused(one.drawdownId, all)).to.include({ code: 'replay-needs-refund' });
    const undo = { drawdownId: one.drawdownId, refundId, reason: '录入错误' };
    expect((await stage.done(reverseRefund, undo, stage.bank))['overPaid']).to.equal(over);
    const twice = await stage.refused(reverseRefund, undo, stage.bank);
    expect(twice.code).to.equal('refund-reversed');
    const unknown = { ...undo, refundId: 'rfd_unknown' };
    expect((await stage.refused(reverseRefund, unknown, stage.bank)).code).to.equal(
      'refund-missing',
    );
    await back(one.drawdownId, all);

    const longer = await loan({
      valueOn: ago(40),
      dueOn: addDays(ago(40), 366),
      terms: monthly({ method: 'interest-first' }),
    });
    const due = await pay(longer, { on: ago(9), amount: '700.00' });
    await stage.done(
      extend,
      {
        drawdownId: longer.drawdownId,
        agreedOn: ago(5),
        dueOn: addDays(longer.dueOn, 90),
        reason: '回款推迟',
      },
      stage.bank,
    );
    expect(await refused(longer.drawdownId, due)).to.include({
      code: 'repayment-depended-on',
      by: 'extension',
    });

    const plain = (await stage.done(drawDown, drawing(lineId, '1000.00'), stage.bank))[
      'drawdownId'
    ] as string;
    const part = { drawdownId: plain, principal: '100.00', valueOn: today };
    const { repaymentId } = await stage.done(repay, part, stage.bank);
    const renewal = { size: 'small', findings: [], reason: '续贷', valueOn: today };
    await stage.done(
      renewLoanWithoutRepayment,
      { ...renewal, drawdownId: plain, dueOn: ago(-200) },
      stage.bank,
      { expectedVersion: 2 },
    );
    expect(await refused(plain, repaymentId)).to.include({
      code: 'repayment-depended-on',
      by: 'renewal',
    });

    const bad = await loan({ amount: '50000.00' });
    const some = await pay(bad, { on: ago(5), amount: '1000.00' });
    await stage.db.raw(
      `update credit_loans set risk_class = 'LOSS' where id = '${bad.drawdownId}'`,
    );
    const off = { drawdownId: bad.drawdownId, reason: '无法收回' };
    await stage.done(writeOff, off, stage.bank);
    expect(await refused(bad.drawdownId, some)).to.include({
      code: 'repayment-depended-on',
      by: 'write-off',
    });
    const claim = { drawdownId: bad.drawdownId, amount: '20000.00', valueOn: today };
    const { repaymentId: recovery } = await stage.done(recover, claim, stage.bank);
    expect((await stage.refused(bringBack, off, stage.bank)).code).to.equal('write-off-recovered');
    await back(bad.drawdownId, recovery);
    expect(await refused(bad.drawdownId, recovery)).to.include({ code: 'repayment-reversed' });
    await stage.done(bringBack, off, stage.bank);
    await back(bad.drawdownId, some);
    expect(await stateOf(bad.drawdownId)).to.equal('DISBURSED');
  });

  it('serves a drawdown without terms, once, and leaves it in default if it was', async () => {
    const drawn = await stage.done(drawDown, drawing(lineId, '1000.00'), stage.bank);
    const drawdownId = drawn['drawdownId'] as string;
    const input = { drawdownId, principal: '1000.00', interest: '3.00', valueOn: today };
    const { repaymentId } = await stage.done(repay, input, stage.bank);
    expect(await back(drawdownId, repaymentId)).to.deep.equal({
      repaymentId,
      drawdownId,
      amount: '1003.00',
      outstanding: '1000.00',
    });
    expect(await stateOf(drawdownId)).to.equal('DISBURSED');
    expect(await refused(drawdownId, repaymentId)).to.include({ code: 'repayment-reversed' });
    expect(await refused(drawdownId, 'rep_unknown')).to.include({ code: 'repayment-missing' });
    expect(await refused('draw_unknown', repaymentId)).to.include({ code: 'drawdown-missing' });
    const { items } = (await stage.ask(queryOf('list-repayments'), { drawdownId }, stage.bank)) as {
      items: Record<string, string | null>[];
    };
    expect(items.map(({ principal, reverses }) => [principal, reverses])).to.deep.equal([
      ['1000.00', null],
      ['-1000.00', repaymentId],
    ]);
    await stage.done(markDefault, { drawdownId, defaultedOn: today }, stage.bank);
    const { repaymentId: late } = await stage.done(repay, input, stage.bank);
    expect(await stateOf(drawdownId)).to.equal('REPAID');
    await back(drawdownId, late);
    expect(await stateOf(drawdownId)).to.equal('NPL');
    // Only interest: nothing is owed again.
    const { repaymentId: interest } = await stage.done(
      repay,
      { ...input, principal: '0.00' },
      stage.bank,
    );
    expect((await back(drawdownId, interest))['amount']).to.equal('3.00');
    const terms = monthly({ instalments: 3 });
    expect((await stage.refused(agree, { drawdownId, terms }, stage.bank)).code).to.equal(
      'drawdown-repaid-before',
    );
  });

  it('a finding of an upgrade, until a night has lifted the class by it', async () => {
    const one = await loan({
      valueOn: ago(330),
      dueOn: addDays(ago(330), 731),
      terms: monthly({ instalments: 24, method: 'interest-first' }),
    });
    const { drawdownId } = one;
    await stage.done(markDefault, { drawdownId, defaultedOn: ago(250) }, stage.bank);
    const cured = ago(200);
    const early = await pay(one, { on: cured, amount: '5000.00', excess: 'smaller' });
    const rows = await stage.rows<{ due_on: string; interest: string }>(
      `select due_on::text, interest::text from credit_instalments
       where drawdown_id = '${drawdownId}' order by no`,
    );
    for (const { due_on: dueOn, interest } of rows) {
      if (dueOn > cured && dueOn <= today) {
        await pay(one, { on: dueOn as Paid['on'], amount: interest });
      }
    }
    await runDayEnds(stage, ago(1));
    const ask = { drawdownId, curedOn: cured, abilityAssessed: true, reason: '经营恢复' };
    const { findingId } = await stage.done(findUpgrade, ask, stage.bank);
    expect(await stateOf(drawdownId)).to.equal('PARTLY_REPAID');
    expect(await refused(drawdownId, early)).to.include({
      code: 'repayment-depended-on',
      by: 'finding',
      findingId,
    });
    const undo = { drawdownId, findingId, reason: '依据不足' };
    const code = async (input: object): Promise<string> =>
      (await stage.refused(reverseFinding, input, stage.bank)).code;
    expect(await code({ ...undo, findingId: 'upg_unknown' })).to.equal('finding-missing');
    await stage.done(reverseFinding, undo, stage.bank);
    expect(await stateOf(drawdownId)).to.equal('NPL');
    expect(await code(undo)).to.equal('finding-reversed');
    await runDayEnds(stage, today);
    const classOf = async () =>
      (
        await first<{ risk_class: string }>(
          `select risk_class from credit_loans where id = '${drawdownId}'`,
        )
      )?.risk_class;
    expect(await classOf()).to.not.equal('NORMAL');
    const { findingId: second } = await stage.done(findUpgrade, ask, stage.bank);
    await stage.db.raw(
      `insert into credit_loan_classes (drawdown_id, classified_on, zone_id, owner_id, risk_class,
         triggers, pack, operation_id)
       select drawdown_id, date '${addDays(today, 1)}', zone_id, owner_id, 'NORMAL', triggers, pack,
         operation_id from credit_loan_classes where drawdown_id = '${drawdownId}' limit 1`,
    );
    expect(await code({ ...undo, findingId: second })).to.equal('finding-served');
  });
});
