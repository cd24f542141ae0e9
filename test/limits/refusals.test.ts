// Every refusal of the engine by itself, and against all that come after it in the order of
// precedence: each row is arranged so that as many later refusals as can be would apply as well.
import { expect } from 'chai';
import { Failure } from '../../src/kernel/index.ts';
import { limitRefusals, limitScenario } from '../../src/limits/index.ts';
import { calculate } from '../../src/platform/calculation.ts';

interface Step {
  readonly op: string;
  readonly [member: string]: unknown;
}
interface Trial {
  /** Terms of the line; it hangs under a root of 100.00. */
  readonly line?: Readonly<Record<string, unknown>>;
  readonly root?: Readonly<Record<string, unknown>>;
  readonly before?: readonly Step[];
  readonly step: Step;
}
interface Row extends Trial {
  readonly code: string;
  readonly what: string;
}

const draw: Step = { op: 'draw', node: 'line', amount: '1000.00' };
const reserve: Step = { ...draw, op: 'reserve' };
const repay: Step = { ...draw, op: 'repay' };
const expired = { startsOn: '2026-01-01', expiresOn: '2026-11-19' };
const notOpen = { startsOn: '2026-11-21', expiresOn: '2026-11-30' };
const held: Step = { op: 'reserve', node: 'line', amount: '50.00', ref: 'hold' };
const used: Step = { op: 'draw', node: 'line', amount: '50.00', ref: 'use' };

const buckets = [
  { days: 30, amount: '20.00' },
  { days: 60, amount: '10.00' },
];

const rows: readonly Row[] = [
  {
    code: 'reservation-expiry-past',
    what: 'a reservation that ends as it begins, on a frozen line, above the limit',
    line: { state: 'FROZEN' },
    step: { ...reserve, expiresAt: '2026-11-20T00:00:00+08:00' },
  },
  {
    code: 'limit-closed',
    what: 'closed, its root frozen and expired',
    line: { state: 'CLOSED' },
    root: { state: 'FROZEN', ...expired },
    step: { ...draw, of: 'nothing' },
  },
  {
    code: 'limit-closed',
    what: 'a closed root above a frozen line',
    line: { state: 'FROZEN', ...expired },
    root: { state: 'CLOSED' },
    step: reserve,
  },
  {
    code: 'limit-frozen',
    what: 'frozen root, the line not open yet, an unknown reservation',
    line: notOpen,
    root: { state: 'FROZEN' },
    step: { ...draw, of: 'nothing' },
  },
  {
    code: 'limit-not-frozen',
    what: 'unfreezing what is not frozen',
    step: { op: 'unfreeze', node: 'line' },
  },
  {
    code: 'limit-not-open',
    what: 'the line not open yet, the root expired',
    line: notOpen,
    root: expired,
    step: { ...draw, of: 'nothing' },
  },
  {
    code: 'limit-expired',
    what: 'expired yesterday, an unknown reservation, above the limit',
    line: expired,
    step: { ...draw, of: 'nothing' },
  },
  {
    code: 'tenor-missing',
    what: 'a line by tenor, none told, an unknown reservation',
    line: { buckets },
    step: { ...draw, of: 'nothing' },
  },
  {
    code: 'tenor-too-long',
    what: 'a day longer than the longest bucket of the root, the line full',
    root: { buckets },
    line: { buckets: [{ days: 90, amount: '0.00' }] },
    step: { ...draw, tenorDays: 61 },
  },
  {
    code: 'bucket-full',
    what: 'a fen above the bucket, an unknown reservation',
    line: { buckets },
    step: { op: 'draw', node: 'line', amount: '10.01', tenorDays: 31, of: 'nothing' },
  },
  {
    code: 'draw-missing',
    what: 'reversing what was never drawn',
    step: { op: 'reverse', of: 'hold' },
    before: [held],
  },
  {
    code: 'draw-missing',
    what: 'reversing a draw that was refused',
    before: [{ ...draw, ref: 'refused' }],
    step: { op: 'reverse', of: 'refused' },
  },
  {
    code: 'draw-missing',
    what: 'repaying what was never drawn',
    step: { ...repay, of: 'nothing' },
  },
  {
    code: 'draw-already-reversed',
    what: 'reversing twice',
    before: [used, { op: 'reverse', of: 'use' }],
    step: { op: 'reverse', of: 'use' },
  },
  {
    code: 'draw-partly-repaid',
    what: 'reversing a draw of which a fen came back',
    before: [used, { op: 'repay', of: 'use', amount: '0.01' }],
    step: { op: 'reverse', of: 'use' },
  },
  {
    code: 'draw-partly-repaid',
    what: 'reversing more than is outstanding on the line',
    before: [used, { op: 'repay', node: 'line', amount: '0.01' }],
    step: { op: 'reverse', of: 'use' },
  },
  {
    code: 'repayment-exceeds-outstanding',
    what: 'a fen above what is outstanding',
    before: [used],
    step: { op: 'repay', node: 'line', amount: '50.01' },
  },
  {
    code: 'repayment-exceeds-outstanding',
    what: 'a fen above what the named draw still owes',
    before: [used, { ...used, ref: 'other' }, { op: 'repay', of: 'use', amount: '10.00' }],
    step: { op: 'repay', of: 'use', amount: '40.01' },
  },
  {
    code: 'reservation-missing',
    what: 'drawing on an unknown reservation, above the limit',
    step: { ...draw, of: 'nothing' },
  },
  {
    code: 'reservation-missing',
    what: 'releasing where nothing is held',
    step: { op: 'release', node: 'line' },
  },
  {
    code: 'reservation-other-node',
    what: 'a released reservation of another line, above the limit',
    before: [held, { op: 'release', of: 'hold' }],
    step: { ...draw, node: 'other', of: 'hold' },
  },
  {
    code: 'reservation-posted',
    what: 'drawing twice on one reservation',
    before: [held, { ...used, of: 'hold' }],
    step: { ...draw, of: 'hold' },
  },
  {
    code: 'reservation-posted',
    what: 'releasing what was drawn',
    before: [held, { ...used, of: 'hold' }],
    step: { op: 'release', of: 'hold' },
  },
  {
    code: 'reservation-released',
    what: 'drawing on what was released',
    before: [held, { op: 'release', of: 'hold' }],
    step: { ...draw, of: 'hold' },
  },
  {
    code: 'reservation-released',
    what: 'releasing twice',
    before: [held, { op: 'release', of: 'hold' }],
    step: { op: 'release', of: 'hold' },
  },
  {
    code: 'reservation-expired',
    what: 'drawing at the instant of expiry',
    before: [{ ...held, expiresAt: '2026-11-20T12:00:00+08:00' }],
    step: { ...used, of: 'hold', at: '2026-11-20T12:00:00+08:00' },
  },
  {
    code: 'reservation-exceeded',
    what: 'a fen more than reserved, and above the limit',
    before: [{ ...held, amount: '100.00' }],
    step: { ...draw, amount: '100.01', of: 'hold' },
  },
  {
    code: 'limit-exceeded',
    what: 'a fen above the limit',
    step: { ...draw, amount: '100.01' },
  },
];

