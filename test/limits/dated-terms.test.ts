/**
 * Limits that are more than one amount: schedules, top-ups, collateral, tenor buckets, borrowing.
 * Their worked cases (P-4 to P-6, P-26 to P-30) stand with the others in `worked.test.ts`; here is
 * borrowing against the published recursion, written down again in whole yuan.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { draw, node, outcomes, run } from './trial.ts';

describe('a limit by date', () => {
  it('follows its steps, the latest reached, also below what is used', () => {
    const line = node('a', '100', {
      schedule: [
        { from: '2026-06-01', amount: '50' },
        { from: '2026-04-01', amount: '80' },
      ],
    });
    const answers = run(
      [line],
      [
        draw('a', '90'),
        draw('a', '10.01'),
        draw('a', '10', { at: '2026-03-31' }),
        draw('a', '0.01', { at: '2026-04-01' }),
        { op: 'repay', node: 'a', amount: '60', at: '2026-06-01' },
        draw('a', '10', { at: '2026-06-01' }),
        draw('a', '0.01', { at: '2026-06-02' }),
      ],
    );
    expect(outcomes(answers)).to.deep.equal([
      'accepted',
      'limit-exceeded',
      'accepted',
      'limit-exceeded',
      'accepted',
      'accepted',
      'limit-exceeded',
    ]);
    expect(answers[3]?.nodes['a']).to.include({ limit: '80.00', available: '-20.00' });
  });

  it('knows windows of every year, also over the turn of the year', () => {
    const line = node('a', '100', {
      seasons: [{ from: '11-15', to: '02-10', amount: '150' }],
    });
    const on = (at: string) => run([line], [draw('a', '150', { at })])[0]?.outcome;
    expect(on('2026-11-14')).to.equal('refused');
    expect(on('2026-11-15')).to.equal('accepted');
    expect(on('2027-02-10')).to.equal('accepted');
    expect(on('2027-02-11')).to.equal('refused');
  });

  it('adds a temporary top-up on its days only, both included', () => {
    const line = node('a', '100', {
      topUps: [{ ref: '旺季', amount: '20', from: '2026-05-01', to: '2026-05-31' }],
    });
    const on = (at: string) => run([line], [draw('a', '120', { at })])[0]?.outcome;
    expect(['2026-04-30', '2026-05-01', '2026-05-31', '2026-06-01'].map(on)).to.deep.equal([
      'refused',
      'accepted',
      'accepted',
      'refused',
    ]);
  });

  it('refuses terms that contradict themselves', () => {
    const bad = node('a', '100', {
      topUps: [{ ref: 'x', amount: '1', from: '2026-05-02', to: '2026-05-01' }],
    });
    expect(() => run([bad], []))
      .to.throw()
      .with.property('code', 'terms-malformed');
    const twice = node('a', '1', {
      schedule: [
        { from: '2026-05-02', amount: '1' },
        { from: '2026-05-02', amount: '2' },
      ],
    });
    expect(() => run([twice], []))
      .to.throw()
      .with.property('code', 'terms-malformed');
  });
});

describe('a limit by collateral', () => {
  const pledged = (price: string, quantity: string, more: object = {}) =>
    node('a', '10000000', {
      basis: 'MIN',
      collateral: [{ ref: '股票', price, quantity, haircut: '0.5' }],
      ...more,
    });

  it('adds to the line when the basis says so', () => {
    const [asked] = run([pledged('1', '100', { basis: 'SUM' })], [draw('a', '10000050.01')]);
    expect(asked?.smallestAdmissible).to.equal('10000050.00');
  });
});

describe('tenor buckets', () => {
  const buckets = (one: string, two: string, three: string) => [
    { days: 60, amount: two },
    { days: 30, amount: one },
    { days: 90, amount: three },
  ];
  const tree = [
    node('main', '1000000', { buckets: buckets('500000', '300000', '200000') }),
    node('sub', '1000000', { parent: 'main', buckets: buckets('300000', '200000', '100000') }),
  ];
  const on = (tenorDays: number, amount: string, more: object = {}) =>
    draw('sub', amount, { tenorDays, ...more });

  it('frees the same bucket by repayment and by reversal', () => {
    const answers = run(tree, [
      on(45, '200000', { ref: 'x' }),
      { op: 'repay', of: 'x', amount: '50000' },
      on(60, '50000', { ref: 'y' }),
      { op: 'reverse', of: 'y' },
      on(60, '50000.01'),
      on(60, '50000'),
    ]);
    expect(outcomes(answers)).to.deep.equal([
      'accepted',
      'accepted',
      'accepted',
      'accepted',
      'bucket-full',
      'accepted',
    ]);
  });

  it('asks for the tenor', () => {
    expect(outcomes(run(tree, [draw('sub', '1')]))).to.deep.equal(['tenor-missing']);
  });
});

/** The recursion as published, over whole numbers: quota, lent, borrowed, used. */
interface Cohort {
  readonly id: string;
  readonly parent: string | undefined;
  readonly quota: number;
  readonly lend: number | undefined;
  readonly borrow: number;
}

