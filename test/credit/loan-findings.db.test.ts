// What persons find of a loan: misuse and its penalty, pauses of ageing, an upgrade; and what the
// terms are held to: products and entrusted payment.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { addDays, addMonths } from '../../src/kernel/index.ts';
import { paidOutBefore } from '../../src/credit/store-payments-out.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import type { Drawn } from './loan-stage.ts';
import {
  agree,
  bookFigures,
  loanIn,
  monthly,
  repayLoan,
  runDayEnds,
  openLoanBook,
} from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const recordMisuse = operationOf('record-misuse');
const clearMisuse = operationOf('clear-misuse');
const pause = operationOf('pause-ageing');
const resume = operationOf('resume-ageing');
const findUpgrade = operationOf('find-upgrade');
const recordProduct = operationOf('record-loan-product');

interface Shown {
  readonly riskClass: string;
  readonly ageing: { readonly daysPastDue: number; readonly range: string | null };
  readonly misuses: readonly { readonly id: string; readonly clearedOn: string | null }[];
}

describe('findings on loans', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    ({ stage, lineId } = await openLoanBook());
  });
  afterEach(() => stage.close());

  const shown = async (drawdownId: string): Promise<Shown> =>
    (await stage.ask(queryOf('show-loan'), { drawdownId }, stage.bank)) as Shown;
  /** 1,000,000 at 4.35 %, due whole so many days ago (or ahead). */
  const bullet = (dueDaysAgo: number): Promise<Drawn> =>
    loanIn(stage, lineId, {
      amount: '1000000.00',
      valueOn: ago(100),
      dueOn: ago(dueDaysAgo),
      terms: { product: 'working-capital', method: 'bullet', rate: '0.0435' },
    });
  const misuse = ({ drawdownId }: Drawn, from: string, amount = '1000000.00') =>
    stage.done(recordMisuse, { drawdownId, from, amount, reason: '转入理财' }, stage.bank);
  const penalty = async ({ drawdownId }: Drawn): Promise<string> =>
    Number((await bookFigures(stage, drawdownId)).penalty).toFixed(2);

  it('C038, C040: charge the heavier of misuse and overdue, never both', async () => {
    const [plain, misused] = [await bullet(30), await bullet(30)];
    const answer = await misuse(misused, ago(30));
    expect(answer['misuseRate']).to.equal('0.087');
    const name = 'credit.misuse-recorded';
    const told = (await stage.ask(queryOf('list-events'), { name }, stage.office)) as {
      readonly items: readonly object[];
    };
    expect(told.items).to.have.length(1);
    expect(told.items[0]).to.deep.include({ name, subjectId: misused.drawdownId });
    expect((await shown(misused.drawdownId)).riskClass).to.equal('SPECIAL_MENTION');
    await runDayEnds(stage, ago(1));
    // 30 nights: 1,000,000 × 6.525 % and × 8.70 % ÷ 360.
    expect(await penalty(plain)).to.equal('5437.50');
    expect(await penalty(misused)).to.equal('7250.00');
  });

  it('make a payment repay less where the misuse is told after it, as if in time', async () => {
    const [late, early] = [await bullet(30), await bullet(30)];
    const pay = ({ drawdownId }: Drawn) =>
      stage.done(repayLoan, { drawdownId, amount: '400000.00', valueOn: ago(20) }, stage.bank);
    const figures = async ({ drawdownId }: Drawn) =>
      stage.rows<{ outstanding: string; penalty: string; principal: string }>(
        `select d.outstanding::text, p.penalty::text, p.principal::text
         from credit_drawdowns d join credit_loan_payments p on p.drawdown_id = d.id
         where d.id = '${drawdownId}'`,
      );
    await misuse(early, ago(25), '500000.00');
    await pay(early);
    await pay(late);
    const before = await figures(late);
    await misuse(late, ago(25), '500000.00');
    expect(await figures(late)).to.deep.equal(await figures(early));
    expect(await figures(late)).not.to.deep.equal(before);
    await stage.check();
  });

  it('charge misused money that is not due by what the misuse rate adds', async () => {
    const loan = await bullet(-60);
    await runDayEnds(stage, ago(20));
    await misuse(loan, ago(30), '400000.00');
    await runDayEnds(stage, ago(1));
    // 30 nights: 400,000 × 4.35 % ÷ 360, on top of the contract interest of the schedule.
    expect(await penalty(loan)).to.equal('1450.00');
    const pay = { drawdownId: loan.drawdownId, amount: '1000.00', valueOn: today };
    const paid = await stage.done(repayLoan, pay, stage.bank);
    expect(paid).to.include({ penalty: '1000.00', principal: '0.00' });
  });

  it('end with the clearing, and never were when cleared on their first day', async () => {
    const [never, mistaken, cleared] = [await bullet(30), await bullet(30), await bullet(-60)];
    const { misuseId } = await misuse(mistaken, ago(40));
    const clear = (of: Drawn, id: string | undefined, clearedOn: string) => ({
      drawdownId: of.drawdownId,
      misuseId: id,
      clearedOn,
      reason: '资金已归位',
    });
    await runDayEnds(stage, ago(10));
    await stage.done(clearMisuse, clear(mistaken, misuseId, ago(40)), stage.bank);
    const { misuseId: other } = await misuse(cleared, ago(50));
    const code = async (input: object) =>
      (await stage.refused(clearMisuse, input, stage.bank)).code;
    expect(await code(clear(cleared, other, ago(51)))).to.equal('cleared-before-misuse');
    expect(await code(clear(cleared, misuseId, ago(20)))).to.equal('misuse-missing');
    await stage.done(clearMisuse, clear(cleared, other, ago(20)), stage.bank);
    expect(await code(clear(cleared, other, ago(20)))).to.equal('misuse-cleared');
    await runDayEnds(stage, ago(1));
    expect(await bookFigures(stage, mistaken.drawdownId)).to.deep.equal(
      await bookFigures(stage, never.drawdownId),
    );
    expect(await penalty(cleared)).to.equal('3625.00');
  });

  it('are refused when they cannot be', async () => {
    const loan = await bullet(-60);
    const code = async (from: string, amount: string) => {
      const input = { drawdownId: loan.drawdownId, from, amount, reason: '转入理财' };
      return (await stage.refused(recordMisuse, input, stage.bank)).code;
    };
    expect(await code(ago(10), '1000000.01')).to.equal('misuse-above-debt');
    expect(await code(ago(101), '1.00')).to.equal('value-day-before-drawdown');
    expect(await code(ago(-1), '1.00')).to.equal('value-day-in-future');
    await misuse(loan, ago(10), '1.00');
    expect(await code(ago(5), '1.00')).to.equal('misuse-open');
  });

  it('pause the ageing of ranges and not of classes', async () => {
    const loan = await bullet(40);
    await runDayEnds(stage, today);
    expect((await shown(loan.drawdownId)).ageing).to.include({
      daysPastDue: 40,
      range: 'days-31-60',
    });
    const ask = { drawdownId: loan.drawdownId, from: ago(29), reason: '债务重整磋商' };
    const { pauseId } = await stage.done(pause, ask, stage.bank);
    expect((await shown(loan.drawdownId)).ageing).to.include({
      daysPastDue: 10,
      range: 'days-4-30',
    });
    expect((await stage.refused(pause, ask, stage.bank)).code).to.equal('pause-overlaps');
    const back = { drawdownId: loan.drawdownId, pauseId, reason: '磋商结束' };
    const early = { ...back, resumedOn: ago(29) };
    expect((await stage.refused(resume, early, stage.bank)).code).to.equal('resumed-outside-pause');
    const first = { ...early, resumedOn: '0001-01-01' };
    expect((await stage.refused(resume, first, stage.bank)).code).to.equal('resumed-outside-pause');
    await stage.done(resume, { ...back, resumedOn: ago(9) }, stage.bank);
    expect((await shown(loan.drawdownId)).ageing.daysPastDue).to.equal(20);
    const [row] = await stage.rows<{ days: number }>(
      `select days_past_due as days from credit_loans where id = '${loan.drawdownId}'`,
    );
    expect(row?.days).to.equal(40);
  });

  it('lift a class when a person finds that it is earned, and the night agrees', async () => {
    const loan = await loanIn(stage, lineId, {
      amount: '120000.00',
      valueOn: ago(330),
      dueOn: addMonths(ago(330), 24),
      terms: monthly({ instalments: 24, method: 'interest-first' }),
    });
    await runDayEnds(stage, addDays(addMonths(ago(330), 1), 92));
    expect((await shown(loan.drawdownId)).riskClass).to.equal('SUBSTANDARD');
    const ask = (curedOn: string) => ({
      drawdownId: loan.drawdownId,
      curedOn,
      abilityAssessed: true,
      reason: '经营恢复，现金流覆盖',
    });
    const rows = await stage.rows<{ due_on: string; interest: string }>(
      `select due_on::text, interest::text from credit_instalments
       where drawdown_id = '${loan.drawdownId}' order by no`,
    );
    const cured = ago(200);
    const pay = (amount: string, valueOn: string) =>
      stage.done(repayLoan, { drawdownId: loan.drawdownId, amount, valueOn }, stage.bank);
    await pay('5000.00', cured);
    for (const { due_on: dueOn, interest } of rows) {
      if (dueOn > cured && dueOn < today) await pay(interest, dueOn);
    }
    await runDayEnds(stage, ago(1));
    expect((await shown(loan.drawdownId)).riskClass).to.equal('SUBSTANDARD');
    const soon = await stage.refused(findUpgrade, ask(ago(30)), stage.bank);
    expect(soon.code).to.equal('upgrade-not-earned');
    expect(JSON.parse(JSON.stringify(soon.facts))).to.deep.include({
      missing: ['time-of-normal-payment'],
    });
    await stage.done(findUpgrade, ask(cured), stage.bank);
    await runDayEnds(stage, today);
    expect((await shown(loan.drawdownId)).riskClass).to.equal('NORMAL');
    expect((await stage.refused(findUpgrade, ask(cured), stage.bank)).code).to.equal(
      'not-non-performing',
    );
  });
});

