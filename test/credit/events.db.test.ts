// Early warnings reach whom they concern: the bank of the loan and the zone, newest first.
import { expect } from 'chai';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { day, loanIn, monthly, runDayEnds } from './loan-stage.ts';
import { lineIn, parkIn } from './stage.ts';

const listEvents = queryOf('list-events');
const showAgreement = queryOf('show-agreement');

interface Told {
  readonly id: string;
  readonly name: string;
  readonly subjectId: string;
  readonly subjectName: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

describe('early-warning events', () => {
  let stage: Stage;
  let drawdownId: string;
  let agreementId: string;

  before(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '10000000.00');
    ({ agreementId } = park);
    const { lineId } = await lineIn(stage, park, '2000000.00');
    const dates = { valueOn: day(ago(100)), dueOn: day(ago(-265)) };
    const loan = { amount: '1200000.00', ...dates, terms: monthly() };
    ({ drawdownId } = await loanIn(stage, lineId, loan));
    await runDayEnds(stage, today);
  });
  after(() => stage.close());

  const told = async (filter: object = {}, actor = stage.bank): Promise<Told[]> =>
    ((await stage.ask(listEvents, filter, actor)) as { items: Told[] }).items;

  it('tell the bank of a loan that became overdue and was classed, newest first', async () => {
    const all = await told();
    const names = new Set(all.map(({ name }) => name));
    expect(names).to.include('credit.loan-overdue').and.to.include('credit.loan-reclassified');
    const overdue = await told({ name: 'credit.loan-overdue', zoneId: stage.zoneId });
    expect(overdue[0]).to.include({ subjectId: drawdownId, subjectName: '示例中试企业' });
    const days = overdue.map(({ payload }) => String(payload['day']));
    expect(days).to.deep.equal(days.toSorted().reverse());
    expect(all.map(({ name }) => name)).to.not.include('credit.line-opened');
  });

  it('are asked for since a day, a page at a time', async () => {
    const all = await told();
    const [, second] = all as [Told, Told];
    expect(await told({ since: today })).to.deep.equal(all);
    expect(await told({ since: ago(-1) })).to.deep.equal([]);
    expect(await told({ pageSize: '1', page: '2' })).to.deep.equal([second]);
  });

  it('are seen by the zone office and by no other bank', async () => {
    expect((await told({}, stage.office)).length).to.equal((await told()).length);
    expect(await told({}, stage.otherBank)).to.deep.equal([]);
  });

  it('stand beside an agreement that says what of it is HARD and what SOFT', async () => {
    const soft = { agreementId, name: '园区经营', scope: 'operations', amount: '1000000.00' };
    await stage.done(operationOf('open-segment'), { ...soft, enforcement: 'SOFT' }, stage.bank);
    const shown = (await stage.ask(showAgreement, { agreementId }, stage.bank)) as {
      readonly enforcement: string;
      readonly segments: readonly { readonly name: string; readonly enforcement: string }[];
    };
    expect(shown.enforcement).to.equal('HARD');
    expect(
      Object.fromEntries(shown.segments.map((one) => [one.name, one.enforcement])),
    ).to.deep.equal({ 产业集群: 'HARD', 园区经营: 'SOFT' });
  });
});
