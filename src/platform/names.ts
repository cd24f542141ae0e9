/**
 * What ids stand for, in a reader's words: the firm of a loan, a limit, a fund. Each module tells
 * it of its own kinds of ids, because what asks (an inbox, a list of events) stands below some.
 */
import type { Statement, Tx } from './transaction.ts';

/** By prefix of the ids: selects `id` and `name` of those among `$1` that its reader may see. */
export type Names = Readonly<Record<string, Statement>>;

export const kindOf = (id: string): string => id.slice(0, id.lastIndexOf('_'));

/** The names of the ids, one statement for each kind; unknown and unseen ones are left out. */
export async function readNames(
  tx: Tx,
  ids: Iterable<string>,
  names: Names,
): Promise<ReadonlyMap<string, string>> {
  const kinds = new Map<string, string[]>();
  for (const id of new Set(ids)) kinds.set(kindOf(id), [...(kinds.get(kindOf(id)) ?? []), id]);
  const named = new Map<string, string>();
  for (const [kind, list] of kinds) {
    const select = Object.hasOwn(names, kind) ? names[kind] : undefined;
    if (!select) continue;
    for (const { id, name } of await tx.rows<{ id: string; name: string }>(select, [list])) {
      named.set(id, name);
    }
  }
  return named;
}
