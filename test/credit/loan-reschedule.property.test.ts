// Extended and restructured loans against the second calculation: what fell due before is as it
// was, what comes after is a schedule of its own on what is left.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { addDays, Day, Money } from '../../src/kernel/index.ts';
import type { LoanFacts } from '../../src/credit/rules/loan-stand.ts';
import { standOf } from '../../src/credit/rules/loan-stand.ts';
import { factsOf } from './loan-stage.ts';
import type { OracleRow, OracleTerms } from './schedule-oracle.ts';
import { oracleRows } from './schedule-oracle.ts';

const methods = ['equal-instalment', 'equal-principal', 'interest-first'] as const;
const fen = (amount: Money): bigint => BigInt(amount.toString().replace('.', ''));
const yuan = (amount: bigint): string =>
  `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`;

const life = fc.record({
  amount: fc.bigInt({ min: 100_000n, max: 10n ** 10n }),
  rate: fc.integer({ min: 1, max: 2400 }).map((bp) => `0.${String(bp).padStart(4, '0')}`),
  days: fc.constantFrom(15, 30, 91),
  dayCount: fc.constantFrom('ACT/360' as const, 'ACT/365' as const, 'ACT/ACT' as const),
  rounding: fc.constantFrom('half-up' as const, 'half-even' as const),
  method: fc.constantFrom(...methods),
  later: fc.constantFrom(...methods),
  instalments: fc.integer({ min: 2, max: 12 }),
  kept: fc.integer({ min: 0, max: 11 }),
  more: fc.integer({ min: 1, max: 18 }),
  laterDays: fc.constantFrom(20, 30, 90),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

const from = Day.of('2024-01-31');

const oracle = (
  { rate, dayCount, rounding }: Life,
  start: string,
  amount: bigint,
  more: Pick<OracleTerms, 'method' | 'instalments' | 'every'>,
): OracleRow[] =>
  oracleRows({
    ...more,
    rate,
    from: start,
    monthEnd: 'clamp',
    dayCount,
    rounding,
    principalGrace: 0,
    instalmentUnit: '0.01',
    drawdowns: [{ on: start, amount: yuan(amount) }],
    rateChanges: [],
    newRateCounts: 'its-day',
  });

function loanOf(one: Life): LoanFacts {
  const { amount, rate, days, dayCount, rounding, method, instalments } = one;
  const terms = { method, rate, dayCount, rounding, instalments, every: { days } };
  return factsOf({
    drawdownId: 'draw_1',
    amount: yuan(amount),
    valueOn: from,
    dueOn: addDays(from, days * instalments),
    terms: { product: 'working-capital', ...terms },
  });
}

const changedOn = ({ kept, instalments, days }: Life): Day =>
  addDays(from, Math.max(Math.min(kept, instalments - 1) * days, 1));

const withTimetable = (one: Life, carriesOverdue: boolean): LoanFacts => ({
  ...loanOf(one),
  reschedules: [
    {
      on: changedOn(one),
      method: one.later,
      principalGrace: 0,
      timetable: {
        kind: 'regular',
        instalments: one.more,
        every: { days: one.laterDays },
        monthEnd: 'clamp',
      },
      carriesOverdue,
    },
  ],
});

const rowsOf = (facts: LoanFacts, on: Day): OracleRow[] =>
  standOf(facts, on).instalments.map(({ dueOn, interest, principal, balance }) => ({
    dueOn,
    interest: fen(interest),
    principal: fen(principal),
    balance: fen(balance),
  }));

describe('rescheduled loans', () => {
  it('keep what fell due, and repay the rest as a loan of its own', () => {
    let seen = 0;
    fc.assert(
      fc.property(life, (one) => {
        const { method, instalments, days, amount, later, more, laterDays } = one;
        const kept = Math.min(one.kept, instalments - 1);
        const before = oracle(one, from, amount, { method, instalments, every: { days } });
        const due = before.slice(0, kept);
        const rest = due.at(-1)?.balance ?? amount;
        if (rest === 0n) return;
        const start = due.at(-1)?.dueOn ?? from;
        const plan = { method: later, instalments: more, every: { days: laterDays } };
        const after = oracle(one, start, rest, plan);
        const rows = rowsOf(withTimetable(one, false), changedOn(one));
        expect(rows).to.deep.equal([...due, ...after]);
        seen += 1;
      }),
      { numRuns: 300 },
    );
    expect(seen).to.be.greaterThan(250);
  });

  it('take overdue principal along when restructured, and leave the interest due', () => {
    fc.assert(
      fc.property(life, (one) => {
        const { amount, later, more, laterDays, days, instalments, method } = one;
        const kept = Math.min(one.kept, instalments - 1);
        if (kept === 0) return;
        const on = changedOn(one);
        const plan = { method: later, instalments: more, every: { days: laterDays } };
        const after = oracle(one, on, amount, plan);
        const before = oracle(one, from, amount, { method, instalments, every: { days } });
        const rows = rowsOf(withTimetable(one, true), on);
        expect(rows.slice(kept)).to.deep.equal(after);
        const interest = rows.slice(0, kept).map((row) => row.interest);
        expect(interest).to.deep.equal(before.slice(0, kept).map((row) => row.interest));
        const stand = standOf(withTimetable(one, true), on);
        expect(stand.penalPrincipal.toString()).to.equal('0.00');
        const eve = addDays(on, -1);
        const known = standOf(withTimetable(one, true), eve);
        expect(known).to.deep.equal(standOf(loanOf(one), eve));
      }),
      { numRuns: 200 },
    );
  });

  it('conserve principal and money whatever was paid when', () => {
    const place = fc.double({ min: 0, max: 0.999, noNaN: true });
    const payments = fc.array(fc.tuple(place, place), { maxLength: 5 });
    fc.assert(
      fc.property(life, payments, fc.boolean(), (one, given, carries) => {
        const length = one.days * one.instalments + one.laterDays * one.more;
        const end = addDays(from, length + 40);
        const paid = given.map(([when, share], i) => ({
          id: String(i),
          on: addDays(from, Math.floor(when * length)),
          amount: Money.of(yuan(BigInt(Math.floor(share * Number(one.amount))) + 1n)),
          excess: (['next', 'fewer', 'smaller'] as const)[i % 3] ?? 'next',
        }));
        const facts = { ...withTimetable(one, carries), payments: paid };
        const stand = standOf(facts, end);
        const principal = Money.sum(stand.instalments.map((row) => row.principal));
        expect(fen(principal.plus(stand.early))).to.equal(one.amount);
        for (const row of stand.instalments) {
          expect(row.principal.isNegative()).to.equal(false);
          const settled = row.paidAhead.plus(row.paidPrincipal);
          expect(settled.atMost(row.principal), `row ${row.no}`).to.equal(true);
        }
        for (const payment of stand.payments) {
          const { penalty, compound, interest, principal: repaid, overPaid } = payment;
          const parts = Money.sum([penalty, compound, interest, repaid, overPaid]);
          expect(parts.equals(payment.amount)).to.equal(true);
        }
        const again = standOf({ ...facts, payments: [...paid].reverse() }, end);
        const days = new Set(paid.map(({ on }) => on));
        if (days.size === paid.length) expect(again.instalments).to.deep.equal(stand.instalments);
      }),
      { numRuns: 300 },
    );
  });
});
