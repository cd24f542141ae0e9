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
 *
 * A limit may say by attributes whom it lends to (`lendTo`). At a node of a drawing path the
 * borrower is the child on that path (at the leaf, the leaf). Whatever stands beside it and does
 * not lend to it, or stands anywhere below what is beside it, keeps all that it has free: its
 * lend(c) is 0 in that sum. Others lend as above. On the path itself nobody is asked: what a child
 * there keeps is what the draw uses first.
 */
import type { Money } from '../../kernel/index.ts';
import { Money as Yuan } from '../../kernel/index.ts';
import type { LimitNode } from '../model.ts';
import { toleranceOn } from './dated-terms.ts';

/** What a book knows of children below which something is not lent. */
export interface Siblings {
  /** Children of the node that keep something for themselves, or have children that do. */
  ringFenced(nodeId: string): readonly LimitNode[];
  /** Of each node of a drawing path, who borrows below it; absent: nothing is borrowed anew. */
  readonly borrowers?: ReadonlyMap<string, LimitNode>;
}

const availableOf = (node: LimitNode): Money =>
  node.limit.minus(node.consumed).minus(node.reserved);

/** Whether the borrower fulfils every condition; what it does not state fulfils none. */
function lendsTo({ id, terms: { lendTo } }: LimitNode, borrower: LimitNode | undefined): boolean {
  if (!lendTo || !borrower || borrower.id === id) return true;
  const { revolving, terms } = borrower;
  const { funded, committed, secured, category } = terms.attributes ?? {};
  return (
    (lendTo.revolving?.includes(revolving) ?? true) &&
    (lendTo.funded === undefined || lendTo.funded === funded) &&
    (lendTo.committed === undefined || lendTo.committed === committed) &&
    (lendTo.secured === undefined || lendTo.secured === secured) &&
    (lendTo.categories === undefined ||
      (category !== undefined && lendTo.categories.includes(category)))
  );
}

/** What the node keeps from the borrower of what it has free: all above what it lends. */
function keptOf(node: LimitNode, free: Money, borrower: LimitNode | undefined): Money {
  const lend = lendsTo(node, borrower) ? node.terms.lend : Yuan.zero;
  return lend === undefined ? Yuan.zero : Yuan.max(free.minus(lend), Yuan.zero);
}

/**
 * T(x) of the recursion.
 * @param beside who borrows of the siblings that x stands among; on a path x tells it itself.
 */
export function freeOf(siblings: Siblings, node: LimitNode, beside?: LimitNode): Money {
  const fenced = siblings.ringFenced(node.id);
  const available = availableOf(node);
  if (fenced.length === 0) return available;
  const borrower = siblings.borrowers?.get(node.id) ?? beside;
  // How much less a child gives than it has available.
  const lost = fenced.map((child) => {
    const free = freeOf(siblings, child, borrower);
    return availableOf(child)
      .minus(free)
      .plus(keptOf(child, free, borrower));
  });
  return available.minus(Yuan.sum(lost));
}

/**
 * The largest amount that each node of a path, leaf first, lets through. A draw first uses what a
 * child keeps for itself, which costs its parent nothing; only what goes beyond reaches the parent.
 */
export function roomsAlong(siblings: Siblings, path: readonly LimitNode[]): Map<string, Money> {
  const borrowers = new Map(path.map((node, i) => [node.id, path[i - 1] ?? node]));
  const among: Siblings = { ...siblings, borrowers };
  const rooms = new Map<string, Money>();
  let costsNothing = Yuan.zero;
  for (const node of path) {
    const free = freeOf(among, node);
    const beyond = (node.terms.borrow ?? Yuan.zero).plus(toleranceOn(node.limit, node.terms));
    const left = free.plus(beyond);
    // A node that is short already lets nothing through, whatever a child keeps for itself.
    rooms.set(node.id, left.isNegative() ? left : costsNothing.plus(left));
    costsNothing = costsNothing.plus(keptOf(node, free, node));
  }
  return rooms;
}
