/** Trial before submit: the same answer and the same effects as the real thing, and no trace. */
import { expect } from 'chai';
import { drawDown, repay, reserve } from '../../src/credit/index.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import { limitEffects } from '../../src/limits/index.ts';
import { ledgerEffects } from '../../src/ledger/index.ts';
import { openStage, type Stage, today } from '../support/stage.ts';
import { drawing, lineIn, type Park, parkIn } from './stage.ts';

interface Effect {
  readonly nodeId: string;
  readonly before: Record<string, string>;
  readonly after: Record<string, string>;
}

describe('trial before submit', () => {
  let stage: Stage;
  let park: Park;
  before(async () => {
    stage = await openStage({
      effects: [limitEffects, ledgerEffects],
      needsApproval: (_operation, _actor, input) =>
        (input as { purpose?: string }).purpose === '大额',
    });
    park = await parkIn(stage, '1000.00');
  });
  after(() => stage.close());

  const tryOut = (operation: Operation, input: unknown, actor: Actor = stage.bank) =>
    stage.performer.tryOut(operation, actor, input);
  const everything = async (): Promise<string> => {
    const tables = await stage.rows<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    );
    const counts = [];
    for (const { name } of tables) {
      const [row] = await stage.rows<{ sum: string }>(
        `select count(*) || ' ' || coalesce(sum(hashtext(t::text)::bigint), 0) as sum
         from "${name}" t`,
      );
      counts.push(`${name} ${row?.sum}`);
    }
    return counts.join('\n');
  };

  it('tells what each node and account would be, and then is so', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '100.00');
    const input = drawing(lineId, '40.00');
    const was = await everything();
    const trial = await tryOut(drawDown, input);
    expect(await everything()).to.equal(was);
    expect(trial.outcome).to.equal('done');
    expect(trial.needsApproval).to.equal(false);
    const limits = trial.effects['limits'] as Effect[];
    expect(limits.map((one) => one.nodeId)[0]).to.equal(nodeId);
    // Line, segment, agreement, and the zone's root, which is the sum of all.
    expect(limits.length).to.equal(4);
    expect(limits[0]).to.deep.include({
      before: { used: '0.00', reserved: '0.00', available: '100.00' },
      after: { used: '40.00', reserved: '0.00', available: '60.00' },
    });
    expect(trial.effects['ledger']).to.deep.include({
      kind: 'loan-principal',
      subjectId: lineId,
      side: 'debit',
      name: '贷款本金',
      amount: '40.00',
      before: '0.00',
      balance: '40.00',
    });
    const real = await stage.done(drawDown, input, stage.bank);
    const told = trial.output as Record<string, string>;
    expect({ ...real, drawdownId: '' }).to.deep.equal({ ...told, drawdownId: '' });
    const again = await tryOut(repay, {
      drawdownId: real['drawdownId'],
      principal: '40.00',
      interest: '1.00',
      valueOn: today,
    });
    expect((again.effects['limits'] as Effect[])[0]?.after['available']).to.equal('100.00');
    await stage.check();
  });

  it('tells a refusal with all that binds, and the approval that would be needed', async () => {
    const { lineId } = await lineIn(stage, park, '10.00');
    const refused = await tryOut(drawDown, drawing(lineId, '10.01'));
    expect(refused.outcome).to.equal('refused');
    expect(refused.failure?.code).to.equal('limit-exceeded');
    expect(refused.failure?.facts['binding']).to.have.length(1);
    const large = await tryOut(drawDown, drawing(lineId, '1.00', { purpose: '大额' }));
    expect(large).to.include({ outcome: 'done', needsApproval: true });
    const held = await tryOut(reserve, { lineId, amount: '4.00' });
    expect((held.effects['limits'] as Effect[])[0]?.after).to.deep.equal({
      used: '0.00',
      reserved: '4.00',
      available: '6.00',
    });
  });

  it('is as closed to others as the real thing', async () => {
    const { lineId } = await lineIn(stage, park, '10.00');
    const other = await tryOut(drawDown, drawing(lineId, '1.00'), stage.otherBank);
    expect(other.failure?.code).to.equal('line-missing');
    const malformed = await tryOut(drawDown, { lineId, amount: '-1' }).catch(
      (problem: unknown) => problem,
    );
    expect(malformed).to.have.property('code', 'invalid-input');
  });

  it('answers a hundred at once without one seeing the other', async () => {
    const { lineId } = await lineIn(stage, park, '10.00');
    const trials = await Promise.all(
      Array.from({ length: 100 }, () => tryOut(drawDown, drawing(lineId, '10.00'))),
    );
    expect(trials.every((one) => one.outcome === 'done')).to.equal(true);
    await stage.check();
  });
});
