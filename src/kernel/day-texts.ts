// Days as foreign registers write them. Undefined, not an exception, for what is no real day: a
// dirty register is ordinary input, and the importer decides which refusal that is.
import type { Day } from './day.ts';
import { isDay } from './day.ts';

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

/** 'm/d/yyyy' or 'm/d/yy', as '2/28/1997'. */
export function fromUsText(text: string): Day | undefined {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})$/.exec(text);
  if (!match) return undefined;
  const [, month, day, year] = match;
  return dayOf(year!, month!, day!);
}

/** 'd-Mon-yy' or 'd-Mon-yyyy' with English months in any case, as '4-Jun-09'. */
export function fromDayMonthYear(text: string): Day | undefined {
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4}|\d{2})$/.exec(text);
  if (!match) return undefined;
  const [, day, name, year] = match;
  const at = MONTHS.indexOf(name!.toLowerCase());
  if (at % 3 !== 0) return undefined;
  return dayOf(year!, String(at / 3 + 1), day!);
}

function dayOf(year: string, month: string, day: string): Day | undefined {
  const text = `${fullYear(year)}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isDay(text) ? text : undefined;
}

/** Two-digit years: 00–68 are the 2000s, 69–99 the 1900s, as POSIX reads them. */
function fullYear(year: string): string {
  if (year.length === 4) return year;
  return (year <= '68' ? '20' : '19') + year;
}
