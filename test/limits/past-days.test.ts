/**
 * A draw that is dated back must have had room on every day since, at exactly the limit and one fen
 * above, in the trial calculation: what was repaid or granted only later was not there yet.
 */
import { expect } from 'chai';
import { Day, Money, isFailure } from '../../src/kernel/index.ts';
import type { Step } from '../../src/limits/index.ts';
import { limitScenario } from '../../src/limits/index.ts';
import { plainTerms } from '../../src/limits/rules/dated-terms.ts';
import { apply, decide } from '../../src/limits/rules/engine.ts';
import { wasTighter } from '../../src/limits/rules/past-days.ts';
import { openBook } from '../../src/limits/rules/scenario-book.ts';
import { calculate } from '../../src/platform/calculation.ts';

interface Answer {
  readonly outcome: string;
  readonly code: string | null;
  readonly smallestAdmissible: string | null;
  readonly binding: readonly Record<string, string>[];
}

const run = (nodes: readonly object[], steps: readonly object[]): Answer[] =>
  calculate(limitScenario, { at: '2026-03-02', nodes, steps }).steps as Answer[];
const outcomes = (answers: readonly Answer[]): string[] =>
  answers.map(({ outcome, code }) => code ?? outcome);
const draw = (at: string, amount: string, more: object = {}) => ({
  op: 'draw',
  node: 'a',
  amount,
  at,
  ...more,
});
const repay = (at: string, amount: string) => ({ op: 'repay', node: 'a', amount, at });

