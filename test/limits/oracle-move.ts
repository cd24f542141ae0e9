// What the independent model says to a move of a node below another one, by definition: the tree is
// built again with the node in its new place, and everything is worked out from nothing in both.
import { leavesRule } from './oracle-cap.ts';
import type { Asked, Model, Verdict, View } from './oracle-model.ts';
import { bucketOf, noTerms, shares } from './oracle-terms.ts';

const told = (code: string | undefined, binding: readonly string[] = []): Verdict => ({
  code,
  binding,
});

interface Places {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly subtree: readonly string[];
  /** Reached in the new place and not in the old one. */
  readonly fresh: readonly string[];
}

function placesOf(oracle: Model, { node, of: parent = '' }: Asked): Places {
  const from = oracle.nodes.get(node)?.parent;
  const before = from === undefined ? [] : [...oracle.route(from).keys()];
  const after = [...oracle.route(parent).keys()];
  const subtree = [...oracle.nodes.keys()].filter((id) => oracle.above(id).includes(node));
  return { before, after, subtree, fresh: after.filter((id) => !before.includes(id)) };
}

function isImpossible(oracle: Model, asked: Asked, view: View, places: Places): boolean {
  const { node, of: parent = '' } = asked;
  if (oracle.nodes.get(node)?.parent === parent || oracle.above(parent).includes(node)) return true;
  if (leavesRule(oracle, asked)) return true;
  const both = oracle.above(parent).filter((id) => oracle.above(node).includes(id));
  const touched = [...places.before, ...places.after];
  const changed = touched.filter((id) => !both.includes(id));
  const caps = places.subtree.flatMap((id) => oracle.nodes.get(id)?.caps ?? []);
  if (caps.some((cap) => oracle.above(cap).some((id) => changed.includes(id)))) return true;
  const withinDay = touched.some((id) => oracle.nodes.get(id)?.revolving === 'NRS');
  return withinDay && view.inTenor.some((one) => !one.held && places.subtree.includes(one.node));
}

function closed(oracle: Model, { day }: Asked, view: View, fresh: readonly string[]) {
  if (fresh.some((id) => view.closed.has(id))) return 'limit-closed';
  if (fresh.some((id) => view.frozen.has(id))) return 'limit-frozen';
  const over = fresh.some((id) => day > (oracle.nodes.get(id)?.expiresOn ?? '9999-12-31'));
  return over ? 'limit-expired' : undefined;
}

function overTenor(oracle: Model, view: View, { subtree, fresh }: Places): string | undefined {
  const bucketed = fresh.filter(
    (id) =>
      oracle.nodes.get(id)?.enforcement === 'HARD' && (view.terms.get(id)?.buckets.length ?? 0) > 0,
  );
  if (bucketed.length === 0) return undefined;
  const sums = new Map<string, { days: number | undefined; held: boolean; amount: bigint }>();
  for (const { node, tenorDays: days, held, amount } of view.inTenor) {
    if (!subtree.includes(node)) continue;
    const key = `${days} ${held}`;
    sums.set(key, { days, held, amount: (sums.get(key)?.amount ?? 0n) + amount });
  }
  const coming = [...sums.values()].filter((one) => one.amount > 0n);
  if (coming.some((one) => one.days === undefined && !one.held)) return 'tenor-missing';
  const bucketable = coming.filter((one) => one.days !== undefined);
  const bucketIn = (id: string, days: number | undefined) =>
    bucketOf(view.terms.get(id) ?? noTerms, days);
  if (bucketable.some(({ days }) => bucketed.some((id) => !bucketIn(id, days))))
    return 'tenor-too-long';
  const full = bucketed.some((id) =>
    bucketable.some(({ days }) => {
      const bucket = bucketIn(id, days);
      let sum = 0n;
      for (const one of view.inTenor) {
        const reaches = oracle.route(one.node).has(id) || subtree.includes(one.node);
        if (reaches && bucketIn(id, one.tenorDays) === bucket) sum += one.amount;
      }
      return sum > (bucket?.amount ?? 0n);
    }),
  );
  return full ? 'bucket-full' : undefined;
}

export function judgeMove(oracle: Model, asked: Asked, view: View): Verdict {
  const places = placesOf(oracle, asked);
  if (isImpossible(oracle, asked, view, places)) return told('move-impossible');
  const isBelowSoft = oracle.nodes.get(asked.of ?? '')?.enforcement === 'SOFT';
  if (isBelowSoft && shares(view.terms.get(asked.node) ?? noTerms)) return told('parent-soft');
  const before = closed(oracle, asked, view, places.fresh) ?? overTenor(oracle, view, places);
  if (before !== undefined) return told(before);
  const other = oracle.rearranged(asked);
  const rooms = oracle.rooms(view);
  const then = other.look(asked.now);
  const after = other.rooms(then);
  const taken = ({ figures }: View, id: string): bigint => {
    const { used = 0n, reserved = 0n } = figures.get(id) ?? {};
    return used + reserved;
  };
  const binding = places.after.filter((id) => {
    const left = after.get(id);
    if (left === undefined || left >= 0n) return false;
    return left < (rooms.get(id) ?? 0n) || taken(then, id) > taken(view, id);
  });
  return told(binding.length > 0 ? 'limit-exceeded' : undefined, binding);
}
