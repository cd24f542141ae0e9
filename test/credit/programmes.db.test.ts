// Priority programmes of an agreement: their queue, clock, quota and the lines that count for them.
import { expect } from 'chai';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import {
  amendProgramme,
  at,
  codeOf,
  end,
  four,
  openProgramme,
  progressOf,
  reason,
  tagLine,
} from './agreement-desk.ts';
import { lineIn, parkIn } from './stage.ts';

describe('priority programmes', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const progress = (agreementId: string, more: object = {}, actor?: Actor) =>
    progressOf(stage, agreementId, more, actor);
  const code = (operation: Operation, input: unknown, version?: number, actor?: Actor) =>
    codeOf(stage, operation, input, version, actor);

  const fields = { name: '千企技改', queueRank: 1, decisionClockDays: 10, reservedQuota: '400' };

  it('have a progress line of their own, by the day of each tag', async () => {
    const park = await parkIn(stage, '1000.00');
    const { agreementId } = park;
    const { lineId } = await lineIn(stage, park, '300.00');
    const opened = await stage.done(
      openProgramme,
      { agreementId, ...fields, effectiveOn: ago(100), reason },
      stage.office,
    );
    const programmeId = opened['programmeId'];
    const other = await stage.done(
      openProgramme,
      { agreementId, name: '双百双新', queueRank: 2, decisionClockDays: 5, reason },
      stage.office,
    );
    await stage.done(tagLine, { lineId, programmeId, effectiveOn: ago(50), reason }, stage.bank);
    await stage.done(tagLine, { lineId, programmeId: other['programmeId'], reason }, stage.bank);
    const linesOn = async (day: string) =>
      (await progress(agreementId, { asOf: day })).programmes.map(
        (p) => `${p.name} ${p.counted} ${p.share ?? '-'} ${p.quotaLeft ?? '-'}`,
      );
    expect(await linesOn(today)).to.deep.equal([
      '千企技改 300.00 0.7500 100.00',
      '双百双新 300.00 - -',
    ]);
    expect(await linesOn(ago(51))).to.deep.equal(['千企技改 0.00 0.0000 400.00']);
    expect(await linesOn(ago(101))).to.deep.equal([]);
    const whole = await progress(agreementId);
    expect(four(whole.measured)).to.equal('300.00 300.00 0.00 0.00');
    expect(whole.reservedForProgrammes).to.equal('400.00');
    const out = { lineId, programmeId, counts: false, reason: '不再计入' };
    await stage.done(tagLine, out, stage.bank);
    expect(await linesOn(today)).to.include('千企技改 0.00 0.0000 400.00');
    expect(await linesOn(ago(1))).to.include('千企技改 300.00 0.7500 100.00');
  });

  it('refuse in order when they are opened and amended', async () => {
    const { agreementId } = await parkIn(stage, '1000.00');
    const input = { agreementId, ...fields, reason };
    const { programmeId } = await stage.done(openProgramme, input, stage.office);
    const opening = (more: object) => code(openProgramme, { ...input, ...more });
    expect(await opening({ agreementId: 'agr_none' })).to.equal('agreement-missing');
    expect(await opening({ effectiveOn: ago(-1) })).to.equal('value-day-in-future');
    expect(await opening({ effectiveOn: ago(301) })).to.equal('change-out-of-order');
    expect(await opening({})).to.equal('programme-exists');
    expect(await opening({ name: '另一个' })).to.equal('programme-rank-taken');
    const tooMuch = { name: '另一个', queueRank: 2, reservedQuota: '600.01' };
    expect(await opening(tooMuch)).to.equal('quotas-exceed-intent');
    await stage.done(openProgramme, { ...input, ...tooMuch, reservedQuota: '600' }, stage.office);
    const change = { programmeId, queueRank: 2, reason };
    expect(await code(amendProgramme, { ...change, programmeId: 'prio_none' })).to.equal(
      'programme-missing',
    );
    expect(await code(amendProgramme, change, 1, stage.otherBank)).to.equal('programme-missing');
    expect(await code(amendProgramme, change, 2)).to.equal('version-stale');
    expect(await code(amendProgramme, { programmeId, queueRank: 1, reason })).to.equal(
      'nothing-changed',
    );
    expect(await code(amendProgramme, change)).to.equal('programme-rank-taken');
    expect(await code(amendProgramme, { programmeId, name: '另一个', reason })).to.equal(
      'programme-exists',
    );
    const more = { programmeId, reservedQuota: '400.01', reason };
    expect(await code(amendProgramme, more)).to.equal('quotas-exceed-intent');
    const amended = { programmeId, decisionClockDays: 3, reservedQuota: null, reason };
    expect(await stage.done(amendProgramme, amended, stage.office, at(1))).to.deep.equal({
      programmeId,
      version: 2,
    });
    await stage.done(end, { agreementId, reason }, stage.office, at(1));
    expect(await opening({ name: '第三个' })).to.equal('agreement-ended');
    expect(await code(amendProgramme, change, 2)).to.equal('agreement-ended');
  });

  it('refuse a tag in order', async () => {
    const park = await parkIn(stage, '1000.00');
    const { agreementId } = park;
    const { lineId } = await lineIn(stage, park, '300.00');
    const sub = await lineIn(stage, park, '100.00', { parentLineId: lineId });
    const elsewhere = await parkIn(stage, '1000.00');
    const foreign = await stage.done(
      openProgramme,
      { agreementId: elsewhere.agreementId, ...fields, reason },
      stage.office,
    );
    const opened = await stage.done(
      openProgramme,
      { agreementId, ...fields, effectiveOn: ago(250), reason },
      stage.office,
    );
    const tag = { lineId, programmeId: opened['programmeId'], reason };
    const tagged = (more: object, actor = stage.bank) =>
      code(tagLine, { ...tag, ...more }, 1, actor);
    expect(await tagged({ lineId: 'line_none' })).to.equal('line-missing');
    expect(await tagged({}, stage.otherBank)).to.equal('line-missing');
    expect(await tagged({ programmeId: 'prio_none' })).to.equal('programme-missing');
    expect(await tagged({ counts: false })).to.equal('nothing-changed');
    expect(await tagged({ effectiveOn: ago(-1) })).to.equal('value-day-in-future');
    expect(await tagged({ programmeId: foreign['programmeId'] })).to.equal(
      'programme-other-agreement',
    );
    expect(await tagged({ lineId: sub.lineId })).to.equal('sub-line-not-tagged');
    expect(await tagged({ effectiveOn: ago(201) })).to.equal('day-before-line');
    await stage.done(tagLine, { ...tag, effectiveOn: ago(200) }, stage.bank);
    expect(await tagged({})).to.equal('nothing-changed');
    const earlier = { counts: false, effectiveOn: ago(201) };
    expect(await tagged(earlier)).to.equal('change-out-of-order');
    await stage.done(
      amendProgramme,
      { programmeId: tag.programmeId, state: 'CLOSED', reason },
      stage.office,
      at(1),
    );
    await stage.done(tagLine, { ...tag, counts: false }, stage.bank);
    expect(await tagged({})).to.equal('programme-closed');
    await stage.done(end, { agreementId, reason }, stage.office, at(1));
    expect(await tagged({})).to.equal('agreement-ended');
  });
});
