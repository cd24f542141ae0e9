/**
 * The terms of nodes as this process last saw them, so that a hot batch need not read them again.
 * It locks the counters, and a row with the remembered `version` has the remembered terms, because
 * every change of terms raises it. Another version costs a query and never a check.
 */
import type { Tx } from '../platform/transaction.ts';
import type { LimitNode } from './model.ts';

type Nodes = Map<string, LimitNode>;

/** Some forty megabytes at most. */
const mostNodes = 50_000;
const committed: Nodes = new Map();

/** A transaction that changes terms sees what may never be committed: it remembers for itself. */
const ownOf = new WeakMap<Tx, Nodes>();

const seenBy = (tx: Tx): Nodes => ownOf.get(tx) ?? committed;

/** Must be called by whatever makes nodes or changes terms in this transaction. */
export function forgetTerms(tx: Tx): void {
  ownOf.set(tx, new Map());
}

export function rememberNodes(tx: Tx, nodes: Iterable<LimitNode>): void {
  const seen = seenBy(tx);
  if (seen.size >= mostNodes) seen.clear();
  for (const node of nodes) seen.set(node.id, node);
}

/**
 * The nodes that movements on these leaves touch (their paths, the caps on them and the paths of
 * those), as last seen; undefined when one of them is not known.
 */
export function lastSeen(tx: Tx, leaves: readonly string[]): Nodes | undefined {
  const seen = seenBy(tx);
  const touched: Nodes = new Map();
  // A set grows while it is walked: paths and caps of what is added are followed too.
  const ids = new Set(leaves);
  for (const id of ids) {
    const node = seen.get(id);
    if (!node) return undefined;
    touched.set(id, node);
    for (const above of node.path) ids.add(above);
    for (const cap of node.caps) ids.add(cap);
  }
  return touched;
}

/** The roots of these leaves and of the caps on their paths, as far as they are known. */
export function rootsOf(tx: Tx, leaves: readonly string[]): string[] {
  const seen = seenBy(tx);
  const roots = new Set<string>();
  for (const leaf of leaves) {
    const path = seen.get(leaf)?.path ?? [];
    for (const id of path) {
      for (const cap of seen.get(id)?.caps ?? []) roots.add(seen.get(cap)?.path.at(-1) ?? cap);
    }
    const root = path.at(-1);
    if (root !== undefined) roots.add(root);
  }
  return [...roots];
}
