/**
 * Tenor buckets (期限分档): a node may allow less the longer money is lent. The bucket is chosen by
 * days on each node by itself, the smallest that is long enough; a repayment frees the same one.
 */
import type { Refusal } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import type { Binding, LimitNode, Reservation } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import type { Allowance } from './allowance.ts';
import { withAllowances } from './allowance.ts';
import type { TenorBucket } from './dated-terms.ts';
import { bindingOf } from './headroom.ts';

/** The bucket for so many days; undefined when all are shorter. */
export const bucketFor = (
  buckets: readonly TenorBucket[],
  tenorDays: number,
): TenorBucket | undefined =>
  buckets
    .filter((bucket) => bucket.days >= tenorDays)
    .reduce<TenorBucket | undefined>(
      (best, bucket) => (best && best.days <= bucket.days ? best : bucket),
      undefined,
    );

export const usedIn = (node: LimitNode, days: number): Money =>
  node.bucketUse.get(days) ?? Money.zero;

/** A reservation as buckets see it. */
type InBucket = Pick<Reservation, 'amount' | 'tenorDays'>;

/**
 * What the bucket of so many days has left; a bucket that is not there has nothing.
 * @param held the reservation that is drawn on: its place in a bucket comes back.
 */
export function leftInBucket(node: LimitNode, days: number, held?: InBucket): Money {
  const { buckets } = node.terms;
  const bucket = buckets.find((one) => one.days === days);
  const sameBucket =
    held?.tenorDays !== undefined && bucketFor(buckets, held.tenorDays)?.days === days;
  const back = sameBucket ? held.amount : Money.zero;
  return (bucket?.amount ?? Money.zero).minus(usedIn(node, days)).plus(back);
}

/** What makes room in a bucket for one draw. */
interface Room {
  readonly held?: InBucket | undefined;
  readonly allowances?: readonly Allowance[] | undefined;
}

/** The HARD nodes that ask for a tenor: SOFT ones count nothing that could run out. */
const bucketedOf = (nodes: readonly LimitNode[]): readonly LimitNode[] =>
  nodes.filter((node) => node.terms.buckets.length > 0 && node.enforcement === 'HARD');

const longestOf = ({ terms }: LimitNode): number =>
  Math.max(...terms.buckets.map((bucket) => bucket.days));

/** A node of which every bucket is too short admits nothing of that tenor. */
const tooLongAt = (node: LimitNode, amount: Money): Binding => ({
  ...bindingOf(node, 'tenor-too-long', amount),
  longestDays: longestOf(node),
});

/** What the node's bucket for that tenor cannot take; undefined when it has room. */
function fullBucket(
  node: LimitNode,
  amount: Money,
  tenorDays: number,
  { held, allowances }: Room,
): Binding | undefined {
  const bucket = bucketFor(node.terms.buckets, tenorDays);
  if (!bucket) return tooLongAt(node, amount);
  const free = leftInBucket(node, bucket.days, held);
  const left = withAllowances(free, node, allowances, bucket.days);
  if (amount.atMost(left)) return undefined;
  const { id: nodeId, name, kind } = node;
  return {
    nodeId,
    name,
    kind,
    limit: bucket.amount,
    used: bucket.amount.minus(free),
    reserved: Money.zero,
    available: free,
    shortBy: amount.minus(left),
    cause: 'bucket-full',
    bucketDays: bucket.days,
  };
}

/**
 * The most that the buckets of a path still take of that tenor: zero when one is too short,
 * undefined when no node asks.
 */
export function leftForTenor(nodes: readonly LimitNode[], tenorDays: number): Money | undefined {
  const lefts = bucketedOf(nodes).map((node) => {
    const bucket = bucketFor(node.terms.buckets, tenorDays);
    return bucket ? Money.max(leftInBucket(node, bucket.days), Money.zero) : Money.zero;
  });
  return lefts.length === 0 ? undefined : lefts.reduce((a, b) => Money.min(a, b));
}

/** What of a path's buckets an amount does not fit; undefined when all have room. */
export function refuseTenor(
  nodes: readonly LimitNode[],
  amount: Money,
  tenorDays: number | undefined,
  room: Room = {},
): Failure | undefined {
  const bucketed = bucketedOf(nodes);
  if (bucketed.length === 0) return undefined;
  if (tenorDays === undefined) {
    const asking = bucketed.map((node) => ({
      nodeId: node.id,
      name: node.name,
      longestDays: longestOf(node),
    }));
    return new Failure(no['tenor-missing'], { nodes: asking });
  }
  const binding = bucketed.flatMap((node) => fullBucket(node, amount, tenorDays, room) ?? []);
  if (binding.length === 0) return undefined;
  const isTooLong = binding.some((one) => one.cause === 'tenor-too-long');
  const least = binding.map((one) => amount.minus(one.shortBy)).reduce((a, b) => Money.min(a, b));
  return new Failure(no[isTooLong ? 'tenor-too-long' : 'bucket-full'], {
    requested: amount,
    tenorDays,
    smallestAdmissible: Money.max(least, Money.zero),
    binding,
  });
}

/** The node's buckets after an amount of that tenor is drawn or held (negative: comes back). */
export function bucketsAfter(
  node: LimitNode,
  tenorDays: number | undefined,
  amount: Money,
): ReadonlyMap<number, Money> {
  if (tenorDays === undefined || node.terms.buckets.length === 0) return node.bucketUse;
  const bucket = bucketFor(node.terms.buckets, tenorDays);
  if (!bucket) return node.bucketUse;
  const after = Money.max(usedIn(node, bucket.days).plus(amount), Money.zero);
  return new Map(node.bucketUse).set(bucket.days, after);
}

/**
 * Whether buckets may be set so: none above the effective amount or above the parent's bucket of
 * the same length, none longer than the parent's longest, a used one not below its use, and no new
 * one between a used bucket and the next smaller.
 */
export function refuseBuckets(
  node: LimitNode,
  next: readonly TenorBucket[],
  parent: LimitNode | undefined,
): Failure | undefined {
  const fail = (refusal: Refusal, bucket: TenorBucket): Failure =>
    new Failure(refusal, { nodeId: node.id, days: bucket.days, amount: bucket.amount });
  const before = node.terms.buckets;
  for (const bucket of next) {
    if (bucket.amount.moreThan(node.limit)) return fail(no['bucket-above-limit'], bucket);
    if (parent && parent.terms.buckets.length > 0) {
      const above = bucketFor(parent.terms.buckets, bucket.days);
      if (!above) return fail(no['bucket-too-long'], bucket);
      if (bucket.amount.moreThan(above.amount)) return fail(no['bucket-above-parent'], bucket);
    }
    const isNew = !before.some((one) => one.days === bucket.days);
    const under = bucketFor(before, bucket.days);
    if (isNew && under && usedIn(node, under.days).isPositive()) {
      return fail(no['bucket-under-used'], bucket);
    }
  }
  for (const [days, used] of node.bucketUse) {
    const bucket = next.find((one) => one.days === days);
    if (used.isPositive() && (!bucket || used.moreThan(bucket.amount))) {
      return fail(no['bucket-below-use'], bucket ?? { days, amount: Money.zero });
    }
  }
  return undefined;
}
