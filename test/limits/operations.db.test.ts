// Freeze, unfreeze, change and extend through `perform`: versions, reasons, owners, and what a
// draw sees.
import { expect } from 'chai';
import { Day, Money, addDays, dayInShanghai, isFailure, newId } from '../../src/kernel/index.ts';
import { limitsModule } from '../../src/limits/index.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { extend } from '../../src/limits/operations/extend.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { unfreeze } from '../../src/limits/operations/unfreeze.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { Performer } from '../../src/platform/perform.ts';
import type { LimitTestBook } from './book.ts';
import { because, makeZoneRoot, openLimitBook, thrownBy } from './book.ts';
import * as desk from './desk.ts';

const { ask, banker, job, makePerformer, officer, otherBanker, outputOf, refusalOf, stranger } =
  desk;
const today = dayInShanghai(new Date());
const reason = '风险预警';

describe('operations on limits', () => {
  let book: LimitTestBook;
  let performer: Performer;
  before(async () => {
    book = await openLimitBook();
    performer = makePerformer(book);
  });
  after(() => book.close());

  const line = (limit: string, more: object = {}): Promise<string> =>
    book.add({ id: newId('lim'), limit: Money.of(limit), ...more });
  const take = async (kind: 'draw' | 'repay', nodeId: string, amount: string) => {
    const step = { kind, nodeId, amount: Money.of(amount), valueOn: today };
    const [taken] = await book.take([because(step)]);
    return isFailure(taken) ? taken.code : 'taken';
  };
  const events = async (subjectId: string): Promise<{ name: string; payload: unknown }[]> =>
    book
      .db('platform_events')
      .where({ subject_id: subjectId })
      .orderBy('seq')
      .select('name', 'payload');
  const changes = async (nodeId: string): Promise<unknown[]> =>
    book
      .db('limits_changes')
      .where({ node_id: nodeId })
      .orderBy('id')
      .select('field', 'old_value', 'new_value', 'reason', 'value_on');

  it('freeze stops draws, not repayments; unfreeze lets them go on', async () => {
    const nodeId = await line('100.00');
    await take('draw', nodeId, '40.00');
    const frozen = await ask(performer, freeze, banker, { nodeId, reason }, 1);
    expect(outputOf(frozen)).to.deep.equal({ nodeId, state: 'FROZEN', version: 2 });
    expect(await take('draw', nodeId, '1.00')).to.equal('limit-frozen');
    expect(await take('repay', nodeId, '10.00')).to.equal('taken');
    const thawed = await ask(performer, unfreeze, banker, { nodeId, reason: '解除' }, 2);
    expect(outputOf(thawed)).to.deep.equal({ nodeId, state: 'ACTIVE', version: 3 });
    expect(await take('draw', nodeId, '70.00')).to.equal('taken');
    expect(await changes(nodeId)).to.deep.equal([
      { field: 'state', old_value: 'ACTIVE', new_value: 'FROZEN', reason, value_on: today },
      { field: 'state', old_value: 'FROZEN', new_value: 'ACTIVE', reason: '解除', value_on: today },
    ]);
    expect((await events(nodeId)).map(({ name }) => name)).to.deep.equal([
      'limits.limit-frozen',
      'limits.limit-unfrozen',
    ]);
  });

  it('a draw does not change the version of the terms', async () => {
    const nodeId = await line('100.00');
    await take('draw', nodeId, '1.00');
    const frozen = await ask(performer, freeze, banker, { nodeId, reason }, 1);
    expect(frozen.kind).to.equal('done');
  });

  it('a cut below use is carried out and told with its size', async () => {
    const nodeId = await line('100.00');
    await take('draw', nodeId, '80.00');
    const cut = await ask(performer, changeLimit, banker, { nodeId, limit: '50.00', reason }, 1);
    expect(outputOf(cut)).to.deep.equal({
      nodeId,
      state: 'ACTIVE',
      version: 2,
      limit: '50.00',
      available: '-30.00',
      overLimit: '30.00',
      overAllocated: null,
    });
    expect(await take('draw', nodeId, '0.01')).to.equal('limit-exceeded');
    await book.expectSound();
    const told = await events(nodeId);
    expect(told.map(({ name }) => name)).to.deep.equal([
      'limits.limit-changed',
      'limits.over-limit',
    ]);
    expect(told[1]?.payload).to.deep.equal({
      limit: '50.00',
      used: '80.00',
      reserved: '0.00',
      excess: '30.00',
    });
    expect(await take('repay', nodeId, '40.00')).to.equal('taken');
    expect(await take('draw', nodeId, '10.00')).to.equal('taken');
    const raised = await ask(performer, changeLimit, banker, { nodeId, limit: '60', reason }, 2);
    expect(outputOf(raised)).to.include({ available: '10.00', overLimit: null });
  });

  it('a change of the limit always needs a second person, and is rehearsed before', async () => {
    const filing = makePerformer(book, { approvals: true });
    const nodeId = await line('100.00');
    const input = { nodeId, limit: '200.00', reason };
    const filed = await ask(filing, changeLimit, banker, input, 1);
    expect(filed.kind).to.equal('submitted');
    expect(String((await book.node(nodeId)).limit)).to.equal('100.00');
    expect(refusalOf(await ask(filing, changeLimit, banker, input, 2))?.code).to.equal(
      'version-stale',
    );
    expect((await ask(filing, freeze, banker, { nodeId, reason }, 1)).kind).to.equal('done');
    expect(changeLimit.approval).to.include({ always: true, permission: 'limits:approve' });
  });

  it('a limit of zero is a limit, not the absence of one', async () => {
    const nodeId = await line('100.00');
    await ask(performer, changeLimit, banker, { nodeId, limit: '0.00', reason }, 1);
    expect(await take('draw', nodeId, '0.01')).to.equal('limit-exceeded');
  });

  it('an extension revives an expired line', async () => {
    const nodeId = await line('100.00', { expiresOn: addDays(today, -1) });
    expect(await take('draw', nodeId, '1.00')).to.equal('limit-expired');
    const expiresOn = addDays(today, 30);
    const extended = await ask(performer, extend, banker, { nodeId, expiresOn, reason }, 1);
    expect(outputOf(extended)).to.deep.equal({ nodeId, state: 'ACTIVE', version: 2, expiresOn });
    expect(await take('draw', nodeId, '1.00')).to.equal('taken');
  });

  it('an extension ends after the present last day and not before today', async () => {
    const rows: [expiresOn: Day | undefined, to: Day, fits: boolean][] = [
      [addDays(today, 10), addDays(today, 10), false],
      [addDays(today, 10), addDays(today, 11), true],
      [addDays(today, -10), addDays(today, -1), false],
      [addDays(today, -10), today, true],
      [undefined, addDays(today, 10), false],
    ];
    for (const [was, expiresOn, fits] of rows) {
      const nodeId = await line('100.00', { expiresOn: was });
      const outcome = await ask(performer, extend, banker, { nodeId, expiresOn, reason }, 1);
      const code = refusalOf(outcome)?.code ?? 'fits';
      expect(code, `${was} to ${expiresOn}`).to.equal(fits ? 'fits' : 'extension-too-short');
    }
  });

  describe('refuse, in this order', () => {
    const all: readonly [Operation, object][] = [
      [freeze, {}],
      [unfreeze, {}],
      [extend, { expiresOn: '2099-01-01' }],
      [changeLimit, { limit: '1.00' }],
    ];
    const codesOf = async (
      actor: typeof banker,
      nodeId: string,
      version: number,
    ): Promise<string[]> => {
      const codes: string[] = [];
      for (const [operation, more] of all) {
        const outcome = await ask(
          performer,
          operation,
          actor,
          { nodeId, reason, ...more },
          version,
        );
        codes.push(refusalOf(outcome)?.code ?? 'done');
      }
      return codes;
    };
    const four = (code: string): string[] => Array.from({ length: 4 }, () => code);

    it('a node that is not there, or not in sight', async () => {
      const nodeId = await line('100.00');
      expect(await codesOf(banker, 'lim_nobody', 9)).to.deep.equal(four('node-missing'));
      expect(await codesOf(stranger, nodeId, 9)).to.deep.equal(four('node-missing'));
      expect(await codesOf(otherBanker, nodeId, 9)).to.deep.equal(four('node-missing'));
    });

    it('a node of another institution that is in sight', async () => {
      const nodeId = await line('100.00');
      expect(await codesOf(officer, nodeId, 9)).to.deep.equal(four('limit-not-owned'));
      const root = await makeZoneRoot(book);
      expect(await codesOf(banker, root, 9)).to.deep.equal(four('limit-not-owned'));
    });

    it('a version that has passed', async () => {
      const nodeId = await line('100.00');
      await book.change(nodeId, { state: 'CLOSED' });
      expect(await codesOf(banker, nodeId, 1)).to.deep.equal(four('version-stale'));
    });

    it('a node that is settled', async () => {
      const nodeId = await line('100.00');
      await book.change(nodeId, { state: 'CLOSED' });
      expect(await codesOf(banker, nodeId, 2)).to.deep.equal(four('limit-closed'));
    });

    it('what is so already', async () => {
      const nodeId = await line('100.00');
      const thaw = await ask(performer, unfreeze, banker, { nodeId, reason }, 1);
      expect(refusalOf(thaw)?.code).to.equal('limit-not-frozen');
      await ask(performer, freeze, banker, { nodeId, reason }, 1);
      const again = await ask(performer, freeze, banker, { nodeId, reason }, 2);
      expect(refusalOf(again)?.code).to.equal('limit-frozen');
    });

    it('a change without a version or without a reason', async () => {
      const nodeId = await line('100.00');
      const refused = async (work: Promise<unknown>) =>
        ((await thrownBy(work)) as { code?: string } | undefined)?.code;
      for (const [operation, more] of all) {
        const bare = ask(performer, operation, banker, { nodeId, reason, ...more });
        expect(await refused(bare), operation.name).to.equal('if-match-missing');
        const silent = ask(performer, operation, banker, { nodeId, ...more }, 1);
        expect(await refused(silent), operation.name).to.equal('invalid-input');
      }
    });
  });

  it('a job of the platform may change what it does not own', async () => {
    const nodeId = await line('100.00');
    expect((await ask(performer, freeze, job, { nodeId, reason }, 1)).kind).to.equal('done');
  });

  it('are on the list of the module', () => {
    const names = limitsModule.operations.map(({ name }) => name);
    expect(names).to.include.members([freeze, unfreeze, extend, changeLimit].map((o) => o.name));
    for (const operation of [freeze, unfreeze, extend, changeLimit]) {
      expect(operation).to.include({ versioned: true, permission: 'limits:manage' });
    }
  });
});
