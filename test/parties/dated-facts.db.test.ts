// Calendars and reported figures: facts with a source, of which the first move due dates and the
// second move nothing.
import { expect } from 'chai';
import { systemActor } from '../../src/identity/index.ts';
import { addWorkingDays, Day } from '../../src/kernel/index.ts';
import {
  calendarOf,
  importCalendar,
  openZone,
  recordReportedFigure,
} from '../../src/parties/index.ts';
import { listReportedFigures } from '../../src/parties/queries.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { People } from '../identity/people.ts';
import { codeOf, done, freshKey, openPeople, refusalOf } from '../identity/people.ts';

describe('dated facts of the parties', () => {
  let people: People;
  let actor: Actor;

  before(async () => {
    people = await openPeople();
    actor = await systemActor(people.db, 'test', 'console');
  });

  after(() => people.close());

  const perform = (operation: Operation, raw: unknown) =>
    people.performer.perform(operation, actor, raw, freshKey());

  const calendar = () => withTransaction(people.db, everything, calendarOf);

  it('counts working days by an imported calendar, and corrects it day by day', async () => {
    const from = Day.of('2026-09-30');
    const announced = {
      year: 2026,
      source: '测试公告',
      evidence: '[M-med]',
      days: [
        { day: '2026-10-01', kind: 'holiday', name: '国庆节' },
        { day: '2026-10-02', kind: 'holiday', name: '国庆节' },
        { day: '2026-10-10', kind: 'working', name: '调休上班' },
      ],
    };
    expect(addWorkingDays(await calendar(), from, 1)).to.deep.equal({
      day: '2026-10-01',
      warnings: ['no-calendar-2026'],
    });
    expect(done(await perform(importCalendar, announced))).to.deep.equal({ year: 2026, days: 3 });
    expect(addWorkingDays(await calendar(), from, 1)).to.deep.equal({
      day: '2026-10-05',
      warnings: [],
    });
    const corrected = [{ day: '2026-10-02', kind: 'working', name: '照常上班' }];
    await perform(importCalendar, { ...announced, days: corrected });
    expect(addWorkingDays(await calendar(), from, 1).day).to.equal('2026-10-02');
    expect(addWorkingDays(await calendar(), Day.of('2026-10-09'), 1).day).to.equal('2026-10-10');
  });

  it('refuses a calendar with a day of another year or a day named twice', async () => {
    const day = { day: '2026-10-01', kind: 'holiday', name: '国庆节' };
    const year = { year: 2027, source: '测试公告', evidence: '[M-med]' };
    for (const bad of [
      { ...year, days: [day] },
      { ...year, year: 2026, days: [day, day] },
    ]) {
      expect((await refusalOf(perform(importCalendar, bad))).code).to.equal('invalid-input');
    }
  });

  it('keeps a reported figure once per source, for the zone it is about', async () => {
    const { zoneId } = done(
      await perform(openZone, {
        code: 'reported',
        name: '报道园区',
        nameEn: 'Reported zone',
        kind: 'reported',
        openedOn: '2024-01-01',
        memberIds: ['org_east'],
      }),
    ) as { zoneId: string };
    const figure = {
      zoneId,
      subject: '授信额',
      measure: 'approved_limit',
      value: '6000000000',
      unit: '元',
      qualifier: '约',
      source: '某报 2024年11月',
      period: '累计',
      otherHalf: '不可计算：缺出资额',
    };
    done(await perform(recordReportedFigure, figure));
    expect(codeOf(await perform(recordReportedFigure, figure))).to.equal('figure-exists');
    const unknown = { ...figure, zoneId: 'zone_unknown' };
    expect(codeOf(await perform(recordReportedFigure, unknown))).to.equal('zone-missing');
    const { period: _, ...undated } = figure;
    expect((await refusalOf(perform(recordReportedFigure, undated))).code).to.equal(
      'invalid-input',
    );
    const seenBy = async (username: string, organisationId: 'org_east' | 'org_bank1') => {
      const role = organisationId === 'org_east' ? 'zone-maker' : 'bank-maker';
      await people.add({ username, organisationId, roles: [role] });
      return people.performer.ask(listReportedFigures, await people.signedIn(username), {});
    };
    expect((await seenBy('bank.person', 'org_bank1')).items).to.deep.equal([]);
    const [seen] = (await seenBy('zone.person', 'org_east')).items;
    expect(seen).to.include({
      value: '6000000000.00',
      qualifier: '约',
      evidence: '[S]',
      otherHalf: '不可计算：缺出资额',
      reportedOn: null,
    });
  });
});
