// The five classes: every border of every trigger, contagion, restructuring, upgrade, refusals.
import { expect } from 'chai';
import { classification2023 } from '../../src/credit/packs/classification-2023.ts';
import { earliestUpgrade } from '../../src/credit/rules/class-upgrade.ts';
import type { RiskClass } from '../../src/credit/rules/risk-class.ts';
import { Day } from '../../src/kernel/index.ts';
import type { Classified, Facts } from './classify-stage.ts';
import { classify, codesOf, onlyLoan } from './classify-stage.ts';
import { answerOf, expectCited, refusalOf, riskCases } from './risk-stage.ts';

const on = '2025-06-30';

describe('classification by days past due', () => {
  interface C041 {
    readonly dueOn: string;
    readonly rows: readonly { on: string; daysPastDue: number; class: RiskClass }[];
  }
  const { dueOn, rows } = riskCases('classification') as C041;
  for (const row of rows) {
    it(`C041 on ${row.on}: day ${row.daysPastDue}, ${row.class}`, () => {
      const loan = onlyLoan({ unpaidDueOn: [dueOn] }, {}, row.on);
      expect([loan.daysPastDue, loan.class]).to.deep.equal([row.daysPastDue, row.class]);
    });
  }

  it('C041 says beforehand from which day each class comes', () => {
    expect(onlyLoan({ unpaidDueOn: [dueOn] }).calendar).to.deep.equal([
      { class: 'SPECIAL_MENTION', from: '2025-02-01' },
      { class: 'SUBSTANDARD', from: '2025-05-02' },
      { class: 'DOUBTFUL', from: '2025-10-29' },
      { class: 'LOSS', from: '2026-01-27' },
    ]);
  });

  it('keeps every trigger that fired, each with its clause', () => {
    const loan = onlyLoan({ daysPastDue: 361 });
    expect(loan.triggers.map(({ code, atLeast }) => [code, atLeast])).to.deep.equal([
      ['overdue', 'SPECIAL_MENTION'],
      ['overdue-days', 'SUBSTANDARD'],
      ['overdue-days', 'DOUBTFUL'],
      ['overdue-days', 'LOSS'],
      ['contagion', 'SUBSTANDARD'],
    ]);
    expect(new Set(loan.triggers.map(({ clause }) => clause)).size).to.equal(5);
  });

  it('classifies the whole loan by its oldest unpaid instalment', () => {
    const loan = onlyLoan({ unpaidDueOn: ['2025-06-20', '2025-03-31', '2025-08-20'] });
    expect([loan.daysPastDue, loan.class]).to.deep.equal([91, 'SUBSTANDARD']);
  });

  const technical = [
    [1, 'NORMAL'],
    [7, 'NORMAL'],
    [8, 'SPECIAL_MENTION'],
    [91, 'SUBSTANDARD'],
  ] as const;
  for (const [daysPastDue, expected] of technical) {
    it(`a technical overdue of ${daysPastDue} days is ${expected}`, () => {
      expect(onlyLoan({ daysPastDue, technicalOverdue: true }).class).to.equal(expected);
    });
  }
});

