/**
 * Drawdowns without terms in the classification: a claim like any other, due whole on its due day,
 * with triggers of its own, reached by the debtor's other loans, and part of the whole.
 */
import { expect } from 'chai';
import { drawDown, markDefault, repay } from '../../src/credit/index.ts';
import { addDays } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import { queryOf } from './agreement-desk.ts';
import { agree, classOf, loanIn, monthly, openLoanBook, runDayEnds } from './loan-stage.ts';
import { drawing } from './stage.ts';

interface Classified {
  readonly class: string;
  readonly codes: readonly string[];
}

const bands = (count: number): string[] => Array.from({ length: count }, () => 'overdue-days');

describe('the class of a drawdown without terms', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    ({ stage, lineId } = await openLoanBook());
  });
  afterEach(() => stage.close());

  const drawn = async (amount: string, dueOn = ago(-300), valueOn = ago(200)): Promise<string> =>
    String(
      (await stage.done(drawDown, drawing(lineId, amount, { valueOn, dueOn }), stage.bank))[
        'drawdownId'
      ],
    );
  /** A loan of 120,000.00 whose first instalment fell due 100 days ago. */
  const badLoan = async (): Promise<string> => {
    const valueOn = addDays(ago(100), -31);
    const terms = monthly({ firstDueOn: ago(100) });
    const dueOn = addDays(valueOn, 400);
    return (await loanIn(stage, lineId, { amount: '120000.00', valueOn, dueOn, terms })).drawdownId;
  };
  const found = async (drawdownId: string): Promise<Classified | undefined> =>
    (
      await stage.rows<Classified>(
        `select risk_class as class, (select array_agg(t ->> 'code') from
           jsonb_array_elements(triggers) t) as codes
         from credit_loan_classes where drawdown_id = '${drawdownId}'
         order by classified_on desc limit 1`,
      )
    )[0];
  const due = async (drawdownId: string): Promise<string | undefined> => {
    const listed = await stage.ask(queryOf('list-loans-due'), { withinDays: 3660 }, stage.bank);
    const { items } = listed as { items: readonly { drawdownId: string; riskClass: string }[] };
    return items.find((one) => one.drawdownId === drawdownId)?.riskClass;
  };

  const across = 'overdue-across-banks';
  for (const [days, expected] of [
    [0, undefined],
    [1, { class: 'SPECIAL_MENTION', codes: ['overdue'] }],
    [90, { class: 'SPECIAL_MENTION', codes: ['overdue'] }],
    [91, { class: 'SUBSTANDARD', codes: ['overdue', 'overdue-days', across, 'contagion'] }],
    [271, { class: 'DOUBTFUL', codes: ['overdue', ...bands(2), across, 'contagion'] }],
    [361, { class: 'LOSS', codes: ['overdue', ...bands(3), across, 'contagion'] }],
  ] as const) {
    it(`follows its own days past due, with every trigger, and is told: ${days}`, async () => {
      const id = await drawn('1000.00', ago(days), ago(380));
      await runDayEnds(stage, today);
      expect(await found(id)).to.deep.equal(expected);
      expect(await due(id)).to.equal(expected?.class ?? 'NORMAL');
      const told = await stage.rows(
        `select payload ->> 'to' as "class" from platform_events
         where name = 'credit.loan-reclassified' and subject_id = '${id}'`,
      );
      expect(told).to.deep.equal(expected ? [{ class: expected.class }] : []);
      const isBad = days > 90;
      expect(
        await stage.rows('select balance, non_performing as bad from credit_risk_reports'),
      ).to.deep.equal([{ balance: '1000.00', bad: isBad ? '1000.00' : '0.00' }]);
    });
  }

  for (const { amount, fired } of [
    { amount: '1080000.00', fired: false },
    { amount: '1079999.99', fired: true },
  ]) {
    it(`counts in the whole that the bad part is a share of: ${amount}`, async () => {
      const bad = await badLoan();
      const good = await drawn(amount);
      await runDayEnds(stage, today);
      expect(await classOf(stage, bad)).to.equal('SUBSTANDARD');
      const reached = fired ? 'SUBSTANDARD' : 'SPECIAL_MENTION';
      const { class: of, codes = [] } = (await found(good)) ?? {};
      expect(of).to.equal(reached);
      expect(codes.includes('contagion')).to.equal(fired);
      expect(codes).to.include('bad-debt-at-this-bank');
      expect(await due(good)).to.equal(reached);
      const [row] = await stage.rows<{ codes: string[] }>(
        `select array_agg(t ->> 'code') as codes from credit_loan_classes,
           jsonb_array_elements(triggers) t where drawdown_id = '${bad}'`,
      );
      expect(row?.codes.includes('contagion')).to.equal(fired);
    });
  }

  it('reaches the loans with terms when it defaults', async () => {
    const good = await loanIn(stage, lineId, {
      amount: '120000.00',
      valueOn: ago(20),
      dueOn: addDays(ago(20), 366),
      terms: monthly(),
    });
    const id = await drawn('60000.00');
    await runDayEnds(stage, ago(1));
    await stage.done(markDefault, { drawdownId: id, defaultedOn: today }, stage.bank);
    expect(await due(id)).to.equal('SUBSTANDARD');
    await runDayEnds(stage, today);
    expect(await found(id)).to.deep.equal({
      class: 'SUBSTANDARD',
      codes: ['credit-impaired', 'contagion'],
    });
    expect(await classOf(stage, good.drawdownId)).to.equal('SUBSTANDARD');
  });

  it('is the class of the loan that it becomes when its terms are agreed', async () => {
    await badLoan();
    const good = await drawn('60000.00');
    await runDayEnds(stage, today);
    expect(await due(good)).to.equal('SUBSTANDARD');
    const terms = monthly({ instalments: undefined, every: undefined, method: 'bullet' });
    await stage.done(agree, { drawdownId: good, terms }, stage.bank);
    expect(await classOf(stage, good)).to.equal('SUBSTANDARD');
  });

  it('is looked at no more when it is repaid, and reaches nothing', async () => {
    const id = await drawn('60000.00', ago(100));
    await stage.done(
      repay,
      { drawdownId: id, principal: '60000.00', interest: '0.00', valueOn: today },
      stage.bank,
    );
    const good = await drawn('60000.00');
    await runDayEnds(stage, today);
    expect([await found(id), await found(good)]).to.deep.equal([undefined, undefined]);
  });
});
