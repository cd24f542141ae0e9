// Two people change one limit: whoever comes second hears what was changed since the version that
// he saw, whichever way it was changed.
import { expect } from 'chai';
import { Money, addDays, dayInShanghai, newId } from '../../src/kernel/index.ts';
import type { NewNode } from '../../src/limits/index.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { extend } from '../../src/limits/operations/extend.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { moveNodeOperation } from '../../src/limits/operations/move-node.ts';
import { openCap } from '../../src/limits/operations/open-cap.ts';
import { setCap } from '../../src/limits/operations/set-cap.ts';
import { setOversubscription } from '../../src/limits/operations/set-oversubscription.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { unfreeze } from '../../src/limits/operations/unfreeze.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { LimitTestBook } from './book.ts';
import { openLimitBook } from './book.ts';
import { ask, banker, makePerformer, outputOf, refusalOf } from './desk.ts';

const today = dayInShanghai();
const reason = '年度复核';

interface Change {
  readonly version: number;
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string;
}

describe('a change of a limit that comes too late', () => {
  let book: LimitTestBook;
  let performer: ReturnType<typeof makePerformer>;
  before(async () => {
    book = await openLimitBook();
    performer = makePerformer(book);
  });
  after(() => book.close());

  const line = (more: Partial<NewNode> = {}): Promise<string> =>
    book.add({ id: newId('lim'), limit: Money.of('100'), ...more });
  const done = async (operation: Operation, input: object, version?: number): Promise<unknown> =>
    outputOf(await ask(performer, operation, banker, { reason, ...input }, version));
  const stale = async (operation: Operation, input: object, version: number) => {
    const outcome = await ask(performer, operation, banker, { reason, ...input }, version);
    const refusal = refusalOf(outcome);
    expect(refusal?.code).to.equal('version-stale');
    return refusal?.facts as { version: number; expected: number; changes: Change[] };
  };
  const told = ({ changes }: { readonly changes: readonly Change[] }): string[] =>
    changes.map((one) => `${one.version} ${one.field} ${one.from} ${one.to}`);

  it('hears of amount, state, last day and terms, from each operation', async () => {
    const nodeId = await line({ expiresOn: addDays(today, 10) });
    await done(changeLimit, { nodeId, limit: '80' }, 1);
    await done(freeze, { nodeId }, 2);
    await done(unfreeze, { nodeId }, 3);
    await done(extend, { nodeId, expiresOn: addDays(today, 20) }, 4);
    await done(setTerms, { nodeId, toleranceAmount: '5' }, 5);
    const lateBy: readonly [Operation, object][] = [
      [freeze, { nodeId }],
      [unfreeze, { nodeId }],
      [changeLimit, { nodeId, limit: '70' }],
      [setTerms, { nodeId, toleranceAmount: '6' }],
      [extend, { nodeId, expiresOn: addDays(today, 30) }],
      [setOversubscription, { nodeId, oversub: '1' }],
    ];
    for (const [operation, input] of lateBy) {
      const facts = await stale(operation, input, 1);
      expect([facts.version, facts.expected], operation.name).to.deep.equal([6, 1]);
      expect(told(facts).slice(0, 4)).to.deep.equal([
        '2 amount 100.00 80.00',
        '3 state ACTIVE FROZEN',
        '4 state FROZEN ACTIVE',
        `5 expires_on ${addDays(today, 10)} ${addDays(today, 20)}`,
      ]);
      const tolerance = { field: 'toleranceAmount', from: null, to: '5.00' };
      expect(facts.changes[4]).to.include({ version: 6, ...tolerance, reason });
    }
    expect(told(await stale(freeze, { nodeId }, 4))[0]).to.match(/^5 expires_on/);
  });

  it('hears of over-subscription, of caps, and of what a sibling keeps to itself', async () => {
    const parentId = await line();
    const nodeId = await line({ parentId, limit: Money.of('50') });
    await done(setOversubscription, { nodeId: parentId, oversub: '1.5' }, 1);
    await done(setTerms, { nodeId, lend: '0' }, 1);
    expect(told(await stale(freeze, { nodeId: parentId }, 1))).to.deep.equal([
      '2 oversub null 1.5000',
      '3 fenced false true',
    ]);
    const other = await line();
    const opening = { name: '集团', limit: '90', nodeIds: [nodeId] };
    const { nodeId: capId } = (await done(openCap, opening)) as { nodeId: string };
    expect(told(await stale(freeze, { nodeId }, 2))).to.deep.equal([`3 caps  ${capId}`]);
    const both = [nodeId, other].sort();
    await done(setCap, { nodeId: capId, nodeIds: both }, 1);
    expect(told(await stale(setCap, { nodeId: capId, nodeIds: [other] }, 1))).to.deep.equal([
      `2 carriers ${nodeId} ${both.join(',')}`,
    ]);
  });

  it('hears that it was moved, itself or with a limit above it', async () => {
    const [from, to] = [await line(), await line()];
    const above = await line({ parentId: from });
    const nodeId = await line({ parentId: above });
    await done(moveNodeOperation, { nodeId: above, parentId: to }, 1);
    expect(told(await stale(freeze, { nodeId: above }, 1))).to.deep.equal([
      `2 parent ${from} ${to}`,
    ]);
    expect(told(await stale(freeze, { nodeId }, 1))).to.deep.equal([`2 above ${from} ${to}`]);
    const back = { nodeId: above, parentId: from };
    expect(told(await stale(moveNodeOperation, back, 1))).to.have.length(1);
  });
});
