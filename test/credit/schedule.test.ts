// Repayment schedules: the worked cases to the fen through the trial calculation, the edges of the
// terms, and what is refused.
import { expect } from 'chai';
import { loanScheduleCalc } from '../../src/credit/loan-schedule-calc.ts';
import { isFailure } from '../../src/kernel/index.ts';
import { calculate } from '../../src/platform/calculation.ts';
import { readCases } from '../kernel/cases.ts';

type Row = Readonly<Record<string, unknown>>;

interface ScheduleCase {
  readonly id: string;
  readonly title: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: {
    /** Found by their `no`; a row may name only some of its members. */
    readonly rows: readonly Row[];
    readonly totals?: Row;
    readonly prepayment?: Readonly<Record<string, Row>>;
    readonly settledOn?: string;
    readonly warnings?: readonly string[];
    readonly count?: number;
  };
}

interface Answer {
  readonly rows: readonly (Row & { readonly parts: readonly Row[] })[];
  readonly totals: Row;
  readonly earlyRepayments: readonly Row[];
  readonly settledOn: string | null;
  readonly warnings: readonly string[];
  readonly prepayment?: Readonly<Record<string, Row>>;
  readonly steps: readonly Row[];
}

/** The answer as it travels: JSON. */
const calc = (input: unknown): Answer =>
  JSON.parse(JSON.stringify(calculate(loanScheduleCalc, input))) as Answer;

function problemsOf(input: unknown): string {
  try {
    calc(input);
  } catch (problem) {
    if (isFailure(problem)) return JSON.stringify(problem.facts);
    throw problem;
  }
  return 'accepted';
}

const cases = (readCases('schedules') as { readonly schedules: readonly ScheduleCase[] }).schedules;

const aDay = '2026-03-10';
const draw = (on: string, amount = '12000.00') => ({ on, amount });
const change = (from = '2026-03-01', rate = '0.04') => ({ from, rate });
const priced = (spreadBp = 45, on = '2026-01-10') => ({ lpr: [{ on, rate: '0.03' }], spreadBp });
const daily = { instalments: 1200, every: { days: 1 } };
const manyCuts = (cuts = 26) => ({
  ...daily,
  payments: Array.from({ length: cuts - 1 }, () => ({
    ...draw('2026-05-01', '1'),
    excess: 'smaller',
  })),
});
const manyPayments = () => ({
  ...daily,
  payments: Array.from({ length: 167 }, () => draw('2026-05-01', '1')),
});
const oneEnd = (to: string) => ({ to, instalments: undefined, every: undefined });
function settled(from = '2026-01-10', to = '2027-01-10', everyMonths = 1) {
  return { ...oneEnd(to), from, settlement: { everyMonths, day: 20 } };
}