describe('what loan terms are held to', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    ({ stage, lineId } = await openLoanBook());
  });
  afterEach(() => stage.close());

  const drawn = async (amount: string): Promise<string | undefined> =>
    (await stage.done(drawDown, drawing(lineId, amount), stage.bank))['drawdownId'];
  const code = async (drawdownId: string | undefined, terms: object): Promise<string> =>
    (await stage.refused(agree, { drawdownId, terms }, stage.bank)).code;
  const terms = (more: object = {}) => monthly({ instalments: 3, ...more });

  it('is the product of the day', async () => {
    const drawdownId = await drawn('1000.00');
    expect(await code(drawdownId, terms({ product: 'unknown' }))).to.equal('product-missing');
    const product = {
      code: 'technology-transfer',
      zh: '科技成果转化项目贷款',
      en: 'Loan for turning research into products',
      methods: ['interest-first'],
      dayCounts: ['ACT/360'],
      roundings: ['half-up'],
      tenorMonthsLeast: 12,
      tenorMonthsMost: 60,
      validFrom: today,
      source: '园区产品目录',
    };
    expect((await stage.refused(recordProduct, product, stage.bank)).code).to.equal(
      'needs-every-zone',
    );
    expect(await stage.done(recordProduct, product, stage.root)).to.include({ version: 2 });
    const earlier = { ...product, validFrom: ago(1) };
    expect((await stage.refused(recordProduct, earlier, stage.root)).code).to.equal(
      'product-recorded-later',
    );
    const input = { drawdownId, terms: terms() };
    const { facts } = await stage.refused(agree, input, stage.bank);
    expect(JSON.parse(JSON.stringify(facts))).to.deep.include({ outside: ['method', 'tenor'] });
    const { items } = (await stage.ask(queryOf('list-loan-products'), {}, stage.bank)) as {
      items: readonly { code: string; version: number }[];
    };
    const latest = items.find((one) => one.code === product.code);
    expect(items).to.have.length(5);
    expect(latest?.version).to.equal(2);
  });

  it('is entrusted payment above the threshold, split or not', async () => {
    const drawdownId = await drawn('25000000.00');
    const paid = (amount: string, by: string, payee = '示例设备公司') => ({ payee, amount, by });
    const held = (...payments: object[]) => code(drawdownId, terms({ payments }));
    expect(await held()).to.equal('payments-not-named');
    expect(await held(paid('25000000.01', 'ENTRUSTED'))).to.equal('payments-exceed-drawdown');
    expect(await held(paid('15000000.00', 'SELF'))).to.equal('entrusted-payment-required');
    const split = [paid('9000000.00', 'SELF'), paid('9000000.00', 'ENTRUSTED')];
    expect(await held(...split)).to.equal('entrusted-payment-required');
    const payments = [paid('15000000.00', 'ENTRUSTED'), paid('10000000.00', 'SELF', '示例材料商')];
    await stage.done(agree, { drawdownId, terms: terms({ payments }) }, stage.bank);
  });

  it('is entrusted payment over all tranches of the loan', async () => {
    const drawdownId = await drawn('6000000.00');
    const paid = (amount: string, by: string) => ({ payee: '示例设备公司', amount, by });
    const commitment = { amount: '30000000.00', until: ago(-100) };
    const agreed = terms({ payments: [paid('6000000.00', 'SELF')], commitment });
    await stage.done(agree, { drawdownId, terms: agreed }, stage.bank);
    const tranche = (amount: string, by: string) => ({
      drawdownId,
      amount,
      valueOn: today,
      purpose: '采购设备',
      payments: [paid(amount, by)],
    });
    const draw = operationOf('draw-tranche');
    await stage.done(draw, tranche('4000000.00', 'SELF'), stage.bank);
    const refused = await stage.refused(draw, tranche('0.01', 'SELF'), stage.bank);
    expect(refused.code).to.equal('entrusted-payment-required');
    expect(JSON.parse(JSON.stringify(refused.facts))).to.include({ amount: '10000000.01' });
    const undo = { drawdownId, tranche: 2, reason: '录入错误' };
    await stage.done(operationOf('reverse-tranche'), undo, stage.bank);
    await stage.done(draw, tranche('4000000.00', 'SELF'), stage.bank);
    await stage.done(draw, tranche('5000000.00', 'ENTRUSTED'), stage.bank);
  });

  it('adds up one payment, one loan or all loans of the line, as the rule says', async () => {
    const paid = (amount: string) => ({ payee: '示例设备公司', amount, by: 'SELF' });
    const first = String(await drawn('6000000.00'));
    const second = String(await drawn('3000000.00'));
    const park = await parkIn(stage, '100000000.00');
    const elsewhere = await lineIn(stage, park, '90000000.00');
    const third = await stage.done(drawDown, drawing(elsewhere.lineId, '1000000.00'), stage.bank);
    const loans: [string, string][] = [
      [first, '6000000.00'],
      [second, '3000000.00'],
      [String(third['drawdownId']), '1000000.00'],
    ];
    for (const [drawdownId, amount] of loans) {
      const payments = [paid(amount)];
      await stage.done(agree, { drawdownId, terms: terms({ payments }) }, stage.bank);
    }
    const added = (scope: 'payment' | 'loan' | 'line') =>
      withTransaction(stage.db, everything, async (tx) => {
        const before = await paidOutBefore(tx, { id: first, lineId }, scope);
        return before.flatMap((one) => one.payments.map(({ amount }) => String(amount))).sort();
      });
    expect(await added('payment')).to.deep.equal([]);
    expect(await added('loan')).to.deep.equal(['6000000.00']);
    expect(await added('line')).to.deep.equal(['3000000.00', '6000000.00']);
  });

  it('is the published band of the misuse rate', async () => {
    const drawdownId = await drawn('1000.00');
    expect(await code(drawdownId, terms({ misuseMarkup: '0.49' }))).to.equal('markup-outside-band');
    expect(await code(drawdownId, terms({ misuseMarkup: '1.01' }))).to.equal('markup-outside-band');
  });
});
