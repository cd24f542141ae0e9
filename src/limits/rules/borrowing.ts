/**
 * Borrowing between siblings (额度调剂), by the published cohort recursion:
 *
 *   T(leaf)  = quota − usage
 *   T(inner) = own + Σ over children of min(lend(c), T(c))
 *   admit    ⇔ afterwards T(x) ≥ −borrow(x) on the whole path, and T(root) ≥ 0
 *
 * With lend unlimited and borrow zero, which is what terms that say nothing mean, T is what is
 * available and the test is the plain one. Since usage of a child is usage of its parent, T of an
 * inner node is what it has available less what its children, and theirs, keep for themselves.
 */
import type { Money } from '../../kernel/index.ts';
import { Money as Yuan } from '../../kernel/index.ts';
import type { LimitNode } from '../model.ts';
import { toleranceOn } from './dated-terms.ts';

/** What a book knows of children below which something is not lent. */
export interface Siblings {
  /** Children of the node that keep something for themselves, or have children that do. */
  ringFenced(nodeId: string): readonly LimitNode[];
}

const availableOf = (node: LimitNode): Money =>
  node.limit.minus(node.consumed).minus(node.reserved);

/** What the node keeps from its siblings: all above what it lends. */
const kept = (siblings: Siblings, node: LimitNode): Money =>
  node.terms.lend === undefined
    ? Yuan.zero
    : Yuan.max(freeOf(siblings, node).minus(node.terms.lend), Yuan.zero);

/** How much less a child gives to its parent's T than it has available. */
const lost = (siblings: Siblings, node: LimitNode): Money =>
  availableOf(node).minus(freeOf(siblings, node)).plus(kept(siblings, node));

/** T(x) of the recursion. */
export function freeOf(siblings: Siblings, node: LimitNode): Money {
  const fenced = siblings.ringFenced(node.id);
  const free = availableOf(node);
  return fenced.length === 0
    ? free
    : free.minus(Yuan.sum(fenced.map((child) => lost(siblings, child))));
}

/**
 * The largest amount that each node of a path, leaf first, lets through. A draw first uses what a
 * child keeps for itself, which costs its parent nothing; only what goes beyond reaches the parent.
 */
export function roomsAlong(siblings: Siblings, path: readonly LimitNode[]): Map<string, Money> {
  const rooms = new Map<string, Money>();
  let costsNothing = Yuan.zero;
  for (const node of path) {
    const beyond = (node.terms.borrow ?? Yuan.zero).plus(toleranceOn(node.limit, node.terms));
    const left = freeOf(siblings, node).plus(beyond);
    // A node that is short already lets nothing through, whatever a child keeps for itself.
    rooms.set(node.id, left.isNegative() ? left : costsNothing.plus(left));
    costsNothing = costsNothing.plus(kept(siblings, node));
  }
  return rooms;
}
