// Days that exist, arithmetic on them, the day it is in Shanghai, and the clocks of the worked
// cases.
import { expect } from 'chai';
import {
  addDays,
  addMonths,
  Day,
  dayInShanghai,
  dayParts,
  daysBetween,
  isDay,
  weekday,
} from '../../src/kernel/day.ts';
import { fromDayMonthYear, fromUsText } from '../../src/kernel/day-texts.ts';
import { readCases } from './cases.ts';

interface ClockCase {
  readonly id: string;
  readonly inputs: { readonly from: string; readonly months: number; readonly days: number };
  readonly expected: { readonly day: string };
  readonly source: string;
}

describe('day', () => {
  it('takes days that exist', () => {
    const days = ['2026-11-22', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'];
    for (const text of days) expect(Day.of(text), text).to.equal(text);
    expect(dayParts(Day.of('2026-11-02'))).to.deep.equal({ year: 2026, month: 11, day: 2 });
  });

  it('refuses days that do not exist and text of another shape', () => {
    const wrong = ['2025-02-29', '1900-02-29', '2025-04-31', '2025-00-10', '2025-13-01'];
    const shapes = [
      '2025-1-1',
      '20250101',
      '2025-01-01T00:00:00Z',
      ' 2025-01-01',
      '２025-01-01',
      '',
    ];
    for (const text of [...wrong, ...shapes, '2025-01-00', '2025-01-32', '0000-01-01']) {
      expect(isDay(text), text).to.equal(false);
      expect(() => Day.of(text), text).to.throw(TypeError, 'not a day');
    }
    expect(isDay(20250101)).to.equal(false);
    expect(Day.fromParts({ year: 2025, month: 2, day: 29 })).to.equal(undefined);
    expect(Day.fromParts({ year: 2025, month: 2.5, day: 1 })).to.equal(undefined);
  });

  const { clocks } = readCases('working-days') as { clocks: ClockCase[] };

  it('has its worked clocks', () => {
    expect(clocks.length).to.be.at.least(14);
  });

  for (const { id, inputs, expected, source } of clocks) {
    it(`${id}: ${source}`, () => {
      const { months, days } = inputs;
      const afterMonths = addMonths(Day.of(inputs.from), months);
      expect(addDays(afterMonths, days)).to.equal(expected.day);
      expect(daysBetween(afterMonths, Day.of(expected.day))).to.equal(days);
    });
  }

  it('C122: counts the days of a tenor across the year end', () => {
    const issued = Day.of('2025-07-01');
    const due = ['2025-12-31', '2026-01-01', '2026-03-01', '2026-07-01', '2026-07-02'];
    expect(due.map((text) => daysBetween(issued, Day.of(text)))).to.deep.equal([
      183, 184, 243, 365, 366,
    ]);
  });

  it('knows the weekday, Monday 1 to Sunday 7', () => {
    expect(weekday(Day.of('2026-11-22'))).to.equal(7);
    expect(weekday(Day.of('2026-11-23'))).to.equal(1);
    expect(weekday(Day.of('1969-12-31'))).to.equal(3);
  });

  it('ends where the calendar ends', () => {
    expect(() => addDays(Day.of('9999-12-31'), 1)).to.throw(RangeError);
    expect(() => addDays(Day.of('0001-01-01'), -1)).to.throw(RangeError);
    expect(() => addMonths(Day.of('9999-12-01'), 1)).to.throw(RangeError);
    expect(() => addDays(Day.of('2025-01-01'), 0.5)).to.throw(RangeError);
    expect(() => addMonths(Day.of('2025-01-01'), Number.NaN)).to.throw(RangeError);
    expect(() => addMonths(Day.of('2025-01-01'), 0.5)).to.throw(RangeError);
  });

  it('changes the day at midnight in Shanghai, in whatever zone the server is', () => {
    expect(dayInShanghai(new Date('2026-11-21T15:59:59.999Z'))).to.equal('2026-11-21');
    expect(dayInShanghai(new Date('2026-11-21T16:00:00.000Z'))).to.equal('2026-11-22');
    expect(isDay(dayInShanghai())).to.equal(true);
  });
});

describe('days as foreign registers write them', () => {
  it('reads m/d/yyyy', () => {
    expect(fromUsText('2/28/1997')).to.equal('1997-02-28');
    expect(fromUsText('02/08/1997')).to.equal('1997-02-08');
    expect(fromUsText('12/31/68')).to.equal('2068-12-31');
    expect(fromUsText('1/1/69')).to.equal('1969-01-01');
    expect(fromUsText('1/1/00')).to.equal('2000-01-01');
    expect(fromUsText('1/1/99')).to.equal('1999-01-01');
  });

  it('reads d-Mon-yy in every month', () => {
    const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
    for (const [index, month] of months.entries()) {
      const number = String(index + 1).padStart(2, '0');
      expect(fromDayMonthYear(`4-${month}-09`), month).to.equal(`2009-${number}-04`);
      expect(fromDayMonthYear(`04-${month.toUpperCase()}-1969`), month).to.equal(
        `1969-${number}-04`,
      );
    }
    expect(fromDayMonthYear('31-Dec-68')).to.equal('2068-12-31');
    expect(fromDayMonthYear('1-Jan-69')).to.equal('1969-01-01');
  });

  it('answers nothing for what is no real day', () => {
    const us = [
      '',
      '13/1/2000',
      '2/29/1900',
      '0/1/2000',
      '1/0/2000',
      '2000-01-01',
      '1/1/200',
      '1/1',
    ];
    for (const text of us) expect(fromUsText(text), text).to.equal(undefined);
    const english = ['', '30-Feb-09', '0-Jan-09', '4-Anf-09', '4-Foo-09', '4-June-09', '4 Jun 09'];
    for (const text of english) expect(fromDayMonthYear(text), text).to.equal(undefined);
  });
});
