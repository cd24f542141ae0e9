/** How long a reservation holds when nobody says otherwise, in working days of the calendar. */
import { addWorkingDays } from '../kernel/index.ts';
import { calendarOf } from '../parties/index.ts';
import type { Context } from '../platform/operation.ts';

/** A default of this project; a setting of the zone in a later issue. */
const reservationWorkingDays = 10;

/** The end of the tenth working day from today, in Asia/Shanghai. */
export async function reservationExpiry(context: Context): Promise<Date> {
  const calendar = await calendarOf(context.tx);
  const { day } = addWorkingDays(calendar, context.today, reservationWorkingDays);
  return new Date(`${day}T23:59:59+08:00`);
}
