/**
 * What may still be drawn: every constraint of a path is evaluated, every binding one is named, and
 * what is merely held by reservations is told apart from what is used up.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import type { Binding, LimitNode, Reservation } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';

/** What a batch has loaded. Values are immutable; applying a movement replaces them. */
export interface LimitBook {
  readonly nodes: Map<string, LimitNode>;
  readonly reservations: Map<string, Reservation>;
}

/** limit − consumed − reserved. One function on every path; negative after a cut below use. */
export const availableOf = (node: LimitNode): Money =>
  node.limit.minus(node.consumed).minus(node.reserved);

/** Why the node takes no new request on that day, if it does not. */
export function closedReason(node: LimitNode, day: Day): Failure | undefined {
  const facts = { nodeId: node.id, name: node.name, nodeKind: node.kind };
  if (node.state === 'CLOSED') return new Failure(no['limit-closed'], facts);
  if (node.state === 'FROZEN') return new Failure(no['limit-frozen'], facts);
  if (day < node.startsOn) {
    return new Failure(no['limit-not-open'], { ...facts, startsOn: node.startsOn });
  }
  if (node.expiresOn !== undefined && day > node.expiresOn) {
    return new Failure(no['limit-expired'], { ...facts, expiresOn: node.expiresOn });
  }
  return undefined;
}

/** The nodes that a movement on `leaf` touches: its path, then its caps with their paths. */
export function participants(book: LimitBook, leaf: LimitNode): LimitNode[] {
  const ids = [...leaf.path];
  for (const id of leaf.path) {
    for (const cap of book.nodes.get(id)?.caps ?? []) {
      for (const above of book.nodes.get(cap)?.path ?? []) {
        if (!ids.includes(above)) ids.push(above);
      }
    }
  }
  return ids.flatMap((id) => book.nodes.get(id) ?? []);
}

/** The constraint that a node puts on `amount`, when it does. */
function bindingOf(node: LimitNode, amount: Money): Binding | undefined {
  const available = availableOf(node);
  if (node.enforcement === 'SOFT' || amount.atMost(available)) return undefined;
  return {
    nodeId: node.id,
    name: node.name,
    kind: node.kind,
    limit: node.limit,
    used: node.consumed,
    reserved: node.reserved,
    available,
    shortBy: amount.minus(available),
    cause: amount.atMost(available.plus(node.reserved)) ? 'held' : 'used-up',
  };
}

export interface Headroom {
  /** The least available amount over all HARD nodes; undefined when none limits. */
  readonly headroom: Money | undefined;
  readonly binding: readonly Binding[];
  /** The largest amount that would be admitted now. */
  readonly smallestAdmissible: Money | undefined;
}

/**
 * Evaluates every constraint and names all that bind.
 * @param amount asked for; without it the binding nodes are those with the least headroom.
 */
export function headroomOf(nodes: readonly LimitNode[], amount?: Money): Headroom {
  const hard = nodes.filter((node) => node.enforcement === 'HARD');
  if (hard.length === 0) {
    return { headroom: undefined, binding: [], smallestAdmissible: undefined };
  }
  const headroom = hard.map(availableOf).reduce((a, b) => Money.min(a, b));
  const asked = amount ?? headroom.plus(Money.of('0.01'));
  return {
    headroom,
    binding: hard.flatMap((node) => bindingOf(node, asked) ?? []),
    smallestAdmissible: Money.max(headroom, Money.zero),
  };
}

export function refuseAmount(nodes: readonly LimitNode[], amount: Money): Failure | undefined {
  const { binding, headroom, smallestAdmissible } = headroomOf(nodes, amount);
  if (binding.length === 0) return undefined;
  return new Failure(no['limit-exceeded'], {
    requested: amount,
    headroom,
    smallestAdmissible,
    heldByReservations: binding.every((b) => b.cause === 'held'),
    binding,
  });
}

export const refuseClosed = (nodes: readonly LimitNode[], day: Day): Failure | undefined => {
  for (const node of nodes) {
    const reason = closedReason(node, day);
    if (reason) return reason;
  }
  return undefined;
};
