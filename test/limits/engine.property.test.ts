// The pure engine against the oracle: random trees, random histories, every figure of every node
// after every step. YUANXIN_LIMIT_RUNS and YUANXIN_LIMIT_STEPS make it longer by hand (10000 and
// 200).
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Failure } from '../../src/kernel/index.ts';
import { Money } from '../../src/kernel/index.ts';
import type { LimitNode, Movement } from '../../src/limits/index.ts';
import { availableOf, limitScenario } from '../../src/limits/index.ts';
import { toleranceOf } from '../../src/limits/rules/headroom.ts';
import type { LimitBook } from '../../src/limits/rules/headroom.ts';
import { calculate } from '../../src/platform/calculation.ts';
import { Driven } from './driven.ts';
import { beginning, isIdle, later, stepFrom, steps, tree, yuan } from './histories.ts';
import type { DrawnStep } from './histories.ts';
import { termsJson } from './history-terms.ts';
import type { Asked, TreeNode, Verdict, View } from './oracle.ts';
import { Oracle } from './oracle.ts';
import { reasonsOf } from './oracle-request.ts';

const runs = Number(process.env['YUANXIN_LIMIT_RUNS'] ?? 400);
const length = Number(process.env['YUANXIN_LIMIT_STEPS'] ?? 60);

/**
 * Compares first and builds the assertion only to explain: chai alone would take most of the
 * time.
 */
function agree(actual: unknown, wanted: unknown, what: string): void {
  if (actual === wanted || JSON.stringify(actual) === JSON.stringify(wanted)) return;
  expect(actual, what).to.deep.equal(wanted);
  throw new Error(`${what}: the same members in another order`);
}

const figuresOf = (node: LimitNode) => ({
  limit: node.limit.toString(),
  used: node.consumed.toString(),
  reserved: node.reserved.toString(),
  outstanding: node.outstanding.toString(),
  drawn: node.drawn.toString(),
});

const told = (figures: ReadonlyMap<string, object>): Record<string, unknown> =>
  Object.fromEntries(
    [...figures].map(([id, of]) => [
      id,
      Object.fromEntries(Object.entries(of).map(([name, fen]) => [name, yuan(fen as bigint)])),
    ]),
  );

const figures = ({ nodes }: LimitBook): Record<string, unknown> =>
  Object.fromEntries([...nodes.values()].map((node) => [node.id, figuresOf(node)]));

/** I1: a revolving parent is the sum of what its children contribute, and of its own movements. */
function expectParents({ book, journal }: Driven): void {
  for (const node of book.nodes.values()) {
    if (node.revolving !== 'R' || node.id.startsWith('c')) continue;
    const children = [...book.nodes.values()].filter((one) => one.parentId === node.id);
    // A cap below the same root reaches it a second time, and counts once: not by this sum.
    if (children.some(({ id }) => id.startsWith('c'))) continue;
    // What leaves and joins the limits above a node, or its caps, is no movement on it.
    const own = journal
      .filter(({ nodeId, kind }) => nodeId === node.id && kind !== 'leave' && kind !== 'join')
      .map((one) => one.outstanding);
    const contributed = children.map((one) =>
      one.contribution === 'outstanding' ? one.outstanding : one.consumed,
    );
    const sum = Money.sum([...own, ...contributed]);
    agree(node.consumed, sum, `I1 ${node.id}`);
  }
}

/** I2 and I3: nothing is negative, and what stands above its limit does not rise further. */
function expectNoExcess(before: LimitBook['nodes'], after: LimitBook['nodes'], cut: string): void {
  for (const node of after.values()) {
    for (const amount of [node.consumed, node.reserved, node.outstanding, node.drawn]) {
      agree(amount.isNegative(), false, `I2 ${node.id}`);
    }
    const beyond = toleranceOf(node).plus(node.terms.borrow ?? Money.zero);
    const left = availableOf(node).plus(beyond);
    if (node.enforcement === 'SOFT' || !left.isNegative() || node.id === cut) continue;
    const was = availableOf(before.get(node.id) as LimitNode).plus(beyond);
    agree(left.atLeast(was), true, `I3 ${node.id}`);
  }
}