describe('a draw that is dated back', () => {
  const line = [{ id: 'a', limit: '30' }];
  const repaidLater = [draw('2026-11-10', '30'), repay('2026-11-15', '30')];

  it('does not use what was repaid only later', () => {
    const answers = run(line, [...repaidLater, draw('2026-11-12', '0.01')]);
    expect(outcomes(answers)).to.deep.equal(['accepted', 'accepted', 'limit-exceeded']);
    expect(answers[2]?.smallestAdmissible).to.equal('0.00');
    expect(answers[2]?.binding).to.deep.include.members([
      {
        nodeId: 'a',
        name: 'a',
        kind: 'ENTERPRISE_LINE',
        limit: '30.00',
        used: '30.00',
        reserved: '0.00',
        available: '0.00',
        shortBy: '0.01',
        cause: 'used-up',
        on: '2026-11-12',
      },
    ]);
  });

  it('uses it from the day of the repayment on, and exactly what was left before', () => {
    expect(outcomes(run(line, [...repaidLater, draw('2026-11-15', '30')]))).to.deep.equal([
      'accepted',
      'accepted',
      'accepted',
    ]);
    const partly = [draw('2026-11-10', '20'), repay('2026-11-15', '20')];
    const code = (amount: string) =>
      run(line, [...partly, draw('2026-11-12', amount)])[2]?.code ?? 'accepted';
    expect([code('10'), code('10.01')]).to.deep.equal(['accepted', 'limit-exceeded']);
  });

  it('must have had room on the worst day in between, not only on its own', () => {
    const steps = [
      draw('2026-11-10', '5'),
      draw('2026-11-13', '20'),
      repay('2026-11-14', '20'),
      draw('2026-11-11', '5.01'),
      draw('2026-11-11', '5'),
    ];
    const answers = run(line, steps);
    expect(outcomes(answers).slice(3)).to.deep.equal(['limit-exceeded', 'accepted']);
    expect(answers[3]?.binding[0]).to.include({ on: '2026-11-13', used: '25.00' });
    expect(answers[3]?.smallestAdmissible).to.equal('5.00');
  });

  it('does not use what was granted only later, by a change or by a dated step', () => {
    const raised = [
      { op: 'set-limit', node: 'a', amount: '50', at: '2026-11-15' },
      draw('2026-11-12', '30.01'),
      draw('2026-11-12', '30'),
      draw('2026-11-15', '20'),
    ];
    expect(
      outcomes(
        run(line, [draw('2026-11-01', '0.01'), repay('2026-11-01', '0.01'), ...raised]),
      ).slice(2),
    ).to.deep.equal(['accepted', 'limit-exceeded', 'accepted', 'accepted']);
    const stepped = [{ id: 'a', limit: '30', schedule: [{ from: '2026-11-14', amount: '80' }] }];
    const dated = [draw('2026-11-15', '20'), draw('2026-11-13', '30.01'), draw('2026-11-13', '30')];
    expect(outcomes(run(stepped, dated))).to.deep.equal(['accepted', 'limit-exceeded', 'accepted']);
  });

  it('reads terms that end with the last day there is', () => {
    const terms = {
      topUps: [{ ref: 'x', from: '2026-11-12', to: '9999-12-31', amount: '10' }],
    };
    const tree = [{ id: 'a', limit: '30', ...terms }];
    const answers = run(tree, [draw('2026-11-15', '40'), draw('2026-11-11', '0.01')]);
    expect(outcomes(answers)).to.deep.equal(['accepted', 'limit-exceeded']);
  });

  it('asks every node of the path, on its own days', () => {
    const tree = [
      { id: 'top', limit: '40' },
      { id: 'a', limit: '30', parent: 'top' },
      { id: 'b', limit: '30', parent: 'top' },
    ];
    const steps = [
      { op: 'draw', node: 'b', amount: '25', at: '2026-11-10' },
      { op: 'repay', node: 'b', amount: '25', at: '2026-11-20' },
      draw('2026-11-12', '15.01'),
      draw('2026-11-12', '15'),
    ];
    const answers = run(tree, steps);
    expect(outcomes(answers).slice(2)).to.deep.equal(['limit-exceeded', 'accepted']);
    expect(answers[2]?.binding.map(({ nodeId, on }) => [nodeId, on])).to.deep.equal([
      ['top', '2026-11-12'],
    ]);
  });

  it('is refused for a day on which the limit was frozen, though it is open again', () => {
    const steps = [
      draw('2026-11-01', '1'),
      { op: 'freeze', node: 'a', at: '2026-11-10' },
      { op: 'unfreeze', node: 'a', at: '2026-11-15' },
      draw('2026-11-14', '1'),
      draw('2026-11-15', '1'),
      draw('2026-11-09', '1'),
    ];
    const answers = run(line, steps);
    expect(outcomes(answers).slice(3)).to.deep.equal(['limit-frozen', 'accepted', 'accepted']);
    expect(answers[3]?.binding[0]).to.include({ cause: 'frozen', on: '2026-11-14' });
    expect(answers[3]?.smallestAdmissible).to.equal('0.00');
  });

  it('reads a change that was told late from its own value day on', () => {
    const steps = [
      { op: 'set-limit', node: 'a', amount: '50', at: '2026-11-20' },
      { op: 'set-limit', node: 'a', amount: '40', at: '2026-11-10' },
      draw('2026-11-15', '40.01'),
      draw('2026-11-09', '30.01'),
      draw('2026-11-15', '40'),
    ];
    expect(outcomes(run(line, steps)).slice(2)).to.deep.equal([
      'limit-exceeded',
      'limit-exceeded',
      'accepted',
    ]);
  });

  it('on a limit that does not revolve asks nothing but today: nothing ever came back', () => {
    const tree = [{ id: 'a', limit: '30', revolving: 'NR' }];
    const answers = run(tree, [
      draw('2026-11-10', '20'),
      repay('2026-11-15', '20'),
      draw('2026-11-12', '10'),
    ]);
    expect(outcomes(answers)).to.deep.equal(['accepted', 'accepted', 'accepted']);
  });
});

