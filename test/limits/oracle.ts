// An independent model of the limit tree. It keeps nothing but the tree and the list of accepted
// events and works every figure out again from them, by the definitions (§4 of the domain),
// whenever asked. It shares no code with the engine; amounts are whole fen.

import { isCounted, judgeCap, withLine, withMembers } from './oracle-cap.ts';
import { judgeMove } from './oracle-move.ts';
import { judgeRequest, overTenor, refusedReservation } from './oracle-request.ts';
import { borrowersOn, roomsIn } from './oracle-sharing.ts';
import type { Terms } from './oracle-terms.ts';
import { limitOn, noTerms } from './oracle-terms.ts';

import type {
  Asked,
  Drawn,
  Figures,
  Held,
  Model,
  Repaid,
  TreeNode,
  Verdict,
  View,
} from './oracle-model.ts';

export type * from './oracle-model.ts';

/** A movement of principal: by how much it changes what is owed and what was ever drawn. */
interface Move {
  readonly kind: 'draw' | 'repay' | 'unpay' | 'reverse';
  readonly leaf: string;
  readonly amount: bigint;
  readonly day: string;
  readonly tenorDays: number | undefined;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const owed = ({ kind, amount }: Move): bigint =>
  kind === 'draw' || kind === 'unpay' ? amount : -amount;
const everDrawn = (move: Move): bigint =>
  move.kind === 'repay' || move.kind === 'unpay' ? 0n : owed(move);

const dayAt = (instant: number): string =>
  new Date(instant + 8 * 3_600_000).toISOString().slice(0, 10);

interface Granted {
  readonly granted: bigint;
  readonly terms: Terms;
}

/** What each node is granted, and on which terms, after these events. */
function limitsAfter(
  nodes: ReadonlyMap<string, TreeNode>,
  events: readonly Asked[],
): Map<string, Granted> {
  const limits = new Map(
    [...nodes.values()].map(({ id, limit: granted, terms = noTerms }): [string, Granted] => [
      id,
      { granted, terms },
    ]),
  );
  for (const { op, node, amount, terms } of events) {
    const before = limits.get(node);
    if (!before) continue;
    if (op === 'set-limit') limits.set(node, { ...before, granted: amount });
    if (op === 'set-terms' && terms) limits.set(node, { ...before, terms });
  }
  return limits;
}

function frozenAfter(events: readonly Asked[]): Set<string> {
  const frozen = new Set<string>();
  for (const { op, node } of events) {
    if (op === 'freeze') frozen.add(node);
    if (op === 'unfreeze' || op === 'close') frozen.delete(node);
  }
  return frozen;
}

const closedAfter = (events: readonly Asked[]): Set<string> =>
  new Set(events.filter(({ op }) => op === 'close').map(({ node }) => node));

export class Oracle implements Model {
  nodes: ReadonlyMap<string, TreeNode> = new Map();
  readonly events: Asked[];
  #routes = new Map<string, Map<string, string | undefined>>();
  #below = new Map<string, string[]>();
  readonly #borrowers = new Map<string, ReadonlyMap<string, string>>();
  /** After each event, with its value day: what every node counted then. */
  readonly #trail: { readonly day: string; readonly used: ReadonlyMap<string, bigint> }[] = [];

  constructor(nodes: readonly TreeNode[], events: readonly Asked[] = []) {
    this.events = [...events];
    this.#plant(nodes);
  }

