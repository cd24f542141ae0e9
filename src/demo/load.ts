/**
 * Loads the demo once, through operations under fixed keys; a later start finds the last key and
 * only gives the people their password. Cut short anywhere, the next load goes on where it
 * stopped.
 */
import type { Knex } from 'knex';
import { dayInShanghai } from '../kernel/index.ts';
import type { Log } from '../platform/log.ts';
import type { Performer } from '../platform/perform.ts';
import { StartError } from '../platform/start-error.ts';
import { DemoBook } from './book.ts';
import { loadCalendars } from './calendars.ts';
import { loadPark } from './park.ts';
import { ensurePeople } from './people.ts';
import { finalKey, recordFigures } from './reported-figures.ts';
import { loadChengdu, loadNanning, loadNansha } from './reported-zones.ts';
import type { Organisations } from './zones.ts';
import { lastDay, openZones, registerOrganisations } from './zones.ts';

interface Bare {
  readonly db: Knex;
  readonly performer: Performer;
}

/**
 * @returns the people who have the password now: all, or only those who were missing.
 * Throws StartError when the clock stands before the demo's last day: its loans would be unborn.
 */
export async function loadDemo(
  { db, performer }: Bare,
  {
    password,
    log,
    onlyMissing = false,
  }: { readonly password: string; readonly log: Log; readonly onlyMissing?: boolean },
): Promise<string[]> {
  const started = performance.now();
  const book = await DemoBook.open({ db, performer });
  const organisations = await registerOrganisations(book);
  const loaded = await book.knows(finalKey);
  const changed = await ensurePeople(db, organisations, password, onlyMissing);
  if (!loaded) await loadZones(book, organisations);
  const milliseconds = Math.round(performance.now() - started);
  log.info({ milliseconds, loaded: loaded ? 'before' : 'now' }, 'demo');
  return changed;
}

async function loadZones(book: DemoBook, organisations: Organisations): Promise<void> {
  const today = dayInShanghai();
  if (today < lastDay) {
    throw new StartError(
      `系统日期 ${today} 早于演示数据的最后一天 ${lastDay}，请校正时钟或设 YUANXIN_DEMO=0。`,
      `Today is ${today}, before the demo's last day ${lastDay}: set the clock or YUANXIN_DEMO=0.`,
    );
  }
  await loadCalendars(book);
  const zones = await openZones(book, organisations);
  await loadPark(book, organisations, zones.park);
  await loadNanning(book, organisations, zones.nanning);
  await loadNansha(book, organisations, zones.nansha);
  await loadChengdu(book, organisations, zones.chengdu);
  await recordFigures(book, zones);
}
