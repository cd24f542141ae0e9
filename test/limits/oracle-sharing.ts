// What siblings lend each other, as the independent model understands it: the published recursion
// over the whole tree as it would stand after a draw, each limit lending to whom its rule names.
import type { Figures, TreeNode, View } from './oracle-model.ts';
import { noTerms, toleranceOn } from './oracle-terms.ts';
import type { Terms } from './oracle-terms.ts';

interface Tree {
  readonly nodes: ReadonlyMap<string, TreeNode>;
  readonly below: ReadonlyMap<string, readonly string[]>;
}

/** A draw, and at each node that it reaches which limit would borrow of the others there. */
export interface Drawing {
  readonly amount: bigint;
  readonly borrowers: ReadonlyMap<string, string>;
}

/** On each chain upwards the node before; at its foot the foot itself. The first chain says it. */
export function borrowersOn(chains: readonly (readonly string[])[]): Map<string, string> {
  const borrowers = new Map<string, string>();
  for (const chain of chains) {
    for (const [i, id] of chain.entries()) {
      if (!borrowers.has(id)) borrowers.set(id, chain[i - 1] ?? id);
    }
  }
  return borrowers;
}

/** Every condition of the rule is met by what the borrower states. */
function isMet(rule: Terms['lendTo'], revolving: TreeNode['revolving'], terms: Terms): boolean {
  const stated = terms.attributes ?? {};
  const unmet = [
    rule?.revolving?.every((one) => one !== revolving),
    rule?.categories?.every((one) => one !== stated.category),
    ...(['funded', 'committed', 'secured'] as const).map(
      (name) => rule?.[name] !== undefined && rule[name] !== stated[name],
    ),
  ];
  return !unmet.includes(true);
}

/**
 * How far each HARD node may still be used: T(x) = available(x) − Σ over its children of what they
 * have and do not lend; with what it may borrow and tolerate.
 * @param drawing without it nothing is borrowed anew, and no rule is asked.
 */
export function roomsIn({ nodes, below }: Tree, view: View, drawing?: Drawing) {
  const termsOf = (id: string): Terms => view.terms.get(id) ?? noTerms;
  const lends = (id: string, borrower: string | undefined): boolean => {
    const asking = nodes.get(borrower ?? '');
    if (!asking || asking.id === id) return true;
    return isMet(termsOf(id).lendTo, asking.revolving, termsOf(asking.id));
  };
  const free = new Map<string, bigint>();
  /** What the node has and does not give to the one above it. */
  const look = (id: string, beside: string | undefined): bigint => {
    const borrower = drawing?.borrowers.get(id) ?? beside;
    let withheld = 0n;
    for (const child of below.get(id) ?? []) withheld += look(child, borrower);
    const { limit, used, reserved } = view.figures.get(id) as Figures;
    const drawn = drawing?.borrowers.has(id) === true ? drawing.amount : 0n;
    const available = limit - used - reserved - drawn;
    const left = available - withheld;
    free.set(id, left);
    const lend = lends(id, beside) ? termsOf(id).lend : 0n;
    return lend === undefined || left < lend ? withheld : available - lend;
  };
  for (const { id, parent } of nodes.values()) if (parent === undefined) look(id, undefined);
  const rooms = new Map<string, bigint>();
  for (const [id, left] of free) {
    if (nodes.get(id)?.enforcement === 'SOFT') continue;
    const beyond = toleranceOn(view.figures.get(id)?.limit ?? 0n, termsOf(id));
    rooms.set(id, left + (termsOf(id).borrow ?? 0n) + beyond);
  }
  return rooms;
}
