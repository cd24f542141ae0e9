// A non-performing class that rests on facts corrected since: what corrects it, and what does not.
import { expect } from 'chai';
import { markDefault } from '../../src/credit/index.ts';
import { Money } from '../../src/kernel/index.ts';
import { performingUpTo, refusedCorrection } from '../../src/credit/rules/class-correction.ts';
import { classification2023 as pack } from '../../src/credit/packs/classification-2023.ts';
import { Day } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { loanIn, repayLoan, runDayEnds, openLoanBook, classOf } from './loan-stage.ts';

const correctClass = operationOf('correct-class');
const findUpgrade = operationOf('find-upgrade');
const reverseFinding = operationOf('reverse-upgrade-finding');

describe('correcting a class', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    ({ stage, lineId } = await openLoanBook());
  });
  afterEach(() => stage.close());

  const reason = '十月还款迟录';
  /** Two instalments: the first due 100 days ago, the second in 265 days. */
  const drawn = async (): Promise<string> => {
    const { drawdownId } = await loanIn(stage, lineId, {
      amount: '100000.00',
      valueOn: ago(465),
      dueOn: ago(-265),
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
  const overdue = async (): Promise<string> => {
    const drawdownId = await drawn();
    await runDayEnds(stage, ago(5));
    expect(await classNow(drawdownId)).to.equal('SUBSTANDARD');
    return drawdownId;
  };
  const classNow = (drawdownId: string) => classOf(stage, drawdownId);
  const pay = (drawdownId: string, day: number, amount = '58000.00') =>
    stage.done(repayLoan, { drawdownId, amount, valueOn: ago(day) }, stage.bank);
  const ask = (...drawdownIds: readonly string[]) => ({ drawdownIds, reason });
  const correct = async (...drawdownIds: readonly string[]) => {
    const answer = await stage.done(correctClass, ask(...drawdownIds), stage.bank);
    return (answer as unknown as { items: Record<string, string>[] }).items;
  };
  const refusal = async (drawdownId: string) => {
    const { code, facts } = await stage.refused(correctClass, ask(drawdownId), stage.bank);
    return { code, ...(JSON.parse(JSON.stringify(facts)) as { missing?: string[] }) };
  };

  it('takes a class back that a payment told late had never earned', async () => {
    const drawdownId = await overdue();
    await pay(drawdownId, 60);
    await runDayEnds(stage, ago(4));
    expect(await classNow(drawdownId)).to.equal('SUBSTANDARD');
    const cure = { drawdownId, curedOn: ago(60), abilityAssessed: true, reason };
    expect((await stage.refused(findUpgrade, cure, stage.bank)).code).to.equal(
      'upgrade-not-earned',
    );
    const [found] = await correct(drawdownId);
    expect(found).to.include({ riskClass: 'SUBSTANDARD', since: ago(9), daysPastDue: 0 });
    expect(await classNow(drawdownId)).to.equal('SUBSTANDARD');
    await runDayEnds(stage, today);
    expect(await classNow(drawdownId)).to.equal('NORMAL');
    expect((await refusal(drawdownId)).code).to.equal('not-non-performing');
  });

  it('leaves the class of a payment that came too late by its value day, too', async () => {
    const drawdownId = await overdue();
    await pay(drawdownId, 8);
    expect(await refusal(drawdownId)).to.deep.include({
      code: 'class-not-corrected',
      missing: ['overdue-all-the-same'],
      since: ago(9),
      daysPastDue: 91,
      performingUpTo: 90,
    });
  });

  it('corrects loans together that made each other non-performing', async () => {
    const [other, one] = [await drawn(), await overdue()];
    expect(await classNow(other)).to.equal('SUBSTANDARD');
    await pay(one, 60);
    await pay(other, 60);
    expect((await refusal(one)).missing).to.deep.equal(['another-trigger']);
    expect((await refusal(other)).missing).to.deep.equal(['another-trigger']);
    expect(await correct(other, one)).to.have.length(2);
    await runDayEnds(stage, today);
    expect([await classNow(one), await classNow(other)]).to.deep.equal(['NORMAL', 'NORMAL']);
  });

  it('looks at every day since, not only at the first', async () => {
    const drawdownId = await overdue();
    await pay(drawdownId, 60, '50000.00');
    expect((await refusal(drawdownId)).missing).to.deep.equal(['overdue-all-the-same']);
    await pay(drawdownId, 11, '8000.00');
    await correct(drawdownId);
  });

  it('is no way round a default that a person marked', async () => {
    const drawdownId = await overdue();
    await pay(drawdownId, 60, '1000.00');
    await stage.done(markDefault, { drawdownId, defaultedOn: ago(2) }, stage.bank);
    expect((await refusal(drawdownId)).code).to.equal('class-of-default');
  });

  it('is taken back before the night, and not after it', async () => {
    const drawdownId = await overdue();
    await pay(drawdownId, 60);
    const [first] = await correct(drawdownId);
    expect((await refusal(drawdownId)).code).to.equal('class-corrected');
    const shown = (await stage.ask(queryOf('show-loan'), { drawdownId }, stage.bank)) as {
      upgradeFindings: object[];
    };
    expect(shown.upgradeFindings).to.have.length(1);
    expect(shown.upgradeFindings[0]).to.include({ factsCorrected: true, curedOn: ago(9) });
    const findingId = first?.['findingId'];
    await stage.done(reverseFinding, { drawdownId, findingId, reason }, stage.bank);
    await runDayEnds(stage, ago(1));
    expect(await classNow(drawdownId)).to.equal('SUBSTANDARD');
    const [second] = await correct(drawdownId);
    await runDayEnds(stage, today);
    expect(await classNow(drawdownId)).to.equal('NORMAL');
    const back = { drawdownId, findingId: second?.['findingId'], reason };
    expect((await stage.refused(reverseFinding, back, stage.bank)).code).to.equal('finding-served');
  });
});

describe('what made a class non-performing', () => {
  const trigger = (code: string, atLeast: string, facts: object = {}) =>
    ({ code, atLeast, formula: '', facts }) as never;
  const found = (...triggers: never[]) => [
    {
      on: Day.of('2026-11-10'),
      riskClass: 'SUBSTANDARD' as const,
      triggers,
      overdue: Money.of('20'),
      bad: Money.of('20'),
    },
  ];
  const days = trigger('overdue-days', 'SUBSTANDARD');
  const across = (overdueThen: string) =>
    trigger('overdue-across-banks', 'SUBSTANDARD', { overdue: overdueThen, total: '100.00' });

  it('is corrected up to the last day that the rule calls performing', () => {
    expect(performingUpTo(pack)).to.equal(90);
    expect(refusedCorrection(found(days), 90)).to.deep.equal([]);
    expect(refusedCorrection(found(days), 91)).to.deep.equal(['overdue-all-the-same']);
  });

  it('is not corrected where others made it so, to the fen of their share', () => {
    expect(refusedCorrection(found(days, across('40.00')), 0)).to.deep.equal([]);
    expect(refusedCorrection(found(days, across('40.01')), 0)).to.deep.equal(['another-trigger']);
    const restructured = trigger('restructured', 'SUBSTANDARD');
    expect(refusedCorrection(found(restructured), 0)).to.deep.equal(['another-trigger']);
    const contagion = (bad: string) =>
      trigger('contagion', 'SUBSTANDARD', { bad, total: '100.00' });
    expect(refusedCorrection(found(days, contagion('30.00')), 0)).to.deep.equal([]);
    expect(refusedCorrection(found(contagion('30.01')), 0)).to.deep.equal(['another-trigger']);
    expect(refusedCorrection(found(trigger('overdue', 'SPECIAL_MENTION'), days), 0)).to.deep.equal(
      [],
    );
  });
});
