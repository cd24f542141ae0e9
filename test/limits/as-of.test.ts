/**
 * A limit as it stood on a past day, by the record of its changes: also where a change is told
 * after another one whose value day is later.
 */
import { expect } from 'chai';
import { Day, Money } from '../../src/kernel/index.ts';
import type { LimitNode } from '../../src/limits/index.ts';
import type { TermRecord } from '../../src/limits/rules/as-of.ts';
import { nodeAsOf, recordsOf } from '../../src/limits/rules/as-of.ts';
import { plainTerms } from '../../src/limits/rules/dated-terms.ts';
import { openBook } from '../../src/limits/rules/scenario-book.ts';

const on = (day: number): Day => Day.of(`2026-11-${String(day).padStart(2, '0')}`);
const told = (day: number): Date => new Date(`${on(day)}T04:00:00Z`);

function nodeOf(limit: string): LimitNode {
  const { nodes } = openBook({
    nodes: [
      {
        id: 'a',
        name: 'a',
        kind: 'ENTERPRISE_LINE',
        limit: Money.of(limit),
        startsOn: on(1),
        expiresOn: undefined,
        terms: plainTerms,
        caps: [],
        state: 'ACTIVE',
        revolving: 'R',
        enforcement: 'HARD',
        contribution: 'consumed',
      },
    ],
    steps: [],
  } as never);
  return nodes.get('a') as LimitNode;
}

/** Amounts set one after another, each with its value day and the day on which it was told. */
function history(first: string, ...changes: readonly [string, number, number][]) {
  let node = nodeOf(first);
  const records: TermRecord[] = [];
  for (const [amount, valueOn, recordedOn] of changes) {
    const granted = Money.of(amount);
    const when = { valueOn: on(valueOn), recordedAt: told(recordedOn) };
    records.push(...recordsOf(node, { granted }, when));
    node = { ...node, granted };
  }
  return (day: number, knownOn?: number): string => {
    const knownAt = knownOn === undefined ? undefined : told(knownOn);
    return nodeAsOf(node, records, { day: on(day), knownAt }).limit.toString();
  };
}

describe('a limit as it stood on a day', () => {
  it('is what was granted at first before any change', () => {
    const limit = history('30', ['50', 10, 10]);
    expect([limit(9), limit(10)]).to.deep.equal(['30.00', '50.00']);
  });

  it('follows what was told last where value days lie before one another', () => {
    const limit = history('30', ['50', 20, 20], ['40', 10, 21]);
    expect([9, 10, 19, 20, 25].map((day) => limit(day))).to.deep.equal([
      '30.00',
      '40.00',
      '40.00',
      '40.00',
      '40.00',
    ]);
  });

  it('follows each change from its day on where they were told in their order', () => {
    const limit = history('30', ['40', 10, 12], ['50', 20, 20]);
    expect([9, 10, 19, 20].map((day) => limit(day))).to.deep.equal([
      '30.00',
      '40.00',
      '40.00',
      '50.00',
    ]);
  });

  it('knows at an instant only what was told by then', () => {
    const limit = history('30', ['50', 20, 20], ['40', 10, 21]);
    expect([limit(15, 20), limit(20, 20), limit(15, 21)]).to.deep.equal([
      '30.00',
      '50.00',
      '40.00',
    ]);
  });

  it('leaves what a change did not touch to the changes that did', () => {
    const node = nodeOf('30');
    const raised = recordsOf(
      node,
      { granted: Money.of('50') },
      { valueOn: on(20), recordedAt: told(20) },
    );
    const frozen = recordsOf(
      { ...node, granted: Money.of('50') },
      { state: 'FROZEN' },
      { valueOn: on(10), recordedAt: told(21) },
    );
    const now: LimitNode = { ...node, granted: Money.of('50'), state: 'FROZEN' };
    const then = nodeAsOf(now, [...raised, ...frozen], { day: on(15), knownAt: undefined });
    expect([then.limit.toString(), then.state]).to.deep.equal(['30.00', 'FROZEN']);
    const before = nodeAsOf(now, [...raised, ...frozen], { day: on(9), knownAt: undefined });
    expect([before.limit.toString(), before.state]).to.deep.equal(['30.00', 'ACTIVE']);
  });
});
