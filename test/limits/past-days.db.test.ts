/**
 * A draw that is dated back, on the database: held against the days since by the journal, also
 * within one batch, on a limit that another bank uses too, and on the short way of a drawdown.
 */
import { expect } from 'chai';
import { up as easedByUnpay } from '../../migrations/0056_limits_eased_by_unpay.ts';
import { drawDown, openSegment, repay } from '../../src/credit/index.ts';
import { Day, Money, isFailure } from '../../src/kernel/index.ts';
import type { Failure } from '../../src/kernel/index.ts';
import type { Step, Taken } from '../../src/limits/index.ts';
import { takeLimits } from '../../src/limits/index.ts';
import { headroom } from '../../src/limits/headroom-queries.ts';
import { plainTerms } from '../../src/limits/rules/dated-terms.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { unfreeze } from '../../src/limits/operations/unfreeze.ts';
import { drawing, lineIn, parkIn } from '../credit/stage.ts';
import { ago, openStage, type Stage, today } from '../support/stage.ts';
import { bankId, because, openLimitBook, type LimitTestBook } from './book.ts';

const now = new Date('2026-11-20T09:00:00+08:00');
const on = (day: number): Day => Day.of(`2026-11-${String(day).padStart(2, '0')}`);
const codes = (results: readonly (Taken | Failure)[]): string[] =>
  results.map((one) => (isFailure(one) ? one.code : 'taken'));
const step = (kind: 'draw' | 'repay', nodeId: string, amount: string, day: number): Step => ({
  kind,
  nodeId,
  amount: Money.of(amount),
  valueOn: on(day),
});

describe('a draw that is dated back, on the database', () => {
  let book: LimitTestBook;
  before(async () => {
    book = await openLimitBook();
  });
  after(() => book.close());

  const take = async (...steps: readonly Step[]) => book.take(steps.map(because), now);
  const line = (id: string, more: object = {}) =>
    book.add({ id, limit: Money.of('30.00'), ...more });

  it('is held against each day since its value day', async () => {
    await line('line');
    await take(step('draw', 'line', '20.00', 10));
    await take(step('repay', 'line', '20.00', 15));
    const [refused] = await take(step('draw', 'line', '10.01', 12));
    const { facts } = refused as Failure;
    expect(facts).to.include({ on: on(12) });
    expect(String(facts['smallestAdmissible'])).to.equal('10.00');
    expect(codes(await take(step('draw', 'line', '10.00', 12)))).to.deep.equal(['taken']);
    expect(codes(await take(step('draw', 'line', '20.00', 15)))).to.deep.equal(['taken']);
  });

  it('sees what others of its batch did on those days', async () => {
    await line('batch');
    await take(step('draw', 'batch', '20.00', 10));
    const taken = await take(
      step('repay', 'batch', '20.00', 15),
      step('draw', 'batch', '6.00', 12),
      step('draw', 'batch', '4.01', 11),
      step('draw', 'batch', '4.00', 11),
      step('draw', 'batch', '0.01', 14),
      step('draw', 'batch', '20.00', 16),
    );
    expect(codes(taken)).to.deep.equal([
      'taken',
      'taken',
      'limit-exceeded',
      'taken',
      'limit-exceeded',
      'taken',
    ]);
  });

  it('knows in older databases too what a repayment taken back leaves less tight', async () => {
    await line('eased-top', { revolving: 'NR' });
    await line('eased', { parentId: 'eased-top', revolving: 'R' });
    await book.change('eased', { terms: { ...plainTerms, lend: Money.zero } }, now);
    await take(step('draw', 'eased', '10.00', 10), step('repay', 'eased', '10.00', 12));
    const unpay = { ...step('repay', 'eased', '10.00', 15), kind: 'unpay', repaid: ['test'] };
    expect(codes(await take(unpay as Step))).to.deep.equal(['taken']);
    const easedOn = async () => (await book.node('eased')).easedOn;
    expect(await easedOn()).to.equal(on(20));
    await book.db.raw("update limits_nodes set eased_on = null where id = 'eased'");
    await easedByUnpay(book.db);
    expect(await easedOn()).to.equal(on(15));
  });

  it('counts what another bank had drawn on a shared limit', async () => {
    const shared = { shared: true, ownerId: 'org_office', kind: 'CAP' as const };
    await book.add({ id: 'group', limit: Money.of('30.00'), ...shared });
    await line('ours', { caps: ['group'] });
    await line('theirs', { caps: ['group'], ownerId: 'org_bank2' });
    await take(step('draw', 'theirs', '25.00', 10));
    await take(step('repay', 'theirs', '25.00', 15));
    const scope = { zones: '*', owners: [bankId] } as const;
    const draw = (amount: string) =>
      book.tx(
        (tx) => takeLimits(tx, [because(step('draw', 'ours', amount, 12))], { now, today: on(20) }),
        scope,
      );
    expect(codes(await draw('5.01'))).to.deep.equal(['limit-exceeded']);
    expect(codes(await draw('5.00'))).to.deep.equal(['taken']);
  });
});

