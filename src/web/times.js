/** Instants as a reader in the zone sees them, whatever clock the browser keeps. */

const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'short',
});

/** @param {Date | string} instant a date, or the text of the API */
export const timeText = (instant) => clock.format(new Date(instant));
