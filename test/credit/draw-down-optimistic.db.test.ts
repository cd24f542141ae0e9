/** Many drawings at once go the optimistic way; what it writes is what the careful way writes. */
import { expect } from 'chai';
import { drawDown, reserve } from '../../src/credit/index.ts';
import { Money } from '../../src/kernel/index.ts';
import { extend } from '../../src/limits/operations/extend.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import type { Outcome } from '../../src/platform/perform.ts';
import { freshKey, openStage, type Stage, today, ago } from '../support/stage.ts';
import { type Park, drawing, lineIn, parkIn } from './stage.ts';

const counted = (outcomes: readonly Outcome[]): Record<string, number> => {
  const by: Record<string, number> = {};
  for (const one of outcomes) {
    const what = one.kind === 'refused' ? one.failure.code : one.kind;
    by[what] = (by[what] ?? 0) + 1;
  }
  return by;
};

describe('drawing optimistically', () => {
  let stage: Stage;
  let park: Park;
  before(async () => {
    stage = await openStage();
    park = await parkIn(stage, '1000000.00');
  });
  after(() => stage.close());

  const all = (inputs: readonly object[]): Promise<Outcome[]> =>
    Promise.all(inputs.map((input) => stage.outcome(drawDown, input, stage.bank)));
  const times = (n: number, input: object): object[] => Array.from({ length: n }, () => input);
  const nodeOf = async (nodeId: string) => {
    const [row] = await stage.rows<{ consumed: string; version: string }>(
      `select consumed, version from limits_nodes where id = '${nodeId}'`,
    );
    return row as { consumed: string; version: string };
  };
  const written = async (lineId: string) => {
    const [row] = await stage.rows<Record<string, string>>(
      `select count(*)::int as drawdowns, sum(d.amount) as amount,
         (select count(*)::int from limits_movements m
          join credit_drawdowns x on x.id = m.source_id where x.line_id = '${lineId}') as movements,
         (select count(*)::int from platform_events e
          join credit_drawdowns x on x.id = e.subject_id where x.line_id = '${lineId}') as events,
         (select count(*)::int from ledger_entries l
          join credit_drawdowns x on x.id = l.source_id where x.line_id = '${lineId}') as entries,
         (select count(*)::int from platform_operations o
          join credit_drawdowns x on x.operation_id = o.id where x.line_id = '${lineId}') as logged
       from credit_drawdowns d where line_id = '${lineId}'`,
    );
    return row;
  };

  it('writes every row of each drawing once', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '5000.00');
    expect(counted(await all(times(3, drawing(lineId, '1.00'))))).to.deep.equal({ done: 3 });
    const outcomes = await all(times(97, drawing(lineId, '10.00')));
    expect(counted(outcomes)).to.deep.equal({ done: 97 });
    expect(await written(lineId)).to.deep.equal({
      drawdowns: 100,
      amount: '973.00',
      movements: 100,
      events: 100,
      entries: 200,
      logged: 100,
    });
    expect((await nodeOf(nodeId)).consumed).to.equal('973.00');
    const left = outcomes.map((one) =>
      one.kind === 'done' ? (one.output as { lineAvailable: string }).lineAvailable : '',
    );
    // Each hears what is left after its own drawing, none the same as another.
    expect(new Set(left).size).to.equal(97);
    expect(left.map((text) => Money.of(text)).some((m) => m.toString() === '4027.00')).to.equal(
      true,
    );
    await stage.check();
  });

  it('admits what fits when not all does, and leaves nothing of the rest', async () => {
    const { lineId } = await lineIn(stage, park, '120.00');
    await all(times(2, drawing(lineId, '10.00')));
    const outcomes = await all(times(200, drawing(lineId, '1.00')));
    expect(counted(outcomes)).to.deep.equal({ done: 100, 'limit-exceeded': 100 });
    expect(await written(lineId)).to.deep.include({ drawdowns: 102, movements: 102, entries: 204 });
    await stage.check();
  });

  it('refuses all on a line frozen since it was last seen', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '1000.00');
    expect(counted(await all(times(20, drawing(lineId, '1.00'))))).to.deep.equal({ done: 20 });
    const { version } = await nodeOf(nodeId);
    const frozen = { nodeId, reason: '示例' };
    await stage.done(freeze, frozen, stage.bank, { expectedVersion: Number(version) });
    expect(counted(await all(times(20, drawing(lineId, '1.00'))))).to.deep.equal({
      'limit-frozen': 20,
    });
    expect(await written(lineId)).to.deep.include({ drawdowns: 20, movements: 20, events: 20 });
    await stage.check();
  });

  it('sees terms that changed behind its back', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '1000.00', { expiresOn: today });
    expect(counted(await all(times(20, drawing(lineId, '1.00'))))).to.deep.equal({ done: 20 });
    // As another process would: this one is not told.
    await stage.rows(
      `update limits_nodes set amount = 25, version = version + 1 where id = '${nodeId}'`,
    );
    const outcomes = await all(times(20, drawing(lineId, '1.00')));
    expect(counted(outcomes)).to.deep.equal({ done: 5, 'limit-exceeded': 15 });
    const { version } = await nodeOf(nodeId);
    const later = { nodeId, expiresOn: ago(-30), reason: '展期' };
    await stage.done(extend, later, stage.bank, { expectedVersion: Number(version) });
    await stage.check();
  });

  it('takes a mixed batch the careful way', async () => {
    const { lineId } = await lineIn(stage, park, '1000.00');
    await all(times(2, drawing(lineId, '1.00')));
    const { reservationId } = await stage.done(reserve, { lineId, amount: '50.00' }, stage.bank);
    const outcomes = await all([
      ...times(30, drawing(lineId, '1.00')),
      drawing(lineId, '50.00', { reservationId }),
      drawing(lineId, '1.00', { valueOn: ago(-5) }),
    ]);
    expect(counted(outcomes)).to.deep.equal({ done: 31, 'value-day-in-future': 1 });
    expect(await written(lineId)).to.deep.include({ drawdowns: 33, amount: '82.00' });
    await stage.check();
  });

  it('gives back a reservation that has run out before it counts headroom', async () => {
    const { lineId } = await lineIn(stage, park, '100.00');
    const { reservationId } = await stage.done(reserve, { lineId, amount: '90.00' }, stage.bank);
    await stage.rows(
      `update limits_reservations set expires_at = now() - interval '1 minute'
       where id = '${reservationId}'`,
    );
    const outcomes = await all(times(100, drawing(lineId, '1.00')));
    expect(counted(outcomes)).to.deep.equal({ done: 100 });
    await stage.check();
  });

  it('answers a repeated key once, inside a batch and after it', async () => {
    const { lineId } = await lineIn(stage, park, '100.00');
    await all(times(2, drawing(lineId, '1.00')));
    const keys = Array.from({ length: 20 }, freshKey);
    const call = (key: string) =>
      stage.performer.perform(drawDown, stage.bank, drawing(lineId, '1.00'), key);
    const first = await Promise.all(keys.map(call));
    const again = await Promise.all(keys.map(call));
    expect(counted(first)).to.deep.equal({ done: 20 });
    expect(again.every((one) => one.kind === 'done' && one.replayed)).to.equal(true);
    expect(await written(lineId)).to.deep.include({ drawdowns: 22 });
    await stage.check();
  });
});
