// What the independent model says to caps whose members change, by definition: the tree is built
// again with the other members, and everything is worked out from nothing in both.
import type { Asked, CapRule, Model, TreeNode, Verdict, View } from './oracle-model.ts';
import { bucketOf, noTerms } from './oracle-terms.ts';

const told = (code: string | undefined, binding: readonly string[] = []): Verdict => ({
  code,
  binding,
});

type Nodes = ReadonlyMap<string, TreeNode>;

function above(nodes: Nodes, id: string): string[] {
  const chain: string[] = [];
  for (let at = nodes.get(id)?.parent; at !== undefined; at = nodes.get(at)?.parent) chain.push(at);
  return chain;
}

/** Whether a rule takes a limit: one that says nobody and nothing is taken by none. */
export const takes = (rule: CapRule | undefined, { party, product }: TreeNode): boolean =>
  rule !== undefined &&
  party !== undefined &&
  (rule.parties?.includes(party) ?? true) &&
  (rule.products === undefined || (product !== undefined && rule.products.includes(product)));

/** What is closed counts for what was drawn there; a SOFT limit counts nothing of its own. */
export function isCounted(nodes: Nodes, { closed, figures }: View, id: string): boolean {
  if (!closed.has(id)) return true;
  return nodes.get(id)?.enforcement === 'HARD' && (figures.get(id)?.drawn ?? 0n) > 0n;
}

type Counts = (id: string) => boolean;

/** Those named, and of those that the rule takes the topmost of each path. */
function wanted(nodes: Nodes, { members = [], rule }: Asked, counts: Counts): Set<string> {
  const counted = [...nodes.values()].filter(({ id }) => counts(id));
  const taken = new Set(counted.filter((one) => takes(rule, one)).map(({ id }) => id));
  const covers = (up: string): boolean => taken.has(up) || (members.includes(up) && counts(up));
  const topmost = [...taken].filter((id) => !above(nodes, id).some(covers));
  return new Set([...members, ...topmost]);
}

/** The tree with a cap on other limits. */
export function withMembers(nodes: Nodes, asked: Asked, counts: Counts): TreeNode[] {
  const carriers = wanted(nodes, asked, counts);
  return [...nodes.values()].map((one) => {
    if (one.id === asked.node) return { ...one, rule: asked.rule };
    const rest = one.caps.filter((cap) => cap !== asked.node);
    return { ...one, caps: carriers.has(one.id) ? [...rest, asked.node] : rest };
  });
}

/** The tree with a limit that is opened, which carries every cap whose rule takes it. */
export function withLine(nodes: Nodes, line: TreeNode): TreeNode[] {
  const path = above(new Map(nodes).set(line.id, line), line.id);
  const counted = new Set(path.flatMap((id) => nodes.get(id)?.caps ?? []));
  const caps = [...nodes.values()].filter(({ id, rule }) => takes(rule, line) && !counted.has(id));
  return [...nodes.values(), { ...line, caps: caps.map(({ id }) => id) }];
}

const carriersOf = ({ nodes }: Model, cap: string): string[] =>
  [...nodes.values()].filter(({ caps }) => caps.includes(cap)).map(({ id }) => id);

/** What comes must have room in every bucket beside what stays there. */
function overTenor(cap: string, view: View, kept: Model, next: Model): string | undefined {
  const terms = view.terms.get(cap) ?? noTerms;
  if (terms.buckets.length === 0) return undefined;
  const sums = new Map<string, { days: number | undefined; held: boolean; amount: bigint }>();
  const reaches = (model: Model, leaf: string): boolean => model.route(leaf).has(cap);
  for (const { node, tenorDays: days, held, amount } of view.inTenor) {
    if (reaches(kept, node) || !reaches(next, node)) continue;
    const key = `${days} ${held}`;
    sums.set(key, { days, held, amount: (sums.get(key)?.amount ?? 0n) + amount });
  }
  const coming = [...sums.values()].filter((one) => one.amount > 0n);
  if (coming.some((one) => one.days === undefined && !one.held)) return 'tenor-missing';
  const long = coming.filter((one) => one.days !== undefined);
  if (long.some(({ days }) => !bucketOf(terms, days))) return 'tenor-too-long';
  const full = long.some(({ days }) => {
    const bucket = bucketOf(terms, days);
    let sum = 0n;
    for (const one of view.inTenor) {
      if (reaches(next, one.node) && bucketOf(terms, one.tenorDays) === bucket) sum += one.amount;
    }
    return sum > (bucket?.amount ?? 0n);
  });
  return full ? 'bucket-full' : undefined;
}

/** A cap set anew: none of its limits above another, and what joins fits beside what stays. */
export function judgeCap(oracle: Model, asked: Asked, view: View): Verdict {
  const cap = asked.node;
  const next = oracle.rearranged(asked);
  const [before, after] = [carriersOf(oracle, cap), carriersOf(next, cap)];
  const staying = after.filter((id) => before.includes(id));
  if (staying.length === before.length && staying.length === after.length) return told(undefined);
  const nested = after.some((id) => above(next.nodes, id).some((up) => after.includes(up)));
  if (nested) return told('cap-nested');
  const kept = oracle.rearranged({ ...asked, members: staying, rule: undefined });
  const full = overTenor(cap, view, kept, next);
  if (full !== undefined) return told(full);
  const then = next.look(asked.now);
  const taken = ({ figures }: View): bigint => {
    const { used = 0n, reserved = 0n } = figures.get(cap) ?? {};
    return used + reserved;
  };
  const comes = taken(then) > taken(kept.look(asked.now));
  const short = comes && (next.rooms(then).get(cap) ?? 0n) < 0n;
  return told(short ? 'limit-exceeded' : undefined, short ? [cap] : []);
}

/** A limit that a rule takes is not moved from below the limit through which alone it counts. */
export function leavesRule(oracle: Model, { node, of: parent = '' }: Asked): boolean {
  const subtree = [...oracle.nodes.values()].filter(({ id }) => oracle.above(id).includes(node));
  const carried = (ids: readonly string[]) => ids.flatMap((id) => oracle.nodes.get(id)?.caps ?? []);
  const [from, to] = [carried(oracle.above(node).slice(1)), carried(oracle.above(parent))];
  return [...oracle.nodes.values()].some(
    ({ id, rule }) =>
      from.includes(id) && !to.includes(id) && subtree.some((one) => takes(rule, one)),
  );
}
