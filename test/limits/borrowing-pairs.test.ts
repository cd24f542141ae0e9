// Which siblings lend to which, by attributes of the borrower: exactly at the boundary and one fen
// beyond it. Every tree is small enough to be worked out by hand, as the comments do.
import { expect } from 'chai';
import { draw, node, outcomes, run } from './trial.ts';

/** The draw fits to the fen: one more is refused, and the refusal names what fits. */
function expectMost(nodes: readonly object[], on: string, most: string): void {
  const above = most.replace(/\.00$/, '.01');
  const answers = run(nodes, [draw(on, above), draw(on, most)]);
  expect(outcomes(answers)).to.deep.equal(['limit-exceeded', 'accepted']);
  expect(answers[0]?.smallestAdmissible).to.equal(most);
}

/** A borrower with 100 of its own beside a lender with 100, in a park of 200. */
const pair = (borrower: object, lender: object) => [
  node('park', '200'),
  node('A', '100', { parent: 'park', borrow: '200', ...borrower }),
  node('B', '100', { parent: 'park', ...lender }),
];

describe('borrowing by attributes of the borrower', () => {
  const stating = (attributes: object) => ({ attributes });
  const [all, own] = ['200.00', '100.00'];
  const both = { revolving: ['R'], committed: true };
  for (const [what, borrower, lendTo, most] of [
    ['R, asked for R', { revolving: 'R' }, { revolving: ['R'] }, all],
    ['NR, asked for R', { revolving: 'NR' }, { revolving: ['R'] }, own],
    ['NRS, asked for NR or NRS', { revolving: 'NRS' }, { revolving: ['NR', 'NRS'] }, all],
    ['NRS, asked for R or NR', { revolving: 'NRS' }, { revolving: ['R', 'NR'] }, own],
    ...(['funded', 'committed', 'secured'] as const).flatMap(
      (name) =>
        [
          [`${name}, asked for it`, stating({ [name]: true }), { [name]: true }, all],
          [`not ${name}, asked for it`, stating({ [name]: false }), { [name]: true }, own],
          [`${name}, asked for the other`, stating({ [name]: true }), { [name]: false }, own],
          [`not ${name}, asked for that`, stating({ [name]: false }), { [name]: false }, all],
          [`silent on ${name}`, stating({ category: '工业' }), { [name]: true }, own],
          [`silent on not ${name}`, {}, { [name]: false }, own],
        ] as const,
    ),
    ['of a category named', stating({ category: '科技' }), { categories: ['工业', '科技'] }, all],
    ['of another category', stating({ category: '农业' }), { categories: ['工业', '科技'] }, own],
    ['of no category', stating({ funded: true }), { categories: ['工业', '科技'] }, own],
    ['meeting both conditions', stating({ committed: true }), both, all],
    ['meeting one of two', stating({ committed: false }), both, own],
    ['meeting the other of two', { revolving: 'NR', ...stating({ committed: true }) }, both, own],
  ] as const) {
    it(`lends ${most === all ? 'all' : 'nothing'} to a borrower that is ${what}`, () => {
      expectMost(pair(borrower, { lendTo }), 'A', most);
    });
  }

  it('binds at the limit above, as a ring fence does', () => {
    const by = (lender: object) => run(pair({}, lender), [draw('A', '100.01')])[0]?.binding;
    const bound = by({ lendTo: { secured: true } });
    expect(bound?.map(({ nodeId, cause, shortBy }) => [nodeId, cause, shortBy])).to.deep.equal([
      ['park', 'used-up', '0.01'],
    ]);
    expect(bound).to.deep.equal(by({ lend: '0' }));
  });

  it('lends to whom it names no more than it lends at all', () => {
    const lender = { lend: '30', lendTo: { secured: true } };
    expectMost(pair(stating({ secured: true }), lender), 'A', '130.00');
    expectMost(pair({}, lender), 'A', '100.00');
    expectMost(pair(stating({ secured: true }), { ...lender, lend: '0' }), 'A', '100.00');
  });

  it('asks nobody who borrows nothing, and does not ask the lender of itself', () => {
    const nodes = pair({ borrow: '0' }, { lendTo: { secured: true } });
    expectMost(nodes, 'A', '100.00');
    expectMost(nodes, 'B', '100.00');
  });

  it('keeps no more than it has free', () => {
    // 50 of the park are nobody's.
    const nodes = pair({}, { lendTo: { secured: true } }).map((one) =>
      one.id === 'park' ? { ...one, limit: '250' } : one,
    );
    const after = (...steps: readonly object[]) =>
      outcomes(run(nodes, steps)).slice(1 - steps.length);
    const used = draw('B', '60');
    // 250 − 60 − the 40 that B has left.
    expect(after(used, draw('A', '150.01'), draw('A', '150'))).to.deep.equal([
      'limit-exceeded',
      'accepted',
    ]);
    // B stands 40 above its limit and has nothing to keep: 250 − 60.
    const cut = { op: 'set-limit', node: 'B', amount: '20' };
    expect(after(used, cut, draw('A', '190.01'), draw('A', '190'))).to.deep.equal([
      'accepted',
      'limit-exceeded',
      'accepted',
    ]);
  });

  it('follows terms that are set, of the borrower and of the lender', () => {
    const nodes = pair({}, { lendTo: { secured: true } });
    const set = (on: string, terms: object) => ({ op: 'set-terms', node: on, terms });
    const answers = run(nodes, [
      draw('A', '100.01'),
      set('A', { attributes: { secured: true } }),
      draw('A', '150'),
      set('B', { lendTo: { secured: false } }),
      draw('A', '0.01'),
      set('B', { lendTo: null }),
      draw('A', '50'),
    ]);
    expect(outcomes(answers)).to.deep.equal([
      'limit-exceeded',
      'accepted',
      'accepted',
      'accepted',
      'limit-exceeded',
      'accepted',
      'accepted',
    ]);
  });
});

