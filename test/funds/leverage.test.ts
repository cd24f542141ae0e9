// 放大倍数: every published figure and the worked ownership graph, then what is refused.
import { expect } from 'chai';
import { Failure, Money } from '../../src/kernel/index.ts';
import type { LeverageAnswer, LeverageInput } from '../../src/funds/leverage-calc.ts';
import { leverageCalc, leverageInput, leverageOutput } from '../../src/funds/leverage-calc.ts';
import type { LeverageDefinition } from '../../src/funds/rules/leverage.ts';
import { leverageFigure } from '../../src/funds/rules/leverage.ts';
import { readCases } from '../kernel/cases.ts';

type Expected = Readonly<Record<string, string | Readonly<Record<string, string>>>>;
interface Case {
  readonly id: string;
  readonly input: unknown;
  readonly expected: Expected;
  readonly tolerance: string;
}
interface Cases {
  readonly figures: readonly Case[];
  readonly graphs: readonly (Case & { readonly trap: { readonly gives: string } })[];
}

const cases = readCases('leverage') as Cases;

const calc = (input: unknown): LeverageAnswer => leverageCalc(leverageInput.parse(input));

function refusal(input: unknown): Failure {
  try {
    calc(input);
  } catch (problem) {
    if (problem instanceof Failure) return problem;
    throw problem;
  }
  throw new Error('not refused');
}

/** Decimal texts as numbers are near enough to compare with a tolerance of 0.00005. */
function expectNear(actual: unknown, expected: string, tolerance: string, name: string): void {
  expect(actual, name).to.be.a('string');
  expect(Number(actual), name).to.be.closeTo(Number(expected), Number(tolerance));
}

function expectAnswer(answer: LeverageAnswer, { expected, tolerance }: Case): void {
  for (const [name, value] of Object.entries(expected)) {
    if (typeof value === 'string') expectNear(answer[name], value, tolerance, name);
    else {
      const group = answer[name] as Record<string, unknown>;
      for (const [key, part] of Object.entries(value)) {
        expectNear(group[key], part, tolerance, `${name}.${key}`);
      }
    }
  }
}

const graph = cases.graphs[0]?.input as Extract<LeverageInput, { mother: unknown }>;

describe('leverage', () => {
  for (const one of [...cases.figures, ...cases.graphs]) {
    it(`reproduces ${one.id}`, () => {
      const answer = calc(one.input);
      expectAnswer(answer, one);
      // Not only near: the same text, rounded once, half-up.
      for (const [name, value] of Object.entries(one.expected)) {
        if (typeof value === 'string') expect(answer[name], name).to.equal(value);
      }
      expect(leverageOutput.parse(answer)).to.deep.equal(answer);
    });
  }

  it('covers the published figures and the worked graph', () => {
    expect(cases.figures).to.have.length(6);
    expect(cases.graphs).to.have.length(1);
  });

  it('names its steps: rule, clause, inputs, formula, result, rounding', () => {
    const { steps } = calc({ numerator: '26', denominator: '10.4', unit: '亿元' });
    expect(steps[0]).to.deep.equal({
      rule: 'leverage.multiple',
      clause: '放大倍数＝分子÷出资额，口径随数字一并保存',
      inputs: { numerator: '26', denominator: '10.4' },
      formula: 'numerator ÷ denominator',
      result: '2.5',
      rounding: 'half-up, 4 decimals',
    });
  });

  for (const [numerator, denominator] of [
    ['26', '10.4'],
    ['49', '19.6'],
  ]) {
    it(`C088: ${numerator} ÷ ${denominator} is 2.5`, () => {
      expect(calc({ numerator, denominator })).to.include({ multiple: '2.5' });
    });
  }

  it('C109: 21 亿 in 28 projects is 0.75 亿 each', () => {
    expect(calc({ numerator: '21', denominator: '28' })).to.include({ multiple: '0.75' });
  });

  it('prints no multiple without the contribution, and says why', () => {
    for (const input of [{ numerator: '180' }, { numerator: '180', denominator: '0' }]) {
      const answer = calc(input);
      expect(answer).to.not.have.property('multiple');
      expect(answer.reason).to.equal('不可计算：缺出资额');
      expect(answer.steps[0]).to.include({ result: null });
    }
    expect(calc({ denominator: '36' })).to.include({ reason: '不可计算：缺规模' });
  });

  it('gives no social multiple when the numerator is below the contribution', () => {
    const answer = calc({ numerator: '3', denominator: '4' });
    expect(answer).to.include({ multiple: '0.75', totalSizeMultiple: '1.75' });
    expect(answer).to.not.have.property('socialMultipleIfNumeratorIsTotalSize');
  });

  it('counts a round once, however many sub-funds took part', () => {
    const trap = cases.graphs[0]?.trap.gives;
    expect(calc(graph)['L3']).to.equal('2.625').and.not.equal(trap);
    const { rounds: _, ...without } = graph;
    expect(calc(without)).to.not.have.any.keys('L3', 'L4City', 'governmentMoneyInProjects');
  });

  it('answers the same whatever the order of the names', () => {
    const turned = (record: object) => Object.fromEntries(Object.entries(record).toReversed());
    const other = calc({
      ...graph,
      mother: turned(graph.mother),
      subFunds: turned(graph.subFunds),
      classOfSource: turned(graph.classOfSource),
    });
    const { steps: _, ...answer } = calc(graph);
    expect(other).to.deep.include(answer);
  });

  it('says of each level why it has no value', () => {
    const answer = calc({
      mother: {},
      subFunds: { A: { private: '10' } },
      classOfSource: { private: 'private' },
    });
    expect(answer).to.not.have.any.keys('L0', 'L1', 'L2AllGovernment');
    expect(answer.reasons).to.include({ L1: '不可计算：缺出资额', L0: '不可计算：缺出资额' });
    expect(answer).to.deep.include({ externalByClass: { gov: '0', state: '0', private: '10' } });
  });
});

