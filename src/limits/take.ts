/**
 * The database path of the engine: lock what a list of steps touches, decide the steps in order
 * with the pure rules, save counters and journal. Reservations are locked before nodes, nodes leaf
 * to root; what has expired by now is given back first, so no job stands between an expiry and its
 * headroom.
 */
import type { Day } from '../kernel/index.ts';
import { Failure, isFailure } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import type { LimitNode, Movement, Reservation } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import type { Step } from './rules/engine.ts';
import { apply, decide, dueExpiries } from './rules/engine.ts';
import type { LimitBook } from './rules/headroom.ts';
import { onDay } from './rules/dated-terms.ts';
import { fencedIn, hardIdsIn } from './rules/headroom.ts';
import { lastSeen, rememberNodes, rootsOf } from './last-seen.ts';
import type { JournalledMovement } from './store.ts';
import { lookBack } from './look-back.ts';
import { restoredBy } from './restored.ts';
import {
  fencedBelow,
  journalMovements,
  lockHardNodes,
  lockReservationsOf,
  lockSeen,
  readNodes,
  saveNodeCounters,
  touchedNodes,
} from './store.ts';
import type { NewReservation } from './store-terms.ts';
import { createReservations, saveReservations } from './store-terms.ts';

/** A step with its cause: the business row it serves and the operation that asked for it. */
export interface Take {
  readonly step: Step;
  readonly sourceId: string;
  readonly operationId: string;
  /** What a reservation is for; shown to whoever is refused because of it. */
  readonly purpose?: string;
}

/** What a step did: the movement, and the leaf as it stands after it. */
export interface Taken {
  readonly movement: Movement;
  readonly leaf: LimitNode;
}

interface At {
  readonly now: Date;
  readonly today: Day;
}

interface Loaded {
  readonly book: LimitBook;
  readonly before: ReadonlyMap<string, LimitNode>;
}

const namedReservation = (step: Step): string | undefined => ('of' in step ? step.of : undefined);

/**
 * The nodes that movements on these leaves touch, HARD ones locked in the order of everybody;
 * undefined when one is not known or has other terms than it was last seen with.
 */
async function lockKnown(
  tx: Tx,
  leaves: readonly string[],
): Promise<Map<string, LimitNode> | undefined> {
  const seen = lastSeen(tx, leaves);
  return seen && lockSeen(tx, seen);
}

const samePlace = (a: LimitNode, b: LimitNode | undefined): boolean =>
  a.path.join() === b?.path.join() && a.caps.join() === b.caps.join();

/** Whoever meets it tries again: the tree was rearranged between a look and a lock. */
export const treeChanged = (): Error =>
  Object.assign(new Error('The limits were rearranged meanwhile.'), { code: '40001' });

/** The same, asked for: what memory cannot tell, such as that an id is not there. */
async function lockAsked(tx: Tx, leaves: readonly string[]): Promise<Map<string, LimitNode>> {
  const nodes = await touchedNodes(tx, leaves);
  const idsOf = (kind: LimitNode['enforcement']): string[] =>
    [...nodes.values()].filter((one) => one.enforcement === kind).map((one) => one.id);
  const locked = await lockHardNodes(tx, idsOf('HARD'));
  const soft = idsOf('SOFT');
  const above = soft.length === 0 ? [] : await readNodes(tx, soft);
  for (const [id, node] of [...locked, ...above]) {
    // Behind the locks it tells where it hangs now: not where it did when it was looked up.
    if (samePlace(node, nodes.get(id))) nodes.set(id, node);
    else throw treeChanged();
  }
  rememberNodes(tx, nodes.values());
  return nodes;
}

/**
 * A node of a path or a cap outside the caller's scope would be a limit that nobody checks, and a
 * SOFT leaf one that nobody counts. Both are mistakes of the calling module, not answers.
 */
function demandWhole(nodes: ReadonlyMap<string, LimitNode>, leaves: readonly string[]): void {
  const demand = (id: string): void => {
    if (!nodes.has(id)) throw new Error(`The limit ${id} is outside the scope.`);
  };
  for (const { path } of nodes.values()) path.forEach(demand);
  for (const leaf of leaves) {
    const node = nodes.get(leaf);
    if (node?.enforcement === 'SOFT') throw new Error(`The SOFT limit ${leaf} counts nothing.`);
    for (const id of node?.path ?? []) nodes.get(id)?.caps.forEach(demand);
  }
}

/** The nodes as they are on the day, with the children that keep something from each other. */
async function openBook(
  tx: Tx,
  locked: ReadonlyMap<string, LimitNode>,
  reservations: Map<string, Reservation>,
  today: Day,
): Promise<LimitBook> {
  const parents = [...locked.values()].flatMap((node) => (node.fenced ? node.id : []));
  const children = await fencedBelow(tx, parents);
  const nodes = new Map(children.map((node) => [node.id, onDay(node, today)]));
  for (const [id, node] of locked) nodes.set(id, onDay(node, today));
  return {
    nodes,
    reservations,
    fenced: parents.length === 0 ? undefined : fencedIn(nodes.values()),
  };
}