/** Said where there is a database or another module: see the tests with `db` in their name. */
const elsewhere: readonly string[] = [
  // In freeze-causes.db.test.ts of credit.
  'frozen-otherwise',
  'extension-beyond-parent',
  // In renewal-bounds.db.test.ts of credit.
  'grant-shared',
  // In close.db.test.ts.
  'close-with-line',
  'close-impossible',
  'limit-in-use',
  'limit-open-below',
  'node-missing',
  'parent-missing',
  'limit-not-owned',
  // In risk-pool/pool.db.test.ts.
  'limit-of-pool',
  'version-stale',
  'extension-too-short',
  'move-impossible',
  'move-with-line',
  'cap-expected',
  'cap-nested',
  'over-allocated',
  // In oversubscription.db.test.ts.
  'hard-expected',
  // In borrowing.db.test.ts.
  'no-siblings',
  'parent-soft',
  'bucket-above-limit',
  'bucket-too-long',
  'bucket-above-parent',
  'bucket-under-used',
  'bucket-below-use',
  'borrower-missing',
  'incident-missing',
  'watch-ahead',
  'incident-step',
  'waiver-ended',
  'incident-stands',
];

interface Answer {
  readonly outcome: string;
  readonly code: string | null;
  readonly nodes: unknown;
}

function answersTo({ line, root, before = [], step }: Trial): Answer[] {
  const scenario = {
    at: '2026-11-20',
    nodes: [
      { id: 'root', limit: '100.00', ...root },
      { id: 'line', parent: 'root', limit: '100.00', ...line },
      { id: 'other', parent: 'root', limit: '100.00' },
    ],
    steps: [...before, step],
  };
  return calculate(limitScenario, scenario).steps as Answer[];
}

