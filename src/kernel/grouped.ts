// Lists by key: Node 20 has no Map.groupBy.
/** What has one key stays together in its order; the keys come as first seen. */
export function groupedBy<T>(list: Iterable<T>, key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const of = key(one);
    const group = groups.get(of);
    if (group) group.push(one);
    else groups.set(of, [one]);
  }
  return groups;
}