describe('a drawdown that is dated back', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  const outcome = async (lineId: string, amount: string, valueOn: Day): Promise<string> => {
    const answer = await stage.outcome(drawDown, drawing(lineId, amount, { valueOn }), stage.bank);
    return answer.kind === 'refused' ? answer.failure.code : answer.kind;
  };

  it('leaves no past day above its limit', async () => {
    const park = await parkIn(stage, '100000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const first = await stage.done(
      drawDown,
      drawing(lineId, '100.00', { valueOn: ago(9) }),
      stage.bank,
    );
    await stage.done(
      repay,
      { drawdownId: first['drawdownId'], principal: '100.00', interest: '0.00', valueOn: ago(4) },
      stage.bank,
    );
    expect(await outcome(lineId, '0.01', ago(7))).to.equal('limit-exceeded');
    expect(await outcome(lineId, '40.00', ago(4))).to.equal('done');
    expect(await outcome(lineId, '60.00', today)).to.equal('done');
    for (const day of [9, 7, 4, 0]) {
      const { path } = await stage.ask(headroom, { nodeId, asOf: ago(day) }, stage.bank);
      expect(path[0]?.available.startsWith('-'), `${day} days ago`).to.equal(false);
    }
  });

  it('is refused for a day on which a segment was frozen, also on the short way', async () => {
    const park = await parkIn(stage, '100000.00');
    const { agreementId } = park;
    const segment = { agreementId, name: '软段', scope: 'cluster', amount: '500.00' };
    const soft = await stage.done(openSegment, { ...segment, enforcement: 'SOFT' }, stage.bank);
    const { lineId, nodeId } = await lineIn(
      stage,
      { ...park, segmentId: soft['segmentId'] as string },
      '100.00',
    );
    const { path } = await stage.ask(headroom, { nodeId }, stage.bank);
    const above = path[1]?.nodeId ?? '';
    expect(path[1]?.enforcement).to.equal('SOFT');
    // Seen once, so that the next drawdown goes the short way.
    expect(await outcome(lineId, '1.00', today)).to.equal('done');
    const reason = '核查';
    await stage.done(freeze, { nodeId: above, reason }, stage.bank, { expectedVersion: 1 });
    await stage.done(unfreeze, { nodeId: above, reason }, stage.bank, { expectedVersion: 2 });
    await stage.rows(
      `update limits_changes set value_on = '${ago(5)}'
       where node_id = '${above}' and new_value = 'FROZEN'`,
    );
    expect(await outcome(lineId, '1.00', ago(3))).to.equal('limit-frozen');
    expect(await outcome(lineId, '1.00', ago(6))).to.equal('done');
    expect(await outcome(lineId, '1.00', today)).to.equal('done');
  });

  it('does not use what the limit was raised by later', async () => {
    const park = await parkIn(stage, '100000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    await stage.done(changeLimit, { nodeId, limit: '150.00', reason: '增额' }, stage.bank, {
      expectedVersion: 1,
    });
    expect(await outcome(lineId, '100.01', ago(1))).to.equal('limit-exceeded');
    expect(await outcome(lineId, '100.00', ago(1))).to.equal('done');
    expect(await outcome(lineId, '50.00', today)).to.equal('done');
  });
});
