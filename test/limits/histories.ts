// Random trees and histories. A history is drawn as numbers and turned into steps against the
// oracle's view, so that amounts lie on and around the limits and many steps are admitted.
import * as fc from 'fast-check';
import { Day, Money, addDays, dayInShanghai } from '../../src/kernel/index.ts';
import type { Step } from '../../src/limits/index.ts';
import { capStepFrom, isCap, openingFrom, settableCaps } from './history-caps.ts';
import { drawnTerms, sharingTerms, termsFrom } from './history-terms.ts';
import { noTerms, shares, toleranceOn } from './oracle-terms.ts';
import type { Asked, Figures, Oracle, TreeNode, View } from './oracle.ts';

const revolving = fc.constantFrom('R', 'R', 'R', 'NR', 'NRS');
const start = Date.parse('2026-11-20T09:00:00+08:00');
const hour = 3_600_000;

const drawnNode = fc.record({
  above: fc.nat(),
  revolving,
  soft: fc.nat(4),
  contribution: fc.constantFrom('consumed', 'consumed', 'outstanding'),
  limit: fc.integer({ min: 5_000, max: 100_000 }),
  lasts: fc.nat(40),
  cap: fc.nat(),
  carries: fc.nat(5),
  terms: drawnTerms,
} as const);
type DrawnNode = typeof drawnNode extends fc.Arbitrary<infer T> ? T : never;

/** A main tree of up to eight nodes, and up to three caps: trees of their own or below the root. */
export const tree: fc.Arbitrary<TreeNode[]> = fc
  .tuple(
    fc.array(drawnNode, { minLength: 2, maxLength: 8 }),
    fc.array(drawnNode, { minLength: 0, maxLength: 3 }),
  )
  .map(([main, caps]) =>
    sharing([...main.map(inMain(caps.length)), ...caps.map(asCap)], [...main, ...caps]),
  );

/** Lending and borrowing need HARD nodes below HARD ones. */
const sharing = (nodes: readonly TreeNode[], drawn: readonly DrawnNode[]): TreeNode[] =>
  nodes.map((node, i) => {
    const parent = nodes.find(({ id }) => id === node.parent);
    const hard = node.enforcement === 'HARD' && parent?.enforcement === 'HARD';
    const numbers = drawn[i]?.terms;
    if (!hard || !numbers || node.id.startsWith('c')) return node;
    return { ...node, terms: sharingTerms(node.terms, numbers) };
  });

const terms = (drawn: DrawnNode): Omit<TreeNode, 'id' | 'parent' | 'caps'> => {
  const soft = drawn.soft === 0;
  return {
    revolving: soft && drawn.revolving === 'NRS' ? 'NR' : drawn.revolving,
    enforcement: soft ? 'SOFT' : 'HARD',
    contribution: drawn.contribution,
    limit: BigInt(drawn.limit),
    expiresOn: drawn.lasts < 3 ? addDays(dayInShanghai(new Date(start)), drawn.lasts) : undefined,
    terms: termsFrom(drawn.terms, start, undefined),
  };
};

const inMain =
  (caps: number) =>
  (drawn: DrawnNode, i: number): TreeNode => ({
    id: `n${i}`,
    parent: i === 0 ? undefined : `n${drawn.above % i}`,
    caps: caps > 0 && drawn.carries < 2 ? [`c${drawn.cap % caps}`] : [],
    ...terms(drawn),
    // The root is what all have in common: large, so that the others are met as well.
    ...(i === 0 ? { limit: BigInt(drawn.limit) * 3n, expiresOn: undefined } : {}),
  });

function asCap(drawn: DrawnNode, i: number): TreeNode {
  const below = drawn.above % 3;
  const parent = below === 0 ? 'n0' : below === 1 && i > 0 ? `c${drawn.cap % i}` : undefined;
  return { id: `c${i}`, parent, caps: [], ...terms(drawn) };
}