describe('who borrows of whom in a deeper tree', () => {
  const secured = { attributes: { secured: true } };
  const toSecured = { lendTo: { secured: true } };
  /** A segment beside another one, of whose 200 a line of 80 lends only to what is secured. */
  const park = (borrower: object, line: object = {}) => [
    node('park', '300'),
    node('A', '100', { parent: 'park', borrow: '300', ...borrower }),
    node('a', '300', { parent: 'A', ...line }),
    node('S', '200', { parent: 'park' }),
    node('s', '80', { parent: 'S', ...toSecured }),
  ];

  it('asks a limit below a sibling of the same borrower', () => {
    expectMost(park({}), 'A', '220.00');
    expectMost(park(secured), 'A', '300.00');
  });

  it('takes for the borrower the child on the path, not what is drawn on below it', () => {
    expectMost(park({}, secured), 'a', '220.00');
    expectMost(park(secured), 'a', '300.00');
  });

  it('asks once at each step of the path', () => {
    // Beside the line a stands b with 50, beside their segment A stands B with 100.
    const nodes = (line: object, segment: object) => [
      node('park', '200'),
      node('A', '100', { parent: 'park', borrow: '200', ...segment }),
      node('a', '50', { parent: 'A', borrow: '200', ...line }),
      node('b', '50', { parent: 'A', ...toSecured }),
      node('B', '100', { parent: 'park', ...toSecured }),
    ];
    // Of the 200 of the park b keeps 50 from the line, B keeps 100 from the segment.
    expectMost(nodes({}, {}), 'a', '50.00');
    expectMost(nodes(secured, {}), 'a', '100.00');
    expectMost(nodes({}, secured), 'a', '150.00');
    expectMost(nodes(secured, secured), 'a', '200.00');
  });

  it('lends to a limit that is drawn on itself what its sub-lines leave to it', () => {
    const nodes = (main: object) => [
      node('main', '100', main),
      node('x', '40', { parent: 'main', ...toSecured }),
      node('y', '100', { parent: 'main' }),
    ];
    expectMost(nodes({}), 'main', '60.00');
    expectMost(nodes(secured), 'main', '100.00');
    // Below it the borrower is the sub-line: what the limit above states says nothing of that.
    expectMost(nodes(secured), 'y', '60.00');
    expectMost(nodes({}), 'x', '40.00');
  });

  it('asks no rule on the path itself', () => {
    const nodes = [
      node('park', '200'),
      node('A', '100', { parent: 'park', ...toSecured }),
      node('a', '100', { parent: 'A', ...toSecured }),
      node('B', '100', { parent: 'park', borrow: '100' }),
    ];
    expectMost(nodes, 'a', '100.00');
    expectMost(nodes, 'B', '100.00');
  });

  it('keeps no record of who borrowed: whom a limit does not lend to leaves it all it has', () => {
    const nodes = [
      node('park', '300'),
      node('A', '100', { parent: 'park', borrow: '100', ...secured }),
      node('B', '100', { parent: 'park', ...toSecured }),
      node('C', '100', { parent: 'park' }),
    ];
    // A takes what B lends it. The park has 100 left, and B still has 100 free: not for C.
    const answers = run(nodes, [draw('A', '200'), draw('C', '0.01'), draw('B', '100')]);
    expect(outcomes(answers)).to.deep.equal(['accepted', 'limit-exceeded', 'accepted']);
  });

  it('lends what it holds for a borrower although it lends to it no more', () => {
    const set = { op: 'set-terms', node: 'A', terms: { attributes: { secured: false } } };
    const answers = run(pair(secured, toSecured), [
      { op: 'reserve', node: 'A', amount: '150', ref: 'held' },
      set,
      draw('A', '150', { of: 'held' }),
      draw('A', '0.01'),
    ]);
    expect(outcomes(answers)).to.deep.equal(['accepted', 'accepted', 'accepted', 'limit-exceeded']);
  });
});

describe('a rule of lending', () => {
  const secured = { secured: true };
  it('names at least one condition, and none twice', () => {
    for (const lendTo of [{}, { revolving: [] }, { categories: [] }, { revolving: ['X'] }]) {
      expect(() => run(pair({}, { lendTo }), []))
        .to.throw()
        .with.property('code', 'invalid-input');
    }
    expect(() => run(pair({}, { lendTo: { categories: ['科技', '科技'] } }), []))
      .to.throw()
      .with.property('code', 'terms-malformed');
    expect(() => run(pair({ attributes: {} }, {}), []))
      .to.throw()
      .with.property('code', 'invalid-input');
  });

  it('needs a HARD limit above, as lending an amount does', () => {
    const nodes = [
      node('park', '200', { enforcement: 'SOFT' }),
      node('A', '1', { parent: 'park' }),
    ];
    const set = (terms: object) => ({ op: 'set-terms', node: 'A', terms });
    const answers = run(nodes, [set({ lendTo: secured }), set({ attributes: secured })]);
    expect(outcomes(answers)).to.deep.equal(['parent-soft', 'accepted']);
  });
});
