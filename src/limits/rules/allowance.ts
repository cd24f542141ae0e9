/**
 * What an approved exception (例外审批) lets one draw take beyond a node or beyond a tenor bucket of
 * it. A node that is below zero already counts as empty: what others were allowed, or a cut left
 * behind, is nobody else's.
 */
import { Money } from '../../kernel/index.ts';
import type { LimitNode } from '../model.ts';

export interface Allowance {
  readonly nodeId: string;
  readonly amount: Money;
  /** The bucket of the node that may be passed; absent: its limit. */
  readonly bucketDays?: number | undefined;
}

/** What may be taken from `left`, with what the allowances of the node (or its bucket) add. */
export function withAllowances(
  left: Money,
  node: LimitNode,
  allowances: readonly Allowance[] | undefined,
  bucketDays?: number,
): Money {
  const own = allowances?.filter((one) => one.nodeId === node.id && one.bucketDays === bucketDays);
  if (own === undefined || own.length === 0) return left;
  return own.reduce((sum, one) => sum.plus(one.amount), Money.max(left, Money.zero));
}

/**
 * How much of each allowance a draw needs, in their order.
 * @param leftOf what the node, or its bucket, had left before the draw.
 */
export function allowancesUsed(
  allowances: readonly Allowance[],
  amountAt: (one: Allowance) => Money,
  leftOf: (one: Allowance) => Money,
): Money[] {
  const spent = new Map<string, Money>();
  return allowances.map((one) => {
    const key = `${one.nodeId} ${one.bucketDays ?? ''}`;
    const over = amountAt(one).minus(Money.max(leftOf(one), Money.zero));
    const before = spent.get(key) ?? Money.zero;
    const used = Money.max(Money.min(over.minus(before), one.amount), Money.zero);
    spent.set(key, before.plus(used));
    return used;
  });
}
