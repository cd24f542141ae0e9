/**
 * A draw that is dated back must have been allowed on its value day, and have had room on every
 * day since: what was repaid, granted or opened only later was not there yet. The days are worked
 * out from today's counters backwards, by what the journal says was counted later. Tenor buckets
 * are those of today.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure, Money, addDays } from '../../kernel/index.ts';
import type { Binding, LimitNode } from '../model.ts';
import type { Allowance } from './allowance.ts';
import type { TermRecord } from './as-of.ts';
import { nodeAsOf } from './as-of.ts';
import { plainTerms, turningDays } from './dated-terms.ts';
import type { LimitBook, Room } from './headroom.ts';
import {
  allowedRoom,
  closedCause,
  participants,
  refuseAmount,
  refuseClosed,
  roomsOf,
} from './headroom.ts';

/** The limits as they stood at the end of a day: terms, state, use; with nothing reserved. */
export interface PastDay {
  readonly day: Day;
  readonly book: LimitBook;
}

/** What a node came to count more (or less) by movements of one value day. */
export interface Counted {
  readonly nodeId: string;
  readonly valueOn: Day;
  readonly consumed: Money;
}

interface Asked {
  readonly nodeId: string;
  readonly amount: Money;
  readonly valueOn: Day;
  readonly allowances?: readonly Allowance[] | undefined;
}

const next = (day: Day): Day => addDays(day, 1);

/** Whether a draw of that value day may have had less room on some day since than it has today. */
export const wasTighter = (nodes: readonly LimitNode[], valueOn: Day, today: Day): boolean =>
  nodes.some(
    ({ easedOn, terms }) =>
      (easedOn !== undefined && easedOn > valueOn) ||
      (terms !== plainTerms && turningDays(terms, valueOn, today, next).length > 0),
  );

export interface Since {
  /** The value days that are asked about, at least one. */
  readonly valueDays: readonly Day[];
  /** The first day that is not looked at. */
  readonly until: Day;
}

export const firstOf = (days: readonly Day[]): Day => days.reduce((a, b) => (a < b ? a : b));

/**
 * The value days, and each day since the first of them on which something was otherwise than the
 * day before.
 * @param book as it stands after everything counted.
 * @param counted of value days after the first.
 * @param changes of terms of these nodes, in the order in which they were recorded.
 */
export function pastDays(
  { nodes, fenced }: LimitBook,
  counted: readonly Counted[],
  changes: readonly TermRecord[],
  { valueDays, until }: Since,
): PastDay[] {
  const from = firstOf(valueDays);
  const terms = [
    ...[...nodes.values()].map((node) => node.terms),
    ...changes.flatMap(({ oldTerms }) => oldTerms ?? []),
  ];
  const days = new Set<Day>([
    ...valueDays,
    ...counted.map((one) => one.valueOn),
    ...changes.map((one) => one.valueOn),
    ...terms.flatMap((one) => turningDays(one, from, until, next)),
  ]);
  const nodeOn = (node: LimitNode, day: Day): LimitNode => {
    const later = counted.filter((one) => one.nodeId === node.id && one.valueOn > day);
    const own = changes.filter((one) => one.nodeId === node.id);
    const consumed = node.consumed.minus(Money.sum(later.map((one) => one.consumed)));
    // The amount is that of the day; how it is shared and what is tolerated is agreed today.
    const { limit, state, expiresOn } = nodeAsOf(node, own, { day, knownAt: undefined });
    return { ...node, limit, state, expiresOn, consumed, reserved: Money.zero };
  };
  return [...days]
    .filter((day) => day >= from && day < until)
    .sort()
    .map((day) => ({
      day,
      book: {
        nodes: new Map([...nodes].map(([id, node]) => [id, nodeOn(node, day)])),
        reservations: new Map(),
        fenced,
      },
    }));
}

const bindings = ({ facts }: Failure): readonly Binding[] => facts['binding'] as readonly Binding[];

/**
 * The refusal by what took nothing on the value day and is open for it today: a freeze that was
 * lifted, a last day that was moved only later.
 */
export function refuseClosedThen(
  book: LimitBook,
  past: readonly PastDay[],
  { nodeId, amount, valueOn }: Asked,
): Failure | undefined {
  const then = past.find(({ day }) => day === valueOn)?.book;
  const leaf = then?.nodes.get(nodeId);
  if (!then || !leaf) return undefined;
  const reopened = participants(then, leaf).filter(({ id }) => {
    const today = book.nodes.get(id);
    return today !== undefined && closedCause(today, valueOn) === undefined;
  });
  const refusal = refuseClosed(reopened, valueOn, amount);
  return refusal?.with({
    on: valueOn,
    binding: bindings(refusal).map((one) => ({ ...one, on: valueOn })),
  });
}

/** What each node would let through today if nothing were reserved. */
function unreservedRooms({ nodes, fenced }: LimitBook, leaf: LimitNode): Room {
  const free = new Map([...nodes].map(([id, one]) => [id, { ...one, reserved: Money.zero }]));
  const room = roomsOf({ nodes: free, reservations: new Map(), fenced }, leaf);
  return (node) => room(free.get(node.id) ?? node);
}

/**
 * The refusal by the day on which least was left, with that day's figures. Only a limit with less
 * room than it has today binds: what is as short today is not the doing of the date.
 * @param book of today.
 */
export function refusePast(
  book: LimitBook,
  past: readonly PastDay[],
  { nodeId, amount, allowances }: Asked,
): Failure | undefined {
  const today = book.nodes.get(nodeId);
  if (!today) return undefined;
  const roomToday = unreservedRooms(book, today);
  let worst: Failure | undefined;
  const leastOf = (one: Failure): Money => one.facts['smallestAdmissible'] as Money;
  for (const { day, book: then } of past) {
    const leaf = then.nodes.get(nodeId);
    if (!leaf) continue;
    const roomThen = roomsOf(then, leaf);
    const allowed = allowedRoom(roomThen, allowances);
    const room: Room = (node) =>
      roomThen(node).lessThan(roomToday(node)) ? allowed(node) : Money.max(allowed(node), amount);
    const refusal = refuseAmount(participants(then, leaf), amount, Money.zero, room);
    if (!refusal || (worst && leastOf(worst).atMost(leastOf(refusal)))) continue;
    const binding = bindings(refusal).map((one) => ({ ...one, on: day }));
    worst = refusal.with({ on: day, headroom: leastOf(refusal), binding });
  }
  return worst;
}
