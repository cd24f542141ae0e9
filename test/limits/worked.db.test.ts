// The worked cases on the database: the same steps, each in a transaction of its own, must give
// what the trial calculation gives.
import { expect } from 'chai';
import { isFailure, Day, Money } from '../../src/kernel/index.ts';
import type { LimitNode, Step } from '../../src/limits/index.ts';
import { availableOf } from '../../src/limits/index.ts';
import type { LimitTestBook } from './book.ts';
import { because, far, openLimitBook } from './book.ts';
import type { Answered, Case, CaseStep } from './worked.ts';
import { partExpected, workedCases } from './worked.ts';

const valueOn = Day.of('2026-11-20');

const figuresOf = (node: LimitNode) => ({
  limit: node.limit.toString(),
  used: node.consumed.toString(),
  reserved: node.reserved.toString(),
  available: availableOf(node).toString(),
  outstanding: node.outstanding.toString(),
  drawnCumulative: node.drawn.toString(),
});

/** Ids of one case in a database that all of them share. */
const inCase = ({ id }: Case) => {
  const prefix = id.replaceAll(/\W/g, '-');
  return (name: string): string => `${prefix}_${name}`;
};

async function plant(book: LimitTestBook, one: Case): Promise<void> {
  const own = inCase(one);
  for (const { id, parent, limit, kind: _kind, caps = [], ...terms } of one.scenario.nodes) {
    await book.add({
      id: own(id),
      limit: Money.of(limit),
      parentId: parent === undefined ? undefined : own(parent),
      caps: caps.map(own),
      ...terms,
    });
  }
}

function stepOf(one: Case, step: CaseStep): Step {
  const own = inCase(one);
  const { op, node = '', of: named, spill, restore } = step;
  const of = named === undefined ? undefined : own(named);
  const amount = Money.of(step.amount ?? '0');
  const nodeId = own(node);
  switch (op) {
    case 'reserve':
      return { kind: op, nodeId, amount, valueOn, reservationId: own(step.ref), expiresAt: far };
    case 'draw':
      return { kind: op, nodeId, amount, valueOn, of, spill };
    case 'repay':
      return { kind: op, nodeId, amount, valueOn };
    case 'release':
      return { kind: op, of: of ?? '', valueOn };
    case 'reverse': {
      const drawn = one.scenario.steps.find(({ ref }) => ref === named) as CaseStep;
      const from = drawn.of === undefined ? undefined : own(drawn.of);
      const back = { nodeId: own(drawn.node ?? ''), amount: Money.of(drawn.amount ?? '0') };
      return { kind: op, ...back, valueOn, of: from, restore };
    }
    default:
      throw new Error(`No worked case moves money by ${op}.`);
  }
}

async function carryOut(book: LimitTestBook, one: Case, step: CaseStep) {
  if (step.op === 'set-limit') {
    const limit = Money.of(step.amount ?? '0');
    await book.change(inCase(one)(step.node ?? ''), { limit });
    return undefined;
  }
  const [taken] = await book.take([because(stepOf(one, step))]);
  return isFailure(taken) ? taken : undefined;
}

async function answerOf(book: LimitTestBook, one: Case, step: CaseStep): Promise<Answered> {
  const own = inCase(one);
  const failure = await carryOut(book, one, step);
  const figures: [string, Readonly<Record<string, string>>][] = [];
  for (const { id } of one.scenario.nodes) figures.push([id, figuresOf(await book.node(own(id)))]);
  const binding = JSON.parse(
    JSON.stringify(failure?.facts['binding'] ?? []).replaceAll(own(''), ''),
  ) as Answered['binding'];
  return {
    outcome: failure ? 'refused' : 'accepted',
    code: failure?.code ?? null,
    binding,
    smallestAdmissible: String(failure?.facts['smallestAdmissible']),
    nodes: Object.fromEntries(figures),
  };
}

describe('takeLimits: the worked cases', () => {
  let book: LimitTestBook;
  before(async () => {
    book = await openLimitBook();
  });
  after(() => book.close());

  for (const one of workedCases) {
    it(`${one.id}: ${one.text}`, async () => {
      await plant(book, one);
      for (const step of one.scenario.steps) {
        const answer = await answerOf(book, one, step);
        const { smallestAdmissible, nodes = {}, ...expected } = one.expected[step.ref] ?? {};
        // Headroom is a query's answer, not a counter; what is admissible is said when refusing.
        const counters = Object.entries(nodes).map(([id, figures]) => [
          id,
          Object.fromEntries(Object.entries(figures).filter(([name]) => name !== 'headroom')),
        ]);
        const refused =
          answer.outcome === 'refused' && smallestAdmissible !== undefined
            ? { smallestAdmissible }
            : {};
        const wanted = { ...expected, ...refused, nodes: Object.fromEntries(counters) };
        expect(partExpected(answer, wanted), step.ref).to.deep.equal(wanted);
      }
      await book.expectSound();
    });
  }
});