function largestAdmitted(tree: readonly Cohort[], used: Map<string, number>, leaf: string): number {
  const children = (id: string) => tree.filter((one) => one.parent === id);
  const own = ({ id, quota }: Cohort): number =>
    quota - children(id).reduce((sum, child) => sum + child.quota, 0);
  const free = (one: Cohort, more: number): number => {
    const below = children(one.id);
    const direct = (used.get(one.id) ?? 0) + (one.id === leaf ? more : 0);
    if (below.length === 0) return one.quota - direct;
    return (
      own(one) -
      direct +
      below.reduce((sum, child) => {
        const t = free(child, more);
        return sum + (child.lend === undefined ? t : Math.min(child.lend, t));
      }, 0)
    );
  };
  const admits = (more: number): boolean => {
    for (let id: string | undefined = leaf; id !== undefined;) {
      const one = tree.find((some) => some.id === id) as Cohort;
      if (free(one, more) < -one.borrow) return false;
      id = one.parent;
    }
    return true;
  };
  let most = -1;
  while (most < 500 && admits(most + 1)) most += 1;
  return most;
}

describe('borrowing between segments', () => {
  it('a segment that lends nothing is ring-fenced', () => {
    const nodes = [
      node('park', '300'),
      node('A', '100', { parent: 'park', borrow: '200' }),
      node('B', '100', { parent: 'park', lend: '0' }),
      node('C', '100', { parent: 'park', lend: '40' }),
    ];
    const answers = run(nodes, [
      draw('A', '140.01'),
      draw('A', '140'),
      draw('C', '60.01'),
      draw('C', '60'),
      draw('B', '100'),
    ]);
    expect(outcomes(answers)).to.deep.equal([
      'limit-exceeded',
      'accepted',
      'limit-exceeded',
      'accepted',
      'accepted',
    ]);
    expect(answers[0]?.smallestAdmissible).to.equal('140.00');
  });

  it('admits exactly what the recursion admits', () => {
    const amount = fc.integer({ min: 0, max: 60 });
    const terms = { quota: amount, lend: fc.option(amount, { nil: undefined }), borrow: amount };
    const leaf = fc.record(terms);
    const segment = fc.record({
      ...terms,
      lines: fc.array(leaf, { minLength: 1, maxLength: 3 }),
    });
    const park = fc.record({
      quota: fc.integer({ min: 20, max: 200 }),
      segments: fc.array(segment, { minLength: 1, maxLength: 3 }),
    });
    const wishes = fc.array(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 50 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(park, wishes, ({ quota, segments }, asked) => {
        const tree: Cohort[] = [
          { id: 'park', parent: undefined, quota, lend: undefined, borrow: 0 },
        ];
        segments.forEach(({ lines, ...one }, s) => {
          tree.push({ id: `s${s}`, parent: 'park', ...one });
          lines.forEach((line, l) => tree.push({ id: `s${s}l${l}`, parent: `s${s}`, ...line }));
        });
        const leaves = tree.filter((one) => one.id.includes('l'));
        const used = new Map<string, number>();
        const steps = asked.map(([which, more]) =>
          draw(leaves[which % leaves.length]?.id ?? '', `${more}`),
        );
        const nodes = tree.map(({ id, parent, quota: limit, lend, borrow }) => ({
          id,
          limit: `${limit}`,
          ...(parent === undefined ? {} : { parent }),
          ...(lend === undefined ? {} : { lend: `${lend}` }),
          ...(borrow === 0 ? {} : { borrow: `${borrow}` }),
        }));
        const answers = run(nodes, steps);
        asked.forEach(([which, more], i) => {
          const id = leaves[which % leaves.length]?.id ?? '';
          const most = largestAdmitted(tree, used, id);
          const admitted = more <= most;
          expect(answers[i]?.outcome, `${id} ${more} of ${most}`).to.equal(
            admitted ? 'accepted' : 'refused',
          );
          if (!admitted) {
            const least = `${Math.max(most, 0)}.00`;
            expect(answers[i]?.smallestAdmissible).to.equal(least);
          }
          if (admitted) used.set(id, (used.get(id) ?? 0) + more);
        });
      }),
      { numRuns: 400 },
    );
  });
});