const drawnStep = fc.record({
  op: fc.nat(114),
  node: fc.nat(),
  pick: fc.nat(),
  size: fc.nat(9),
  part: fc.integer({ min: 1, max: 100 }),
  later: fc.nat(11),
  back: fc.nat(19),
  flag: fc.boolean(),
  tenorDays: fc.constantFrom(10, 30, 31, 60, 61, 90, 91, undefined),
  terms: drawnTerms,
});
export type DrawnStep = typeof drawnStep extends fc.Arbitrary<infer T> ? T : never;

/** A counterexample shrinks towards steps at which nothing happens. */
export const isIdle = ({ op }: DrawnStep): boolean => op === 0;

export const steps = (count: number): fc.Arbitrary<DrawnStep[]> =>
  fc.array(drawnStep, { minLength: count, maxLength: count, size: 'max' });

/** The clock of a history: it mostly moves by minutes, sometimes by half a day. */
export const later = (now: number, { later: by }: DrawnStep): number =>
  now + (by < 10 ? by * 60_000 : 14 * hour);
export const beginning = start;

const available = ({ limit, used, reserved }: Figures): bigint => limit - used - reserved;

/** The largest amount that fits, buckets aside; 100.00 where nothing limits. */
function headroom(oracle: Oracle, view: View, node: string): bigint {
  let least = 10_000n;
  let lending = false;
  for (const id of oracle.nodes.keys()) {
    lending ||= shares(view.terms.get(id) ?? noTerms);
    if (!oracle.route(node).has(id) || oracle.nodes.get(id)?.enforcement === 'SOFT') continue;
    const left = available(view.figures.get(id) as Figures) + toleranceAt(view, id);
    if (left < least) least = left;
  }
  if (!lending) return least;
  const fits = (amount: bigint): boolean => oracle.shortages(node, amount, view).size === 0;
  let [low, high] = [0n, 200_000n];
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (fits(middle)) low = middle;
    else high = middle - 1n;
  }
  return low;
}

const toleranceAt = (view: View, id: string): bigint =>
  toleranceOn(view.figures.get(id)?.limit ?? 0n, view.terms.get(id) ?? noTerms);

/** On the boundary, one fen beyond, a part, or up to twice as much; never less than a fen. */
function amountNear(target: bigint, { size, part }: DrawnStep): bigint {
  const share = (target * BigInt(part)) / (size === 9 ? 50n : 100n);
  const near = size === 0 ? target : size === 1 ? target + 1n : share;
  return near > 0n ? near : BigInt(part);
}

/** Which kind of step a number stands for. */
function opOf(number: number): Asked['op'] | 'set-cap-limit' {
  if (number < 25) return 'reserve';
  if (number < 58) return 'draw';
  if (number < 74) return 'repay';
  if (number < 82) return 'release';
  if (number < 87) return 'reverse';
  if (number < 90) return 'unpay';
  if (number < 92) return 'freeze';
  if (number < 96) return 'unfreeze';
  if (number < 100) return 'set-limit';
  if (number < 103) return 'set-terms';
  if (number < 107) return 'move';
  if (number < 111) return 'set-cap';
  if (number < 112) return 'set-cap-limit';
  return number < 114 ? 'open' : 'close';
}

/** What is owed at the node itself, by tenor. */
function byTenor({ inTenor }: View, node: string): Map<number | undefined, bigint> {
  const debts = new Map<number | undefined, bigint>();
  for (const one of inTenor) {
    if (one.held || one.node !== node) continue;
    debts.set(one.tenorDays, (debts.get(one.tenorDays) ?? 0n) + one.amount);
  }
  return debts;
}

const pickOf = <T>(list: readonly T[], { pick }: DrawnStep): T | undefined =>
  list.length === 0 ? undefined : list[pick % list.length];

/**
 * The step that the numbers stand for as things are.
 * @param targets the nodes that may be drawn on.
 * @param backdate without it, only what a trial calculation can be asked.
 * @param lines of what prefix limits are opened and rules of caps set; without it there are none.
 */
