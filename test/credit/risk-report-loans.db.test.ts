// The loans that a risk report says are behind it add up to it on any later day: whatever was paid
// out, taken back or written off since is not in them, and what was written off before never was.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { Money, addDays } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { loanIn, monthly, reverseDrawdown, runDayEnds } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const drawTranche = operationOf('draw-tranche');
const reverseTranche = operationOf('reverse-tranche');
const writeOff = operationOf('write-off-loan');
const bringBack = operationOf('reverse-write-off');

interface Report {
  readonly id: string;
  readonly loans: number;
  readonly balance: string;
}

describe('the loans behind a risk report', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '10000000.00');
    ({ lineId } = await lineIn(stage, park, '5000000.00'));
  });
  afterEach(() => stage.close());

  const reason = '核对无误';
  const loan = async (more: object = {}): Promise<string> => {
    const days = { valueOn: ago(5), dueOn: addDays(ago(5), 366) };
    const given = { amount: '1000.00', ...days, terms: monthly(more) };
    return (await loanIn(stage, lineId, given)).drawdownId;
  };
  /** Of the day: what the report says, and what its loans add up to. */
  const both = async (asOf: string): Promise<[number, string][]> => {
    const { items } = (await stage.ask(queryOf('list-risk-reports'), { asOf }, stage.bank)) as {
      items: Report[];
    };
    const [{ id: reportId, loans, balance }] = items as [Report];
    const listed = (await stage.ask(
      queryOf('list-risk-report-loans'),
      { reportId },
      stage.bank,
    )) as { items: { balance: string }[] };
    const sum = Money.sum(listed.items.map((one) => Money.of(one.balance)));
    return [
      [loans, balance],
      [listed.items.length, sum.toString()],
    ];
  };
  const alike = async (asOf: string, loans: number, balance: string): Promise<void> => {
    expect(await both(asOf), asOf).to.deep.equal([
      [loans, balance],
      [loans, balance],
    ]);
  };

  it('count a tranche once, from its day until it is taken back', async () => {
    const commitment = { amount: '2000.00', until: ago(-90) };
    const drawdownId = await loan({ commitment });
    const paidOut = { drawdownId, purpose: '采购设备' };
    await runDayEnds(stage, ago(4));
    await stage.done(drawTranche, { ...paidOut, amount: '300.00', valueOn: ago(3) }, stage.bank);
    await runDayEnds(stage, ago(1));
    await alike(ago(4), 1, '1000.00');
    await alike(ago(3), 1, '1300.00');
    await stage.done(drawTranche, { ...paidOut, amount: '50.00', valueOn: ago(2) }, stage.bank);
    await alike(ago(1), 1, '1300.00');
    await stage.done(reverseTranche, { drawdownId, tranche: 2, reason }, stage.bank);
    await alike(ago(1), 1, '1300.00');
    await alike(ago(4), 1, '1000.00');
    await runDayEnds(stage, today);
    await alike(today, 1, '1050.00');
  });

  it('keep a drawdown that was reversed since, and none reversed before', async () => {
    const { drawdownId } = await stage.done(
      drawDown,
      drawing(lineId, '70.00', { valueOn: ago(5) }),
      stage.bank,
    );
    await loan();
    await runDayEnds(stage, ago(1));
    await alike(ago(1), 2, '1070.00');
    await stage.done(reverseDrawdown, { drawdownId, reason }, stage.bank);
    await alike(ago(1), 2, '1070.00');
    await runDayEnds(stage, today);
    await alike(today, 1, '1000.00');
  });

  it('are without what had been written off, until that is taken back', async () => {
    const [drawdownId] = [await loan(), await loan()];
    await stage.db.raw(`update credit_loans set risk_class = 'LOSS' where id = '${drawdownId}'`);
    await runDayEnds(stage, ago(2));
    await stage.db.raw(`update credit_loans set risk_class = 'LOSS' where id = '${drawdownId}'`);
    await stage.done(writeOff, { drawdownId, reason }, stage.bank);
    await alike(ago(2), 2, '2000.00');
    await runDayEnds(stage, ago(1));
    await alike(ago(1), 1, '1000.00');
    await stage.done(bringBack, { drawdownId, reason }, stage.bank);
    await alike(ago(1), 1, '1000.00');
    await runDayEnds(stage, today);
    await alike(today, 2, '2000.00');
  });
});
