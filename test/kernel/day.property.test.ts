// Integer day arithmetic against Date in UTC as an independent oracle.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { addDays, addMonths, Day, dayParts, daysBetween, weekday } from '../../src/kernel/day.ts';

const DAY_MS = 86_400_000;
const FIRST = -719_162;
const LAST = 2_932_896;

const epochDays = fc.integer({ min: FIRST, max: LAST });
const byOracle = (days: number) => Day.of(new Date(days * DAY_MS).toISOString().slice(0, 10));

describe('day, random', () => {
  it('adds and counts days as the oracle does, over all years', () => {
    fc.assert(
      fc.property(epochDays, epochDays, (a, b) => {
        expect(addDays(byOracle(a), b - a)).to.equal(byOracle(b));
        expect(daysBetween(byOracle(a), byOracle(b))).to.equal(b - a);
        expect(byOracle(a) < byOracle(b)).to.equal(a < b);
        expect(weekday(byOracle(a)) % 7).to.equal(new Date(a * DAY_MS).getUTCDay());
      }),
      { numRuns: 1000 },
    );
  });

  it('visits every day of four centuries in order', () => {
    let day = Day.of('1800-01-01');
    const start = daysBetween(Day.of('1970-01-01'), day);
    for (let n = 0; n < 146_097; n += 1) {
      if (day !== byOracle(start + n)) expect(day).to.equal(byOracle(start + n));
      day = addDays(day, 1);
    }
    expect(day).to.equal('2200-01-01');
  });

  it('adds months to the same day or to the month end', () => {
    const months = fc.integer({ min: -1200, max: 1200 });
    const inside = fc.integer({ min: FIRST + 40_000, max: LAST - 40_000 });
    fc.assert(
      fc.property(inside, months, (days, count) => {
        const from = byOracle(days);
        const to = addMonths(from, count);
        const [a, b] = [dayParts(from), dayParts(to)];
        expect((b.year - a.year) * 12 + (b.month - a.month)).to.equal(count);
        if (b.day !== a.day) {
          expect(b.day).to.be.lessThan(a.day);
          expect(dayParts(addDays(to, 1)).day).to.equal(1);
        }
      }),
    );
  });
});