async function load(tx: Tx, takes: readonly Take[], { now, today }: At): Promise<Loaded> {
  const named = takes.flatMap(({ step }) => namedReservation(step) ?? []);
  const leaves = [...new Set(takes.flatMap(({ step }) => ('nodeId' in step ? step.nodeId : [])))];
  if (!lastSeen(tx, leaves)) rememberNodes(tx, (await touchedNodes(tx, leaves)).values());
  const lockDue = () => lockReservationsOf(tx, named, rootsOf(tx, leaves), now);
  const withLate = (held: ReadonlyMap<string, Reservation>) => [
    ...new Set([...leaves, ...[...held.values()].map((r) => r.nodeId)]),
  ];
  let reservations = await lockDue();
  let nodes = await lockKnown(tx, withLate(reservations));
  if (!nodes) {
    await lockAsked(tx, withLate(reservations));
    // What was remembered was wrong, so perhaps also where to look for what has run out.
    reservations = await lockDue();
    nodes = await lockAsked(tx, withLate(reservations));
  }
  demandWhole(nodes, leaves);
  const book = await openBook(tx, nodes, reservations, today);
  return { book, before: new Map(book.nodes) };
}

/**
 * Locks what such steps will lock first, for who must ask something that only holds still behind
 * the locks, and then takes.
 * @returns the reservations by id, among them every due one under the same roots.
 */
export function lockReservations(
  tx: Tx,
  steps: readonly Step[],
  { now }: Pick<At, 'now'>,
): Promise<ReadonlyMap<string, Reservation>> {
  const leaves = steps.flatMap((step) => ('nodeId' in step ? step.nodeId : []));
  const named = steps.flatMap((step) => namedReservation(step) ?? []);
  return lockReservationsOf(tx, named, rootsOf(tx, leaves), now);
}

/** Steps that take a repayment back, told what the journal knows of it. */
async function withRestored(
  tx: Tx,
  { nodes }: LimitBook,
  takes: readonly Take[],
): Promise<readonly Take[]> {
  // Only limits that revolve within the day need the journal, and draws never do.
  if (!takes.some(({ step }) => step.kind === 'unpay')) return takes;
  if (![...nodes.values()].some((node) => node.revolving === 'NRS')) return takes;
  const known: Take[] = [];
  for (const take of takes) {
    const { step } = take;
    if (step.kind !== 'unpay') known.push(take);
    else known.push({ ...take, step: { ...step, restored: await restoredBy(tx, step) } });
  }
  return known;
}

/**
 * Takes (or gives back) limits for a list, in order, each step seeing those before it. A refused
 * step changes nothing and its neighbours are not touched.
 * @returns one entry per take, in the same order.
 */
export async function takeLimits(
  tx: Tx,
  takes: readonly Take[],
  at: At,
): Promise<(Taken | Failure)[]> {
  if (takes.length === 0) return [];
  const { book, before } = await load(tx, takes, at);
  const held = new Map(book.reservations);
  const journal: JournalledMovement[] = [];
  const created: NewReservation[] = [];

  const hardOf = hardIdsIn(book);
  const past = await lookBack(
    tx,
    book,
    takes.map(({ step }) => step),
    at.today,
  );

  const carryOut = (step: Step, cause: Omit<Take, 'step'>): Taken | Failure => {
    const since = step.kind === 'draw' ? past.since(step) : undefined;
    const decision = decide(book, since ? ({ ...step, past: since } as Step) : step);
    if (isFailure(decision)) return decision;
    past.carryOut(decision);
    const leaf = book.nodes.get(decision.nodeId) as LimitNode;
    const hardIds = hardOf(leaf);
    apply(book, decision);
    journal.push({ movement: decision, leaf, hardIds, ...cause });
    if (step.kind === 'reserve') {
      const reservation: Reservation = {
        id: step.reservationId,
        nodeId: leaf.id,
        amount: step.amount,
        used: step.amount.minus(step.amount),
        state: 'PENDING',
        expiresAt: step.expiresAt,
        tenorDays: step.tenorDays,
      };
      book.reservations.set(reservation.id, reservation);
      created.push({ reservation, leaf, purpose: cause.purpose ?? '' });
    }
    return { movement: decision, leaf: book.nodes.get(leaf.id) as LimitNode };
  };

  for (const step of dueExpiries(book, at.now, at.today)) {
    const operationId = takes[0]?.operationId ?? '';
    carryOut(step, { sourceId: namedReservation(step) ?? '', operationId });
  }
  const results = (await withRestored(tx, book, takes)).map(({ step, ...cause }) =>
    step.kind === 'reserve' && step.expiresAt <= at.now
      ? new Failure(no['reservation-expiry-past'], { expiresAt: step.expiresAt })
      : carryOut(step, cause),
  );

  const final = (id: string): Reservation | undefined => book.reservations.get(id);
  const changed = [...book.nodes.values()].filter((node) => before.get(node.id) !== node);
  const made = created.map((c) => ({
    ...c,
    reservation: final(c.reservation.id) ?? c.reservation,
  }));
  const resolved = [...held].flatMap(([id, was]) => {
    const is = final(id);
    return is && is !== was ? [is] : [];
  });
  saveNodeCounters(tx, changed);
  createReservations(tx, made, at.now);
  saveReservations(tx, resolved, at.now);
  journalMovements(tx, journal, at.now);
  return results;
}
