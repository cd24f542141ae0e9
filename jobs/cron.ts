// When a cron line strikes. BullMQ's own reading of it is used, so that what the queue schedules
// and what the start makes up for can never be two different instants.
import { getNextMillis } from 'bullmq';
import type { Day } from '../src/kernel/index.ts';
import { addDays } from '../src/kernel/index.ts';

export interface Timing {
  /** Five fields, or six with seconds. */
  readonly cron: string;
  readonly timezone: string;
}

/** The first instant after `after` at which the line strikes. Throws on a line that is none. */
export function nextStrike({ cron, timezone }: Timing, after: Date): Date {
  const at = getNextMillis(after.getTime(), { pattern: cron, tz: timezone });
  if (at === undefined) throw new Error(`The cron line "${cron}" never strikes.`);
  return new Date(at);
}

/** The last instant before the day begins in Shanghai. */
const eveOf = (day: Day): number => Date.parse(`${day}T00:00:00+08:00`) - 1;

/**
 * The last strike after `from` and not after `to`, found by halving: a line that strikes every
 * second is read some thirty times and not a day's seconds.
 */
function lastStrike(timing: Timing, from: number, to: number): Date | undefined {
  const isIn = (after: number): boolean => nextStrike(timing, new Date(after)).getTime() <= to;
  if (!isIn(from)) return undefined;
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (isIn(middle)) before = middle;
    else after = middle;
  }
  return nextStrike(timing, new Date(before));
}

/** The last strike of each business day from the first on, not after `now`, oldest first. */
export function lastStrikes(timing: Timing, first: Day, now: Date): { day: Day; at: Date }[] {
  const strikes: { day: Day; at: Date }[] = [];
  for (let day = first; eveOf(day) < now.getTime(); day = addDays(day, 1)) {
    const end = Math.min(eveOf(addDays(day, 1)), now.getTime());
    const at = lastStrike(timing, eveOf(day), end);
    if (at) strikes.push({ day, at });
  }
  return strikes;
}