describe('classification by other triggers', () => {
  const rows: readonly [name: string, loan: Facts, debtor: Facts, found: RiskClass][] = [
    ['nothing', {}, {}, 'NORMAL'],
    ['use changed', { useChanged: true }, {}, 'SPECIAL_MENTION'],
    ['repaid by new borrowing', { repaidBy: 'new-borrowing' }, {}, 'SPECIAL_MENTION'],
    ['repaid by a bond', { repaidBy: 'bond' }, {}, 'NORMAL'],
    ['a qualifying renewal', { repaidBy: 'qualifying-renewal' }, {}, 'NORMAL'],
    ['credit-impaired', { creditImpaired: true }, {}, 'SUBSTANDARD'],
    ['ECL 50 %', { creditImpaired: true, expectedLoss: '500' }, {}, 'DOUBTFUL'],
    ['ECL a fen below', { creditImpaired: true, expectedLoss: '499.99' }, {}, 'SUBSTANDARD'],
    ['ECL 90 %', { creditImpaired: true, expectedLoss: '900' }, {}, 'LOSS'],
    ['ECL a fen below 90 %', { creditImpaired: true, expectedLoss: '899.99' }, {}, 'DOUBTFUL'],
    ['ECL, not impaired', { expectedLoss: '900' }, {}, 'NORMAL'],
    ['bad debt elsewhere', {}, { badDebtAtAnotherBank: true }, 'SPECIAL_MENTION'],
    ['the same, retail', {}, { badDebtAtAnotherBank: true, retail: true }, 'NORMAL'],
    ['downgrade', {}, { sharpDowngrade: true }, 'SUBSTANDARD'],
    ['exactly 20 %', {}, { acrossBanks: { overdue: '200', total: '1000' } }, 'NORMAL'],
    ['a fen above', {}, { acrossBanks: { overdue: '200.01', total: '1000' } }, 'SUBSTANDARD'],
    ['no debts at all', {}, { acrossBanks: { overdue: '0', total: '0' } }, 'NORMAL'],
    ['evasion', {}, { debtEvasion: true }, 'DOUBTFUL'],
    ['bankruptcy', {}, { bankruptcyLiquidation: true }, 'LOSS'],
    ['10 % written off', {}, { writtenOff: { loans: 1, owed: '111.11' } }, 'SPECIAL_MENTION'],
    ['a fen above 10 %', {}, { writtenOff: { loans: 1, owed: '111.12' } }, 'SUBSTANDARD'],
    ['only interest left', {}, { writtenOff: { loans: 1, owed: '0' } }, 'SPECIAL_MENTION'],
    ['the same, retail', {}, { writtenOff: { loans: 1, owed: '1' }, retail: true }, 'NORMAL'],
  ];
  for (const [name, loan, debtor, found] of rows) {
    it(`${name}: ${found}`, () => {
      const answer = classify([loan], debtor);
      expect(answer.class).to.equal(found);
      expectCited(answer.steps);
      const worst = answer.loans[0]?.triggers.some(({ atLeast }) => atLeast === found);
      expect(found === 'NORMAL' || worst).to.equal(true);
    });
  }

  it('lifts nothing for collateral, and says so', () => {
    const answer = classify([{ daysPastDue: 91, collateralValue: '99999999' }]);
    expect(answer.class).to.equal('SUBSTANDARD');
    const step = answer.steps.find(({ rule }) => rule === 'classify.collateral');
    expect(step?.result).to.equal('lifts no class');
  });
});

describe('contagion in the bank', () => {
  interface Row {
    readonly id: string;
    readonly bad: string;
    readonly rest: string;
    readonly fired: boolean;
    readonly restClass: RiskClass;
  }
  for (const { id, bad, rest, fired, restClass } of riskCases('contagion') as Row[]) {
    const loans = [{ balance: bad, daysPastDue: 91 }, { balance: rest }];
    it(id, () => {
      const answer = classify(loans);
      expect(answer.contagion.fired).to.equal(fired);
      expect(answer.loans.map((one) => one.class)).to.deep.equal(['SUBSTANDARD', restClass]);
      expect(codesOf(answer.loans[1] as Classified)).to.include('bad-debt-at-this-bank');
      expectCited(answer.steps);
    });
    it(`${id}: a retail debtor has none`, () => {
      const answer = classify(loans, { retail: true });
      expect(answer.loans.map((one) => one.class)).to.deep.equal(['SUBSTANDARD', 'NORMAL']);
    });
  }

  it('adds several bad loans up before it compares', () => {
    const bad = { balance: '51', creditImpaired: true };
    const answer = classify([bad, { ...bad, balance: '49.01' }, { balance: '899.99' }]);
    expect(answer.contagion).to.include({ share: '0.100010', fired: true });
    expect(answer.loans[2]?.class).to.equal('SUBSTANDARD');
  });
});

describe('restructured loans', () => {
  const first = {
    agreedOn: '2024-03-01',
    firstRepaymentOn: '2024-04-01',
    classBefore: 'NORMAL',
    periodMonths: 1,
  };
  const observed = (day: string, ...restructurings: Facts[]) =>
    onlyLoan({ restructurings }, {}, day);

  it('is watched for a year from the first repayment, its last day included', () => {
    expect(observed('2024-02-29', first).class).to.equal('NORMAL');
    expect(observed('2024-03-01', first).class).to.equal('SPECIAL_MENTION');
    expect(observed('2025-04-01', first).class).to.equal('SPECIAL_MENTION');
    expect(observed('2025-04-02', first).class).to.equal('NORMAL');
  });

  it('is watched for two periods when they are longer than a year', () => {
    const yearly = { ...first, periodMonths: 12 };
    expect(observed('2026-04-01', yearly).triggers[0]?.facts['observedUntil']).to.equal(
      '2026-04-01',
    );
    expect(observed('2026-04-02', yearly).class).to.equal('NORMAL');
  });

  it('stays what it was when it was non-performing', () => {
    expect(observed(on, { ...first, classBefore: 'SUBSTANDARD' }).class).to.equal('NORMAL');
    const day = '2025-01-01';
    expect(observed(day, { ...first, classBefore: 'SUBSTANDARD' }).class).to.equal('SUBSTANDARD');
    expect(observed(day, { ...first, classBefore: 'DOUBTFUL' }).class).to.equal('DOUBTFUL');
  });

  it('becomes substandard and starts again with a second one inside the period', () => {
    const second = {
      agreedOn: '2025-04-01',
      firstRepaymentOn: '2025-05-01',
      classBefore: 'SPECIAL_MENTION',
      periodMonths: 1,
    };
    const loan = observed('2026-05-01', second, first);
    expect(loan.class).to.equal('SUBSTANDARD');
    expect(codesOf(loan)).to.include.members(['restructured', 'restructured-again']);
    expect(observed('2026-05-02', first, second).class).to.equal('NORMAL');
    const later = { ...second, agreedOn: '2025-04-02' };
    expect(observed('2026-05-01', first, later).class).to.equal('SPECIAL_MENTION');
  });
});

