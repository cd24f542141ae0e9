/**
 * Lets other nodes carry a cap while they are used (横向限额成员变动): what leaves it is taken off,
 * then what joins must fit below it, in every tenor bucket and in all. Both are journalled.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import type { LimitNode, Movement } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import { apply } from './engine.ts';
import type { LimitBook } from './headroom.ts';
import { bindingOf, toleratedOf } from './headroom.ts';
import type { MovingLeaf } from './move.ts';
import { contributionOf, refuseBuckets, transfers } from './move.ts';

/** Who shall carry a cap; the book has the cap, and whoever comes or goes with all below. */
export interface Recarrying {
  readonly cap: LimitNode;
  readonly next: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What the journal says of all nodes of the subtrees that come and go. */
  readonly leaves: readonly MovingLeaf[];
  readonly day: Day;
}

export interface Recarried {
  /** What leaves, then what joins. */
  readonly movements: readonly Movement[];
  /** By who comes and goes: the caps carried from now on. */
  readonly caps: ReadonlyMap<string, readonly string[]>;
}

/** Must all be there, in the cap's own book, and none above another: it would count once. */
function refuseCarriers(
  { nodes }: LimitBook,
  { cap, next }: Pick<Recarrying, 'cap' | 'next'>,
): Failure | undefined {
  for (const id of next) {
    const node = nodes.get(id);
    if (!node || node.zoneId !== cap.zoneId || node.ownerId !== cap.ownerId) {
      return new Failure(no['node-missing'], { nodeId: id });
    }
    const nested = node.path.slice(1).find((above) => next.includes(above));
    if (nested !== undefined || id === cap.id || node.kind === 'CAP') {
      return new Failure(no['cap-nested'], { nodeId: id, above: nested ?? null });
    }
  }
  return undefined;
}

/** What joins must fit below the cap as those that leave let it. */
function refuseRoom(cap: LimitNode, joining: readonly Movement[]): Failure | undefined {
  const coming = joining.map((one) => one.reserved.plus(one.consumed.get(cap.id) ?? Money.zero));
  const requested = Money.sum(coming);
  const room = toleratedOf(cap);
  if (requested.atMost(room) || !requested.isPositive()) return undefined;
  return new Failure(no['limit-exceeded'], {
    requested,
    smallestAdmissible: Money.max(room, Money.zero),
    heldByReservations: false,
    binding: [bindingOf(cap, 'used-up', requested.minus(room))],
  });
}

/** Decides who carries a cap: the first reason against it, or what moves. */
export function decideCarriers(book: LimitBook, asked: Recarrying): Failure | Recarried {
  const { cap, added, removed, leaves, day } = asked;
  const impossible = refuseCarriers(book, asked);
  if (impossible) return impossible;
  const below = (top: string): readonly MovingLeaf[] =>
    leaves.filter((leaf) => book.nodes.get(leaf.nodeId)?.path.includes(top) === true);
  const leaving = removed.flatMap((top) =>
    below(top).flatMap((leaf) => {
      const consumed = leaf.consumed.get(cap.id) ?? Money.zero;
      return transfers('leave', leaf, new Map([[cap.id, consumed]]), day);
    }),
  );
  const joining = added.flatMap((top) =>
    below(top).flatMap((leaf) => {
      const contributed = contributionOf(book, book.nodes.get(top) as LimitNode, leaf);
      const consumed = cap.revolving === 'NR' ? leaf.drawn : contributed;
      return transfers('join', leaf, new Map([[cap.id, consumed]]), day);
    }),
  );
  const left: LimitBook = { ...book, nodes: new Map(book.nodes) };
  for (const one of leaving) apply(left, one);
  const room = left.nodes.get(cap.id) as LimitNode;
  const refusal = refuseBuckets([room], added.flatMap(below)) ?? refuseRoom(room, joining);
  if (refusal) return refusal;
  const caps = [...added, ...removed].map((id): [string, readonly string[]] => {
    const rest = book.nodes.get(id)?.caps.filter((one) => one !== cap.id) ?? [];
    return [id, added.includes(id) ? [...rest, cap.id] : rest];
  });
  return { movements: [...leaving, ...joining], caps: new Map(caps) };
}
