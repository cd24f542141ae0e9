// What the whitelist or a renewal froze is not a person's to thaw, and an extension ends with the
// limit above.
import { expect } from 'chai';
import { addDays } from '../../src/kernel/index.ts';
import { suspendEntry } from '../../src/credit/operations/suspend-entry.ts';
import { extend } from '../../src/limits/operations/extend.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { unfreeze } from '../../src/limits/operations/unfreeze.ts';
import { showNode } from '../../src/limits/queries.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { lineIn, parkIn } from './stage.ts';
import { entryAt, step, versionOf } from './whitelist-stage.ts';

interface Shown {
  readonly state: string;
  readonly frozenFor: readonly string[];
}

describe('what a limit is frozen for', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const seen = async (nodeId: string): Promise<string> => {
    const { state, frozenFor } = (await stage.ask(showNode, { nodeId }, stage.bank)) as Shown;
    return [state, ...frozenFor].join(' ');
  };
  /** Done, or the code of the refusal. */
  const asked = async (operation: Operation, nodeId: string, more = {}): Promise<string> => {
    const { version } = (await stage.ask(showNode, { nodeId }, stage.bank)) as { version: number };
    const input = { nodeId, reason: '测试', ...more };
    const answer = await stage.outcome(operation, input, stage.bank, { expectedVersion: version });
    return answer.kind === 'refused' ? answer.failure.code : answer.kind;
  };
  const suspend = async (entryId: string): Promise<void> => {
    const options = { expectedVersion: await versionOf(stage, entryId) };
    await stage.done(suspendEntry, { entryId, reason: '逾期核查' }, stage.bank, options);
  };

  it('is taken back by what froze it, each cause apart', async () => {
    const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
    const park = await parkIn(stage, '100000000.00');
    const terms = { enterpriseId, whitelistRequired: true };
    const { nodeId } = await lineIn(stage, park, '10000000.00', terms);
    expect(await asked(unfreeze, nodeId)).to.equal('limit-not-frozen');
    await suspend(entryId);
    expect(await seen(nodeId)).to.equal('FROZEN whitelist');
    expect(await asked(unfreeze, nodeId)).to.equal('frozen-otherwise');
    // A person may stop it as well; then both have to open it.
    expect(await asked(freeze, nodeId)).to.equal('done');
    expect(await seen(nodeId)).to.equal('FROZEN whitelist person');
    expect(await asked(freeze, nodeId)).to.equal('limit-frozen');
    expect(await asked(unfreeze, nodeId)).to.equal('frozen-otherwise');
    await step(stage, 'resume', entryId);
    expect(await seen(nodeId)).to.equal('FROZEN person');
    await suspend(entryId);
    expect(await seen(nodeId)).to.equal('FROZEN person whitelist');
    await step(stage, 'resume', entryId);
    expect(await asked(unfreeze, nodeId)).to.equal('done');
    expect(await seen(nodeId)).to.equal('ACTIVE');
    await step(stage, 'exit', entryId, { exitReason: 'FRAUD', reason: '造假' });
    expect(await asked(unfreeze, nodeId)).to.equal('frozen-otherwise');
    await stage.check();
  });

  it('is a renewal, whose predecessor lends no more', async () => {
    const park = await parkIn(stage, '100000000.00');
    const { lineId, nodeId } = await lineIn(stage, park, '10000000.00');
    const renewal = { lineId, expiresOn: ago(-500), reason: '续授信' };
    await stage.done(operationOf('renew-line'), renewal, stage.bank, { expectedVersion: 1 });
    expect(await seen(nodeId)).to.equal('FROZEN renewal');
    expect(await asked(unfreeze, nodeId)).to.equal('frozen-otherwise');
    await stage.check();
  });

  it('is opened, and extended, by two persons', () => {
    expect(freeze.approval).to.equal(undefined);
    for (const { approval } of [unfreeze, extend]) {
      expect(approval).to.deep.include({ always: true, permission: 'limits:approve' });
    }
  });

  it('is extended to the last day of the limit above, and not a day further', async () => {
    const endsOn = ago(-450);
    const park = await parkIn(stage, '100000000.00', { endsOn });
    const { nodeId } = await lineIn(stage, park, '10000000.00');
    const next = { expiresOn: addDays(endsOn, 1) };
    expect(await asked(extend, nodeId, next)).to.equal('extension-beyond-parent');
    expect(await asked(extend, nodeId, { expiresOn: endsOn })).to.equal('done');
    expect(endsOn > today).to.equal(true);
  });
});
