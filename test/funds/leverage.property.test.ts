// What must hold for every ownership graph, whatever its shape: nothing is lost on the way through.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { Failure } from '../../src/kernel/index.ts';
import { Fraction } from '../../src/funds/rules/fraction.ts';
import type { GraphAmounts, LeverageGraph } from '../../src/funds/rules/leverage.ts';
import { graphAmounts } from '../../src/funds/rules/leverage.ts';
import type { Amounts, SourceClass } from '../../src/funds/rules/look-through.ts';
import { ownersFirst } from '../../src/funds/rules/look-through.ts';

const classOfSource: Readonly<Record<string, SourceClass>> = {
  city: 'gov',
  province: 'gov',
  soe: 'state',
  bank: 'private',
  people: 'private',
};
const sources = Object.keys(classOfSource);

const amount = fc
  .bigInt({ min: 1n, max: 10n ** 15n })
  .map((fen) => `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`);

const someOf = (names: readonly string[], least = 0): fc.Arbitrary<Amounts> =>
  fc
    .uniqueArray(fc.constantFrom(...names), { minLength: least, maxLength: names.length })
    .chain((chosen) =>
      fc
        .tuple(...chosen.map(() => amount))
        .map((amounts) =>
          Object.fromEntries(chosen.map((name, i) => [name, amounts[i] as string])),
        ),
    );

/**
 * Funds that hold only earlier ones, so there is no cycle; rounds in which any of them take part.
 */
const graphs: fc.Arbitrary<LeverageGraph> = fc.integer({ min: 1, max: 8 }).chain((count) => {
  const names = Array.from({ length: count }, (_, i) => `F${i}`);
  return fc
    .record({
      mother: someOf(sources, 1),
      funds: fc.tuple(...names.map((_, i) => someOf([...sources, 'M', ...names.slice(0, i)], 1))),
      rounds: fc.array(someOf([...names, 'other'], 1), { maxLength: 4 }),
    })
    .map(({ mother, funds, rounds }) => ({
      mother,
      subFunds: Object.fromEntries(names.map((name, i) => [name, funds[i] as Amounts])),
      classOfSource,
      rounds: Object.fromEntries(rounds.map((round, i) => [`P${i}`, round])),
    }));
});

function amountsOf(graph: LeverageGraph): GraphAmounts {
  const amounts = graphAmounts(graph);
  if (amounts instanceof Failure) throw amounts;
  return amounts;
}

const sumOf = (records: readonly Amounts[]): Fraction =>
  Fraction.sum(records.flatMap((record) => Object.values(record).map(Fraction.of)));

/** By walking every path from the fund up to its sources, in floats: slow, and another method. */
function governmentShare(graph: LeverageGraph, fund: string): number {
  const partners = Object.entries(fund === 'M' ? graph.mother : (graph.subFunds[fund] as Amounts));
  const size = partners.reduce((sum, [, text]) => sum + Number(text), 0);
  return partners.reduce((sum, [partner, text]) => {
    const class_ = classOfSource[partner];
    const share = class_ ? Number(class_ === 'gov') : governmentShare(graph, partner);
    return sum + (Number(text) / size) * share;
  }, 0);
}

