// Bills of the commitment fee through the database: period by period, run twice, killed and begun
// anew; facts that were learnt late; what pays, waives and gives back, and who may see it.
import { expect } from 'chai';
import { Money, addDays } from '../../src/kernel/index.ts';
import { billCommitmentFees, drawDown, openLine, repay } from '../../src/credit/index.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { showCommitmentFee } from '../../src/credit/queries-commitment-fee.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { begin, billFees, billOf, billsOf, endAt, ends, feeLine, nightsOf } from './fee-stage.ts';
import type { Park } from './stage.ts';
import { drawing, lineIn, outsideWhitelist, parkIn } from './stage.ts';

const nothing = (): number => 0;
const why = { reason: '测试' };
const pay = operationOf('pay-commitment-fee');
const waive = operationOf('waive-commitment-fee');
const refund = operationOf('refund-commitment-fee');
const reverse = operationOf('reverse-fee-movement');
const setRate = operationOf('set-commitment-rate');

describe('credit: bills of the commitment fee', () => {
  let stage: Stage;
  let park: Park;
  beforeEach(async () => {
    stage = await openStage();
    park = await parkIn(stage, '100000000', { startsOn: ago(500) });
  });
  afterEach(() => stage.close());

  const amounts = async (lineId: string) =>
    (await billsOf(stage, { lineId })).map(({ from, to, amount }) => [from, to, amount]);
  const receivable = async (): Promise<string> =>
    (
      await stage.rows<{ balance: string }>(
        `select balance from ledger_accounts where kind = 'fee-receivable'
         and owner_id = '${stage.bankId}'`,
      )
    )[0]?.balance ?? '0.00';
  const draw = async (lineId: string, amount: string, valueOn: string) =>
    (await stage.done(drawDown, drawing(lineId, amount, { valueOn }), stage.bank))[
      'drawdownId'
    ] as string;

  it('makes one bill for every period that is over, one after the other', async () => {
    const { lineId } = await feeLine(stage, park);
    await lineIn(stage, park, '5000');
    expect(await billFees(stage)).to.equal(ends.length);
    const expected = ends.map((to, i) => {
      const from = i === 0 ? begin : endAt(i - 1);
      return [from, to, nightsOf(from, to, nothing)];
    });
    expect(ends.length).to.be.greaterThan(3);
    expect(await amounts(lineId)).to.deep.equal(expected);
    const total = Money.sum(expected.map(([, , amount]) => Money.of(amount ?? '0')));
    expect(await receivable()).to.equal(total.toString());
    const [bill] = await billsOf(stage, { lineId });
    expect(bill).to.deep.include({
      settledOn: addDays(endAt(0), -1),
      dueOn: addDays(today, 10),
      pack: 'commitment-fee/1',
      owed: bill?.amount,
      overdue: false,
    });
    const { parts } = await billOf(stage, bill?.id ?? '');
    expect(
      parts.map(({ from, to, undrawn, rateAnnual }) => [from, to, undrawn, rateAnnual]),
    ).to.deep.equal([[begin, endAt(0), '1000000.00', '0.0036']]);
  });

  it('bills nothing twice, and goes on where it was killed', async () => {
    const lineIds: string[] = [];
    for (let i = 0; i < 3; i += 1) lineIds.push((await feeLine(stage, park)).lineId);
    await billFees(stage, today, 2);
    expect(await billsOf(stage, {})).to.have.length(6);
    // What a crash undoes is as if it had never been begun.
    await stage.db.raw(`create function fail() returns trigger language plpgsql as
      $$ begin raise exception 'killed'; end $$;
      create trigger killed before insert on credit_fee_parts execute function fail()`);
    const killed = await billFees(stage).catch((problem: unknown) => String(problem));
    expect(killed).to.match(/killed/);
    await stage.db.raw('drop trigger killed on credit_fee_parts');
    expect(await billsOf(stage, {})).to.have.length(6);
    await billFees(stage);
    expect(await billFees(stage)).to.equal(0);
    const told = await Promise.all(lineIds.map(amounts));
    expect(told[0]).to.have.length(ends.length);
    expect(told[1]).to.deep.equal(told[0]);
    expect(told[2]).to.deep.equal(told[0]);
    const twice = await stage.refused(billCommitmentFees, { asOf: ago(-1) }, stage.root);
    expect(twice.code).to.equal('day-end-in-future');
  });

  it('adjusts billed periods by what was learnt since, and edits no bill', async () => {
    const { lineId, nodeId } = await feeLine(stage, park);
    await billFees(stage, endAt(1));
    const before = await amounts(lineId);
    const drawnOn = addDays(endAt(0), -10);
    const drawdownId = await draw(lineId, '300000', drawnOn);
    await stage.done(
      repay,
      { drawdownId, principal: '100000', valueOn: addDays(endAt(0), 5) },
      stage.bank,
    );
    const lower = { nodeId, limit: '900000', ...why };
    await stage.done(changeLimit, lower, stage.bank, { expectedVersion: 1 });
    await billFees(stage, endAt(2));
    expect((await amounts(lineId)).slice(0, 2)).to.deep.equal(before);
    const [, , third] = await billsOf(stage, { lineId });
    const used = (on: string): number =>
      on < drawnOn ? 0 : on < addDays(endAt(0), 5) ? 300_000 : 200_000;
    const now = [
      nightsOf(begin, endAt(0), used),
      nightsOf(endAt(0), endAt(1), used),
      nightsOf(endAt(1), endAt(2), used),
    ] as const;
    const shown = await billOf(stage, third?.id ?? '');
    expect(
      shown.adjustments.map(({ from, to, was, now: then }) => [from, to, was, then]),
    ).to.deep.equal([
      [begin, endAt(0), before[0]?.[2], now[0]],
      [endAt(0), endAt(1), before[1]?.[2], now[1]],
    ]);
    expect(shown.adjustments[0]?.parts.map(({ undrawn }) => undrawn)).to.deep.equal([
      '1000000.00',
      '700000.00',
    ]);
    const adjustment = Money.sum(shown.adjustments.map((one) => Money.of(one.difference)));
    expect(shown).to.deep.include({ amount: now[2], adjustment: adjustment.toString() });
    expect(shown.total).to.equal(Money.of(now[2]).plus(adjustment).toString());
    // A draw that is taken back gives the fee of its nights again.
    const second = await draw(lineId, '50000', addDays(endAt(2), 1));
    await billFees(stage, endAt(3));
    await stage.done(operationOf('reverse-drawdown'), { drawdownId: second, ...why }, stage.bank);
    const last = (await billsOf(stage, { lineId })).at(-1);
    expect(last?.amount).to.equal(
      nightsOf(endAt(2), endAt(3), (on) => (on > endAt(2) ? 250_000 : 200_000)),
    );
    const { rateAnnual } = await stage.done(
      setRate,
      { lineId, from: endAt(2), rateAnnual: '0.0072', ...why },
      stage.bank,
    );
    expect(rateAnnual).to.equal('0.0072');
    const whole = await stage.ask(
      showCommitmentFee,
      { lineId, from: endAt(2), to: endAt(3) },
      stage.bank,
    );
    expect(Money.of(whole.fee).toString()).to.equal(
      Money.of(nightsOf(endAt(2), endAt(3), () => 200_000))
        .plus(Money.of(nightsOf(endAt(2), endAt(3), () => 200_000)))
        .toString(),
    );
  });

  it('counts what sub-lines draw once, and agrees no fee on them', async () => {
    const { lineId } = await feeLine(stage, park);
    const sub = {
      segmentId: park.segmentId,
      enterpriseId: stage.firmId,
      parentLineId: lineId,
      product: '票据贴现',
      amount: '400000',
      rateAnnual: '0.03',
      startsOn: begin,
      expiresOn: ago(-100),
      ...outsideWhitelist,
    };
    const refused = await stage.refused(
      openLine,
      { ...sub, commitmentRateAnnual: '0.001' },
      stage.bank,
    );
    expect(refused.code).to.equal('fee-of-sub-line');
    const { lineId: subId } = await stage.done(openLine, sub, stage.bank);
    const rate = { lineId: subId, from: begin, rateAnnual: '0.001', ...why };
    expect((await stage.refused(setRate, rate, stage.bank)).code).to.equal('fee-of-sub-line');
    await draw(subId ?? '', '250000', begin);
    expect(await billFees(stage, endAt(0))).to.equal(1);
    expect(await amounts(lineId)).to.deep.equal([
      [begin, endAt(0), nightsOf(begin, endAt(0), () => 250_000)],
    ]);
  });

  it('bills the broken period of a line that expired, or whose agreement was ended', async () => {
    const expiresOn = addDays(endAt(1), 7);
    const expired = await feeLine(stage, park, { expiresOn });
    const ended = await feeLine(stage, park);
    await billFees(stage);
    expect((await amounts(expired.lineId)).at(-1)).to.deep.equal([
      endAt(1),
      addDays(expiresOn, 1),
      '80.00',
    ]);
    expect(await amounts(ended.lineId)).to.have.length(ends.length);
    const [found] = await stage.rows<{ version: string }>(
      `select version from credit_agreements where id = '${park.agreementId}'`,
    );
    const expectedVersion = Number(found?.version);
    const input = { agreementId: park.agreementId, ...why };
    await stage.done(operationOf('end-agreement'), input, stage.bank, { expectedVersion });
    const left = endAt(-1) < today;
    expect(await billFees(stage)).to.equal(left ? 1 : 0);
    expect(await billFees(stage)).to.equal(0);
    if (left) {
      const nights = nightsOf(endAt(-1), today, nothing);
      expect((await amounts(ended.lineId)).at(-1)).to.deep.equal([endAt(-1), today, nights]);
    }
  });

  it('earns nothing on a frozen line, and on a renewed one only once', async () => {
    const cases = [
      { revolving: 'R', startsOn: today, period: { from: today, to: ago(-10) } },
      { revolving: 'NR', startsOn: today, period: { from: today, to: ago(-10) } },
      { revolving: 'R', startsOn: ago(10), period: { from: ago(10), to: today } },
      { revolving: 'NR', startsOn: ago(10), period: { from: ago(10), to: today } },
    ];
    for (const { revolving, startsOn, period } of cases) {
      const feeOf = async (id: string) =>
        (await stage.ask(showCommitmentFee, { lineId: id, ...period }, stage.bank)).fee;
      const { lineId, nodeId } = await feeLine(stage, park, { revolving });
      await draw(lineId, '300000', begin);
      expect(await feeOf(lineId)).to.equal('70.00');
      const [found] = await stage.rows<{ version: string }>(
        `select version from limits_nodes where id = '${nodeId}'`,
      );
      const expectedVersion = Number(found?.version);
      const renewal = { lineId, startsOn, expiresOn: ago(-700), ...why };
      const renewed = await stage.done(operationOf('renew-line'), renewal, stage.bank, {
        expectedVersion,
      });
      const named = `${revolving} from ${startsOn}`;
      expect(await feeOf(lineId), named).to.equal('0.00');
      expect(await feeOf(renewed['lineId'] ?? ''), named).to.equal('70.00');
    }
  });
});

