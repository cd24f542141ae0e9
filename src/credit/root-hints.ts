/**
 * Which tree a line belongs to, as last seen: only a hint for gathering calls that will contend for
 * the same root. A wrong or missing hint costs a batch, never correctness, because rows are locked.
 */

const longest = 200_000;
const roots = new Map<string, string>();

export const rootOf = (lineId: string): string => roots.get(lineId) ?? '';

export function rememberRoot(lineId: string, rootId: string | undefined): void {
  if (rootId === undefined || roots.has(lineId)) return;
  if (roots.size >= longest) roots.clear();
  roots.set(lineId, rootId);
}
