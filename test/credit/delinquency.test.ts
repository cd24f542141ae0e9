// Days past due and their ranges: the published cases, and what must hold for every pause.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { delinquencyRanges } from '../../src/credit/packs/delinquency-ranges.ts';
import { DelinquencyRuleInput } from '../../src/credit/packs/rule-shapes.ts';
import type { Pause } from '../../src/credit/rules/delinquency.ts';
import {
  daysPastDue,
  delinquencyOf,
  rangeOf,
  unpaidAfter,
} from '../../src/credit/rules/delinquency.ts';
import { Day, Money, addDays } from '../../src/kernel/index.ts';
import { riskCases } from './risk-stage.ts';

type Dated = readonly [day: string, amount: string];

interface Row {
  readonly id: string;
  readonly on: string;
  readonly payments?: readonly Dated[];
  readonly fees?: readonly Dated[];
  readonly pauses?: readonly (readonly [from: string, to: string | null])[];
  readonly byRange: Readonly<Record<string, string>>;
  readonly daysPastDue: number;
  readonly range: string | null;
}

const { dues, rows } = riskCases('delinquency') as { dues: readonly Dated[]; rows: readonly Row[] };
const rule = delinquencyRanges.parameters;

const dueOf = ([day, amount]: Dated) => ({ dueOn: Day.of(day), amount: Money.of(amount) });
const paymentOf = ([day, amount]: Dated) => ({ on: Day.of(day), amount: Money.of(amount) });
const pauseOf = ([from, to]: readonly [string, string | null]): Pause => ({
  from: Day.of(from),
  to: to === null ? undefined : Day.of(to),
});

describe('delinquency', () => {
  for (const row of rows) {
    it(row.id, () => {
      const on = Day.of(row.on);
      const owed = [...dues, ...(row.fees ?? [])].map(dueOf);
      const unpaid = unpaidAfter(owed, (row.payments ?? []).map(paymentOf), on);
      const found = delinquencyOf(unpaid, on, rule, (row.pauses ?? []).map(pauseOf));
      const byRange = [...found.byRange].map(([range, amount]) => [range, amount.toString()]);
      expect(Object.fromEntries(byRange)).to.deep.equal(row.byRange);
      expect(found.daysPastDue).to.equal(row.daysPastDue);
      expect(found.range ?? null).to.equal(row.range);
      expect(found.overdue.toString()).to.equal(Money.sum(found.byRange.values()).toString());
    });
  }

  it('knows the borders of the ranges', () => {
    const borders = [0, 1, 3, 4, 30, 31, 60, 61, 90, 91, 360, 361, 9999];
    expect(borders.map((days) => rangeOf(days, rule) ?? null)).to.deep.equal([
      null,
      'days-1-3',
      'days-1-3',
      'days-4-30',
      'days-4-30',
      'days-31-60',
      'days-31-60',
      'days-61-90',
      'days-61-90',
      'days-91-180',
      'days-271-360',
      'days-over-360',
      'days-over-360',
    ]);
  });

  it('takes no ranges with a gap, an overlap or a beginning after day 1', () => {
    const ranges = (...bounds: (readonly [number, number | null])[]) =>
      DelinquencyRuleInput.safeParse({
        ranges: bounds.map(([from, to], i) => ({ code: `r${i}`, from, to })),
      }).success;
    expect(ranges([1, 30], [31, null])).to.equal(true);
    expect(ranges([1, 30], [32, null])).to.equal(false);
    expect(ranges([1, 30], [30, null])).to.equal(false);
    expect(ranges([2, 30])).to.equal(false);
    expect(ranges([1, null], [31, 60])).to.equal(false);
  });

  it('counts the days that lie in no pause, one by one', () => {
    const first = Day.of('2024-01-01');
    const pauses = fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: 80 }), fc.option(fc.integer({ min: 0, max: 30 })))
        .map(([start, length]) => {
          const from = addDays(first, start);
          return { from, to: length === null ? undefined : addDays(from, length) };
        }),
      { maxLength: 5 },
    );
    const day = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(pauses, day, day, (given, due, at) => {
        const dueOn = addDays(first, due);
        const on = addDays(first, at);
        let counted = 0;
        for (let one = addDays(dueOn, 1); one <= on; one = addDays(one, 1)) {
          const paused = given.some(({ from, to }) => from <= one && (to ?? one) >= one);
          if (!paused) counted += 1;
        }
        expect(daysPastDue(dueOn, on, given)).to.equal(counted);
      }),
    );
  });
});