describe('all reasons against a request', () => {
  const bucketed = [
    {
      id: 'main',
      limit: '100',
      buckets: [
        { days: 60, amount: '30' },
        { days: 90, amount: '20' },
      ],
    },
    { id: 'a', limit: '25', parent: 'main' },
  ];
  const at = '2026-11-10';

  it('names the bucket and the amount, and admits the least of what they leave', () => {
    const [first, , full] = run(bucketed, [
      draw(at, '35', { tenorDays: 45 }),
      draw(at, '10', { tenorDays: 45 }),
      draw(at, '21', { tenorDays: 45 }),
    ]);
    expect(first?.code).to.equal('bucket-full');
    expect(first?.smallestAdmissible).to.equal('25.00');
    expect(
      first?.binding.map(({ nodeId, cause, shortBy }) => [nodeId, cause, shortBy]),
    ).to.deep.equal([
      ['main', 'bucket-full', '5.00'],
      ['a', 'used-up', '10.00'],
    ]);
    expect(first?.binding[0]).to.include({ limit: '30.00', used: '0.00', bucketDays: 60 });
    expect(full?.smallestAdmissible).to.equal('15.00');
  });

  it('admits nothing of a tenor that is too long, and says how long is allowed', () => {
    const [answer] = run(bucketed, [draw(at, '26', { tenorDays: 100 })]);
    expect(answer).to.include({ code: 'tenor-too-long', smallestAdmissible: '0.00' });
    expect(answer?.binding[0]).to.include({ cause: 'tenor-too-long', longestDays: 90 });
    expect(answer?.binding[1]).to.include({ nodeId: 'a', cause: 'used-up', shortBy: '1.00' });
  });

  it('names what is short beside what is frozen', () => {
    const answers = run(bucketed, [
      { op: 'freeze', node: 'main', at },
      draw(at, '25.01', { tenorDays: 45 }),
    ]);
    expect(answers[1]).to.include({ code: 'limit-frozen', smallestAdmissible: '0.00' });
    expect(answers[1]?.binding.map(({ nodeId, cause }) => [nodeId, cause])).to.deep.equal([
      ['main', 'frozen'],
      ['a', 'used-up'],
    ]);
  });

  it('tells an accepted draw what its tenor still admits', () => {
    const [answer] = run(bucketed, [draw(at, '20', { tenorDays: 90 })]);
    expect(answer).to.include({ outcome: 'accepted', smallestAdmissible: '0.00' });
  });
});

describe('whether a past day may have been tighter', () => {
  const on = (day: number): Day => Day.of(`2026-11-${day}`);
  const node = (id: string, limit: string, more: object): object => ({
    id,
    name: id,
    kind: 'ENTERPRISE_LINE',
    limit: Money.of(limit),
    startsOn: on(10),
    expiresOn: undefined,
    state: 'ACTIVE',
    enforcement: 'HARD',
    contribution: 'consumed',
    terms: plainTerms,
    caps: [],
    ...more,
  });

  it('is so where a child kept more while it was repaid, though its parent counts the same', () => {
    const lend = { ...plainTerms, lend: Money.zero };
    const book = openBook({
      nodes: [
        node('top', '150.00', { revolving: 'NR' }),
        node('kept', '50.00', { parent: 'top', revolving: 'R', terms: lend }),
      ],
      steps: [],
    } as never);
    const step = (kind: string, day: number, more: object = {}): void => {
      const asked = { kind, nodeId: 'kept', amount: Money.of('46.67'), valueOn: on(day), ...more };
      const movement = decide(book, asked as Step);
      if (isFailure(movement)) throw movement;
      apply(book, movement);
    };
    step('draw', 10);
    expect(wasTighter([...book.nodes.values()], on(12), on(20))).to.equal(false);
    step('repay', 12);
    step('unpay', 15, { repaid: [] });
    expect(wasTighter([...book.nodes.values()], on(12), on(20))).to.equal(true);
    expect(wasTighter([...book.nodes.values()], on(15), on(20))).to.equal(false);
  });
});