  /** What was used moves with a node, and counts in a cap as if that had always been carried. */
  accept(asked: Asked): void {
    this.events.push(asked);
    const tree = this.#rearranged(asked);
    if (tree) this.#plant(tree);
    const { moves } = this.#history(asked.now);
    const used = new Map([...this.nodes.keys()].map((id) => [id, this.#used(id, moves)]));
    this.#trail.push({ day: asked.day, used });
  }

  daysSince(day: string, now: number): string[] {
    const days: string[] = [];
    const today = dayAt(now);
    for (let at = Date.parse(`${day}T00:00:00Z`); ; at += 86_400_000) {
      const one = new Date(at).toISOString().slice(0, 10);
      if (one >= today) return days;
      days.push(one);
    }
  }

  /** Each event changed use as of its value day, and terms as of the day on which it was made. */
  asOf(day: string, now: number): View {
    const view = this.look(now);
    const used = new Map<string, bigint>();
    for (const [i, step] of this.#trail.entries()) {
      if (step.day > day) continue;
      const before = this.#trail[i - 1]?.used;
      for (const [id, amount] of step.used) {
        used.set(id, (used.get(id) ?? 0n) + amount - (before?.get(id) ?? 0n));
      }
    }
    const made = this.events.filter((one) => dayAt(one.now) <= day);
    const limits = limitsAfter(this.nodes, made);
    const frozen = frozenAfter(made);
    const figures = [...view.figures].map(([id, today]): [string, Figures] => {
      const { granted, terms } = limits.get(id) as Granted;
      const limit = limitOn(granted, terms, day);
      return [id, { ...today, limit, used: used.get(id) ?? 0n, reserved: 0n }];
    });
    return { ...view, frozen, figures: new Map(figures) };
  }

  /** The same history in the tree as the step makes it. */
  rearranged(asked: Asked): Model {
    return new Oracle(this.#rearranged(asked) ?? [...this.nodes.values()], this.events);
  }

  #rearranged(asked: Asked): TreeNode[] | undefined {
    const { op, node, of: parent, line } = asked;
    if (op === 'set-cap') {
      const view = this.look(asked.now);
      return withMembers(this.nodes, asked, (id) => isCounted(this.nodes, view, id));
    }
    if (op === 'open') return line && withLine(this.nodes, line);
    if (op !== 'move') return undefined;
    return [...this.nodes.values()].map((one) => (one.id === node ? { ...one, parent } : one));
  }

  #plant(nodes: readonly TreeNode[]): void {
    this.#routes = new Map();
    this.#below = new Map();
    this.nodes = new Map(nodes.map((node) => [node.id, node]));
    for (const { id } of nodes) {
      this.#routes.set(id, this.#routeFrom(id));
      const own = this.above(id);
      const caps = own.flatMap((one) => this.nodes.get(one)?.caps ?? []);
      this.#borrowers.set(id, borrowersOn([own, ...caps.map((cap) => this.above(cap))]));
    }
    for (const { id, parent } of nodes) {
      if (parent !== undefined) this.#below.set(parent, [...(this.#below.get(parent) ?? []), id]);
    }
  }

  /** Each node that a movement on the leaf reaches, with the node through which it comes first. */
  route(leaf: string): ReadonlyMap<string, string | undefined> {
    return this.#routes.get(leaf) as Map<string, string | undefined>;
  }

  above(id: string): string[] {
    const chain: string[] = [];
    for (let at: string | undefined = id; at !== undefined; at = this.nodes.get(at)?.parent) {
      chain.push(at);
    }
    return chain;
  }

  #routeFrom(leaf: string): Map<string, string | undefined> {
    const own = this.above(leaf);
    const via = new Map(own.map((id, i) => [id, own[i - 1]]));
    for (const carrier of own) {
      for (const cap of this.nodes.get(carrier)?.caps ?? []) {
        let from = carrier;
        for (const id of this.above(cap)) {
          if (via.has(id)) break;
          via.set(id, from);
          from = id;
        }
      }
    }
    return via;
  }

  /** What stands at the instant, worked out from nothing but the events. */
  look(now: number): View {
    const { held, draws, repayments, moves } = this.#history(now);
    const limits = limitsAfter(this.nodes, this.events);
    const terms = new Map([...limits].map(([id, one]) => [id, one.terms]));
    const states = { frozen: frozenAfter(this.events), closed: closedAfter(this.events) };
    const today = dayAt(now);
    const figures = [...this.nodes.keys()].map((id): [string, Figures] => {
      const reaching = moves.filter(({ leaf }) => this.route(leaf).has(id));
      let reserved = 0n;
      for (const one of held.values()) if (this.route(one.node).has(id)) reserved += one.open;
      return [
        id,
        {
          limit: limitOn(limits.get(id)?.granted ?? 0n, terms.get(id) ?? noTerms, today),
          used: this.#used(id, moves),
          reserved,
          outstanding: reaching.reduce((sum, move) => sum + owed(move), 0n),
          drawn: reaching.reduce((sum, move) => sum + everDrawn(move), 0n),
        },
      ];
    });
    const debts = new Map<string, bigint>();
    for (const move of moves) debts.set(move.leaf, (debts.get(move.leaf) ?? 0n) + owed(move));
    const inTenor = [
      ...moves.map((move) => ({
        node: move.leaf,
        tenorDays: move.tenorDays,
        amount: owed(move),
        held: false,
      })),
      ...[...held.values()].map(({ node, tenorDays, open: amount }) => ({
        node,
        tenorDays,
        amount,
        held: true,
      })),
    ];
    const kept = { held, draws, repayments, owed: debts, terms, inTenor };
    return { figures: new Map(figures), ...states, ...kept };
  }

  #history(now: number) {
    const held = new Map<string, Held>();
    const draws = new Map<string, Drawn>();
    const repayments = new Map<string, Repaid>();
    const moves: Move[] = [];
    const runOut = (at: number): void => {
      for (const one of held.values()) {
        if (one.state !== 'open' || one.expiresAt > at) continue;
        Object.assign(one, { state: 'expired', open: 0n });
      }
    };
    for (const event of this.events) {
      const { op, ref, node, amount, of = '', restore, now: at, day, expiresAt, tenorDays } = event;
      runOut(at);
      const one = held.get(of);
      if (op === 'reserve') {
        held.set(ref, { node, expiresAt, tenorDays, open: amount, used: 0n, state: 'open' });
      } else if (op === 'draw') {
        moves.push({ kind: 'draw', leaf: node, amount, day, tenorDays });
        draws.set(ref, { node, day, amount, of: one ? of : undefined, tenorDays, reversed: false });
        if (one) Object.assign(one, { state: 'posted', used: least(amount, one.open), open: 0n });
      } else if (op === 'repay') {
        moves.push({ kind: 'repay', leaf: node, amount, day, tenorDays });
        repayments.set(ref, { node, amount, tenorDays, undone: false });
      } else if (op === 'unpay') {
        moves.push({ kind: 'unpay', leaf: node, amount, day, tenorDays });
        Object.assign(repayments.get(of) as Repaid, { undone: true });
      } else if (op === 'release' && one) {
        one.open -= least(amount, one.open);
        if (one.open === 0n) one.state = 'released';
      } else if (op === 'reverse') {
        const drawn = draws.get(of) as Drawn;
        drawn.reversed = true;
        const { amount: whole, tenorDays: days } = drawn;
        moves.push({ kind: 'reverse', leaf: node, amount: whole, day, tenorDays: days });
        const back = held.get(drawn.of ?? '');
        if (restore && back && back.used > 0n) {
          Object.assign(back, { state: 'open', open: back.used, used: 0n });
        }
      }
    }
    runOut(now);
    return { held, draws, repayments, moves };
  }

