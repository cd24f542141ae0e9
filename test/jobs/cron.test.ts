// Cron lines are read in Asia/Shanghai, whose days begin at 16:00 UTC of the day before.
import { expect } from 'chai';
import { Day } from '../../src/kernel/index.ts';
import { lastStrikes, nextStrike } from '../../jobs/cron.ts';

const shanghai = (cron: string) => ({ cron, timezone: 'Asia/Shanghai' });
const next = (cron: string, after: string): string =>
  nextStrike(shanghai(cron), new Date(after)).toISOString();

describe('cron in Asia/Shanghai', () => {
  for (const [what, cron, after, expected] of [
    [
      'early in Shanghai is the day before in UTC',
      '5 0 * * *',
      '2026-11-22T16:00:00Z',
      '2026-11-22T16:05:00.000Z',
    ],
    [
      'strikes once between two midnights of UTC',
      '5 0 * * *',
      '2026-11-22T16:05:00Z',
      '2026-11-23T16:05:00.000Z',
    ],
    [
      'late in Shanghai is the same day in UTC',
      '30 23 * * *',
      '2026-11-22T15:29:59Z',
      '2026-11-22T15:30:00.000Z',
    ],
    [
      'midnight of UTC is an hour like any other',
      '0 8 * * *',
      '2026-11-22T23:59:59.999Z',
      '2026-11-23T00:00:00.000Z',
    ],
    [
      'the last day of a month is that of Shanghai',
      '0 1 1 * *',
      '2026-11-30T12:00:00Z',
      '2026-11-30T17:00:00.000Z',
    ],
    [
      'Mondays begin on Sunday in UTC',
      '0 6 * * 1',
      '2026-11-21T00:00:00Z',
      '2026-11-22T22:00:00.000Z',
    ],
  ] as const) {
    it(what, () => {
      expect(next(cron, after)).to.equal(expected);
    });
  }

  it('files a strike under the business day of Shanghai', () => {
    const strikes = lastStrikes(
      shanghai('5 0 * * *'),
      Day.of('2026-11-21'),
      new Date('2026-11-22T16:05:00Z'),
    );
    expect(strikes.map(({ day, at }) => [day, at.toISOString()])).to.deep.equal([
      ['2026-11-21', '2026-11-20T16:05:00.000Z'],
      ['2026-11-22', '2026-11-21T16:05:00.000Z'],
      ['2026-11-23', '2026-11-22T16:05:00.000Z'],
    ]);
  });

  it('finds the last strike of a line that strikes every second', () => {
    const now = new Date('2026-11-22T09:00:00.500Z');
    const strikes = lastStrikes(shanghai('* * * * * *'), Day.of('2026-11-21'), now);
    expect(strikes.map(({ at }) => at.toISOString())).to.deep.equal([
      '2026-11-21T15:59:59.000Z',
      '2026-11-22T09:00:00.000Z',
    ]);
  });

  it('keeps the last of several strikes of a day', () => {
    const strikes = lastStrikes(
      shanghai('0 */6 * * *'),
      Day.of('2026-11-22'),
      new Date('2026-11-22T09:00:00Z'),
    );
    expect(strikes.map(({ day, at }) => [day, at.toISOString()])).to.deep.equal([
      ['2026-11-22', '2026-11-22T04:00:00.000Z'],
    ]);
  });
});