export function stepFrom(
  oracle: Oracle,
  targets: readonly string[],
  drawn: DrawnStep,
  at: { ref: string; now: number; view: View; backdate: boolean; lines?: string },
): Asked {
  const { ref, now, view, backdate, lines } = at;
  const today = dayInShanghai(new Date(now));
  const day = backdate && drawn.back < 3 ? addDays(today, -1 - drawn.back) : today;
  const node = targets[drawn.node % targets.length] as string;
  const { tenorDays } = drawn;
  const plain = { ref, node, of: undefined, spill: false, restore: false, now, day, tenorDays };
  const expiresAt = now + (drawn.part < 50 ? drawn.part * 6 * 60_000 : 90 * 24 * hour);
  const asked = { ...plain, expiresAt, amount: amountNear(headroom(oracle, view, node), drawn) };
  const op = opOf(drawn.op);
  switch (op) {
    case 'reserve':
      return { ...asked, op };
    case 'draw': {
      // Half of the draws use a reservation, at times one that is spent or another line's.
      const all = [...view.held].filter(([, one]) => one.state === 'open' || drawn.size === 2);
      const [of, one] = (drawn.flag ? pickOf(all, drawn) : undefined) ?? [];
      if (!one) return { ...asked, op };
      const spill = drawn.part % 3 === 0;
      const left = one.open + (spill ? headroom(oracle, view, one.node) : 0n);
      const on = drawn.size === 3 ? node : one.node;
      return { ...asked, op, node: on, of, spill, amount: amountNear(left, drawn) };
    }
    case 'repay': {
      const owing = targets.filter((id) => (view.owed.get(id) ?? 0n) > 0n);
      const target = pickOf(owing, drawn);
      if (target === undefined) return { ...asked, op: 'draw' };
      // A repayment is of something that was drawn, which has one tenor.
      const debts = byTenor(view, target);
      const [of, debt] = pickOf(
        [...debts].filter(([, owed]) => owed > 0n),
        drawn,
      ) ?? [undefined, 0n];
      const amount = amountNear(debt, drawn);
      // Too much is told from the debts of the children only where there are none.
      const known = view.figures.get(target)?.outstanding === debt;
      const within = known || amount <= debt ? amount : debt;
      return { ...asked, op, node: target, tenorDays: of, amount: within };
    }
    case 'release': {
      const all = [...view.held].filter(([, one]) => one.state === 'open' || drawn.size === 2);
      const [of, one] = pickOf(all, drawn) ?? ['nothing', undefined];
      const amount = one && drawn.flag ? amountNear(one.open, drawn) : 10_000_000n;
      return { ...asked, op, node: one?.node ?? node, of, amount };
    }
    case 'reverse': {
      const all = [...view.draws].filter(([, one]) => {
        const debt = byTenor(view, one.node).get(one.tenorDays) ?? 0n;
        const known = view.figures.get(one.node)?.outstanding === debt;
        return !one.reversed && (known || one.amount <= debt);
      });
      const [of, one] = pickOf(all, drawn) ?? [];
      if (!one) return { ...asked, op: 'draw' };
      // To restore what has run out meanwhile would restore nothing.
      const alive = (view.held.get(one.of ?? '')?.expiresAt ?? 0) > now;
      const restore = drawn.flag && alive;
      const { node: on, tenorDays: days, amount, day: drawnOn } = one;
      return { ...asked, op, node: on, of, amount, day: drawnOn, restore, tenorDays: days };
    }
    case 'unpay': {
      const all = [...view.repayments].filter(([, one]) => !one.undone);
      const [of, one] = pickOf(all, drawn) ?? [];
      // What a repayment restored within its day is told by the journal, not by the tree.
      const withinDay = [...oracle.route(one?.node ?? node).keys()].some(
        (id) => oracle.nodes.get(id)?.revolving === 'NRS',
      );
      // A trial calculation undoes no repayments.
      if (!one || withinDay || !backdate) return { ...asked, op: 'draw' };
      const { node: on, tenorDays: days, amount } = one;
      return { ...asked, op, node: on, of, amount, tenorDays: days };
    }
    case 'freeze':
      return { ...asked, op };
    case 'unfreeze': {
      const frozen = pickOf([...view.frozen], drawn);
      if (frozen === undefined && drawn.size > 0) return { ...asked, op: 'reserve' };
      return { ...asked, op, node: frozen ?? node };
    }
    case 'move': {
      if (!backdate) return { ...asked, op: 'freeze' };
      const main = [...oracle.nodes.values()].filter(({ id }) => !isCap(id));
      const movable = main.filter(({ parent }) => parent !== undefined);
      const [from, to] = [movable[drawn.node % Math.max(movable.length, 1)], pickOf(main, drawn)];
      if (!from || !to) return { ...asked, op: 'reserve' };
      return { ...asked, op, node: from.id, of: to.id, day: today };
    }
    case 'set-cap':
      return (
        (backdate && capStepFrom(oracle, drawn, { ...asked, day: today }, lines)) || {
          ...asked,
          op: 'draw',
        }
      );
    case 'set-cap-limit': {
      const cap = pickOf(settableCaps(oracle), drawn);
      if (!backdate || !cap) return { ...asked, op: 'draw' };
      const { limit = 0n } = view.figures.get(cap.id) ?? {};
      const amount = (limit * BigInt(drawn.part + 50)) / 100n;
      return { ...asked, op: 'set-limit', node: cap.id, amount };
    }
    case 'open':
      if (lines === undefined) return { ...asked, op: 'draw' };
      return openingFrom(oracle, drawn, asked, lines) ?? { ...asked, op: 'draw' };
    case 'close': {
      if (!backdate) return { ...asked, op: 'draw' };
      const main = targets.filter((id) => !isCap(id));
      const free = main.filter(
        (id) => oracle.judge({ ...asked, op, node: id }, view).code === undefined,
      );
      // Half of them can be closed, where anything can, and the others say why not.
      const target = pickOf(drawn.flag && free.length > 0 ? free : main, drawn);
      return { ...asked, op, node: target ?? node, day: today };
    }
    case 'set-terms': {
      if (backdate)
        return { ...asked, op, terms: termsFrom(drawn.terms, now, view.terms.get(node)) };
      return { ...asked, op: 'set-limit' };
    }
    case 'set-limit': {
      const { limit = 0n } = view.figures.get(node) ?? {};
      return { ...asked, op, amount: (limit * BigInt(drawn.part + 50)) / 100n };
    }
  }
}