describe('leverage: what is refused', () => {
  const classOfSource = { city: 'gov', private: 'private' };
  const of = (subFunds: object, more: object = {}) => ({
    mother: { city: '10' },
    subFunds,
    classOfSource,
    ...more,
  });

  for (const [code, kind, facts, input] of [
    [
      'name-ambiguous',
      'invalid',
      { name: 'A' },
      { ...of({ A: { M: '1' } }), classOfSource: { A: 'gov' } },
    ],
    ['name-ambiguous', 'invalid', { name: 'M' }, of({ M: { city: '1' } })],
    ['source-without-class', 'invalid', { fund: 'A', source: 'bank' }, of({ A: { bank: '1' } })],
    [
      'fund-cycle',
      'refused',
      { path: ['A', 'B', 'C', 'A'] },
      of({ A: { C: '1', M: '1' }, B: { A: '1' }, C: { B: '1' } }),
    ],
    ['fund-cycle', 'refused', { path: ['A', 'A'] }, of({ A: { A: '1', M: '1' } })],
    [
      'fund-cycle',
      'refused',
      { path: ['M', 'A', 'M'] },
      { ...of({ A: { M: '1' } }), mother: { city: '1', A: '1' } },
    ],
    ['fund-without-capital', 'refused', { fund: 'A', owns: 'B' }, of({ A: {}, B: { A: '1' } })],
    [
      'fund-without-capital',
      'refused',
      { fund: 'A', round: 'P' },
      of({ A: {} }, { rounds: { P: { A: '1' } } }),
    ],
    [
      'round-participant-unknown',
      'invalid',
      { round: 'P', participant: 'Z' },
      of({ A: { M: '1' } }, { rounds: { P: { Z: '1' } } }),
    ],
  ] as const) {
    it(`${code} ${JSON.stringify(facts)}`, () => {
      const failure = refusal(input);
      expect(failure).to.include({ code, kind });
      expect(failure.facts).to.deep.equal(facts);
    });
  }

  for (const [what, input] of [
    ['an unknown key', { numerator: '1', denominator: '2', wrong: '3' }],
    ['a number instead of text', { numerator: 1, denominator: '2' }],
    ['a negative amount', { numerator: '-1', denominator: '2' }],
    ['an exponent', { numerator: '1e5', denominator: '2' }],
    ['an unknown class', { ...graph, classOfSource: { ...graph.classOfSource, city: 'town' } }],
    ['half a graph', { mother: { city: '1' } }],
    [
      'more sources than a trial takes',
      {
        ...graph,
        classOfSource: {
          ...graph.classOfSource,
          ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`s${i}`, 'gov'])),
        },
      },
    ],
  ] as const) {
    it(`does not take ${what}`, () => {
      expect(leverageInput.safeParse(input).success).to.equal(false);
    });
  }
});

describe('leverage figure of the book', () => {
  const definition: LeverageDefinition = {
    level: 'L1',
    basis: 'paid-in',
    perspective: 'mother fund',
    numerator: 'all',
    consolidated: false,
    asOf: '2026-06-30',
  };

  it('carries its definition and both halves unrounded', () => {
    const [numerator, denominator] = [Money.of('2000000000.00'), Money.of('300000000.00')];
    const figure = leverageFigure(definition, numerator, denominator);
    expect(figure).to.deep.equal({ definition, numerator, denominator, multiple: '6.6667' });
  });

  it('is not computed from a missing half', () => {
    const figure = leverageFigure(definition, Money.of('18000000000'), undefined);
    expect(figure).to.include({ multiple: undefined, reason: '不可计算：缺出资额' });
    expect(leverageFigure(definition, undefined, Money.of('1'))).to.include({
      multiple: undefined,
      reason: '不可计算：缺规模',
    });
  });
});