describe('credit: what pays a commitment fee', () => {
  let stage: Stage;
  let park: Park;
  let lineId: string;
  let billId: string;
  before(async () => {
    stage = await openStage();
    park = await parkIn(stage, '100000000', { startsOn: ago(500) });
    ({ lineId } = await feeLine(stage, park));
    await billFees(stage, endAt(0));
    billId = (await billsOf(stage, { lineId }))[0]?.id ?? '';
  });
  after(() => stage.close());

  const code = async (operation: typeof pay, input: object, actor = stage.bank) =>
    (await stage.refused(operation, { billId, ...input }, actor)).code;
  const owed = async () => (await billOf(stage, billId)).owed;

  it('is refused above what is owed, before its period was over, of a day to come', async () => {
    const amount = await owed();
    const more = Money.of(amount).plus(Money.of('0.01')).toString();
    expect(await code(pay, { amount: more, valueOn: today })).to.equal('fee-above-owed');
    expect(await code(waive, { amount: more, ...why })).to.equal('fee-above-owed');
    const early = { amount, valueOn: addDays(endAt(0), -2) };
    expect(await code(pay, early)).to.equal('fee-paid-before-period');
    expect(await code(pay, { amount, valueOn: ago(-1) })).to.equal('value-day-in-future');
    const back = { amount: '1', valueOn: today, ...why };
    expect(await code(refund, back)).to.equal('fee-above-credit');
    expect(await code(refund, { ...back, valueOn: ago(-1) })).to.equal('value-day-in-future');
    expect(await code(refund, { ...back, valueOn: begin })).to.equal('fee-paid-before-period');
    const unknown = { billId: 'feebill_none', amount: '1', valueOn: today };
    expect(await code(pay, unknown)).to.equal('fee-bill-missing');
  });

  it('is taken back once, and the bill is owed again', async () => {
    const amount = await owed();
    const paid = await stage.done(
      pay,
      { billId, amount: '100.00', valueOn: addDays(endAt(0), -1) },
      stage.bank,
    );
    expect(paid['owed']).to.equal(Money.of(amount).minus(Money.of('100')).toString());
    const waived = await stage.done(waive, { billId, amount: '50.00', ...why }, stage.bank);
    await stage.check();
    for (const { movementId } of [paid, waived]) {
      await stage.done(reverse, { billId, movementId, ...why }, stage.bank);
      const again = await code(reverse, { movementId, ...why });
      expect(again).to.equal('fee-movement-reversed');
    }
    expect(await owed()).to.equal(amount);
    const none = { movementId: 'feemove_none', ...why };
    expect(await code(reverse, none)).to.equal('fee-movement-missing');
    const kinds = (await billOf(stage, billId)).movements.map((one) => [one.kind, one.amount]);
    expect(kinds).to.deep.equal([
      ['PAYMENT', '100.00'],
      ['WAIVER', '50.00'],
      ['PAYMENT', '-100.00'],
      ['WAIVER', '-50.00'],
    ]);
  });

  it('is seen by its own bank and nobody beside', async () => {
    expect(await billsOf(stage, {}, stage.otherBank)).to.deep.equal([]);
    const refused = await stage.refused(
      pay,
      { billId, amount: '1', valueOn: today },
      stage.otherBank,
    );
    expect(refused.code).to.equal('fee-bill-missing');
    const rate = { lineId, from: today, rateAnnual: '0.01', ...why };
    const foreign = await stage.refused(setRate, rate, stage.otherBank);
    expect(foreign.code).to.equal('line-missing');
    const shown = await billOf(stage, billId, stage.otherBank).catch((no: { code: string }) => no);
    expect(shown).to.deep.include({ code: 'fee-bill-missing' });
    expect(await billsOf(stage, { bankId: stage.bankId })).to.have.length(1);
    expect(await billsOf(stage, { bankId: stage.otherBankId })).to.deep.equal([]);
  });

  it('tells what is overdue, by how many days', async () => {
    expect(await billsOf(stage, { dueWithinDays: 10 })).to.have.length(1);
    expect(await billsOf(stage, { dueWithinDays: 9 })).to.deep.equal([]);
    expect(await billsOf(stage, { overdue: 'true' })).to.deep.equal([]);
    await stage.db.raw(`update credit_fee_bills set due_on = '${ago(3)}' where id = '${billId}'`);
    const [late] = await billsOf(stage, { overdue: 'true' });
    expect(late).to.deep.include({ id: billId, overdue: true, daysPastDue: 3 });
    expect(await billsOf(stage, { overdue: 'false' })).to.deep.equal([]);
    const amount = await owed();
    await stage.done(pay, { billId, amount, valueOn: today }, stage.bank);
    expect(await billsOf(stage, { overdue: 'true' })).to.deep.equal([]);
    expect(await billsOf(stage, { open: 'true' })).to.deep.equal([]);
    const [settled] = await billsOf(stage, { open: 'false', from: begin, to: today });
    expect(settled).to.deep.include({ owed: '0.00', paid: amount, daysPastDue: 0 });
  });

  it('gives a credit to what is owed, and the rest back to the firm', async () => {
    // All was drawn from the first night on, so the bill that is paid was of nothing.
    await stage.done(drawDown, drawing(lineId, '1000000', { valueOn: begin }), stage.bank);
    await billFees(stage, endAt(1));
    const [first, credit] = await billsOf(stage, { lineId });
    const paid = Money.of(first?.paid ?? '0');
    expect(credit).to.deep.include({
      amount: '0.00',
      adjustment: paid.negated().toString(),
      owed: paid.negated().toString(),
    });
    const { movements } = await billOf(stage, billId);
    const movementId = movements.at(-1)?.id;
    await stage.done(reverse, { billId, movementId, ...why }, stage.bank);
    await stage.done(pay, { billId, amount: '100', valueOn: today }, stage.bank);
    await billFees(stage, endAt(2));
    // The last bill owes nothing itself; with it the credit paid what was open on the first.
    const after = await billsOf(stage, { lineId });
    expect(after.map(({ owed: left }) => left)).to.deep.equal(['0.00', '-100.00', '0.00']);
    expect(after[0]?.offset).to.equal(paid.minus(Money.of('100')).toString());
    const creditId = credit?.id ?? '';
    const used = (await billOf(stage, creditId)).movements[0]?.id;
    const fixed = await stage.refused(
      reverse,
      { billId: creditId, movementId: used, ...why },
      stage.bank,
    );
    expect(fixed.code).to.equal('fee-movement-missing');
    const back = { billId: creditId, valueOn: today, ...why };
    const above = await stage.refused(refund, { ...back, amount: '100.01' }, stage.bank);
    expect(above.code).to.equal('fee-above-credit');
    const given = await stage.done(refund, { ...back, amount: '100' }, stage.bank);
    expect(given['owed']).to.equal('0.00');
    const wrongly = { billId: creditId, movementId: given['movementId'], ...why };
    expect((await stage.done(reverse, wrongly, stage.bank))['owed']).to.equal('-100.00');
  });

  it('agrees a rate once a day, within the line, and ends with zero', async () => {
    const set = (from: string, rateAnnual: string) => ({ lineId, from, rateAnnual, ...why });
    const refused = async (from: string, rateAnnual: string) =>
      (await stage.refused(setRate, set(from, rateAnnual), stage.bank)).code;
    expect(await refused(today, '0.0036')).to.equal('fee-rate-same');
    expect(await refused(addDays(begin, -1), '0.01')).to.equal('fee-rate-before-line');
    expect(await refused(ago(-1), '0.01')).to.equal('value-day-in-future');
    await stage.done(setRate, set(ago(1), '0.004'), stage.bank);
    await stage.done(setRate, set(ago(1), '0'), stage.bank);
    const [found] = await stage.rows<{ rate: string }>(
      `select commitment_rate_annual as rate from credit_lines where id = '${lineId}'`,
    );
    expect(Number(found?.rate)).to.equal(0);
    const { lineId: plain } = await lineIn(stage, park, '1000000', { startsOn: begin });
    const agreed = { lineId: plain, from: endAt(0), rateAnnual: '0.0036', ...why };
    await stage.done(setRate, agreed, stage.bank);
    await billFees(stage, endAt(1));
    const bills = await billsOf(stage, { lineId: plain });
    expect(bills.map(({ from, to, amount }) => [from, to, amount])).to.deep.equal([
      [begin, endAt(1), nightsOf(endAt(0), endAt(1), nothing)],
    ]);
  });
});
