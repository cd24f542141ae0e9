/**
 * From the terms to the periods: when each instalment falls due and which days its interest counts.
 * Due days are counted from the first day, never from the due day before, so a month's end that was
 * clamped or a holiday that moved one day does not shift those after it.
 */
import type { Day } from '../../../kernel/index.ts';
import {
  addDays,
  addMonths,
  dayParts,
  daysBetween,
  daysCounted,
  nextWorkingDay,
} from '../../../kernel/index.ts';
import type { CountedPeriod, YearFraction } from './day-count.ts';
import { yearFraction } from './day-count.ts';
import type {
  Every,
  RegularTimetable,
  Reschedule,
  ScheduleTerms,
  SettlementTimetable,
} from './terms.ts';

export interface Period extends CountedPeriod {
  /** 1 for the first. */
  readonly no: number;
  readonly dueOn: Day;
  /** All of it as a part of a year, kept because every cut of the instalment asks for it. */
  readonly fraction: YearFraction;
}

export interface Periods {
  readonly periods: readonly Period[];
  /** `no-calendar-YYYY` for each year whose days off nobody knows. */
  readonly warnings: readonly string[];
}

/** A boundary as the contract says it, before days off move it. */
interface Boundary {
  /** The first day that no longer counts. */
  readonly to: Day;
  readonly dueOn: Day;
  /** Undefined when the days of the calendar decide. */
  readonly days30: number | undefined;
}

/** One timetable of a loan: its own periods, of which those due after `until` were replaced. */
export interface Phase extends Periods {
  readonly terms: ScheduleTerms;
  /** What began the phase; undefined for the first. */
  readonly by: Reschedule | undefined;
  /** Undefined for the last phase. */
  readonly until: Day | undefined;
}

/** The phases in order; their periods are numbered from 1 each. */
export function phasesOf(terms: ScheduleTerms): Phase[] {
  const reschedules = [...(terms.reschedules ?? [])].sort((a, b) => (a.on < b.on ? -1 : 1));
  const phases: Phase[] = [];
  let now = terms;
  for (const by of [undefined, ...reschedules]) {
    if (by) {
      const { method, timetable, principalGrace } = by;
      const from = phases.flatMap(duePeriods).at(-1)?.to ?? terms.from;
      now = { ...terms, from, method, timetable, principalGrace, interestDeferral: 0 };
      now = { ...now, interestFree: 0 };
    }
    const until = reschedules[by ? reschedules.indexOf(by) + 1 : 0]?.on;
    // Settlement days between the last due day and the change are no longer asked.
    const asked = by && by.timetable.kind === 'settlement' && by.on > now.from ? by.on : now.from;
    phases.push({ terms: now, by, until, ...plainPeriods(now, asked) });
  }
  return phases;
}

/** Those that fell due before the next phase began; all of them in the last. */
export const duePeriods = ({ periods, until }: Phase): readonly Period[] =>
  until === undefined ? periods : periods.filter(({ dueOn }) => dueOn <= until);

/** The periods as they are after all reschedules. */
export function periodsOf(terms: ScheduleTerms): Periods {
  const phases = phasesOf(terms);
  return {
    periods: phases.flatMap(duePeriods).map((period, i) => ({ ...period, no: i + 1 })),
    warnings: [...new Set(phases.flatMap(({ warnings }) => warnings))],
  };
}

function plainPeriods(terms: ScheduleTerms, asked: Day): Periods {
  const warnings = new Set<string>();
  const moved = (day: Day): Day => {
    if (terms.dueOnDayOff === 'keep') return day;
    const next = nextWorkingDay(terms.calendar, day);
    for (const warning of next.warnings) warnings.add(warning);
    return next.day;
  };
  let from = terms.from;
  let shift = 0;
  const periods = boundariesOf({ ...terms, from: asked }).map((boundary, i): Period => {
    const dueOn = moved(boundary.dueOn);
    const by = daysBetween(boundary.dueOn, dueOn);
    const to = addDays(boundary.to, by);
    const days30 =
      boundary.days30 === undefined
        ? daysCounted(from, to, '30/360')
        : boundary.days30 + by - shift;
    const fraction = yearFraction(terms.dayCount, { from, to, days30 });
    const period = { no: i + 1, from, to, dueOn, days30, fraction };
    from = to;
    shift = by;
    return period;
  });
  return { periods, warnings: [...warnings] };
}

function boundariesOf({ from, method, timetable }: ScheduleTerms): Boundary[] {
  switch (timetable.kind) {
    case 'one':
      return [{ to: timetable.to, dueOn: timetable.to, days30: undefined }];
    case 'settlement':
      return settlements(from, timetable);
    case 'regular': {
      const due = regular(from, timetable);
      const last = due.at(-1);
      if (method !== 'bullet' || last === undefined) return due;
      const days30 = due.map((one) => one.days30);
      const isWhole = days30.every((days) => days !== undefined);
      return [
        { ...last, days30: isWhole ? days30.reduce((sum, days) => sum + days, 0) : undefined },
      ];
    }
  }
}

function regular(from: Day, timetable: RegularTimetable): Boundary[] {
  const { instalments, every, firstDueOn, monthEnd } = timetable;
  return Array.from({ length: instalments }, (_, i) => {
    const isFirst = firstDueOn !== undefined && i === 0;
    const to =
      firstDueOn === undefined
        ? stepped(from, every, i + 1, monthEnd)
        : stepped(firstDueOn, every, i, monthEnd);
    const days30 = 'months' in every && !isFirst ? every.months * 30 : undefined;
    return { to, dueOn: to, days30 };
  });
}

function stepped(anchor: Day, every: Every, steps: number, monthEnd: 'clamp' | 'roll'): Day {
  if ('weeks' in every) return addDays(anchor, every.weeks * 7 * steps);
  if ('days' in every) return addDays(anchor, every.days * steps);
  const clamped = addMonths(anchor, every.months * steps);
  const isCut = dayParts(clamped).day < dayParts(anchor).day;
  return isCut && monthEnd === 'roll' ? addDays(clamped, 1) : clamped;
}

/** The settlement day (结息日) of a month, by its first day; undefined when it has none. */
export function settledIn(
  first: Day,
  { everyMonths, day }: Pick<SettlementTimetable, 'everyMonths' | 'day'>,
): Day | undefined {
  if (dayParts(first).month % everyMonths !== 0) return undefined;
  return addDays(first, Math.min(day, daysBetween(first, addMonths(first, 1))) - 1);
}

/** The last one is the last day of the loan; a settlement on the day before it is one with it. */
function settlements(from: Day, timetable: SettlementTimetable): Boundary[] {
  const { to } = timetable;
  const firstOfMonth = addDays(from, 1 - dayParts(from).day);
  const found: Boundary[] = [];
  for (let step = 0; ; step += 1) {
    const first = addMonths(firstOfMonth, step);
    if (first >= to) break;
    const settled = settledIn(first, timetable);
    if (settled === undefined || settled <= from) continue;
    const closes = addDays(settled, 1);
    if (closes >= to) break;
    found.push({ to: closes, dueOn: settled, days30: undefined });
  }
  return [...found, { to, dueOn: to, days30: undefined }];
}
