// What a scenario may leave out, how time passes in it, and what it shows of every node.
import { expect } from 'chai';
import { limitScenario } from '../../src/limits/index.ts';
import { calculate } from '../../src/platform/calculation.ts';

interface Answer {
  readonly ref: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly smallestAdmissible: string | null;
  readonly expired: readonly string[];
  readonly binding: readonly { readonly nodeId: string; readonly cause: string }[];
  readonly nodes: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
}

const run = (scenario: unknown): Answer[] => calculate(limitScenario, scenario).steps as Answer[];

const line = { id: 'line', limit: '100' };
const reserve = (amount: string, more: object = {}) => ({
  op: 'reserve',
  node: 'line',
  amount,
  ...more,
});

describe('limit-scenario', () => {
  it('gives back open reservations oldest first, up to the amount', () => {
    const [, , released, all] = run({
      nodes: [line],
      steps: [
        reserve('40', { ref: 'a' }),
        reserve('30', { ref: 'b' }),
        { op: 'release', node: 'line', amount: '50' },
        { op: 'release', node: 'line' },
      ],
    });
    expect(released?.nodes['line']).to.include({ reserved: '20.00', available: '80.00' });
    expect(all?.nodes['line']).to.include({ reserved: '0.00', available: '100.00' });
  });

  it('restores what was drawn and repaid on one day, whatever was reversed or dated back', () => {
    const [, , , , , late, repaid] = run({
      nodes: [{ id: 'line', limit: '200', revolving: 'NRS' }],
      steps: [
        { op: 'draw', node: 'line', amount: '50', ref: 'first', at: '2026-11-02' },
        { op: 'draw', node: 'line', amount: '50', ref: 'second', at: '2026-11-03' },
        { op: 'reverse', of: 'first', at: '2026-11-03' },
        { op: 'draw', node: 'line', amount: '10', at: '2026-11-02' },
        { op: 'draw', node: 'line', amount: '20', ref: 'third', at: '2026-11-03' },
        { op: 'reverse', of: 'third', at: '2026-11-03' },
        { op: 'repay', node: 'line', amount: '50', at: '2026-11-03' },
      ],
    });
    expect(late?.nodes['line']).to.include({ used: '60.00', outstanding: '60.00' });
    // What was drawn on the day before stays used.
    expect(repaid?.nodes['line']).to.include({ used: '10.00', outstanding: '10.00' });
  });

  it('takes node and amount of a draw from its reservation', () => {
    const [, drawn] = run({
      nodes: [line],
      steps: [reserve('40', { ref: 'a' }), { op: 'draw', of: 'a' }],
    });
    expect(drawn?.nodes['line']).to.include({ used: '40.00', reserved: '0.00' });
  });

  it('names steps without a ref by their place', () => {
    const answers = run({ nodes: [line], steps: [reserve('1'), reserve('1')] });
    expect(answers.map(({ ref }) => ref)).to.deep.equal(['#1', '#2']);
  });

  it('keeps the time of the last step that said one, and frees what expired by then', () => {
    const answers = run({
      at: '2026-11-20T09:00:00+08:00',
      nodes: [line],
      steps: [
        reserve('100', { ref: 'a', expiresAt: '2026-11-20T10:00:00+08:00' }),
        reserve('1', { at: '2026-11-20T09:59:59+08:00' }),
        reserve('1', { at: '2026-11-20T10:00:00+08:00' }),
        reserve('99'),
        reserve('1'),
      ],
    });
    expect(answers.map(({ outcome }) => outcome)).to.deep.equal([
      'accepted',
      'refused',
      'accepted',
      'accepted',
      'refused',
    ]);
    expect(answers[2]?.expired).to.deep.equal(['a']);
  });

  it('lets a reservation last until its day is over', () => {
    const [, stillHeld, free] = run({
      at: '2026-11-20',
      nodes: [line],
      steps: [
        reserve('100', { expiresAt: '2026-11-20' }),
        reserve('1', { at: '2026-11-20T23:59:59+08:00' }),
        reserve('1', { at: '2026-11-21' }),
      ],
    });
    expect([stillHeld?.outcome, free?.outcome]).to.deep.equal(['refused', 'accepted']);
  });

  it('shows a frozen path as no headroom, and what is available as arithmetic', () => {
    const steps = run({
      at: '2026-11-20',
      nodes: [
        { id: 'root', limit: '500' },
        { ...line, parent: 'root' },
      ],
      steps: [
        reserve('30'),
        { op: 'freeze', node: 'root' },
        reserve('1'),
        { op: 'unfreeze', node: 'root' },
      ],
    });
    const [, frozen, refused, thawed] = steps;
    expect(frozen?.nodes['line']).to.include({ available: '70.00', headroom: '0.00' });
    expect(refused).to.deep.include({ code: 'limit-frozen', smallestAdmissible: '0.00' });
    expect(refused?.binding).to.have.length(1);
    expect(refused?.binding[0]).to.include({ nodeId: 'root', cause: 'frozen', shortBy: '1.00' });
    expect(thawed?.nodes['line']).to.include({ available: '70.00', headroom: '70.00' });
  });

  it('shows an expired line as no headroom', () => {
    const [expired] = run({
      at: '2026-11-21',
      nodes: [{ ...line, expiresOn: '2026-11-20' }],
      steps: [reserve('1')],
    });
    expect(expired).to.deep.include({ outcome: 'refused', code: 'limit-expired' });
    expect(expired?.nodes['line']).to.include({ available: '100.00', headroom: '0.00' });
  });

  it('shows what a cut leaves above the limit as negative, admits nothing, takes repayment', () => {
    const [, cut, refused, repaid, admitted] = run({
      nodes: [line],
      steps: [
        { op: 'draw', node: 'line', amount: '80' },
        { op: 'set-limit', node: 'line', amount: '50' },
        reserve('0.01'),
        { op: 'repay', node: 'line', amount: '40' },
        reserve('10'),
      ],
    });
    expect(cut).to.deep.include({ outcome: 'accepted', smallestAdmissible: '0.00' });
    expect(cut?.nodes['line']).to.include({ available: '-30.00', headroom: '-30.00' });
    expect(refused?.code).to.equal('limit-exceeded');
    expect(repaid?.nodes['line']).to.include({ available: '10.00' });
    expect(admitted?.outcome).to.equal('accepted');
  });

  it('counts on a SOFT node and refuses nothing there', () => {
    const [over] = run({
      nodes: [
        { id: 'intent', limit: '10', enforcement: 'SOFT' },
        { ...line, parent: 'intent' },
      ],
      steps: [reserve('100')],
    });
    expect(over?.outcome).to.equal('accepted');
    expect(over?.nodes['intent']).to.include({ reserved: '100.00', available: '-90.00' });
  });

  it('has no headroom to show where nothing limits', () => {
    const [soft] = run({
      nodes: [{ ...line, enforcement: 'SOFT' }],
      steps: [{ op: 'draw', node: 'line', amount: '1000' }],
    });
    expect(soft).to.deep.include({ outcome: 'accepted', smallestAdmissible: null });
    expect(soft?.nodes['line']).to.include({ headroom: null, used: '1000.00' });
  });

  it('restores only what was drawn on the same business day where that is agreed (NRS)', () => {
    const answers = run({
      at: '2026-11-20',
      nodes: [{ ...line, revolving: 'NRS' }],
      steps: [
        { op: 'draw', node: 'line', amount: '60' },
        { op: 'repay', node: 'line', amount: '20' },
        reserve('10', { ref: 'hold' }),
        { op: 'repay', node: 'line', amount: '5', at: '2026-11-20T18:00:00+08:00' },
        { op: 'repay', node: 'line', amount: '10', at: '2026-11-21' },
        { op: 'draw', node: 'line', amount: '30' },
        { op: 'repay', node: 'line', amount: '50' },
      ],
    });
    const used = answers.map(({ nodes }) => nodes['line']?.['used']);
    expect(used).to.deep.equal(['60.00', '40.00', '40.00', '35.00', '35.00', '65.00', '35.00']);
  });

  it('counts a movement once on a node above both the line and its cap', () => {
    const [drawn] = run({
      nodes: [
        { id: 'zone', limit: '1000' },
        { id: 'group', parent: 'zone', limit: '200', kind: 'CAP' },
        { ...line, parent: 'zone', caps: ['group'] },
      ],
      steps: [{ op: 'draw', node: 'line', amount: '60' }],
    });
    const used = Object.entries(drawn?.nodes ?? {}).map(([id, { used: of }]) => [id, of]);
    expect(used).to.deep.equal([
      ['zone', '60.00'],
      ['group', '60.00'],
      ['line', '60.00'],
    ]);
  });

  it('explains each step and has no more figures than it promises', () => {
    const [step] = run({ nodes: [line], steps: [reserve('1')] });
    expect(step).to.have.all.keys([
      'ref',
      'outcome',
      'code',
      'binding',
      'smallestAdmissible',
      'expired',
      'nodes',
      'rule',
      'clause',
      'inputs',
      'formula',
      'result',
      'rounding',
    ]);
    expect(step?.nodes['line']).to.deep.equal({
      limit: '100.00',
      used: '0.00',
      reserved: '1.00',
      available: '99.00',
      headroom: '99.00',
      outstanding: '0.00',
      drawnCumulative: '0.00',
      reinstatable: '99.00',
      stranded: '0.00',
    });
  });

  it('refuses what its schema does not know, and amounts of more than two places', () => {
    const wrong: readonly unknown[] = [
      { nodes: [line], steps: [], more: 1 },
      { nodes: [{ ...line, limt: '1' }], steps: [] },
      { nodes: [{ ...line, limit: 100 }], steps: [] },
      { nodes: [line], steps: [reserve('1.001')] },
      { nodes: [line], steps: [reserve('-1')] },
      { nodes: [line], steps: [reserve('10000000000000000')] },
      { nodes: [line], steps: [reserve('1', { at: '2026-02-30' })] },
      { nodes: [line], steps: [{ op: 'grant', node: 'line', amount: '1' }] },
      { nodes: [], steps: [] },
    ];
    for (const scenario of wrong) {
      expect(() => run(scenario), JSON.stringify(scenario)).to.throw('invalid-input');
    }
  });
});
