// What one line may do to the bills of the commitment fee: nothing to those of others, and nothing
// that was waived comes back as money.
import { expect } from 'chai';
import { Money, addDays } from '../../src/kernel/index.ts';
import { drawDown } from '../../src/credit/index.ts';
import { showNode } from '../../src/limits/queries.ts';
import { showCommitmentFee } from '../../src/credit/queries-commitment-fee.ts';
import { eachApart } from '../../src/platform/apart.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { begin, billFees, billOf, billsOf, endAt, ends, feeLine, nightsOf } from './fee-stage.ts';
import type { Park } from './stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const nothing = (): number => 0;
const why = { reason: '测试' };
const pay = operationOf('pay-commitment-fee');
const waive = operationOf('waive-commitment-fee');
const refund = operationOf('refund-commitment-fee');
const reverse = operationOf('reverse-fee-movement');
const closeLine = operationOf('close-line');
const setRate = operationOf('set-commitment-rate');

const listEvents = queryOf('list-events');
interface Events {
  readonly items: readonly object[];
}

interface Failed {
  readonly failed_on: string | null;
  readonly failure: string | null;
}

describe('credit: bills of the commitment fee beside a line that cannot be billed', () => {
  let stage: Stage;
  let park: Park;
  beforeEach(async () => {
    stage = await openStage();
    park = await parkIn(stage, '100000000', { startsOn: ago(500) });
  });
  afterEach(() => stage.close());

  const failureOf = async (lineId: string): Promise<Failed | undefined> =>
    (
      await stage.rows<Failed>(
        `select failed_on, failure from credit_fee_accounts where line_id = '${lineId}'`,
      )
    )[0];

  it('are made, adjustments first and the nights that end on the same day later', async () => {
    const { lineId } = await feeLine(stage, park, { expiresOn: addDays(endAt(2), -1) });
    const beside = await feeLine(stage, park);
    await billFees(stage, endAt(1));
    const free = { lineId, from: addDays(endAt(0), -10), rateAnnual: '0', ...why };
    await stage.done(setRate, free, stage.bank);
    await billFees(stage, endAt(2));
    await stage.done(setRate, { lineId, from: endAt(1), rateAnnual: '0.0036', ...why }, stage.bank);
    await billFees(stage);
    const bills = await billsOf(stage, { lineId });
    const periods = bills.map(({ from, to, settledOn }) => [from, to, settledOn]);
    expect(periods).to.have.deep.members([
      [begin, endAt(0), addDays(endAt(0), -1)],
      [endAt(0), endAt(1), addDays(endAt(1), -1)],
      [endAt(1), endAt(1), addDays(endAt(2), -1)],
      [endAt(1), endAt(2), addDays(endAt(2), -1)],
    ]);
    expect(await billsOf(stage, { lineId: beside.lineId })).to.have.length(ends.length);
    expect(await failureOf(lineId)).to.deep.equal({ failed_on: null, failure: null });
  });

  it('are made of the others, and of it once it is mended', async () => {
    const lines = [];
    for (let i = 0; i < 4; i += 1) lines.push(await feeLine(stage, park));
    const broken = lines[1]?.lineId ?? '';
    const over = await feeLine(stage, park, { expiresOn: ago(1) });
    // Its fee is of more digits than an amount has.
    const rate = (figure: string) =>
      stage.db.raw(`update limits_nodes set amount = ${figure} from credit_lines l
        where l.node_id = limits_nodes.id and l.id = '${broken}'`);
    const agreed = { lineId: broken, from: begin, rateAnnual: '9999', ...why };
    await stage.done(setRate, agreed, stage.bank);
    await rate('900000000000000000');
    await billFees(stage);
    for (const { lineId } of lines) {
      const count = lineId === broken ? 0 : ends.length;
      expect(await billsOf(stage, { lineId })).to.have.length(count);
    }
    const last = (await billsOf(stage, { lineId: over.lineId })).at(-1);
    expect(last?.to).to.equal(today);
    const failure = (await failureOf(broken))?.failure;
    expect(failure).to.be.a('string').and.not.equal('');
    const setAside = async (lineId: string) => {
      const asked = { lineId, from: ago(2), to: ago(1) };
      return (await stage.ask(showCommitmentFee, asked, stage.bank)).setAside;
    };
    expect(await setAside(broken)).to.deep.equal({ asOf: today, reason: failure });
    expect(await setAside(over.lineId)).to.equal(null);
    const name = 'credit.commitment-fee-not-billed';
    const told = (await stage.ask(listEvents, { name }, stage.bank)) as Events;
    expect(told.items[0]).to.include({ subjectId: broken, subjectName: '示例中试企业' });
    await rate('1000000');
    await stage.done(setRate, { ...agreed, rateAnnual: '0.0036' }, stage.bank);
    expect(await billFees(stage)).to.equal(ends.length);
    expect(await failureOf(broken)).to.deep.equal({ failed_on: null, failure: null });
    expect(await setAside(broken)).to.equal(null);
    expect((await billsOf(stage, { lineId: broken })).map(({ amount }) => amount)).to.deep.equal(
      ends.map((to, i) => nightsOf(i === 0 ? begin : endAt(i - 1), to, nothing)),
    );
  });

  it('never pay back what was waived, nor another period with it', async () => {
    const { lineId } = await feeLine(stage, park);
    await billFees(stage, endAt(0));
    const [bill] = await billsOf(stage, { lineId });
    const billId = bill?.id ?? '';
    const owed = Money.of(bill?.owed ?? '0');
    const rest = owed.minus(Money.of('100'));
    await stage.done(pay, { billId, amount: '100', valueOn: today }, stage.bank);
    const waived = await stage.done(waive, { billId, amount: rest.toString(), ...why }, stage.bank);
    // All was drawn from the first night on: nothing was owed.
    await stage.done(drawDown, drawing(lineId, '1000000', { valueOn: begin }), stage.bank);
    await billFees(stage, endAt(1));
    await stage.check();
    const [first, credit] = await billsOf(stage, { lineId });
    expect(first).to.deep.include({ owed: '0.00', waived: '0.00', paid: '100.00' });
    expect(credit?.owed).to.equal('-100.00');
    const lapse = (await billOf(stage, billId)).movements.find(({ kind }) => kind === 'LAPSE');
    expect(lapse?.amount).to.equal(rest.negated().toString());
    const back = { billId: credit?.id, valueOn: today, ...why };
    const above = await stage.refused(refund, { ...back, amount: '100.01' }, stage.bank);
    expect(above.code).to.equal('fee-above-credit');
    for (const [movementId, code] of [
      [lapse?.id, 'fee-movement-missing'],
      [waived['movementId'], 'fee-movement-reversed'],
    ]) {
      const refused = await stage.refused(reverse, { billId, movementId, ...why }, stage.bank);
      expect(refused.code).to.equal(code);
    }
    await stage.done(refund, { ...back, amount: '100' }, stage.bank);
    const books = await stage.rows<{ kind: string; balance: string }>(
      `select kind, balance from ledger_accounts where owner_id = '${stage.bankId}'
       and kind like 'fee-%' and balance <> 0`,
    );
    expect(books).to.deep.equal([]);
  });

  it('owe what a waived period that is free after all cannot pay', async () => {
    const { lineId } = await feeLine(stage, park);
    await billFees(stage, endAt(0));
    const [bill] = await billsOf(stage, { lineId });
    await stage.done(waive, { billId: bill?.id, amount: bill?.owed, ...why }, stage.bank);
    await stage.done(setRate, { lineId, from: begin, rateAnnual: '0', ...why }, stage.bank);
    await stage.done(setRate, { lineId, from: endAt(0), rateAnnual: '0.0036', ...why }, stage.bank);
    await billFees(stage, endAt(1));
    const owed = Money.sum((await billsOf(stage, { lineId })).map((one) => Money.of(one.owed)));
    expect(owed.toString()).to.equal(nightsOf(endAt(0), endAt(1), nothing));
    await stage.check();
  });

  it('give back no more in money than the line has paid', async () => {
    const { lineId } = await feeLine(stage, park);
    await billFees(stage, endAt(0));
    const [bill] = await billsOf(stage, { lineId });
    const billId = bill?.id ?? '';
    const amount = bill?.owed ?? '';
    const paid = await stage.done(pay, { billId, amount, valueOn: today }, stage.bank);
    await stage.done(setRate, { lineId, from: begin, rateAnnual: '0', ...why }, stage.bank);
    await billFees(stage, endAt(1));
    const { movementId } = paid;
    await stage.done(reverse, { billId, movementId, ...why }, stage.bank);
    const credit = (await billsOf(stage, { lineId })).at(-1);
    const back = { billId: credit?.id, amount, valueOn: today, ...why };
    expect((await stage.refused(refund, back, stage.bank)).code).to.equal('fee-above-credit');
  });

  it('are told to who closes their line, and to who approves it', async () => {
    const { lineId, nodeId } = await feeLine(stage, park);
    await billFees(stage, endAt(1));
    const [first, second] = await billsOf(stage, { lineId });
    await stage.done(pay, { billId: first?.id, amount: '100', valueOn: today }, stage.bank);
    await stage.done(waive, { billId: second?.id, amount: second?.owed, ...why }, stage.bank);
    const expectedVersion = (await stage.ask(showNode, { nodeId }, stage.bank)).version;
    const owed = Money.of(first?.owed ?? '0').minus(Money.of('100'));
    const { id: billId, dueOn } = first ?? {};
    const unpaid = [{ billId, owed: owed.toString(), dueOn }];
    const closing = { lineId, ...why };
    const seen = { expectedVersion };
    const trial = await stage.performer.tryOut(closeLine, stage.bank, closing, seen);
    expect(trial.output).to.deep.include({ unpaidFeeBills: unpaid });
    const closed = await stage.done(closeLine, closing, stage.bank, seen);
    expect(closed).to.deep.include({ state: 'SETTLED', unpaidFeeBills: unpaid });
    await stage.done(pay, { billId, amount: owed.toString(), valueOn: today }, stage.bank);
  });

  it('is told from what breaks everybody', async () => {
    await lineIn(stage, park, '5000');
    const seen: number[][] = [];
    const apart = (fail: (part: readonly number[]) => unknown) =>
      withTransaction(stage.db, everything, (tx) =>
        eachApart(tx, [1, 2, 3, 4, 5], async (part) => {
          seen.push([...part]);
          const problem = fail(part);
          if (problem !== undefined) throw problem;
          return part.length;
        }),
      );
    const wrong = new RangeError('four');
    const answer = await apart((part) => (part.includes(4) ? wrong : undefined));
    expect(answer).to.deep.equal({ results: [3, 1], broken: [{ one: 4, problem: wrong }] });
    expect(seen).to.deep.equal([[1, 2, 3, 4, 5], [1, 2, 3], [4, 5], [4], [5]]);
    for (const code of ['57P01', '42P01', 'ECONNRESET']) {
      const lost = Object.assign(new Error('lost'), { code });
      const thrown = await apart(() => lost).catch((problem: unknown) => problem);
      expect(thrown).to.equal(lost);
    }
  });
});