describe('upgrade from non-performing', () => {
  interface Row {
    readonly id: string;
    readonly curedOn: string;
    readonly periodMonths: number;
    readonly earliestOn: string;
  }
  const cure = {
    curedOn: '2025-04-30',
    periodMonths: 1,
    paidNormallySince: true,
    abilityAssessed: true,
  };
  const lifted = (day: string, changed: Facts = {}, others: Facts[] = []) => {
    const previous = { class: 'DOUBTFUL', cure: { ...cure, ...changed } };
    const answer = classify([{ previous }, ...others], {}, day);
    return answer.loans[0] as Classified;
  };

  for (const { id, curedOn, periodMonths, earliestOn } of riskCases('upgrade') as Row[]) {
    it(id, () => {
      const rule = classification2023.parameters.upgrade;
      expect(earliestUpgrade({ curedOn: Day.of(curedOn), periodMonths }, rule)).to.equal(
        earliestOn,
      );
      const before = lifted(curedOn, { curedOn, periodMonths });
      expect(before.class).to.equal('SUBSTANDARD');
      expect(before.triggers[0]?.facts['earliestOn']).to.equal(earliestOn);
      expect(lifted(earliestOn, { curedOn, periodMonths }).class).to.equal('NORMAL');
    });
  }

  it('names every condition that is missing', () => {
    const answer = lifted('2025-10-29', { paidNormallySince: false, abilityAssessed: false }, [
      { creditImpaired: true, balance: '1' },
    ]);
    expect(codesOf(answer)[0]).to.equal('upgrade-not-earned');
    expect(answer.triggers[0]).to.include({
      formula: 'time-of-normal-payment, normal-payment, ability-assessed, no-impaired-asset-left',
    });
  });

  it('is not earned before the arrears are paid', () => {
    const previous = { class: 'LOSS' };
    expect(onlyLoan({ previous }).class).to.equal('SUBSTANDARD');
    const future = lifted('2025-04-29');
    expect(future.triggers[0]).to.include({ formula: 'arrears-paid' });
  });

  it('asks nothing of a loan that was performing', () => {
    expect(onlyLoan({ previous: { class: 'SPECIAL_MENTION' } }).class).to.equal('NORMAL');
  });
});

describe('classification refuses', () => {
  it('a day on which the rule did not hold', () => {
    const refusal = refusalOf(() => classify([{}], {}, '2023-06-30'));
    expect(refusal.code).to.equal('rule-not-in-force');
    expect(classify([{}], {}, '2023-07-01').class).to.equal('NORMAL');
  });

  const bad: readonly [name: string, input: unknown][] = [
    ['a split loan', { on, loans: ['1', '2'].map((balance) => ({ loanId: 'a', balance })) }],
    ['no loan', { on, loans: [] }],
    ['a negative balance', { on, loans: [{ loanId: 'a', balance: '-1' }] }],
    ['negative days', { on, loans: [{ loanId: 'a', balance: '1', daysPastDue: -1 }] }],
    ['an unknown fact', { on, loans: [{ loanId: 'a', balance: '1', late: true }] }],
    ['a day that is not', { on: '2025-02-30', loans: [{ loanId: 'a', balance: '1' }] }],
    [
      'both ways to say how late it is',
      { on, loans: [{ loanId: 'a', balance: '1', daysPastDue: 1, unpaidDueOn: [on] }] },
    ],
    [
      'more overdue than owed',
      {
        on,
        debtor: { acrossBanks: { overdue: '2', total: '1' } },
        loans: [{ loanId: 'a', balance: '1' }],
      },
    ],
  ];
  for (const [name, input] of bad) {
    it(name, () => {
      expect(refusalOf(() => answerOf('classify', input)).code).to.equal('invalid-input');
    });
  }
});
