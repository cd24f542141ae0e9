// When an amount can be drawn: for certain, and supposing that what falls due is paid on its day.
import { expect } from 'chai';
import { drawDown, openAgreement, openSegment } from '../../src/credit/index.ts';
import { whenLineDrawable } from '../../src/credit/queries-when-drawable.ts';
import type { Failure } from '../../src/kernel/index.ts';
import { ago, openStage, type Stage, today } from '../support/stage.ts';
import { loanIn, monthly } from './loan-stage.ts';
import type { Park } from './stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

describe('credit: when an amount can be drawn', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  const when = (lineId: string, amount: string, more: object = {}) =>
    stage.ask(whenLineDrawable, { lineId, amount, ...more }, stage.bank);
  const first = async (lineId: string, amount: string, more: object = {}) => {
    const { certain, supposingPaid } = await when(lineId, amount, more);
    return [certain.firstOn, supposingPaid.firstOn];
  };
  const draw = (lineId: string, amount: string, more: object = {}) =>
    stage.done(drawDown, drawing(lineId, amount, more), stage.bank);
  const otherFirm = () => ({ enterpriseId: stage.otherFirmId });

  it('tells what is certain from what is supposed, to the fen and to the day', async () => {
    const park = await parkIn(stage, '1000.00');
    const own = await lineIn(stage, park, '600.00');
    const other = await lineIn(stage, park, '600.00', otherFirm());
    await draw(own.lineId, '500.00', { dueOn: ago(-30) });
    await draw(other.lineId, '400.00', { dueOn: ago(-60) });
    expect(await first(own.lineId, '100.00')).to.deep.equal([today, today]);
    expect(await first(own.lineId, '100.01')).to.deep.equal([null, ago(-30)]);
    expect(await first(own.lineId, '600.00')).to.deep.equal([null, ago(-30)]);
    expect(await first(own.lineId, '600.01')).to.deep.equal([null, null]);
    expect(await first(own.lineId, '600.00', { until: ago(-29) })).to.deep.equal([null, null]);
    const { supposingPaid } = await when(own.lineId, '600.00');
    expect(supposingPaid).to.include({ toBePaid: '500.00', overdue: '0.00' });
    expect(supposingPaid.days.map(({ day, headroom }) => [day, headroom])).to.deep.equal([
      [today, '100.00'],
      [ago(-30), '600.00'],
    ]);
  });

  it('counts what others owe below the same limit, instalment by instalment', async () => {
    const park = await parkIn(stage, '400.00');
    const own = await lineIn(stage, park, '400.00');
    const other = await lineIn(stage, park, '400.00', otherFirm());
    const terms = monthly({ instalments: 4 });
    const term = { amount: '400.00', valueOn: today, dueOn: ago(-120), terms };
    const { drawdownId } = await loanIn(stage, other.lineId, term);
    const rows = await stage.rows<{ day: string; principal: string }>(
      `select due_on::text as day, principal from credit_instalments
       where drawdown_id = '${drawdownId}' and live order by no`,
    );
    const days = rows.map((row) => row.day);
    expect(rows.map((row) => row.principal)).to.deep.equal(Array(4).fill('100.00'));
    expect(await first(own.lineId, '0.01')).to.deep.equal([null, days[0]]);
    expect(await first(own.lineId, '100.00')).to.deep.equal([null, days[0]]);
    expect(await first(own.lineId, '100.01')).to.deep.equal([null, days[1]]);
    expect(await first(own.lineId, '400.00')).to.deep.equal([null, days[3]]);
    expect((await when(own.lineId, '200.00')).supposingPaid.toBePaid).to.equal('200.00');
  });

  it('expects nothing of a limit that does not revolve', async () => {
    const terms = {
      zoneId: stage.zoneId,
      bankId: stage.bankId,
      name: '不循环',
      intentAmount: '1000.00',
      startsOn: ago(300),
      endsOn: ago(-1500),
    };
    const { agreementId } = await stage.done(openAgreement, terms, stage.bank);
    const { segmentId } = await stage.done(
      openSegment,
      {
        agreementId,
        name: '一次性',
        scope: 'cluster',
        amount: '500.00',
        enforcement: 'HARD',
        revolving: 'NR',
      },
      stage.bank,
    );
    const { lineId } = await lineIn(stage, { segmentId } as unknown as Park, '500.00');
    await draw(lineId, '500.00', { dueOn: ago(-30) });
    expect(await first(lineId, '0.01')).to.deep.equal([null, null]);
  });

  it('counts what is due today, and never what is overdue or after the last day', async () => {
    const park = await parkIn(stage, '1000.00');
    const late = await lineIn(stage, park, '100.00');
    await draw(late.lineId, '60.00', { valueOn: ago(60), dueOn: ago(1) });
    await draw(late.lineId, '40.00', { valueOn: ago(60), dueOn: today });
    expect(await first(late.lineId, '40.00')).to.deep.equal([null, today]);
    expect(await first(late.lineId, '40.01')).to.deep.equal([null, null]);
    expect((await when(late.lineId, '41.00')).supposingPaid.overdue).to.equal('60.00');
    const ending = await lineIn(stage, park, '100.00', { expiresOn: ago(-29) });
    await draw(ending.lineId, '100.00', { dueOn: ago(-30) });
    expect(await first(ending.lineId, '1.00')).to.deep.equal([null, null]);
  });

  it('is 404 for another bank and for nobody', async () => {
    const park = await parkIn(stage, '1000.00');
    const { lineId } = await lineIn(stage, park, '100.00');
    for (const [actor, id] of [
      [stage.otherBank, lineId],
      [stage.bank, 'line_nobody'],
    ] as const) {
      const problem = await stage.ask(whenLineDrawable, { lineId: id, amount: '1.00' }, actor).then(
        () => undefined,
        (failed: unknown) => failed as Failure,
      );
      expect(problem?.code).to.equal('line-missing');
    }
  });
});
