/**
 * Loads the working-day calendar of a year (导入工作日历): statutory holidays and make-up working days
 * as announced. A year that is loaded again is corrected day by day; a day named earlier is never
 * lost.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { dayParts, sentence } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, TextInput } from '../../platform/schemas.ts';
import { saveCalendarDays } from '../store.ts';

const input = z
  .strictObject({
    year: z.number().int().min(2000).max(2100),
    source: TextInput(300),
    /** How well the list is known; shown beside every due date that it moved. */
    evidence: TextInput(40),
    days: z
      .array(
        z.strictObject({
          day: DayInput,
          kind: z.enum(['holiday', 'working']),
          name: TextInput(40),
        }),
      )
      .min(1)
      .max(120),
  })
  .superRefine(({ year, days }, check) => {
    const seen = new Set<Day>();
    for (const [i, { day }] of days.entries()) {
      const path = ['days', i, 'day'];
      if (dayParts(day).year !== year) {
        check.addIssue({
          code: 'custom',
          path,
          message: sentence('日期不在该年', 'the day lies in another year'),
        });
      }
      if (seen.has(day))
        check.addIssue({
          code: 'custom',
          path,
          message: sentence('日期重复', 'the day stands twice'),
        });
      seen.add(day);
    }
  });

export const importCalendar = operation({
  name: 'parties.import-calendar',
  title: { zh: '导入工作日历', en: 'Import a calendar' },
  permission: 'parties:manage',
  input,
  output: z.object({ year: z.number().int(), days: z.number().int() }),
  async run({ tx }, item) {
    const { year, days, source, evidence } = item.input;
    await saveCalendarDays(
      tx,
      days.map((one) => ({ ...one, source, evidence })),
    );
    return { year, days: days.length };
  },
});