  /** consumed(n): by the node's own kind, from the movements that reach it, in their order. */
  #used(id: string, moves: readonly Move[]): bigint {
    return moves.reduce((sum, _, i) => sum + this.#usedBy(id, moves, i), 0n);
  }

  #usedBy(id: string, moves: readonly Move[], place: number): bigint {
    const move = moves[place] as Move;
    const route = this.route(move.leaf);
    if (!route.has(id)) return 0n;
    const node = this.nodes.get(id) as TreeNode;
    if (node.revolving === 'NR') return everDrawn(move);
    if (node.revolving === 'NRS') return everDrawn(move) - this.#restored(id, moves, place);
    const from = route.get(id);
    if (from === undefined) return owed(move);
    const contributes = (this.nodes.get(from) as TreeNode).contribution;
    return contributes === 'outstanding' ? owed(move) : this.#usedBy(from, moves, place);
  }

  /**
   * What the repayment at `place` gives back of the draws of its own day: nothing any more once
   * something of a later day has come. A reversal has the day of its draw.
   */
  #restored(id: string, moves: readonly Move[], place: number): bigint {
    const { kind, day, amount } = moves[place] as Move;
    if (kind !== 'repay') return 0n;
    const reaching = moves.slice(0, place).filter(({ leaf }) => this.route(leaf).has(id));
    if (reaching.some((move) => move.day > day)) return 0n;
    let restorable = 0n;
    for (const move of reaching.filter((one) => one.day === day)) {
      restorable = move.kind === 'draw' ? restorable + move.amount : restorable - move.amount;
      if (restorable < 0n) restorable = 0n;
    }
    return least(restorable, amount);
  }

  /** Whether the step would be admitted, and if not the one code that says why. */
  judge(asked: Asked, view: View = this.look(asked.now)): Verdict {
    const { op, node, amount, of } = asked;
    const told = (code: string | undefined, binding: readonly string[] = []): Verdict => ({
      code,
      binding,
    });
    const { outstanding = 0n, reserved = 0n } = view.figures.get(node) ?? {};
    const one = view.held.get(of ?? '');
    const settled = view.closed.has(node) ? 'limit-closed' : undefined;
    switch (op) {
      case 'freeze':
        return told(view.frozen.has(node) ? 'limit-frozen' : settled);
      case 'unfreeze':
        return told(view.frozen.has(node) ? undefined : (settled ?? 'limit-not-frozen'));
      case 'set-limit':
      case 'set-terms':
      case 'open':
        return told(settled);
      case 'close': {
        const isOpen = (id: string): boolean => id !== node && !view.closed.has(id);
        const below = [...this.nodes.keys()].filter((id) => this.above(id).includes(node));
        const openBelow = below.some(isOpen) ? 'limit-open-below' : undefined;
        return told(settled ?? (outstanding + reserved > 0n ? 'limit-in-use' : openBelow));
      }
      case 'repay':
        return told(amount > outstanding ? 'repayment-exceeds-outstanding' : undefined);
      case 'reverse':
        return told(amount > outstanding ? 'draw-partly-repaid' : undefined);
      case 'release':
        return told(refusedReservation(one, undefined));
      case 'move':
        return settled === undefined ? judgeMove(this, asked, view) : told(settled);
      case 'set-cap':
        return judgeCap(this, asked, view);
      case 'unpay':
        return this.#judgeUnpaid(asked, view);
      case 'reserve':
      case 'draw':
        return judgeRequest(this, asked, view);
    }
  }

  /**
   * How far each HARD node may still be used, by itself or for a draw on a leaf; what the draw
   * takes is not there any more.
   */
  rooms(view: View, leaf?: string, amount = 0n): Map<string, bigint> {
    const tree = { nodes: this.nodes, below: this.#below };
    if (leaf === undefined) return roomsIn(tree, view);
    const borrowers = this.#borrowers.get(leaf) as ReadonlyMap<string, string>;
    return roomsIn(tree, view, { amount, borrowers });
  }

  /** How far each HARD node on the route falls short of an amount. */
  shortages(leaf: string, amount: bigint, view: View): Map<string, bigint> {
    const route = this.route(leaf);
    const rooms = this.rooms(view, leaf, amount);
    const short = new Map<string, bigint>();
    for (const id of route.keys()) {
      const left = rooms.get(id) ?? 0n;
      if (left < 0n) short.set(id, -left);
    }
    return short;
  }

  /** What stands after it is worked out anew; whatever counts more than before must have room. */
  #judgeUnpaid(asked: Asked, view: View): Verdict {
    const [full] = asked.tenorDays === undefined ? [] : overTenor(this, asked, view);
    if (full) return { code: full.code, binding: [] };
    const then = new Oracle([...this.nodes.values()], [...this.events, asked]).look(asked.now);
    const after = this.rooms(then);
    const used = ({ figures }: View, id: string): bigint => figures.get(id)?.used ?? 0n;
    const binding = [...this.route(asked.node).keys()].filter(
      (id) => (after.get(id) ?? 0n) < 0n && used(then, id) > used(view, id),
    );
    return { code: binding.length > 0 ? 'limit-exceeded' : undefined, binding };
  }
}
