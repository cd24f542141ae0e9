// Figures from facts, without a database: the worked ownership graph, what has no answer, what a
// day does to a piece that falls due on it, and the names of figures.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { Day, Money, addDays } from '../../src/kernel/index.ts';
import type { Figure, Question } from '../../src/insight/model.ts';
import { figureId, questionOf } from '../../src/insight/model.ts';
import { pageOfList } from '../../src/insight/page-of-list.ts';
import type { Financing, Programme } from '../../src/insight/rules/exposure.ts';
import { exposureFigures } from '../../src/insight/rules/exposure.ts';
import type { Basis, FundFact, Mother } from '../../src/insight/rules/leverage.ts';
import { motherFigures, poolFigures, reportedFigures } from '../../src/insight/rules/leverage.ts';

const day = Day.of('2026-06-30');
const asked: Question = { kind: 'leverage', asOf: day };
const mother: Mother = {
  id: 'fund_m',
  zoneId: 'zone_1',
  ownerId: 'org_m',
  name: '母基金',
  generated: true,
};

let serial = 0;
const fact = (
  fundId: string,
  partnerFundId: string | null,
  amount: string,
  measure: Basis = 'committed',
  zoneId = 'zone_1',
): FundFact => ({
  factId: `fact_${(serial += 1)}`,
  zoneId,
  fundId,
  fundName: fundId,
  partnerFundId,
  measure,
  amount: Money.of(amount),
  valueOn: day,
});

const sumOf = ({ inputs }: Figure, side: string): string =>
  Money.sum(inputs.filter((i) => i.side === side).map((i) => i.amount)).toString();

describe('leverage from facts', () => {
  const text = readFileSync('test/cases/leverage.json', 'utf8');
  const { graphs } = JSON.parse(text) as {
    graphs: {
      input: { subFunds: Record<string, Record<string, string>> };
      expected: Record<string, string>;
    }[];
  };

  it('gives the L1 of the worked graph, and both of its halves as sums of facts', () => {
    const [graph] = graphs;
    if (!graph) throw new Error('no worked graph');
    const funds: Readonly<Record<string, string>> = { M: mother.id, A: 'A' };
    const facts = Object.entries(graph.input.subFunds).flatMap(([fund, partners]) =>
      Object.entries(partners).map(([partner, amount]) =>
        fact(fund, funds[partner] ?? null, amount),
      ),
    );
    const [committed, paidIn] = motherFigures([mother], facts, asked) as [Figure, Figure];
    expect(committed.value).to.equal(graph.expected['L1']);
    expect(committed.numerator?.toString()).to.equal(`${graph.expected['sumOfSizes']}.00`);
    expect(committed.denominator?.toString()).to.equal(`${graph.expected['motherInSubFunds']}.00`);
    expect(sumOf(committed, 'numerator')).to.equal(committed.numerator?.toString());
    expect(sumOf(committed, 'denominator')).to.equal(committed.denominator?.toString());
    expect(committed.definition).to.deep.equal({
      level: 'L1',
      basis: 'committed',
      perspective: '母基金出资',
      numerator: 'all',
      consolidated: false,
      asOf: day,
    });
    // Nothing was paid in, and committed money does not stand in for it.
    expect(paidIn).to.deep.include({ value: undefined, reason: '不可计算：缺出资额' });
  });

  it('never mixes the bases', () => {
    const facts = [
      fact('A', mother.id, '400'),
      fact('A', null, '1600'),
      fact('A', mother.id, '100', 'paid-in'),
      fact('A', null, '200', 'paid-in'),
    ];
    const values = motherFigures([mother], facts, asked).map((f) => [f.measure, f.value]);
    expect(values).to.deep.equal([
      ['L1-committed', '5'],
      ['L1-paid-in', '3'],
    ]);
  });

  it('leaves out funds of which nothing is left to the mother, and those of another zone', () => {
    const facts = [
      fact('A', mother.id, '100'),
      fact('A', null, '200'),
      fact('B', mother.id, '50'),
      fact('B', mother.id, '-50'),
      fact('B', null, '900'),
      fact('C', mother.id, '10', 'committed', 'zone_2'),
      fact('C', null, '990', 'committed', 'zone_2'),
    ];
    const [committed] = motherFigures([mother], facts, asked);
    expect(committed).to.deep.include({ value: '3' });
  });

  it('says what is missing instead of a multiple', () => {
    const [none] = motherFigures([mother], [fact('A', null, '100')], asked);
    expect(none).to.deep.include({
      numerator: undefined,
      denominator: undefined,
      value: undefined,
      reason: '不可计算：缺出资额',
    });
    const [reported] = reportedFigures(
      [
        {
          id: 'figure_1',
          zoneId: 'zone_1',
          ownerId: 'org_office',
          subject: '子基金总规模',
          measure: 'leverage',
          value: Money.of('18000000000'),
          qualifier: '超',
          source: '某文',
          reportedOn: null,
          otherHalf: '不可计算：缺出资额',
        },
      ],
      asked,
    );
    expect(reported).to.deep.include({
      value: undefined,
      reason: '不可计算：缺出资额',
      qualifier: '超',
    });
    expect(reported?.numerator?.toString()).to.equal('18000000000.00');
  });

  it('divides enrolled loans by what is in the pool, after compensation', () => {
    const pool = { ...mother, id: 'pool_1', scheme: 's' };
    const one = (id: string, amount: string) => ({
      poolId: 'pool_1',
      id,
      amount: Money.of(amount),
      valueOn: day,
    });
    const contributions = [one('c', '100')];
    const loans = [one('l1', '300'), one('l2', '300')];
    const [full] = poolFigures([pool], { contributions, payments: [one('p', '40')], loans }, asked);
    expect(full).to.deep.include({ value: '10' });
    expect(full?.denominator?.toString()).to.equal('60.00');
    expect(full && sumOf(full, 'denominator')).to.equal('60.00');
    const [empty] = poolFigures([pool], { contributions, payments: contributions, loans }, asked);
    expect(empty).to.deep.include({ value: undefined, reason: '不可计算：资金池余额为零' });
    const none = { contributions: [], payments: [], loans };
    expect(poolFigures([pool], none, asked)[0]).to.deep.include({ reason: '不可计算：缺出资额' });
    const nothing = { contributions: [], payments: [], loans: [] };
    expect(poolFigures([pool], nothing, { ...asked, knownAt: new Date() })).to.deep.equal([]);
  });
});