describe('loan-schedule', () => {
  it('has at least 32 worked schedules', () => {
    expect(cases.length).to.be.at.least(32);
    expect(new Set(cases.map(({ id }) => id)).size).to.equal(cases.length);
  });

  for (const { id, title, input, expected } of cases) {
    it(`${id} ${title}`, () => {
      const answer = calc(input);
      for (const row of expected.rows) {
        expect(answer.rows[Number(row['no']) - 1], `row ${String(row['no'])}`).to.deep.include(row);
      }
      if (expected.totals) expect(answer.totals).to.deep.include(expected.totals);
      if (expected.count !== undefined) expect(answer.rows.length).to.equal(expected.count);
      if (expected.settledOn) expect(answer.settledOn).to.equal(expected.settledOn);
      if (expected.warnings) expect(answer.warnings).to.deep.equal(expected.warnings);
      for (const [use, outcome] of Object.entries(expected.prepayment ?? {})) {
        expect(answer.prepayment?.[use], use).to.deep.include(outcome);
      }
    });
  }

  for (const { id, input, expected } of cases.filter((one) => /^L\d/.test(one.id))) {
    it(`${id} is the same half-even`, () => {
      const { rows } = calc({ ...input, rounding: 'half-even' });
      for (const row of expected.rows) expect(rows[Number(row['no']) - 1]).to.deep.include(row);
    });
  }

  const sound = {
    principal: '12000.00',
    rate: '0.036',
    from: '2026-01-10',
    instalments: 12,
    every: { months: 1 },
  };
  const wrong: readonly (readonly [string, Row, string])[] = [
    ['no rate at all', { rate: undefined }, 'either a rate or a pricing'],
    ['a rate and a pricing', { pricing: priced() }, 'either a rate or a pricing'],
    ['an LPR of later', { rate: undefined, pricing: priced(0, '2026-01-11') }, 'no LPR'],
    ['a rate below zero', { rate: undefined, pricing: priced(-301) }, 'a negative rate'],
    [
      'a pricing with changes',
      { rate: undefined, pricing: priced(), rateChanges: [change()] },
      'follow from the pricing',
    ],
    ['half a basis point', { rate: undefined, pricing: priced(0.5) }, 'spreadBp'],
    ['no principal', { principal: '0' }, 'above zero'],
    ['a negative principal', { principal: '-1' }, 'principal'],
    ['half a fen', { principal: '0.005' }, 'principal'],
    ['a principal of 10^16', { principal: '10000000000000000' }, '10^16'],
    ['a negative rate', { rate: '-0.01' }, 'rate'],
    ['4.35 for 4.35 %', { rate: '4.35' }, 'is 4.35 %'],
    ['no instalment', { instalments: 0 }, 'instalments'],
    ['half an instalment', { instalments: 1.5 }, 'instalments'],
    ['1201 instalments', { instalments: 1201 }, 'instalments'],
    ['1201 settlements', settled('2000-01-01', '2100-03-01'), 'at most 1200'],
    ['instalments without a step', { every: undefined }, 'instalments and every'],
    ['a step and an end', { to: '2027-01-10' }, 'instalments and every'],
    ['no timetable at all', { instalments: undefined, every: undefined }, 'instalments and every'],
    ['an end before the first day', oneEnd('2026-01-09'), 'ends after its first day'],
    ['an end on the first day', oneEnd('2026-01-10'), 'ends after its first day'],
    ['a bullet with settlements', { ...settled(), method: 'bullet' }, 'settled once'],
    ['settlements every five months', settled('2026-01-10', '2027-01-10', 5), 'settlement'],
    ['a first instalment on the first day', { firstDueOn: '2026-01-10' }, 'after the first day'],
    ['an end beyond the calendar', { from: '9899-06-01', every: { months: 12 } }, '9900'],
    ['an end of the calendar', oneEnd('9999-12-31'), '9900'],
    ['120 years in steps', { every: { months: 120 } }, 'at most 110 years'],
    ['120 years to a day', oneEnd('2146-01-10'), 'at most 110 years'],
    ['a grace for all instalments', { principalGrace: 12 }, 'the last instalment pays principal'],
    ['a deferral of all', { interestDeferral: 12 }, 'the last instalment pays interest'],
    ['more free periods than periods', { interestFree: 13 }, 'there are 12 instalments'],
    ['a unit of nothing', { instalmentUnit: '0' }, 'above zero'],
    ['drawdowns of another sum', { drawdowns: [draw('2026-01-10', '11999.99')] }, 'add up to'],
    ['a drawdown too early', { drawdowns: [draw('2026-01-09')] }, 'before the first day'],
    ['a drawdown at the end', { drawdowns: [draw('2027-01-10')] }, 'before the last day'],
    ['a payment too early', { payments: [draw('2026-01-09')] }, 'before the first day'],
    ['a payment of nothing', { payments: [draw('2026-02-01', '0')] }, 'above zero'],
    ['a prepayment too early', { prepayment: draw('2026-01-09') }, 'prepayment'],
    ['two rates for a day', { rateChanges: [change(), change()] }, 'one rate for a day'],
    ['a day off that is worked', { holidays: [aDay], workingDays: [aDay] }, 'both'],
    ['a day that does not exist', { from: '2026-02-29' }, 'from'],
    ['more cuts than can be answered', manyCuts(), 'at most 30000'],
    ['more payments than can be answered', manyPayments(), 'at most 200000'],
    ['a prepayment too many', { ...manyCuts(25), prepayment: draw('2026-05-01') }, 'prepayment'],
    ['an unknown member', { fee: '1' }, 'fee'],
    ['an unknown method', { method: 'balloon' }, 'method'],
    ['a step of nothing', { every: { months: 0 } }, 'every'],
    ['two kinds of step', { every: { months: 1, days: 1 } }, 'every'],
  ];
  for (const [name, members, says] of wrong) {
    it(`refuses ${name}`, () => {
      expect(problemsOf({ ...sound, ...members })).to.contain(says);
    });
  }

  it('takes 1200 instalments, and one', () => {
    const { rows } = calc({ ...sound, instalments: 1200, every: { days: 1 } });
    expect(rows.length).to.equal(1200);
    expect(rows[1199]?.['balance']).to.equal('0.00');
    expect(calc({ ...sound, instalments: 1 }).rows[0]).to.include({ due: '12037.20', no: 1 });
  });

  it('replays L4: the payment above the instalment is principal of the next, in advance', () => {
    const { input } = cases.find(({ id }) => id === 'L4') as ScheduleCase;
    const { rows, totals } = calc(input);
    expect(rows[1]).to.include({ paidInterest: '0.28', paidPrincipal: '16.60' });
    expect(rows[2]).to.include({ paidInAdvance: '0.13', paidPrincipal: '0.13' });
    expect(rows[2]?.parts[0]).to.include({ balance: '66.84' });
    expect(totals).to.include({ credit: '0.00', repaidEarly: '0.00' });
  });

  it('gives the same for facts in any order', () => {
    const payments = [draw('2026-03-10', '1100'), draw('2026-02-10', '1100')];
    const drawdowns = [draw('2026-05-01', '4000'), draw('2026-01-10', '8000')];
    const rateChanges = [change('2026-06-01'), change('2026-04-01', '0.03')];
    const backward = { payments, drawdowns, rateChanges };
    const forward = {
      payments: payments.toReversed(),
      drawdowns: drawdowns.toReversed(),
      rateChanges: rateChanges.toReversed(),
    };
    expect(calc({ ...sound, ...forward }).rows).to.deep.equal(calc({ ...sound, ...backward }).rows);
  });

  it('leaves the rows as they are when a payment is late', () => {
    const late = calc({ ...sound, payments: [draw('2026-12-31', '2000')] });
    const { rows, totals } = calc(sound);
    const plan = (row: Row) => [row['due'], row['interest'], row['balance']];
    expect(late.rows.map(plan)).to.deep.equal(rows.map(plan));
    expect(late.totals).to.include({ paid: '2000.00', due: totals['due'] });
  });

  it('keeps an over-payment apart', () => {
    const { totals, settledOn } = calc({ ...sound, payments: [draw('2026-01-20', '13000')] });
    // 10 days of 12,000 at 3.6 % on 360 are 12.00.
    expect(totals).to.include({ interest: '12.00', credit: '988.00', outstanding: '0.00' });
    expect(settledOn).to.equal('2026-01-20');
  });

  it('explains each cut of the instalment and each broken period', () => {
    const { input } = cases.find(({ id }) => id === 'L10') as ScheduleCase;
    const { steps } = calc(input);
    expect(steps.map(({ rule }) => rule)).to.deep.equal([
      'loan-schedule.method',
      'loan-schedule.instalment',
      'loan-schedule.instalment',
      'loan-schedule.interest',
      'loan-schedule.interest',
    ]);
    expect(steps[2]).to.include({ result: '37.53' });
    expect(steps[2]?.['inputs']).to.deep.include({ fromInstalment: 2, balance: '183.66' });
    expect(steps[4]?.['formula']).to.equal(
      '83.66 × 0.094822 × 420/10440 = 0.32; 183.66 × 0.094822 × 450/10440 = 0.75',
    );
    for (const step of steps) expect(step).to.include.all.keys('clause', 'inputs', 'rounding');
  });
});
