// Progress of agreements as of any day, and what each bank and the zone office see of it.
import { expect } from 'chai';
import { drawDown, openAgreement, repay } from '../../src/credit/index.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import type { Actor } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import type { Measured, Progress } from './agreement-desk.ts';
import { amend, at, four, progressOf, queryOf, reason, refusalOf } from './agreement-desk.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

describe('progress of agreements', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const progress = (agreementId: string, more: object = {}, actor?: Actor) =>
    progressOf(stage, agreementId, more, actor);

  it('keeps the four measures apart, as of each day', async () => {
    const park = await parkIn(stage, '1000.00');
    const { agreementId } = park;
    const first = await lineIn(stage, park, '300.00', { startsOn: ago(200) });
    await lineIn(stage, park, '50.00', { parentLineId: first.lineId, startsOn: ago(150) });
    await lineIn(stage, park, '200.00', { startsOn: ago(100), renewal: true });
    await lineIn(stage, park, '40.00', { startsOn: ago(90), expiresOn: ago(20) });
    const drawn = await stage.done(
      drawDown,
      drawing((await lineIn(stage, park, '70.00', { startsOn: ago(80) })).lineId, '60.00', {
        valueOn: ago(70),
      }),
      stage.bank,
    );
    const back = { drawdownId: drawn['drawdownId'], principal: '25', valueOn: ago(30) };
    await stage.done(repay, back, stage.bank);
    const on = async (day: string) => four((await progress(agreementId, { asOf: day })).measured);
    expect(await on(ago(201))).to.equal('0.00 0.00 0.00 0.00');
    expect(await on(ago(200))).to.equal('300.00 300.00 0.00 0.00');
    expect(await on(ago(100))).to.equal('300.00 500.00 0.00 0.00');
    expect(await on(ago(70))).to.equal('410.00 610.00 60.00 60.00');
    expect(await on(ago(30))).to.equal('410.00 610.00 60.00 35.00');
    expect(await on(ago(20))).to.equal('410.00 610.00 60.00 35.00');
    expect(await on(ago(19))).to.equal('410.00 570.00 60.00 35.00');
    expect(await on(today)).to.equal('410.00 570.00 60.00 35.00');
    const listed = (await stage.ask(queryOf('list-agreements'), {}, stage.bank)) as {
      items: Measured[];
    };
    expect(listed.items[0]).to.include({
      approvedInForce: '570.00',
      drawnCumulative: '60.00',
      outstanding: '35.00',
    });
    const known = await progress(agreementId, { knownAt: new Date().toISOString() });
    expect(four(known.measured)).to.equal('410.00 570.00 60.00 35.00');
    const later = await refusalOf(progress(agreementId, { asOf: ago(-1) }));
    expect(later.code).to.equal('value-day-in-future');
    const before = await refusalOf(progress(agreementId, { asOf: ago(301) }));
    expect(before.code).to.equal('day-before-agreement');
  });

  it('a raise is newly approved, a cut and its undoing not; frozen is in force', async () => {
    const park = await parkIn(stage, '1000.00');
    const { nodeId } = await lineIn(stage, park, '300.00');
    const limit = async (amount: string, version: number) =>
      stage.done(changeLimit, { nodeId, limit: amount, reason }, stage.bank, at(version));
    const measured = async () => four((await progress(park.agreementId)).measured);
    await limit('100', 1);
    expect(await measured()).to.equal('300.00 100.00 0.00 0.00');
    await limit('300', 2);
    expect(await measured()).to.equal('300.00 300.00 0.00 0.00');
    await limit('350', 3);
    expect(await measured()).to.equal('350.00 350.00 0.00 0.00');
    // What terms grant for a time is approved too; others on their first day take their place.
    const topUp = { ref: '旺季', amount: '50', from: today, to: ago(-30) };
    const terms = async (topUps: readonly object[], version: number) =>
      stage.done(setTerms, { nodeId, reason, topUps }, stage.bank, at(version));
    await terms([topUp], 4);
    expect(await measured()).to.equal('400.00 400.00 0.00 0.00');
    await terms([{ ...topUp, amount: '20' }], 5);
    expect(await measured()).to.equal('370.00 370.00 0.00 0.00');
    await stage.done(freeze, { nodeId, reason }, stage.bank, at(6));
    expect(await measured()).to.equal('370.00 370.00 0.00 0.00');
    const yesterday = await progress(park.agreementId, { asOf: ago(1) });
    expect(four(yesterday.measured)).to.equal('300.00 300.00 0.00 0.00');
  });

  it('counts what the agreement names, alerts its own way, keeps the qualifier', async () => {
    const park = await parkIn(stage, '1000.00');
    const { agreementId } = park;
    await lineIn(stage, park, '900.00');
    const standing = async () => {
      const { counted, pace, alert, shareQualifier } = await progress(agreementId);
      return `${counted} ${pace} ${alert ?? '-'} ${shareQualifier ?? '-'}`;
    };
    expect(await standing()).to.equal('900.00 AHEAD - -');
    const drawnCounts = { agreementId, countingColumn: 'drawn-cumulative', qualifier: '不少于' };
    await stage.done(amend, { ...drawnCounts, reason }, stage.office, at(1));
    expect(await standing()).to.equal('0.00 BEHIND behind-pace 约');
    await stage.done(amend, { agreementId, sense: 'AT_MOST', reason }, stage.office, at(2));
    expect(await standing()).to.equal('0.00 BEHIND - 约');
    const granted = {
      agreementId,
      countingColumn: 'approved-cumulative',
      intentAmount: '899.99',
    };
    await stage.done(amend, { ...granted, reason }, stage.office, at(3));
    expect(await standing()).to.equal('900.00 AHEAD above-intent 约');
  });

  it('shows a bank its own book, and the others together only when agreed', async () => {
    const park = await parkIn(stage, '1000.00');
    await lineIn(stage, park, '300.00');
    const other = await stage.done(
      openAgreement,
      {
        zoneId: stage.zoneId,
        bankId: stage.otherBankId,
        name: '乙行整园授信',
        intentAmount: '500',
        sharesTotals: true,
        startsOn: ago(300),
        endsOn: ago(-300),
      },
      stage.office,
    );
    const theirs = other['agreementId'] as string;
    const hidden = await refusalOf(progress(theirs));
    expect(hidden.code).to.equal('agreement-missing');
    expect((await progress(park.agreementId)).otherBanks).to.equal(null);
    expect((await progress(theirs, {}, stage.office)).otherBanks).to.equal(null);
    const seen = (await progress(theirs, {}, stage.otherBank)).otherBanks;
    expect(seen).to.deep.equal({
      approvedCumulative: '300.00',
      approvedInForce: '300.00',
      drawnCumulative: '0.00',
      outstanding: '0.00',
    });
    const past = await progress(theirs, { asOf: ago(201) }, stage.otherBank);
    expect(past.otherBanks).to.include({ approvedCumulative: '0.00' });
    const zone = async (actor: typeof stage.bank) =>
      (await stage.ask(queryOf('park-progress'), { zoneId: stage.zoneId }, actor)) as {
        agreements: Progress[];
        together: Measured;
      };
    expect((await zone(stage.office)).agreements).to.have.length(2);
    expect((await zone(stage.otherBank)).agreements.map(({ name }) => name)).to.deep.equal([
      '乙行整园授信',
    ]);
    expect(four((await zone(stage.office)).together)).to.equal('300.00 300.00 0.00 0.00');
    expect(four((await zone(stage.otherBank)).together)).to.equal('0.00 0.00 0.00 0.00');
  });

  it('today agrees with the journal projected to the end of today', async () => {
    const park = await parkIn(stage, '1000.00');
    const { lineId } = await lineIn(stage, park, '300.00');
    for (const amount of ['10.00', '20.00', '30.00']) {
      await stage.done(drawDown, drawing(lineId, amount), stage.bank);
    }
    const now = await progress(park.agreementId);
    const knownAt = new Date(Date.now() + 60_000).toISOString();
    const { measured } = await progress(park.agreementId, { knownAt });
    expect(measured).to.deep.equal(now.measured);
    expect(now.measured.drawnCumulative).to.equal('60.00');
  });
});
