/**
 * Tenor buckets (期限分档): a node may allow less the longer money is lent. The bucket is chosen by
 * days on each node by itself, the smallest that is long enough; a repayment frees the same one.
 */
import type { Refusal } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import type { LimitNode, Reservation } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import type { Allowance } from './allowance.ts';
import { withAllowances } from './allowance.ts';
import type { TenorBucket } from './dated-terms.ts';

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

/** What of a path's buckets an amount does not fit; undefined when all have room. */
export function refuseTenor(
  nodes: readonly LimitNode[],
  amount: Money,
  tenorDays: number | undefined,
  { held, allowances }: Room = {},
): Failure | undefined {
  const bucketed = nodes.filter(
    (node) => node.terms.buckets.length > 0 && node.enforcement === 'HARD',
  );
  if (bucketed.length === 0) return undefined;
  if (tenorDays === undefined) return new Failure(no['tenor-missing'], nodeFacts(bucketed));
  const longest = bucketed.filter((node) => !bucketFor(node.terms.buckets, tenorDays));
  if (longest.length > 0) {
    return new Failure(no['tenor-too-long'], { tenorDays, ...nodeFacts(longest) });
  }
  const full = bucketed.flatMap((node) => {
    const bucket = bucketFor(node.terms.buckets, tenorDays) as TenorBucket;
    const free = leftInBucket(node, bucket.days, held);
    const left = withAllowances(free, node, allowances, bucket.days);
    if (amount.atMost(left)) return [];
    const { id: nodeId, name, kind } = node;
    return [{ nodeId, name, kind, bucketDays: bucket.days, left, shortBy: amount.minus(left) }];
  });
  if (full.length === 0) return undefined;
  const least = full.map((one) => one.left).reduce((a, b) => Money.min(a, b));
  return new Failure(no['bucket-full'], {
    requested: amount,
    tenorDays,
    smallestAdmissible: Money.max(least, Money.zero),
    full,
  });
}

const nodeFacts = (nodes: readonly LimitNode[]) => ({
  nodes: nodes.map(({ id: nodeId, name, terms }) => ({
    nodeId,
    name,
    longestDays: Math.max(...terms.buckets.map((bucket) => bucket.days)),
  })),
});

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