describe('exposure from facts', () => {
  const programme: Programme = {
    id: 'prog_1',
    zoneId: 'zone_1',
    ownerId: 'org_bank',
    name: '项目',
    coreEnterpriseId: 'ent_core',
    coreName: '链主',
    bankName: '示例银行甲',
    generated: true,
    running: true,
    limit: { factId: 'lim_1', amount: Money.of('1000'), valueOn: day },
  };
  const piece = (id: string, tier: number, face: string, dueIn: number): Financing => ({
    id,
    programmeId: 'prog_1',
    tier,
    face: Money.of(face),
    valueOn: addDays(day, -30),
    dueOn: addDays(day, dueIn),
  });
  const question: Question = { kind: 'exposure', asOf: day };

  it('is undue on the day it falls due and overdue from the next day on', () => {
    const pieces = [piece('a', 1, '100', 1), piece('b', 1, '200', 0), piece('c', 2, '300', -1)];
    const lines = exposureFigures([programme], pieces, question);
    expect(
      lines.map((l) => [
        l.part,
        l.numerator?.toString(),
        l.amounts['undue']?.toString(),
        l.amounts['overdue']?.toString(),
        l.value,
      ]),
    ).to.deep.equal([
      ['all', '600.00', '300.00', '300.00', '0.600000'],
      ['1', '300.00', '300.00', '0.00', '0.300000'],
      ['2', '300.00', '0.00', '300.00', '0.300000'],
    ]);
    for (const line of lines) expect(sumOf(line, 'numerator')).to.equal(line.numerator?.toString());
  });

  it('shows a programme that runs with nothing in it, and one that ended with something', () => {
    const ended = { ...programme, running: false };
    expect(exposureFigures([programme], [], question)).to.have.length(1);
    expect(exposureFigures([ended], [], question)).to.have.length(0);
    expect(exposureFigures([ended], [piece('a', 1, '1', 1)], question)).to.have.length(2);
    expect(exposureFigures([programme], [], { ...question, knownAt: new Date() })).to.have.length(
      0,
    );
  });

  it('has a reason where no limit is in force', () => {
    const [line] = exposureFigures([{ ...programme, limit: undefined }], [], question);
    expect(line).to.deep.include({ value: undefined, reason: '不可计算：缺额度' });
  });
});

describe('the name of a figure', () => {
  it('is its whole question, and leads back to it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('leverage' as const, 'exposure' as const),
        fc.integer({ min: 0, max: 40_000 }),
        fc.option(fc.date({ min: new Date(0), max: new Date('2999-01-01'), noInvalidDate: true })),
        (kind, days, knownAt) => {
          const question = {
            asOf: addDays(Day.of('1990-01-01'), days),
            ...(knownAt ? { knownAt } : {}),
          };
          const figure = { kind, measure: 'L1-paid-in', part: 'all', subjectId: 'fund_01ABC' };
          expect(questionOf(figureId(figure, question))).to.deep.equal({ kind, ...question });
        },
      ),
    );
  });

  it('is nothing else', () => {
    for (const text of ['', 'leverage', 'stress~a~all~x~2026-01-01', 'leverage~a~all~x~2026-1-1']) {
      expect(questionOf(text)).to.equal(undefined);
    }
  });
});

describe('a page of a computed list', () => {
  const items = Array.from({ length: 7 }, (_, i) => `item ${i}`);
  const key = (item: string): string => item;

  it('goes on by cursor where it stopped, and by page where it is told', () => {
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = pageOfList(items, { limit: 3, cursor }, key);
      seen.push(...page.items);
      expect(page.total).to.equal(7);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).to.deep.equal(items);
    expect(pageOfList(items, { page: 3, pageSize: 3 }, key)).to.deep.include({
      items: ['item 6'],
      nextCursor: null,
      page: 3,
    });
  });

  it('refuses a cursor of another list, and cursor and page together', () => {
    expect(() => pageOfList(items, { cursor: 'eA' }, key)).to.throw('invalid-input');
    expect(() => pageOfList(items, { cursor: 'eA', page: 1 }, key)).to.throw('invalid-input');
  });
});
