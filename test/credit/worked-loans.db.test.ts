// The worked schedules as loans on the books: drawn, agreed, paid and repriced through the
// operations, each row that a case publishes compared to the cent. What no loan of the product can
// be stands in `notLoans` with its reason.
import { expect } from 'chai';
import { Day, Money, addDays } from '../../src/kernel/index.ts';
import { loanScheduleCalc } from '../../src/credit/loan-schedule-calc.ts';
import { drawDown } from '../../src/credit/index.ts';
import { calculate } from '../../src/platform/calculation.ts';
import { readCases } from '../kernel/cases.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { changeRate, loanIn, repayLoan } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

interface Dated {
  readonly on: string;
  readonly amount: string;
}

/** The input of `loan-schedule`; what is no event and no principal is a term of the loan. */
interface Input {
  readonly principal: string;
  readonly rate?: string;
  readonly pricing?: { readonly spreadBp: number; readonly repricing: unknown };
  readonly from: string;
  readonly to?: string;
  readonly drawdowns?: readonly Dated[];
  readonly payments?: readonly (Dated & { readonly excess?: string })[];
  readonly rateChanges?: readonly { readonly from: string; readonly rate: string }[];
  readonly newRateCounts?: 'its-day' | 'night-before';
  readonly prepayment?: unknown;
}

type Row = Readonly<Record<string, string | number>>;

interface ScheduleCase {
  readonly id: string;
  readonly title: string;
  readonly input: Input;
  readonly expected: { readonly rows: readonly Row[]; readonly totals?: Readonly<Row> };
}

const { schedules } = readCases('schedules') as { readonly schedules: readonly ScheduleCase[] };

/** What is no loan that the book can hold, and why. */
const notLoans: Readonly<Record<string, string>> = {
  L11: 'a loan begins with its first drawdown, and no period of it begins before',
  S13: 'it is drawn in 2031: no fact of the book lies in the future',
};

const fixed = { code: 'worked-case', zh: '核算样例贷款', en: 'Loan of a worked case' } as const;
const anything = {
  ...fixed,
  methods: ['equal-instalment', 'equal-principal', 'interest-first', 'bullet', 'flat'],
  dayCounts: ['ACT/360', 'ACT/364', 'ACT/365', 'ACT/ACT', '30/360'],
  roundings: ['half-up', 'half-even'],
  tenorMonthsMost: 1200,
  validFrom: '2023-01-01',
  source: '核算样例',
};

interface Shown {
  readonly schedule: readonly Readonly<Record<string, string>>[];
  readonly payments: readonly Readonly<Record<string, string>>[];
}

