// Incidents in the database: opened by the transaction that cuts, by the night that looks, walked
// by people, closed by figures; and dated terms told once.
import { expect } from 'chai';
import { nextStrike } from '../../jobs/cron.ts';
import type { Day } from '../../src/kernel/index.ts';
import { Money, addDays, dayInShanghai, newId } from '../../src/kernel/index.ts';
import type { NewNode } from '../../src/limits/index.ts';
import { createNodes, lockNode } from '../../src/limits/index.ts';
import { listIncidents, showIncident } from '../../src/limits/incident-queries.ts';
import { acknowledgeIncident } from '../../src/limits/operations/acknowledge-incident.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { mitigateIncident } from '../../src/limits/operations/mitigate-incident.ts';
import { resolveIncident } from '../../src/limits/operations/resolve-incident.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { waiveIncident } from '../../src/limits/operations/waive-incident.ts';
import { watchLimits } from '../../src/limits/operations/watch-limits.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import { clock } from '../jobs/toys.ts';
import type { LimitTestBook } from './book.ts';
import { because, bankId, openLimitBook, startsOn, zoneId } from './book.ts';
import { ask, banker, makePerformer, officer, otherBanker, outputOf, refusalOf } from './desk.ts';
import { nightIn } from './night.ts';

const today = dayInShanghai();
const reason = '贷审会';

interface Shown {
  readonly incidentId: string;
  readonly severity: string;
  readonly state: string;
  readonly size: string;
  readonly worstSize: string;
  readonly version: number;
}