/** I4: what is reserved is what open reservations hold. */
function expectHeld({ book }: Driven, oracle: Oracle): void {
  for (const node of book.nodes.values()) {
    const open = [...book.reservations.values()].filter(
      (one) => one.state === 'PENDING' && oracle.route(one.nodeId).has(node.id),
    );
    const sum = Money.sum(open.map((one) => one.amount));
    agree(node.reserved, sum, `I4 ${node.id}`);
  }
}

/** I6: the journal, replayed from zero, gives the same counters. */
function expectReplay({ book, journal }: Driven): void {
  for (const node of book.nodes.values()) {
    const touching = journal.filter((movement) => movement.consumed.has(node.id));
    const sum = (of: (movement: Movement) => Money): string =>
      Money.sum(touching.map(of)).toString();
    const replayed = {
      limit: node.limit.toString(),
      used: sum((movement) => movement.consumed.get(node.id) as Money),
      reserved: sum((movement) => movement.reserved),
      outstanding: sum((movement) => movement.outstanding),
      drawn: sum((movement) => movement.drawn),
    };
    agree(figuresOf(node), replayed, `I6 ${node.id}`);
  }
}

const tally = { accepted: 0, refused: new Map<string, number>(), caps: new Map<string, number>() };

function count({ op }: Asked, code: string | undefined): void {
  const more = (counts: Map<string, number>, of: string) =>
    counts.set(of, (counts.get(of) ?? 0) + 1);
  if (code === undefined) tally.accepted += 1;
  else more(tally.refused, code);
  if (op === 'set-cap') more(tally.caps, code ?? 'accepted');
}

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([code, n]) => `${code} ${n}`)
    .join(', ');

function bindingOf(failure: Failure | undefined): string[] {
  if (failure?.code !== 'limit-exceeded') return [];
  return (failure.facts['binding'] as { nodeId: string }[]).map(({ nodeId }) => nodeId);
}

const boundBy = ({ code, binding }: Verdict): string[] =>
  code === 'limit-exceeded' ? [...binding] : [];

function expectHistory(
  nodes: readonly TreeNode[],
  drawn: readonly DrawnStep[],
  oracle = new Oracle(nodes),
): void {
  const driven = new Driven(nodes);
  const targets = nodes.map((node) => node.id);
  let now = beginning;
  for (const [i, numbers] of drawn.entries()) {
    if (isIdle(numbers)) continue;
    now = later(now, numbers);
    driven.open(now);
    const view = oracle.look(now);
    const asked = stepFrom(oracle, targets, numbers, { ref: `s${i}`, now, view, backdate: true });
    const verdict = oracle.judge(asked, view);
    const before = new Map(driven.book.nodes);
    const reservations = new Map(driven.book.reservations);
    const failure = driven.take(asked, view);
    agree(failure?.code, verdict.code, `step ${i} ${asked.op}`);
    agree(bindingOf(failure).sort(), boundBy(verdict).sort(), `step ${i}`);
    if (failure && verdict.short) {
      const { short = [], smallest } = reasonsOf(failure);
      agree([...short].sort(), [...verdict.short].sort(), `step ${i} ${verdict.code}`);
      agree(String(smallest), String(verdict.smallest), `step ${i} ${verdict.code} admits`);
    }
    count(asked, verdict.code);
    if (verdict.code === undefined) oracle.accept(asked);
    else {
      // I5: a refusal leaves every value as it was, not merely an equal one.
      for (const [id, node] of before) agree(driven.book.nodes.get(id) === node, true, 'I5');
      for (const [id, one] of reservations) {
        agree(driven.book.reservations.get(id) === one, true, 'I5');
      }
      agree(driven.book.reservations.size, reservations.size, 'I5');
    }
    agree(figures(driven.book), told(oracle.look(now).figures), `step ${i}`);
    expectParents(driven);
    const cut = asked.op === 'set-limit' || asked.op === 'set-terms' ? asked.node : '';
    expectNoExcess(before, driven.book.nodes, cut);
    expectHeld(driven, oracle);
  }
  expectReplay(driven);
}