describe('the worked schedules as loans', () => {
  let stage: Stage;
  let lineId: string;
  before(async () => {
    stage = await openStage();
    const startsOn = '2023-01-01';
    const park = await parkIn(stage, '1000000000.00', { startsOn });
    ({ lineId } = await lineIn(stage, park, '900000000.00', { startsOn }));
    await stage.done(operationOf('record-loan-product'), anything, stage.root);
    const lpr = {
      term: '1Y',
      publishedOn: '2024-10-21',
      rate: '0.031',
      source: '全国银行间同业拆借中心',
    };
    await stage.done(operationOf('record-lpr'), lpr, stage.root);
  });
  after(() => stage.close());

  const lastDueOn = (input: Input): Day => {
    const planned = { ...input, payments: [], prepayment: undefined };
    const answer: unknown = calculate(loanScheduleCalc, planned);
    const { rows } = answer as { readonly rows: readonly { readonly dueOn: Day }[] };
    return rows.at(-1)?.dueOn as Day;
  };

  async function bookLoan(input: Input): Promise<string> {
    const { principal, rate, pricing, from, to, drawdowns, payments, rateChanges, ...rest } = input;
    const { newRateCounts = 'its-day', prepayment: _asked, ...counting } = rest;
    const dueOn = to === undefined ? lastDueOn(input) : Day.of(to);
    const [first = { on: from, amount: principal }, ...tranches] = drawdowns ?? [];
    const commitment = { amount: principal, until: addDays(dueOn, -1) };
    const { drawdownId } = await loanIn(stage, lineId, {
      amount: first.amount,
      valueOn: Day.of(first.on),
      dueOn,
      terms: {
        ...counting,
        product: fixed.code,
        ...(rate === undefined ? {} : { rate }),
        ...(pricing && {
          pricing: { term: '1Y', spreadBp: pricing.spreadBp, repricing: pricing.repricing },
        }),
        ...(tranches.length === 0 ? {} : { commitment }),
      },
    });
    for (const { on: valueOn, amount } of tranches) {
      const more = { drawdownId, amount, valueOn, purpose: '采购设备' };
      await stage.done(operationOf('draw-tranche'), more, stage.bank);
    }
    for (const { on: valueOn, amount, excess = 'next' } of payments ?? []) {
      await stage.done(repayLoan, { drawdownId, amount, valueOn, excess }, stage.bank);
    }
    for (const change of rateChanges ?? []) {
      // A rate of the book counts from its own day; a published one from the night before it.
      const day = Day.of(change.from);
      const since = newRateCounts === 'its-day' ? day : addDays(day, -1);
      const given = { drawdownId, from: since, rateAnnual: change.rate, reason: '利率调整' };
      await stage.done(changeRate, given, stage.bank);
    }
    return drawdownId;
  }

  const shown = async (drawdownId: string): Promise<Shown> =>
    (await stage.ask(queryOf('show-loan'), { drawdownId }, stage.bank)) as Shown;

  const bookRow = (row: Readonly<Record<string, string>>): Row => ({
    ...row,
    due: Money.of(row['interest'] ?? '')
      .plus(Money.of(row['principal'] ?? ''))
      .toString(),
  });

  /** Figures that a stored row does not keep: what accrued in a period that is not billed. */
  const inBook = ({ accrued: _accrued, ...row }: Row): Row => row;

  for (const { id, title, input, expected } of schedules) {
    if (id in notLoans) continue;
    it(`${id} ${title}`, async () => {
      const { schedule } = await shown(await bookLoan(input));
      const rows = schedule.map(bookRow);
      for (const row of expected.rows) {
        expect(rows[Number(row['no']) - 1], `row ${row['no']}`).to.deep.include(inBook(row));
      }
      const sum = (name: string): string =>
        Money.sum(schedule.map((row) => Money.of(row[name] ?? ''))).toString();
      const { interest, outstanding } = expected.totals ?? {};
      if (interest !== undefined) expect(sum('interest'), 'interest').to.equal(interest);
      if (outstanding !== undefined) expect(sum('unpaid'), 'unpaid').to.equal(outstanding);
    });
  }

  it('holds all of them but those that are named', () => {
    const known = new Set(schedules.map(({ id }) => id));
    for (const id of Object.keys(notLoans)) expect(known, id).to.include(id);
  });

  it('L4: of the second payment 16.73 is principal, 0.13 of it in advance', async () => {
    const { input } = schedules.find(({ id }) => id === 'L4') as ScheduleCase;
    const { payments, schedule } = await shown(await bookLoan(input));
    expect(payments[1]).to.include({ interest: '0.28', principal: '16.73' });
    expect(schedule[2]).to.include({ paidAhead: '0.13' });
  });

  it('P-31: only the principal in 47,523 comes back, none after the last day', async () => {
    const park = await parkIn(stage, '500000.00', { startsOn: '2024-01-01' });
    const term = { startsOn: '2024-01-05', expiresOn: '2024-12-05' };
    const own = await lineIn(stage, park, '500000.00', term);
    const { drawdownId } = await loanIn(stage, own.lineId, {
      amount: '500000.00',
      valueOn: Day.of('2024-03-06'),
      dueOn: Day.of('2025-03-06'),
      terms: {
        product: fixed.code,
        rate: '0.25',
        dayCount: '30/360',
        instalments: 12,
        every: { months: 1 },
      },
    });
    const figures = async () =>
      (
        await stage.rows(
          `select consumed::text as used, (amount - consumed - reserved)::text as available
           from limits_nodes where id = '${own.nodeId}'`,
        )
      )[0];
    expect(await figures()).to.deep.equal({ used: '500000.00', available: '0.00' });
    const payment = { drawdownId, amount: '47523.00', valueOn: '2024-04-06' };
    const paid = await stage.done(repayLoan, payment, stage.bank);
    expect(paid).to.include({ interest: '10416.67', principal: '37106.33' });
    expect(await figures()).to.deep.equal({ used: '462893.67', available: '37106.33' });
    const late = drawing(own.lineId, '0.01', { valueOn: '2024-12-06', dueOn: ago(-1) });
    expect((await stage.refused(drawDown, late, stage.bank)).code).to.equal('limit-expired');
  });
});