describe('leverage of any graph', () => {
  it('has government + state + private = external capital, exactly', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { externalByClass: by, externalCapital, externalBySource } = amountsOf(graph);
        const classes = Fraction.sum([by.gov, by.state, by.private]);
        expect(classes.equals(externalCapital)).to.equal(true);
        expect(Fraction.sum(externalBySource.values()).equals(externalCapital)).to.equal(true);
      }),
    );
  });

  it('leaves exactly the flows between sub-funds out of the external capital', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { sumOfSizes, externalCapital } = amountsOf(graph);
        const between = Object.values(graph.subFunds).map((partners) =>
          Object.fromEntries(Object.entries(partners).filter(([name]) => /^F\d$/.test(name))),
        );
        expect(sumOfSizes.equals(sumOf(Object.values(graph.subFunds)))).to.equal(true);
        expect(externalCapital.plus(sumOf(between)).equals(sumOfSizes)).to.equal(true);
      }),
    );
  });

  it('looks through to the same share as a walk along every path', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        for (const [fund, share] of amountsOf(graph).governmentShareOfFund) {
          expect(Number(share.toText(12))).to.be.closeTo(governmentShare(graph, fund), 1e-9);
        }
      }),
    );
  });

  it('has the money of all sources in projects add up to the cost, to 30 digits and more', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const rounds = amountsOf(graph).rounds;
        if (!rounds) throw new Error('the graph has rounds');
        expect(Fraction.sum(rounds.bySource.values()).isNear(rounds.cost, 40)).to.equal(true);
        expect(rounds.total.equals(sumOf(Object.values(graph.rounds ?? {})))).to.equal(true);
      }),
    );
  });

  it('does not depend on the unit', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const scaled = (amounts: Amounts): Amounts =>
          Object.fromEntries(Object.entries(amounts).map(([name, text]) => [name, `${text}0000`]));
        const inUnits = (amounts: Amounts): Amounts =>
          Object.fromEntries(
            Object.entries(scaled(amounts)).map(([name, text]) => [name, text.replace('.', '')]),
          );
        const other = amountsOf({
          ...graph,
          mother: inUnits(graph.mother),
          subFunds: Object.fromEntries(
            Object.entries(graph.subFunds).map(([name, amounts]) => [name, inUnits(amounts)]),
          ),
        });
        for (const [fund, share] of amountsOf(graph).governmentShareOfFund) {
          const same = other.governmentShareOfFund.get(fund) as Fraction;
          expect(same.isNear(share, 40)).to.equal(true);
        }
      }),
    );
  });

  it('names a cycle wherever it is closed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), (length, start) => {
        const name = (i: number) => `F${i % length}`;
        const owners = new Map(
          Array.from({ length }, (_, i) => [name(start + i), [name(start + i + 1), 'city']]),
        );
        const sorted = ownersFirst(owners);
        if (!('cycle' in sorted)) throw new Error('not found');
        expect(sorted.cycle).to.have.length(length + 1);
        expect(sorted.cycle[0]).to.equal(sorted.cycle.at(-1));
        for (const [i, owned] of sorted.cycle.slice(1).entries()) {
          expect(owners.get(owned)).to.include(sorted.cycle[i]);
        }
      }),
    );
  });

  it('walks a chain of 2,000 funds of unequal sizes in no time', function () {
    this.timeout(5000);
    const subFunds = Object.fromEntries(
      Array.from({ length: 2000 }, (_, i) => [
        `F${i}`,
        {
          [i === 0 ? 'M' : `F${i - 1}`]: `${1e6 + i * 7919}.37`,
          people: `${1e6 + i * 104_729}.11`,
        },
      ]),
    );
    const started = performance.now();
    const amounts = amountsOf({ mother: { city: '3', bank: '7' }, subFunds, classOfSource });
    expect(performance.now() - started).to.be.lessThan(3000);
    expect(amounts.governmentShareOfFund.size).to.equal(2000);
  });
});

describe('fraction', () => {
  const decimal = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map((units) => {
    const digits = (units < 0n ? -units : units).toString().padStart(7, '0');
    return `${units < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
  });

  it('adds and takes away, multiplies and divides without loss', () => {
    fc.assert(
      fc.property(decimal, decimal, (left, right) => {
        const [a, b] = [Fraction.of(left), Fraction.of(right)];
        expect(a.plus(b).minus(b).equals(a)).to.equal(true);
        if (!b.isZero()) expect(a.dividedBy(b).times(b).equals(a)).to.equal(true);
      }),
    );
  });

  it('stays short, and near, however long the sum', () => {
    const thirds = Array.from({ length: 300 }, (_, i) =>
      Fraction.one.dividedBy(Fraction.of(String(2 * i + 1))),
    );
    const forward = Fraction.sum(thirds);
    expect(forward.isNear(Fraction.sum(thirds.toReversed()), 70)).to.equal(true);
  });

  for (const [text, places, printed] of [
    ['0.125', 2, '0.13'],
    ['-0.125', 2, '-0.13'],
    ['0.124', 2, '0.12'],
    ['15.000', 4, '15'],
    ['0.50', 4, '0.5'],
    ['-0.00001', 4, '0'],
    ['2.5', 0, '3'],
    ['100', 2, '100'],
  ] as const) {
    it(`prints ${text} to ${places} places as ${printed}`, () => {
      expect(Fraction.of(text).toText(places)).to.equal(printed);
    });
  }

  it('refuses a divisor of zero and text that is no decimal', () => {
    expect(() => Fraction.one.dividedBy(Fraction.zero)).to.throw(RangeError);
    for (const text of ['', '1e3', '.5', '1.', 'NaN', ' 1']) {
      expect(() => Fraction.of(text), text).to.throw(TypeError);
    }
  });
});
