/** The working-day calendars that are shipped, each with its source and how well it is known. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { importCalendar } from '../parties/index.ts';
import type { DemoBook } from './book.ts';

const folder = path.resolve(import.meta.dirname, '../../../config/calendars');

export async function loadCalendars(book: DemoBook): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  for (const file of files) {
    const calendar: unknown = JSON.parse(await readFile(path.join(folder, file), 'utf8'));
    await book.do(importCalendar, `calendar:${path.parse(file).name}`, calendar);
  }
}
