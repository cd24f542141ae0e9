// Loans written off, recovered and brought back; over-payments given back.
import { expect } from 'chai';
import { Money, addDays } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import type { Drawn } from './loan-stage.ts';
import { bookFigures, loanIn, monthly, repayLoan, runDayEnds } from './loan-stage.ts';
import { lineIn, parkIn } from './stage.ts';

const writeOff = operationOf('write-off-loan');
const recover = operationOf('recover-written-off');
const bringBack = operationOf('reverse-write-off');
const refund = operationOf('refund-over-payment');

describe('loans written off', () => {
  let stage: Stage;
  let lineId: string;
  let nodeId: string;
  let loan: Drawn;
  beforeEach(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '10000000.00');
    ({ lineId, nodeId } = await lineIn(stage, park, '5000000.00'));
    loan = await loanIn(stage, lineId, {
      amount: '120000.00',
      valueOn: ago(100),
      dueOn: addDays(ago(100), 366),
      terms: monthly(),
    });
  });
  afterEach(() => stage.close());

  const bad = () =>
    stage.db.raw(`update credit_loans set risk_class = 'LOSS' where id = '${loan.drawdownId}'`);
  const balances = async (): Promise<Record<string, string>> => {
    const rows = await stage.rows<{ kind: string; balance: string }>(
      `select kind, sum(balance)::numeric(20,2)::text as balance from ledger_accounts
       group by kind order by kind`,
    );
    return Object.fromEntries(rows.map(({ kind, balance }) => [kind, balance]));
  };
  const owed = async (): Promise<string | undefined> =>
    (
      await stage.rows<{ outstanding: string }>(
        `select outstanding::text from limits_nodes where id = '${nodeId}'`,
      )
    )[0]?.outstanding;
  const undo = () => ({ drawdownId: loan.drawdownId, reason: '依据不足' });
  const came = (amount: string, valueOn: string = today) =>
    stage.done(recover, { drawdownId: loan.drawdownId, amount, valueOn }, stage.bank);

  it('leave the books for a claim, and give no headroom back', async () => {
    await runDayEnds(stage, ago(1));
    expect((await stage.refused(writeOff, undo(), stage.bank)).code).to.equal('write-off-not-loss');
    await bad();
    const before = await balances();
    const answer = await stage.done(writeOff, undo(), stage.bank);
    // It is a bad loan still: who made it may be exempted.
    const { drawdownId } = undo();
    const exempted = { drawdownId, reason: '责任认定' };
    await stage.done(operationOf('open-exemption-file'), exempted, stage.bank);
    expect(answer['principal']).to.equal('120000.00');
    expect(answer['interest']).to.equal(before['interest-receivable']);
    expect(await balances()).to.include({
      'loan-principal': '0.00',
      'interest-receivable': '0.00',
      'written-off-principal': '120000.00',
      'written-off-interest': answer['interest'],
    });
    expect(await owed()).to.equal('120000.00');
    const late = { drawdownId: loan.drawdownId, amount: '1.00', valueOn: ago(10) };
    expect((await stage.refused(repayLoan, late, stage.bank)).code).to.equal('loan-closed');
    await runDayEnds(stage, today);
  });

  it('take a recovery as principal first, up to the claim', async () => {
    await bad();
    const { interest } = await stage.done(writeOff, undo(), stage.bank);
    expect(await came('20000.00')).to.include({ principal: '20000.00', interest: '0.00' });
    expect(await owed()).to.equal('100000.00');
    const early = { drawdownId: loan.drawdownId, amount: '1.00', valueOn: ago(1) };
    expect((await stage.refused(recover, early, stage.bank)).code).to.equal(
      'recovery-before-write-off',
    );
    expect(await came('100000.50')).to.include({ principal: '100000.00', interest: '0.50' });
    const more = { drawdownId: loan.drawdownId, amount: interest, valueOn: today };
    const failure = await stage.refused(recover, more, stage.bank);
    expect(failure.code).to.equal('recovery-above-claim');
    expect(JSON.parse(JSON.stringify(failure.facts))).to.include({ shortBy: '0.50' });
    expect((await stage.refused(bringBack, undo(), stage.bank)).code).to.equal(
      'write-off-recovered',
    );
    await stage.check();
  });

  it('are shown with what is left of the claim, and no recovery as due', async () => {
    interface Shown {
      readonly due: string;
      readonly overdue: string;
      readonly next: { readonly amount: string } | null;
      readonly ageing: { readonly daysPastDue: number; readonly overdue: string };
      readonly writtenOff: Readonly<Record<string, string>> | null;
    }
    const shown = async () =>
      (await stage.ask(queryOf('show-loan'), { drawdownId: loan.drawdownId }, stage.bank)) as Shown;
    await runDayEnds(stage, ago(1));
    await bad();
    const before = await shown();
    expect(before.writtenOff).to.equal(null);
    const { interest } = await stage.done(writeOff, undo(), stage.bank);
    const { due, overdue, ageing } = await shown();
    expect({ due, overdue, ageing }).to.deep.equal({
      due: before.due,
      overdue: before.overdue,
      ageing: before.ageing,
    });
    await came('20000.00');
    const part = await shown();
    expect(Money.of(part.overdue).plus(Money.of('20000.00')).toString()).to.equal(overdue);
    expect(part.ageing.overdue).to.equal(part.overdue);
    expect(part.ageing.daysPastDue).to.be.lessThan(ageing.daysPastDue);
    // No interest falls due any more: 10,000 of principal a month.
    expect(part.next?.amount).to.equal('10000.00');
    const left = Money.of('100000.00').plus(Money.of(interest as string));
    expect(part.writtenOff).to.include({
      writtenOffOn: today,
      principal: '120000.00',
      recoveredPrincipal: '20000.00',
      claimLeft: left.toString(),
    });
    await came(left.toString());
    const settled = await shown();
    expect(settled).to.include({ due: '0.00', overdue: '0.00', next: null });
    expect(settled.ageing).to.include({ daysPastDue: 0, range: null, overdue: '0.00' });
    expect(settled.writtenOff?.['claimLeft']).to.equal('0.00');
  });

  it('are brought back as they were, and the nights are made up for', async () => {
    const other = await loanIn(stage, lineId, loan);
    await bad();
    await stage.done(writeOff, undo(), stage.bank);
    expect((await stage.refused(writeOff, undo(), stage.bank)).code).to.equal('loan-closed');
    await stage.done(bringBack, undo(), stage.bank);
    expect((await stage.refused(bringBack, undo(), stage.bank)).code).to.equal('not-written-off');
    await runDayEnds(stage, today);
    expect(await bookFigures(stage, loan.drawdownId)).to.deep.equal(
      await bookFigures(stage, other.drawdownId),
    );
    expect(await balances()).to.include({ 'written-off-principal': '0.00' });
  });

  it('give an over-payment back once, also when settled', async () => {
    const all = { drawdownId: loan.drawdownId, amount: '200000.00', valueOn: today };
    const { overPaid } = await stage.done(repayLoan, all, stage.bank);
    const ask = (amount: string | undefined) => ({ ...undo(), amount, valueOn: today });
    expect((await stage.refused(refund, ask('200000.00'), stage.bank)).code).to.equal(
      'refund-above-over-payment',
    );
    const early = { ...ask(overPaid), valueOn: ago(1) };
    expect((await stage.refused(refund, early, stage.bank)).code).to.equal(
      'refund-above-over-payment',
    );
    const answer = await stage.done(refund, ask(overPaid), stage.bank);
    expect(answer['overPaid']).to.equal('0.00');
    expect(await balances()).to.include({ 'over-payment': '0.00' });
    expect((await stage.refused(refund, ask('0.01'), stage.bank)).code).to.equal(
      'refund-above-over-payment',
    );
  });
});
