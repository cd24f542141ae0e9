// The pure engine as the database path drives it: a book, a journal, and every kind of step.
import { Day, Failure, Money, dayInShanghai, isFailure } from '../../src/kernel/index.ts';
import type { LimitNode, Movement } from '../../src/limits/index.ts';
import type { Step } from '../../src/limits/index.ts';
import type { TermRecord } from '../../src/limits/rules/as-of.ts';
import { recordsOf } from '../../src/limits/rules/as-of.ts';
import { decideCarriers } from '../../src/limits/rules/carriers.ts';
import { onDay } from '../../src/limits/rules/dated-terms.ts';
import { apply, decide, dueExpiries } from '../../src/limits/rules/engine.ts';
import type { LimitBook } from '../../src/limits/rules/headroom.ts';
import { fencedIn } from '../../src/limits/rules/headroom.ts';
import { decideMove, type MovingLeaf } from '../../src/limits/rules/move.ts';
import { pastDays, wasTighter } from '../../src/limits/rules/past-days.ts';
import { openBook } from '../../src/limits/rules/scenario-book.ts';
import {
  refuseClosing,
  refuseFreeze,
  refuseSettled,
  refuseUnfreeze,
} from '../../src/limits/rules/terms.ts';
import { isCap } from './history-caps.ts';
import { engineTerms } from './history-terms.ts';
import { moneyStep, yuan } from './histories.ts';
import type { Asked, TreeNode, View } from './oracle.ts';

function bookOf(nodes: readonly TreeNode[]): LimitBook {
  return openBook({
    nodes: nodes.map((node) => ({
      ...node,
      name: node.id,
      kind: isCap(node.id) ? 'CAP' : 'ENTERPRISE_LINE',
      limit: Money.of(yuan(node.limit)),
      terms: engineTerms(node.terms),
      startsOn: Day.of('2020-01-01'),
      expiresOn: node.expiresOn === undefined ? undefined : Day.of(node.expiresOn),
      state: 'ACTIVE',
    })),
    steps: [],
  });
}

/** What has run out first, then the step. */
export class Driven {
  book: LimitBook;
  readonly journal: Movement[] = [];
  /** How limits were changed, in that order. */
  readonly #changes: TermRecord[] = [];

  constructor(nodes: readonly TreeNode[]) {
    this.book = bookOf(nodes);
  }

  /** The limits of the day, and what has run out. */
  open(now: number): void {
    const today = dayInShanghai(new Date(now));
    for (const [id, node] of this.book.nodes) this.book.nodes.set(id, onDay(node, today));
    for (const step of dueExpiries(this.book, new Date(now), today)) {
      const movement = decide(this.book, step);
      if (isFailure(movement)) throw movement;
      this.#carryOut(movement);
    }
  }

  take(asked: Asked, view: View): Failure | undefined {
    if (asked.op === 'freeze' || asked.op === 'unfreeze') return this.#change(asked);
    if (asked.op === 'move') return this.#move(asked);
    if (asked.op === 'set-cap') return this.#setCap(asked);
    if (asked.op === 'set-limit' || asked.op === 'set-terms' || asked.op === 'close') {
      return this.#change(asked);
    }
    const step = this.#lookedBack(moneyStep(asked, view), asked.now);
    const movement = decide(this.book, step);
    if (isFailure(movement)) return movement;
    this.#carryOut(movement);
    if (step.kind === 'reserve') {
      const { reservationId: id, nodeId, amount, expiresAt, tenorDays } = step;
      const open = { used: Money.zero, state: 'PENDING' } as const;
      const made = { id, nodeId, amount, expiresAt, tenorDays, ...open };
      this.book.reservations.set(id, made);
    }
    return undefined;
  }

  /** The days that a draw of an earlier value day is held against, as the journal has them. */
  #lookedBack(step: Step, now: number): Step {
    const today = dayInShanghai(new Date(now));
    if (step.kind !== 'draw' || step.valueOn >= today) return step;
    if (!wasTighter([...this.book.nodes.values()], step.valueOn, today)) return step;
    const counted = this.journal
      .filter((one) => one.valueOn > step.valueOn)
      .flatMap(({ valueOn, consumed }) =>
        [...consumed].map(([nodeId, by]) => ({ nodeId, valueOn, consumed: by })),
      );
    const since = { valueDays: [step.valueOn], until: today };
    return { ...step, past: pastDays(this.book, counted, this.#changes, since) };
  }

  #change({ op, node: id, amount, terms, now }: Asked): Failure | undefined {
    const node = this.book.nodes.get(id) as LimitNode;
    const refusal = this.#refuseChange(op, node);
    if (refusal) return refusal;
    const change = {
      'set-limit': { granted: Money.of(yuan(amount)) },
      'set-terms': { terms: engineTerms(terms) },
      freeze: { state: 'FROZEN' as const },
      unfreeze: { state: 'ACTIVE' as const },
      close: { state: 'CLOSED' as const },
    }[op as 'set-limit' | 'set-terms' | 'freeze' | 'unfreeze' | 'close'];
    const today = dayInShanghai(new Date(now));
    const easedOn = today;
    this.book.nodes.set(id, onDay({ ...node, ...change, easedOn }, today));
    this.#changes.push(...recordsOf(node, change, { valueOn: today, recordedAt: new Date(now) }));
    this.book = { ...this.book, fenced: fencedIn(this.book.nodes.values()) };
    return undefined;
  }