describe('refusals of limits', () => {
  for (const row of rows) {
    it(`${row.code}: ${row.what}`, () => {
      const answers = answersTo(row);
      const last = answers.at(-1);
      expect(last?.outcome).to.equal('refused');
      expect(last?.code).to.equal(row.code);
    });
  }

  it('have a row each, in the order of precedence', () => {
    const codes = [...new Set(rows.map((row) => row.code))];
    const listed = Object.keys(limitRefusals).filter(
      (code) => !elsewhere.includes(code) && !code.endsWith('-malformed'),
    );
    expect(codes).to.deep.equal(listed);
  });

  it('leave every figure as it was', () => {
    for (const row of rows.filter(({ before = [] }) => before.length > 0)) {
      const answers = answersTo(row);
      const [was, is] = answers.slice(-2);
      if (row.code !== 'reservation-expired') expect(is?.nodes, row.what).to.deep.equal(was?.nodes);
    }
  });

  it('accept the same at the boundary', () => {
    const accepted: readonly (Trial & { readonly what: string })[] = [
      { what: 'exactly the limit', step: { ...draw, amount: '100.00' } },
      { what: 'exactly the limit, held', step: { ...reserve, amount: '100.00' } },
      {
        what: 'exactly what is reserved',
        before: [held],
        step: { ...used, of: 'hold' },
      },
      {
        what: 'exactly what is reserved and available together',
        before: [held],
        step: { ...used, of: 'hold', amount: '100.00', spill: true },
      },
      {
        what: 'exactly what is outstanding',
        before: [used],
        step: { op: 'repay', node: 'line', amount: '50.00' },
      },
      { what: 'the last day', line: { expiresOn: '2026-11-20' }, step: used },
      { what: 'the first day', line: { startsOn: '2026-11-20' }, step: used },
      {
        what: 'a moment before expiry',
        before: [{ ...held, expiresAt: '2026-11-20T12:00:00+08:00' }],
        step: { ...used, of: 'hold', at: '2026-11-20T11:59:59.999+08:00' },
      },
      {
        what: 'repayment of an expired line',
        before: [used],
        line: { expiresOn: '2026-11-20' },
        step: { op: 'repay', node: 'line', amount: '50.00', at: '2026-11-21' },
      },
      {
        what: 'release on a frozen line',
        before: [held, { op: 'freeze', node: 'line' }],
        step: { op: 'release', of: 'hold' },
      },
    ];
    for (const row of accepted) {
      expect(answersTo(row).at(-1)?.outcome, row.what).to.equal('accepted');
    }
  });

  it('one fen above what is reserved and available together is named with what would fit', () => {
    const step = { ...used, of: 'hold', amount: '100.01', spill: true };
    const [, last] = answersTo({ before: [held], step });
    expect(last).to.deep.include({ code: 'limit-exceeded', smallestAdmissible: '100.00' });
  });

  it('of a scenario name every contradiction with its place', () => {
    const malformed = {
      nodes: [
        { id: 'a', parent: 'nobody', limit: '1' },
        { id: 'a', limit: '1' },
        { id: 'b', parent: 'c', limit: '1' },
        { id: 'c', parent: 'b', limit: '1', caps: ['none'] },
      ],
      steps: [
        { op: 'reserve', node: 'a', ref: 'r' },
        { op: 'draw', node: 'x', amount: '1', ref: 'r' },
        { op: 'reverse' },
        { op: 'repay', node: 'a', amount: '0.00' },
        { op: 'reverse', of: 'r', amount: '2' },
      ],
    };
    try {
      calculate(limitScenario, malformed);
    } catch (problem) {
      expect(problem).to.be.instanceOf(Failure);
      const { kind, code, facts } = problem as Failure;
      expect({ kind, code }).to.deep.equal({ kind: 'invalid', code: 'scenario-malformed' });
      expect((facts['problems'] as { path: string }[]).map(({ path }) => path)).to.deep.equal([
        'nodes.1.id',
        'nodes.0.parent',
        'nodes.3.caps',
        'nodes.2.parent',
        'nodes.3.parent',
        'steps.1.ref',
        'steps.0.amount',
        'steps.1.node',
        'steps.2.of',
        'steps.3.amount',
        'steps.4.amount',
      ]);
      return;
    }
    throw new Error('not refused');
  });
});
