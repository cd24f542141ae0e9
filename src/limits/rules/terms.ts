/**
 * Who may change the terms of a node and when. A cut below what is used is allowed: the limit then
 * shows a negative availability and the size of the excess is an open incident.
 */
import type { Day, Money } from '../../kernel/index.ts';
import { Failure } from '../../kernel/index.ts';
import type { FreezeCause, LimitNode } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import type { DatedTerms } from './dated-terms.ts';
import { sharesHeadroom } from './dated-terms.ts';
import { availableOf } from './headroom.ts';

/** A settled limit (结清) keeps its terms for ever. */
export const refuseSettled = (node: LimitNode): Failure | undefined =>
  node.state === 'CLOSED' ? new Failure(no['limit-closed'], { nodeId: node.id }) : undefined;

/**
 * A limit that something else says the end of too is closed with that: a line with credit, an
 * agreement by its end. Caps, segments and limits that stand for themselves are closed alone.
 */
export function refuseOwnClosing({ id: nodeId, kind, subjectId }: LimitNode): Failure | undefined {
  if (kind === 'CAP' || kind === 'SEGMENT') return undefined;
  if (subjectId === undefined && kind !== 'ZONE') return undefined;
  if (kind === 'ENTERPRISE_LINE' || kind === 'PRODUCT_SUBLINE') {
    const operation = 'credit.close-line';
    return new Failure(no['close-with-line'], { nodeId, subjectId, operation });
  }
  return new Failure(no['close-impossible'], { nodeId, kind, subjectId });
}

/** What keeps a limit open. */
export interface Holding {
  /** Leaves that owe something, reservations that hold something: the first of them. */
  readonly owing: readonly unknown[];
  readonly reservations: readonly unknown[];
  /** Limits below that are not closed, the deepest first. */
  readonly openBelow: readonly unknown[];
}

/** A limit is closed when it owes nothing, holds nothing and all below it is closed. */
export function refuseClosing(
  { id: nodeId, state, outstanding, reserved }: LimitNode,
  { owing, reservations, openBelow }: Holding,
): Failure | undefined {
  if (state === 'CLOSED') return new Failure(no['limit-closed'], { nodeId });
  if (outstanding.isPositive() || reserved.isPositive()) {
    const facts = { nodeId, outstanding, reserved, owing, reservations };
    return new Failure(no['limit-in-use'], facts);
  }
  if (openBelow.length === 0) return undefined;
  return new Failure(no['limit-open-below'], { nodeId, openBelow });
}

/** By a person; what something else froze may be frozen by a person as well. */
export function refuseFreeze(
  node: LimitNode,
  causes: readonly FreezeCause[] = ['person'],
): Failure | undefined {
  if (node.state !== 'FROZEN' || !causes.includes('person')) return refuseSettled(node);
  return new Failure(no['limit-frozen'], { nodeId: node.id });
}

/** By a person: what the whitelist or a renewal froze is not theirs to open. */
export function refuseUnfreeze(
  node: LimitNode,
  causes: readonly FreezeCause[] = [],
): Failure | undefined {
  const others = causes.filter((one) => one !== 'person');
  if (node.state === 'FROZEN' && others.length > 0) {
    return new Failure(no['frozen-otherwise'], { nodeId: node.id, frozenFor: others });
  }
  if (node.state === 'FROZEN') return undefined;
  return refuseSettled(node) ?? new Failure(no['limit-not-frozen'], { nodeId: node.id });
}

/**
 * An expired node revives by it. A node without a last day has nothing to extend, and none outlives
 * the one that it hangs under.
 */
export function refuseExtension(
  node: LimitNode,
  to: Day,
  today: Day,
  parent?: Pick<LimitNode, 'id' | 'expiresOn'>,
): Failure | undefined {
  const { id: nodeId, expiresOn } = node;
  const settled = refuseSettled(node);
  const last = parent?.expiresOn;
  if (!settled && parent && last !== undefined && to > last) {
    const facts = { nodeId, parentId: parent.id, parentExpiresOn: last, requested: to };
    return new Failure(no['extension-beyond-parent'], facts);
  }
  if (settled || (expiresOn !== undefined && to > expiresOn && to >= today)) return settled;
  return new Failure(no['extension-too-short'], { nodeId, expiresOn, requested: to, today });
}

/** Lending and borrowing need a parent whose counters say what is left. */
export function refuseSharing(
  node: LimitNode,
  terms: DatedTerms,
  parent: LimitNode | undefined,
): Failure | undefined {
  if (!sharesHeadroom(terms)) return undefined;
  if (!parent) return new Failure(no['no-siblings'], { nodeId: node.id });
  if (node.enforcement === 'HARD' && parent.enforcement === 'HARD') return undefined;
  return new Failure(no['parent-soft'], { nodeId: node.id, parentId: node.parentId });
}

/** How far a HARD node stands above its limit; undefined when it does not. */
export function excessOf(node: LimitNode): Money | undefined {
  const available = availableOf(node);
  return node.enforcement === 'HARD' && available.isNegative() ? available.negated() : undefined;
}
