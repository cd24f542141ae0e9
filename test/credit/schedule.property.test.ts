// Random schedules against a second calculation, and what must hold of every schedule whatever was
// paid when: principal and money are conserved, nothing is below zero, the loan ends at 0.00.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { loanScheduleCalc } from '../../src/credit/loan-schedule-calc.ts';
import { calculate } from '../../src/platform/calculation.ts';
import type { OracleTerms } from './schedule-oracle.ts';
import { dueDays, oracleRows } from './schedule-oracle.ts';

interface Row {
  readonly no: number;
  readonly dueOn: string;
  readonly due: string;
  readonly interest: string;
  readonly principal: string;
  readonly balance: string;
  readonly accrued: string;
  readonly parts: readonly { readonly interest: string }[];
  readonly paidInterest: string;
  readonly paidPrincipal: string;
}
interface Answer {
  readonly rows: readonly Row[];
  readonly totals: Readonly<Record<string, string>>;
  readonly settledOn: string | null;
}

const calc = (input: unknown): Answer =>
  JSON.parse(JSON.stringify(calculate(loanScheduleCalc, input))) as Answer;

const fen = (text = ''): bigint => BigInt(text.replace('.', ''));
const yuan = (amount: bigint): string =>
  `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`;
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);

const dayMs = 86_400_000;
const dayAfter = (from: string, days: number): string =>
  new Date(Date.parse(`${from}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

const amount = fc.bigInt({ min: 1n, max: 10n ** 11n }).map(yuan);
const rate = fc.integer({ min: 0, max: 2400 }).map((bp) => `0.${String(bp).padStart(4, '0')}`);
const firstDay = fc.integer({ min: 0, max: 3000 }).map((days) => dayAfter('2019-01-01', days));

/** Events lie in the loan: their places are shares of its days; half of them are due days. */
const place = fc.double({ min: 0, max: 0.999, noNaN: true });

interface Drawn {
  readonly terms: OracleTerms & { readonly principal: string };
  readonly days: number;
}

const termsArbitrary = fc
  .record({
    rate,
    from: firstDay,
    method: fc.constantFrom(
      'equal-instalment' as const,
      'equal-instalment' as const,
      'equal-principal' as const,
      'interest-first' as const,
      'flat' as const,
    ),
    instalments: fc.integer({ min: 1, max: 18 }),
    months: fc.constantFrom(1, 1, 1, 3),
    days: fc.constantFrom(undefined, undefined, 7, 15, 30),
    monthEnd: fc.constantFrom('clamp' as const, 'roll' as const),
    dayCount: fc.constantFrom(
      '30/360' as const,
      'ACT/360' as const,
      'ACT/364' as const,
      'ACT/365' as const,
      'ACT/ACT' as const,
    ),
    rounding: fc.constantFrom('half-up' as const, 'half-even' as const),
    grace: place,
    instalmentUnit: fc.constantFrom('0.01', '0.01', '1.00', '100.00'),
    first: amount,
    later: fc.array(fc.tuple(place, amount), { maxLength: 2 }),
    changes: fc.array(fc.tuple(place, rate), { maxLength: 3 }),
    newRateCounts: fc.constantFrom('its-day' as const, 'night-before' as const),
  })
  .map((drawn): Drawn => {
    const { from, instalments, months, days, first, later, changes, grace, ...rest } = drawn;
    const every = days === undefined ? { months } : { days };
    const dayCount = days !== undefined && rest.dayCount === '30/360' ? 'ACT/360' : rest.dayCount;
    const bare = { ...rest, from, instalments, every, dayCount, drawdowns: [], rateChanges: [] };
    const due = dueDays({ ...bare, principalGrace: 0 });
    const length = ((due.at(-1) as number) - (due[0] as number)) / dayMs;
    const at = (share: number) => {
      const day = Date.parse(from) + Math.floor(share * length) * dayMs;
      const snapped = Math.floor(share * 1000) % 2 === 0 ? due.findLast((one) => one <= day) : day;
      return new Date(snapped ?? day).toISOString().slice(0, 10);
    };
    const drawdowns = [
      { on: from, amount: first },
      ...later.map(([share, more]) => ({
        on: at(share),
        amount: more,
      })),
    ];
    const byDay = new Map(changes.map(([share, next]) => [at(share), next]));
    const terms = {
      ...bare,
      principalGrace: Math.floor(grace * instalments * 0.5),
      drawdowns,
      rateChanges: [...byDay].map(([day, next]) => ({ from: day, rate: next })),
      principal: yuan(sum(drawdowns.map((one) => fen(one.amount)))),
    };
    return { terms, days: length };
  });

describe('loan-schedule, properties', () => {
  it('equals the second calculation, row by row', () => {
    let rowsSeen = 0;
    fc.assert(
      fc.property(termsArbitrary, ({ terms }) => {
        const { rows } = calc(terms);
        const expected = oracleRows(terms);
        for (const [i, row] of rows.entries()) {
          const { dueOn, interest, principal, balance } = row;
          const seen = {
            dueOn,
            interest: fen(interest),
            principal: fen(principal),
            balance: fen(balance),
          };
          expect(seen, `row ${row.no}`).to.deep.equal(expected[i]);
        }
        // A whole-unit instalment may repay early; the rows left out then owe nothing.
        for (const left of expected.slice(rows.length)) {
          expect(left.principal + left.balance).to.equal(0n);
        }
        rowsSeen += rows.length;
      }),
      { numRuns: 300 },
    );
    expect(rowsSeen).to.be.greaterThan(2000);
  });

  it('repays what was paid out, ends at 0.00 and sums its own parts, smoothed or not', () => {
    fc.assert(
      fc.property(termsArbitrary, fc.boolean(), ({ terms }, smoothing) => {
        const { rows } = calc({ ...terms, smoothing });
        expect(sum(rows.map((row) => fen(row.principal)))).to.equal(fen(terms.principal));
        expect(rows.at(-1)?.balance).to.equal('0.00');
        for (const { due, interest, principal, accrued, parts } of rows) {
          expect(fen(due)).to.equal(fen(interest) + fen(principal));
          expect(fen(principal) >= 0n && fen(interest) >= 0n).to.equal(true);
          expect(sum(parts.map((part) => fen(part.interest)))).to.equal(fen(accrued));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every fen of payments: in rows, repaid early, or credit', () => {
    const payment = fc.record({
      at: fc.double({ min: 0, max: 1.2, noNaN: true }),
      amount,
      excess: fc.constantFrom('next' as const, 'fewer' as const, 'smaller' as const),
    });
    let settled = 0;
    fc.assert(
      fc.property(termsArbitrary, fc.array(payment, { maxLength: 6 }), ({ terms, days }, paid) => {
        const payments = paid.map(({ at, ...rest }) => ({
          ...rest,
          on: dayAfter(terms.from, Math.floor(at * days)),
        }));
        const { rows, totals, settledOn } = calc({ ...terms, payments });
        const given = sum(payments.map((one) => fen(one.amount)));
        const { paid: inRows, repaidEarly, credit, principal, outstanding } = totals;
        expect(fen(inRows) + fen(repaidEarly) + fen(credit)).to.equal(given);
        expect(fen(principal) + fen(repaidEarly)).to.equal(fen(terms.principal));
        expect(fen(outstanding) >= 0n).to.equal(true);
        for (const row of rows) {
          expect(fen(row.balance) >= 0n && fen(row.principal) >= 0n).to.equal(true);
          expect(fen(row.paidInterest) <= fen(row.interest)).to.equal(true);
          expect(fen(row.paidPrincipal) <= fen(row.principal)).to.equal(true);
        }
        if (rows.length > 0) expect(rows.at(-1)?.balance).to.equal('0.00');
        if (settledOn !== null) settled += 1;
      }),
      { numRuns: 400 },
    );
    expect(settled).to.be.greaterThan(10);
  });
});