  #refuseChange(op: Asked['op'], node: LimitNode): Failure | undefined {
    if (op === 'freeze') return refuseFreeze(node);
    if (op === 'unfreeze') return refuseUnfreeze(node);
    if (op !== 'close') return refuseSettled(node);
    const openBelow = [...this.book.nodes.values()].filter(
      ({ id, path, state }) => id !== node.id && path.includes(node.id) && state !== 'CLOSED',
    );
    return refuseClosing(node, { owing: [], reservations: [], openBelow });
  }

  #move({ node: id, of: to = '', day }: Asked): Failure | undefined {
    const node = this.book.nodes.get(id) as LimitNode;
    const parent = this.book.nodes.get(to) as LimitNode;
    const settled = refuseSettled(node);
    if (settled) return settled;
    const moved = decideMove(this.book, {
      node,
      parent,
      ...movingFrom(this, [id]),
      day: Day.of(day),
    });
    if (isFailure(moved)) return moved;
    for (const one of moved.subtree) this.book.nodes.set(one.id, one);
    for (const one of moved.movements) this.#carryOut(one);
    this.book = { ...this.book, fenced: fencedIn(this.book.nodes.values()) };
    return undefined;
  }

  #setCap({ node: id, members = [], day }: Asked): Failure | undefined {
    const cap = this.book.nodes.get(id) as LimitNode;
    const all = [...this.book.nodes.values()];
    const before = all.filter((one) => one.caps.includes(id)).map((one) => one.id);
    const added = members.filter((one) => !before.includes(one));
    const removed = before.filter((one) => !members.includes(one));
    if (added.length + removed.length === 0) return undefined;
    const { leaves } = movingFrom(this, [...added, ...removed]);
    const asked = { cap, next: members, added, removed, leaves, day: Day.of(day) };
    const decided = decideCarriers(this.book, asked);
    if (isFailure(decided)) return decided;
    for (const [carrier, caps] of decided.caps) {
      const node = this.book.nodes.get(carrier) as LimitNode;
      this.book.nodes.set(carrier, { ...node, caps });
    }
    for (const one of decided.movements) this.#carryOut(one);
    return undefined;
  }

  #carryOut(movement: Movement): void {
    apply(this.book, movement);
    this.journal.push(movement);
  }
}

/** What the journal says of subtrees, as the database path asks it. */
function movingFrom({ book, journal }: Driven, tops: readonly string[]) {
  const subtree = [...book.nodes.values()].filter((one) =>
    tops.some((id) => one.path.includes(id)),
  );
  const leaves = subtree.map(({ id: nodeId }): MovingLeaf => {
    const own = journal.filter((one) => one.nodeId === nodeId);
    const consumed = new Map<string, Money>();
    const byTenor = new Map<number | undefined, Money>();
    for (const one of own) {
      for (const [above, sum] of one.consumed) {
        consumed.set(above, (consumed.get(above) ?? Money.zero).plus(sum));
      }
      if (one.kind === 'leave' || one.kind === 'join') continue;
      const { tenorDays } = one;
      byTenor.set(tenorDays, (byTenor.get(tenorDays) ?? Money.zero).plus(one.outstanding));
    }
    const principal = [...byTenor].flatMap(([tenorDays, amount]) =>
      amount.isZero() ? [] : { tenorDays, amount },
    );
    const held = [...book.reservations.values()].filter(
      (one) => one.state === 'PENDING' && one.nodeId === nodeId,
    );
    const lent = own.filter((one) => one.kind !== 'leave' && one.kind !== 'join');
    const drawn = Money.sum(lent.map((one) => one.drawn));
    const everDrawn = own.some((one) => one.kind === 'draw');
    return { nodeId, everDrawn, drawn, consumed, principal, held };
  });
  return { subtree, leaves };
}