/** The same history as the JSON of the trial calculation. */
function scenarioOf(nodes: readonly TreeNode[], asked: readonly Asked[]): unknown {
  return {
    nodes: nodes.map(({ terms, ...node }) => ({
      ...node,
      ...termsJson(terms),
      limit: yuan(node.limit),
      kind: 'ENTERPRISE_LINE',
    })),
    steps: asked.map((one) => {
      const { op, ref, node, of, spill, restore } = one;
      return {
        op,
        ref,
        ...(op === 'release' || op === 'reverse' ? {} : { node }),
        ...(of === undefined ? {} : { of }),
        ...(op === 'freeze' || op === 'unfreeze' ? {} : { amount: yuan(one.amount) }),
        ...(op === 'reserve' ? { expiresAt: new Date(one.expiresAt).toISOString() } : {}),
        spill,
        restore,
        ...(one.tenorDays === undefined ? {} : { tenorDays: one.tenorDays }),
        at: new Date(one.now).toISOString(),
      };
    }),
  };
}

interface Answer {
  readonly code: string | null;
  readonly nodes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

function expectScenario(nodes: readonly TreeNode[], drawn: readonly DrawnStep[]): void {
  const oracle = new Oracle(nodes);
  const asked: Asked[] = [];
  const wanted: { code: string | null; nodes: Record<string, unknown> }[] = [];
  let now = beginning;
  for (const [i, numbers] of drawn.entries()) {
    if (isIdle(numbers)) continue;
    now = later(now, numbers);
    const targets = nodes.map((node) => node.id);
    const view = oracle.look(now);
    const step = stepFrom(oracle, targets, numbers, { ref: `s${i}`, now, view, backdate: false });
    const { code } = oracle.judge(step, view);
    if (code === undefined) oracle.accept(step);
    asked.push(step);
    wanted.push({ code: code ?? null, nodes: told(oracle.look(now).figures) });
  }
  const answers = calculate(limitScenario, scenarioOf(nodes, asked)).steps as Answer[];
  const given = answers.map(({ code, nodes: of }) => ({
    code,
    nodes: Object.fromEntries(
      Object.entries(of).map(([id, { limit, used, reserved, outstanding, drawnCumulative }]) => [
        id,
        { limit, used, reserved, outstanding, drawn: drawnCumulative },
      ]),
    ),
  }));
  given.forEach((one, i) => agree(one, wanted[i], `step ${i} ${asked[i]?.op}`));
  agree(given.length, wanted.length, 'steps');
}

/** A model that is wrong by one fen: it takes nothing that fits exactly. */
class OneFenShort extends Oracle {
  override shortages(leaf: string, amount: bigint, view: View): Map<string, bigint> {
    return super.shortages(leaf, amount + 1n, view);
  }
}

describe('the limit engine against an independent model', function () {
  this.timeout(0);

  it(`agrees on ${runs} histories of ${length} steps, and keeps I1 to I6 after each step`, () => {
    fc.assert(
      fc.property(tree, steps(length), (nodes, drawn) => expectHistory(nodes, drawn)),
      { numRuns: runs },
    );
    const total = [...tally.refused.values()].reduce((sum, n) => sum + n, tally.accepted);
    const share = (100 * tally.accepted) / total;
    const accepted = `accepted ${tally.accepted} (${share.toFixed(1)} %)`;
    process.stdout.write(`      ${accepted}; ${listed(tally.refused)}\n`);
    process.stdout.write(`      caps set anew: ${listed(tally.caps)}\n`);
    expect(tally.caps.size).to.be.greaterThan(2);
    expect(share).to.be.greaterThan(20);
    expect(tally.refused.size).to.be.greaterThan(8);
  });

  it('finds a model that is wrong by one fen, and shrinks to the one step that shows it', () => {
    const wrong = fc.property(tree, steps(40), (nodes, drawn) =>
      expectHistory(nodes, drawn, new OneFenShort(nodes)),
    );
    const { failed, counterexample } = fc.check(wrong, { numRuns: 200 });
    expect(failed).to.equal(true);
    const [nodes = [], drawn = []] = counterexample ?? [];
    expect(drawn.filter((step) => !isIdle(step)).length).to.be.at.most(2);
    expect(nodes.length).to.be.at.most(3);
  });

  it('agrees as a trial calculation', () => {
    fc.assert(fc.property(tree, steps(200), expectScenario), { numRuns: Math.max(200, runs / 20) });
  });
});