describe('incidents of limits in the database', () => {
  let book: LimitTestBook;
  let performer: ReturnType<typeof makePerformer>;
  before(async () => {
    book = await openLimitBook();
    performer = makePerformer(book);
  });
  after(() => book.close());
  afterEach(() => book.expectSound());

  const line = (limit: string, more: Partial<NewNode> = {}): Promise<string> =>
    book.add({ id: newId('lim'), limit: Money.of(limit), ...more });
  const move = async (kind: 'draw' | 'repay', nodeId: string, amount: string) => {
    const step = { kind, nodeId, amount: Money.of(amount), valueOn: today } as const;
    await book.take([because(step)]);
  };
  const done = async (operation: Operation, input: object, version?: number): Promise<Shown> =>
    outputOf(await ask(performer, operation, banker, input, version)) as Shown;
  const code = async (operation: Operation, input: object, version?: number, by: Actor = banker) =>
    refusalOf(await ask(performer, operation, by, input, version))?.code;
  const cut = (nodeId: string, limit: string, version: number) =>
    done(changeLimit, { nodeId, limit, reason }, version);
  const openOf = async (nodeId: string): Promise<Shown[]> =>
    (await performer.ask(listIncidents, banker, { nodeId, open: 'true' })).items;
  const only = async (nodeId: string): Promise<Shown> => {
    const items = await openOf(nodeId);
    expect(items.length).to.equal(1);
    return items[0] as Shown;
  };
  const stepsOf = async (incidentId: string) =>
    (await performer.ask(showIncident, banker, { incidentId })).steps.map(
      ({ step, size }) => `${step} ${size}`,
    );
  const eventsOf = async (subjectId: string): Promise<string[]> =>
    book.db('platform_events').where({ subject_id: subjectId }).orderBy('seq').pluck('name');

  const night = (more: { readonly asOf?: Day } = {}) => nightIn(book, more);

  /** A limit of 100 with 80 drawn, cut to 50, its incident taken note of. */
  const overdrawn = async (): Promise<{ nodeId: string; incidentId: string }> => {
    const nodeId = await line('100');
    await move('draw', nodeId, '80');
    await cut(nodeId, '50', 1);
    const { incidentId } = await only(nodeId);
    await done(acknowledgeIncident, { incidentId, reason }, 1);
    return { nodeId, incidentId };
  };

  it('a cut below use opens one in its own transaction, and a raise closes it', async () => {
    const nodeId = await line('100');
    await move('draw', nodeId, '80');
    await cut(nodeId, '50', 1);
    const opened = await only(nodeId);
    expect(opened).to.include({ severity: 'BREACH', state: 'OPEN', size: '30.00', version: 1 });
    expect(opened).to.include({ rule: 'limit-watch/1 TEMPLATE', cause: 'use', bound: '50.00' });
    await cut(nodeId, '40', 2);
    expect(await only(nodeId)).to.include({ size: '40.00', worstSize: '40.00', version: 2 });
    await cut(nodeId, '84', 3);
    expect(await only(nodeId)).to.include({ severity: 'BREACH', size: '0.00' });
    await cut(nodeId, '88', 4);
    expect(await only(nodeId)).to.include({ severity: 'WARNING', worstSize: '40.00' });
    await cut(nodeId, '100', 5);
    expect(await openOf(nodeId)).to.deep.equal([]);
    expect(await stepsOf(opened.incidentId)).to.deep.equal([
      'opened 30.00',
      'resized 40.00',
      'resized 0.00',
      'eased 0.00',
      'resolved 0.00',
    ]);
    expect(await eventsOf(opened.incidentId)).to.deep.equal([
      'limits.incident-opened',
      'limits.incident-resized',
      'limits.incident-resized',
      'limits.incident-eased',
      'limits.incident-resolved',
    ]);
  });

  it('shows the figures of now beside those of its opening, told by no step yet', async () => {
    const nodeId = await line('100');
    await move('draw', nodeId, '90');
    await night();
    const { incidentId } = await only(nodeId);
    await move('draw', nodeId, '5');
    const figures = { size: '0.00', bound: '100.00', reserved: '0.00' };
    const opening = { severity: 'WARNING', ...figures, used: '90.00' };
    const asked = async () => performer.ask(showIncident, banker, { incidentId });
    expect(await asked()).to.deep.include({ opening, now: { ...opening, used: '95.00' } });
    expect(await only(nodeId)).to.deep.include({ opening, now: { ...opening, used: '95.00' } });
    await move('repay', nodeId, '60');
    // The limit is well again, which the next look will tell.
    const well = { ...figures, severity: null, used: '35.00' };
    expect(await only(nodeId)).to.deep.include({ state: 'OPEN', opening, now: well });
    await night();
    expect(await asked()).to.deep.include({ state: 'RESOLVED', opening, now: null });
  });

  it('a margin call and a liquidation come with the price of the collateral', async () => {
    const nodeId = await line('1000');
    await move('draw', nodeId, '150');
    const priced = (price: string, version: number) => {
      const piece = { ref: '专利', price, quantity: '100', haircut: '0.3' };
      return done(setTerms, { nodeId, collateral: [piece], reason }, version);
    };
    await priced('1.88', 1);
    expect(await openOf(nodeId)).to.deep.equal([]);
    await priced('1.87', 2);
    expect(await only(nodeId)).to.include({ cause: 'collateral', severity: 'WARNING' });
    await priced('1.60', 3);
    const sold = await only(nodeId);
    expect(sold).to.include({ severity: 'BREACH', size: '38.00', bound: '112.00', state: 'OPEN' });
    await priced('1.77', 4);
    expect((await only(nodeId)).severity).to.equal('WARNING');
    await priced('1.99', 5);
    expect((await only(nodeId)).severity).to.equal('WARNING');
    await priced('2.00', 6);
    expect(await openOf(nodeId)).to.deep.equal([]);
  });

  it('a person walks it to its end, and closes nothing that still stands', async () => {
    const { nodeId, incidentId } = await overdrawn();
    const told = { incidentId, reason };
    expect(await code(acknowledgeIncident, told, 2)).to.equal('incident-step');
    expect(await code(resolveIncident, told, 2)).to.equal('incident-stands');
    await done(mitigateIncident, told, 2);
    await move('repay', nodeId, '36');
    const closed = await done(resolveIncident, told, 3);
    expect(closed).to.include({ state: 'RESOLVED', size: '0.00', version: 4 });
    expect(await code(mitigateIncident, told, 4)).to.equal('incident-step');
    expect(await night()).to.deep.equal({ told: 0, opened: 0, moved: 0 });
  });

  it('refuses in order: missing, not yours, stale with the steps since, state, day', async () => {
    const { nodeId, incidentId } = await overdrawn();
    const told = { incidentId, reason };
    const waive = { ...told, until: addDays(today, -1) };
    expect(await code(waiveIncident, { ...waive, incidentId: 'inc_none' }, 9)).to.equal(
      'incident-missing',
    );
    expect(await code(waiveIncident, waive, 9, otherBanker)).to.equal('incident-missing');
    const stale = refusalOf(await ask(performer, acknowledgeIncident, banker, told, 1));
    expect(stale?.code).to.equal('version-stale');
    const changes = stale?.facts['changes'] as { step: string; madeBy: string }[];
    expect(changes.map(({ step, madeBy }) => [step, madeBy])).to.deep.equal([
      ['acknowledged', banker.userId],
    ]);
    expect(await code(waiveIncident, waive, 2)).to.equal('waiver-ended');
    await cut(nodeId, '49', 2);
    expect(await code(waiveIncident, { ...waive, until: today }, 2)).to.equal('version-stale');
  });

  it('a waiver always takes two persons, and ends with its day or its size', async () => {
    const { nodeId, incidentId } = await overdrawn();
    const input = { incidentId, until: today, reason };
    const filing = makePerformer(book, { approvals: true });
    expect((await ask(filing, waiveIncident, banker, input, 2)).kind).to.equal('submitted');
    await done(waiveIncident, input, 2);
    expect(await only(nodeId)).to.include({ state: 'WAIVED', size: '30.00' });
    expect((await night()).moved).to.equal(0);
    await cut(nodeId, '49', 2);
    expect(await only(nodeId)).to.include({ state: 'OPEN', size: '31.00', severity: 'BREACH' });
    await done(acknowledgeIncident, { incidentId, reason }, 4);
    await done(waiveIncident, input, 5);
    await book
      .db('limits_incidents')
      .where({ id: incidentId })
      .update({
        waived_until: addDays(today, -1),
      });
    expect((await night()).moved).to.equal(1);
    expect(await only(nodeId)).to.include({ state: 'OPEN', size: '31.00' });
    await move('repay', nodeId, '80');
    await night();
    expect(await openOf(nodeId)).to.deep.equal([]);
  });

  it('a night finds what only the day has changed, twice without a trace', async () => {
    const nodeId = await line('100');
    await move('draw', nodeId, '90');
    const stepped = await line('100');
    await move('draw', stepped, '80');
    // As if the step had been set long ago: the day came, and nobody touched the limit.
    const schedule = [{ from: today, amount: '70.00' }];
    await book
      .db('limits_nodes')
      .where({ id: stepped })
      .update({ terms: JSON.stringify({ schedule }), ceiling: '100', version: 2 });
    expect(await night()).to.deep.equal({ told: 1, opened: 2, moved: 0 });
    expect(await only(nodeId)).to.include({ severity: 'WARNING', size: '0.00' });
    expect(await only(stepped)).to.include({ severity: 'BREACH', size: '10.00' });
    expect(await night()).to.deep.equal({ told: 0, opened: 0, moved: 0 });
    const [told] = await book
      .db('platform_events')
      .where({ subject_id: stepped, name: 'limits.step-begun' });
    expect(told.payload).to.deep.equal({
      name: stepped,
      on: today,
      before: '100.00',
      limit: '70.00',
      turns: [{ kind: 'step-begun', amount: '70.00' }],
    });
    // A missed day is told late, each day once.
    const yesterday = addDays(today, -1);
    const missed = await line('100');
    const topUps = [
      { ref: '旺季', amount: '5.00', from: addDays(today, -9), to: addDays(today, -2) },
    ];
    await done(setTerms, { nodeId: missed, topUps, reason }, 1);
    expect((await night()).told).to.equal(0);
    expect((await night({ asOf: yesterday })).told).to.equal(1);
    expect((await night({ asOf: yesterday })).told).to.equal(0);
    expect(await eventsOf(missed)).to.deep.equal(['limits.terms-set', 'limits.top-up-ended']);
    await move('repay', nodeId, '90');
    await move('repay', stepped, '80');
    expect((await night()).moved).to.equal(2);
  });

  it('a look by day finds the warning of a draw, and each strike looks anew', async () => {
    const byDay = () => nightIn(book, { name: 'limit-watch-day' });
    const nodeId = await line('100');
    await move('draw', nodeId, '89.99');
    expect((await byDay()).opened).to.equal(0);
    await move('draw', nodeId, '0.01');
    expect((await byDay()).opened).to.equal(1);
    expect(await only(nodeId)).to.include({ severity: 'WARNING', state: 'OPEN' });
    expect(await byDay()).to.deep.equal({ told: 0, opened: 0, moved: 0 });
    await move('repay', nodeId, '90');
    expect((await byDay()).moved).to.equal(1);
    expect(await openOf(nodeId)).to.deep.equal([]);
    const [job] = await book.db('platform_jobs').where({ name: 'limit-watch-day' });
    const at = (text: string) => new Date(`2026-11-23T${text}+08:00`);
    const next = (text: string) => nextStrike(job, at(text)).getTime();
    expect(next('00:20:00')).to.equal(at('08:00:00').getTime());
    expect(next('08:00:00')).to.equal(at('08:15:00').getTime());
    expect(next('19:45:00')).to.equal(at('08:00:00').getTime() + 86_400_000);
  });

  it('a look that finds nothing waits for nobody and holds nobody up', async () => {
    const nodeId = await line('100');
    await move('draw', nodeId, '95');
    expect((await night()).opened).to.equal(1);
    await book.tx(async (tx) => {
      await lockNode(tx, nodeId);
      expect(await night()).to.deep.equal({ told: 0, opened: 0, moved: 0 });
    });
    await move('repay', nodeId, '95');
    await night();
  });

  it('refuses to look as of a day that has not come', async () => {
    const ahead = { asOf: addDays(today, 1) };
    expect(await code(watchLimits, ahead, undefined, clock)).to.equal('watch-ahead');
    expect(await code(watchLimits, { asOf: today }, undefined, clock)).to.equal(undefined);
  });

  it('is seen by its bank and the zone, and taken up by its bank alone', async () => {
    const { nodeId, incidentId } = await overdrawn();
    const seen = async (who: Actor) =>
      (await performer.ask(listIncidents, who, { nodeId })).items.length;
    expect([await seen(banker), await seen(officer), await seen(otherBanker)]).to.deep.equal([
      1, 1, 0,
    ]);
    expect(await code(mitigateIncident, { incidentId, reason }, 2, officer)).to.equal(
      'limit-not-owned',
    );
  });

  it('stays one, of the right size, whoever cuts, repays and looks at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => line('100')));
    await Promise.all(ids.map((nodeId) => move('draw', nodeId, '90')));
    await Promise.all([
      ...ids.map((nodeId) => cut(nodeId, '50', 1)),
      ...ids.map((nodeId) => move('repay', nodeId, '10')),
      night(),
      ...ids.map((nodeId) => move('repay', nodeId, '5')),
    ]);
    await book.expectSound();
    await night();
    for (const nodeId of ids) {
      expect(await only(nodeId)).to.include({ severity: 'BREACH', size: '25.00' });
    }
  });

  it('goes through many limits in portions, and reads only what stands out', async () => {
    const place = { zoneId, ownerId: bankId, startsOn, kind: 'ENTERPRISE_LINE' } as const;
    const plain = { revolving: 'R', enforcement: 'HARD', limit: Money.of('100') } as const;
    const ids = Array.from({ length: 1300 }, () => newId('lim'));
    await book.tx((tx) =>
      createNodes(
        tx,
        ids.map((id) => ({ id, name: id, ...place, ...plain })),
      ),
    );
    const steps = ids
      .slice(0, 1100)
      .map((nodeId) => because({ kind: 'draw', nodeId, amount: Money.of('95'), valueOn: today }));
    await book.take(steps);
    expect((await night()).opened).to.equal(1100);
    expect(await night()).to.deep.equal({ told: 0, opened: 0, moved: 0 });
  });
});
