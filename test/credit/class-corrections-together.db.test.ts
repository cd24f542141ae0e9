// Corrections that were found together fall together: with the one whose fact is taken back go
// those of loans that it had made bad, and nobody else's.
import { expect } from 'chai';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { classOf, loanIn, repayLoan, runDayEnds } from './loan-stage.ts';
import { lineIn, parkIn } from './stage.ts';

const correctClass = operationOf('correct-class');
const reverse = operationOf('reverse-repayment');
const listed = queryOf('list-class-corrections');
const reverseFinding = operationOf('reverse-upgrade-finding');

describe('class corrections found together', () => {
  let stage: Stage;
  /** Overdue by its own days; of the same debtor and bad by that; overdue, of another debtor. */
  let one: string;
  let larger: string;
  let foreign: string;
  let told: string;
  let findings: Readonly<Record<string, string>>;
  const reason = '十月还款迟录';

  const loan = async (lineId: string, amount: string, firstDue: number): Promise<string> => {
    const { drawdownId } = await loanIn(stage, lineId, {
      amount,
      valueOn: ago(firstDue + 365),
      dueOn: ago(firstDue - 365),
      terms: {
        product: 'technology-transfer',
        method: 'equal-principal',
        instalments: 2,
        every: { days: 365 },
        rate: '0.06',
      },
    });
    return drawdownId;
  };
  /** Told today: it came before any of them was overdue for too long. */
  const pay = async (drawdownId: string): Promise<string> => {
    await stage.done(repayLoan, { drawdownId, amount: '58000.00', valueOn: ago(60) }, stage.bank);
    const [row] = await stage.rows<{ id: string }>(
      `select id from credit_loan_payments where drawdown_id = '${drawdownId}'`,
    );
    return row?.id ?? '';
  };

  beforeEach(async () => {
    stage = await openStage();
    const since = { startsOn: '2024-11-01' };
    const park = await parkIn(stage, '100000000.00', since);
    const { lineId } = await lineIn(stage, park, '40000000.00', since);
    const other = { ...since, enterpriseId: stage.otherFirmId };
    const { lineId: otherLine } = await lineIn(stage, park, '40000000.00', other);
    one = await loan(lineId, '100000.00', 100);
    larger = await loan(lineId, '200000.00', -200);
    foreign = await loan(otherLine, '100000.00', 100);
    await runDayEnds(stage, ago(8));
    expect(await classes()).to.deep.equal(['SUBSTANDARD', 'SUBSTANDARD', 'SUBSTANDARD']);
    told = await pay(one);
    await pay(foreign);
    const all = { drawdownIds: [one, larger, foreign], reason };
    const answer = await stage.done(correctClass, all, stage.bank);
    const { items } = answer as unknown as { items: { findingId: string; drawdownId: string }[] };
    findings = Object.fromEntries(items.map((item) => [item.drawdownId, item.findingId]));
  });
  afterEach(() => stage.close());

  const classes = () => Promise.all([one, larger, foreign].map((id) => classOf(stage, id)));
  const causes = async (): Promise<(string | null)[]> => {
    const rows = await stage.rows<{ drawdown_id: string; reversal_cause: string | null }>(
      'select drawdown_id, reversal_cause from credit_upgrade_findings',
    );
    return [one, larger, foreign].map(
      (id) => rows.find((row) => row.drawdown_id === id)?.reversal_cause ?? null,
    );
  };
  const undo = { reason: '误录' };

  it('fall together once a night has lifted the classes', async () => {
    // The clock stands still in tests: the findings are dated back, so that a night may use them.
    await stage.rows(`update credit_upgrade_findings set found_on = '${ago(7)}'`);
    await runDayEnds(stage, ago(4));
    expect(await classes()).to.deep.equal(['NORMAL', 'NORMAL', 'NORMAL']);
    await stage.done(reverse, { drawdownId: one, repaymentId: told, ...undo }, stage.bank);
    expect(await classes()).to.deep.equal(['SUBSTANDARD', 'SUBSTANDARD', 'NORMAL']);
    expect(await causes()).to.deep.equal(['FACT_TAKEN_BACK', 'FELL_TOGETHER', null]);
    await runDayEnds(stage, today);
    expect(await classes()).to.deep.equal(['SUBSTANDARD', 'SUBSTANDARD', 'NORMAL']);
  });

  it('are taken back together before the night', async () => {
    const back = { drawdownId: one, findingId: findings[one], ...undo };
    await stage.done(reverseFinding, back, stage.bank);
    expect(await causes()).to.deep.equal(['TAKEN_BACK', 'FELL_TOGETHER', null]);
    await runDayEnds(stage, today);
    expect(await classes()).to.deep.equal(['SUBSTANDARD', 'SUBSTANDARD', 'NORMAL']);
  });

  it('leave those standing that did not need the one taken back', async () => {
    const back = { drawdownId: foreign, findingId: findings[foreign], ...undo };
    await stage.done(reverseFinding, back, stage.bank);
    expect(await causes()).to.deep.equal([null, null, 'TAKEN_BACK']);
    await runDayEnds(stage, today);
    expect(await classes()).to.deep.equal(['NORMAL', 'NORMAL', 'SUBSTANDARD']);
  });

  it('are listed with those that fell and why, to the bank whose loans they are', async () => {
    const back = { drawdownId: one, findingId: findings[one], ...undo };
    await stage.done(reverseFinding, back, stage.bank);
    type Row = Readonly<Record<string, string | boolean | null>>;
    const list = async (asked: object, actor = stage.bank): Promise<Row[]> =>
      ((await stage.ask(listed, asked, actor)) as { items: Row[] }).items;
    const all = await list({});
    expect(all.map((row) => [row['drawdownId'], row['reversalCause']])).to.have.deep.members([
      [one, 'TAKEN_BACK'],
      [larger, 'FELL_TOGETHER'],
      [foreign, null],
    ]);
    expect(new Set(all.map(({ operationId }) => operationId)).size).to.equal(1);
    const [standing, ...others] = await list({ fallen: 'false', zoneId: stage.zoneId });
    expect(others).to.deep.equal([]);
    expect(standing).to.include({
      id: findings[foreign],
      drawdownId: foreign,
      enterpriseId: stage.otherFirmId,
      since: ago(9),
      foundOn: today,
      served: false,
      reversedBy: null,
      reason,
    });
    expect(await list({ fallen: 'true' })).to.have.length(2);
    expect((await list({ drawdownId: larger })).map(({ id }) => id)).to.deep.equal([
      findings[larger],
    ]);
    expect(await list({ zoneId: 'zone_01ARZ3NDEKTSV4RRFFQ69G5FAV' })).to.deep.equal([]);
    expect(await list({}, stage.otherBank)).to.deep.equal([]);
  });
});