export const yuan = (fen: bigint): string => {
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, '0');
  return `${fen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** The step as the engine takes it. */
export function moneyStep(asked: Asked, view: View): Step {
  const { op, node: nodeId, of, spill, restore, ref: reservationId } = asked;
  const amount = Money.of(yuan(asked.amount));
  const valueOn = Day.of(asked.day);
  const { tenorDays } = asked;
  const expiresAt = new Date(asked.expiresAt);
  switch (op) {
    case 'reserve':
      return { kind: op, nodeId, amount, valueOn, reservationId, expiresAt, tenorDays };
    case 'draw':
      return { kind: op, nodeId, amount, valueOn, of, spill, tenorDays };
    case 'repay':
      return { kind: op, nodeId, amount, valueOn, tenorDays };
    case 'unpay':
      return { kind: op, nodeId, amount, valueOn, tenorDays, repaid: [of ?? ''] };
    case 'release':
      return { kind: op, of: of ?? '', amount, valueOn };
    case 'reverse':
      return {
        kind: op,
        nodeId,
        amount,
        valueOn,
        of: view.draws.get(of ?? '')?.of,
        restore,
        tenorDays,
      };
    case 'freeze':
    case 'unfreeze':
    case 'set-limit':
    case 'set-terms':
    case 'move':
    case 'set-cap':
    case 'open':
    case 'close':
      throw new Error(`${op} does not move money.`);
  }
}
