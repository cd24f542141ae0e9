// Working days over holidays and worked weekends, and the warning for a year nobody has loaded.
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Calendar } from '../../src/kernel/calendar.ts';
import {
  addWorkingDays,
  isWorkingDay,
  makeCalendar,
  nextWorkingDay,
} from '../../src/kernel/calendar.ts';
import { addDays, Day } from '../../src/kernel/day.ts';
import { readCases } from './cases.ts';

interface CalendarCase {
  readonly id: string;
  readonly calendar: string;
  readonly inputs: { readonly from: string; readonly days?: number };
  readonly expected: { readonly day: string; readonly warnings: string[] };
  readonly source: string;
}

interface Cases {
  readonly calendars: { id: string; holidays: string[]; workingDays: string[] }[];
  readonly addWorkingDays: CalendarCase[];
  readonly nextWorkingDay: CalendarCase[];
}

const cases = readCases('working-days') as Cases;
const days = (texts: readonly string[]) => texts.map((text) => Day.of(text));
const calendars = new Map<string, Calendar>(
  cases.calendars.map(({ id, holidays, workingDays }) => [
    id,
    makeCalendar({ holidays: days(holidays), workingDays: days(workingDays) }),
  ]),
);

describe('calendar', () => {
  it('has its worked cases', () => {
    expect(cases.addWorkingDays.length).to.be.at.least(10);
    expect(cases.nextWorkingDay.length).to.be.at.least(4);
  });

  for (const { id, calendar, inputs, expected, source } of cases.addWorkingDays) {
    it(`${id}: ${inputs.from} + ${inputs.days} → ${expected.day} (${source})`, () => {
      const counted = addWorkingDays(calendars.get(calendar)!, Day.of(inputs.from), inputs.days!);
      expect(counted).to.deep.equal({ day: expected.day, warnings: expected.warnings });
    });
  }

  for (const { id, calendar, inputs, expected, source } of cases.nextWorkingDay) {
    it(`${id}: ${inputs.from} → ${expected.day} (${source})`, () => {
      const counted = nextWorkingDay(calendars.get(calendar)!, Day.of(inputs.from));
      expect(counted).to.deep.equal({ day: expected.day, warnings: expected.warnings });
    });
  }

  it('takes the years it is told to know instead of those of the listed days', () => {
    const lists = { holidays: days(['2025-12-31']), workingDays: [], years: [2026] };
    const calendar = makeCalendar(lists);
    expect(addWorkingDays(calendar, Day.of('2025-12-31'), 1)).to.deep.equal({
      day: '2026-01-01',
      warnings: [],
    });
    expect(nextWorkingDay(calendar, Day.of('2025-12-30')).warnings).to.deep.equal([
      'no-calendar-2025',
    ]);
  });

  it('refuses a day that is both off and worked', () => {
    const both = days(['2025-01-26']);
    expect(() => makeCalendar({ holidays: both, workingDays: both })).to.throw(
      TypeError,
      '2025-01-26 is both',
    );
  });

  it('refuses a count that is no count', () => {
    const calendar = calendars.get('2025')!;
    for (const n of [-1, 0.5, Number.NaN, Infinity]) {
      expect(() => addWorkingDays(calendar, Day.of('2025-01-01'), n), String(n)).to.throw(
        RangeError,
      );
    }
  });

  it('lands on the n-th working day: as many are passed as were asked for', () => {
    const calendar = calendars.get('2025')!;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 90 }), (at, n) => {
        const from = addDays(Day.of('2024-12-01'), at);
        const { day } = addWorkingDays(calendar, from, n);
        let passed = 0;
        for (let d = addDays(from, 1); d <= day; d = addDays(d, 1)) {
          if (isWorkingDay(calendar, d)) passed += 1;
        }
        expect(passed).to.equal(n);
        expect(isWorkingDay(calendar, day)).to.equal(true);
        expect(nextWorkingDay(calendar, day).day).to.equal(day);
      }),
    );
  });
});
